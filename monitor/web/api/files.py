"""Files from a machine: the octets as they are, one a call, named in the header as in a mail."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from aiohttp import content_disposition_filename, parse_content_disposition

from monitor import tables
from monitor.evidence import EvidenceAway, RefusedFile, clean
from monitor.language import Message
from monitor.obligations import drafts
from monitor.questionnaire import EvidenceFile, QuestionState, QuestionType, holds_my_number
from monitor.questionnaire.problem import problem as said_of
from monitor.web.api.answering import NO_QUESTION, NOT_ASKED, STANDS, answering
from monitor.web.api.calls import answer, with_link
from monitor.web.api.models import File, Mistake, Stored
from monitor.web.api.telling import version_of
from monitor.web.fields import LATER, legible
from monitor.web.form.arriving import CHUNK, FULL, MB
from monitor.web.problems import LATER as SOON_AGAIN
from monitor.web.problems import Problem, problem
from monitor.web.site import SITE
from monitor.web.words import AWAY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp import web

    from monitor.evidence import Stored as Kept
    from monitor.questionnaire import Question
    from monitor.web.form.opening import Opened

log = logging.getLogger(__name__)
NO_NAME = Message('Name the file in the header: Content-Disposition: attachment; filename="name.pdf".')
TAKES_NONE = Message("This question takes no file.")


@with_link
async def attach(request: web.Request, found: Opened) -> web.StreamResponse:
    """One file, by the same guards as in the form. The same file once more is the same file."""
    answering(found)
    question, name = request.match_info["question"], _name(request)
    await _may_hold(found, question, name)
    try:
        kept = await _kept(request, name)
    except RefusedFile as no:
        raise _refused(question, no.code, no.message, found) from no
    except EvidenceAway:
        log.exception("evidence cannot be stored")
        return problem(request, Problem("away", AWAY), headers=SOON_AGAIN)
    file = drafts.new_file(kept.name, kept.sha256, kept.size)
    await drafts.attach(found.duty.id, question, file, kept.media_type, found.at, found.actor)
    return await _told(request, found, question, file)


async def _told(request: web.Request, found: Opened, question: str, file: EvidenceFile) -> web.Response:
    draft = await found.draft()
    held = draft.answers[question].files if question in draft.answers else ()
    stands = next((one for one in held if one.sha256 == file.sha256), file)
    version = await version_of(found.duty, draft)
    return answer(request, Stored(file=File(**stands.model_dump()), version=version), 201, version)


def _name(request: web.Request) -> str:
    """The file's name; a header that says nothing leaves it empty."""
    _, said = parse_content_disposition(request.headers.get("Content-Disposition"))
    name = content_disposition_filename(said, "filename")
    return clean(name) if name else ""


async def _may_hold(found: Opened, name: str, file: str) -> None:
    """Refused before an octet is read, where that is possible."""
    asked = next((one for section in found.sections for one in section.questions if one.id == name), None)
    if asked is None:
        raise _refused(name, "no-such-question", NO_QUESTION, found)
    if not file:
        raise _refused(name, "no-name", NO_NAME, found)
    if not _takes(asked):
        raise _refused(name, "takes-no-file", TAKES_NONE, found)
    if name in found.back.settled:
        raise _refused(name, "settled", STANDS, found)
    if holds_my_number(file):
        number = said_of("my-number", "files")
        told = Mistake(question=name, field="files", code=number.code, detail=number.message.in_(found.language))
        raise Problem("file-refused", None, [told])
    if found.examined(await found.draft()).questions[name].state is QuestionState.HIDDEN:
        raise _refused(name, "not-asked", NOT_ASKED, found)
    if await drafts.full(found.duty.id):
        raise _refused(name, "full", Message(FULL, {"files": drafts.FILES, "mb": drafts.OCTETS // MB}), found)


def _takes(question: Question) -> bool:
    return question.type is QuestionType.FILE or question.evidence is not None


def _refused(question: str, code: str, text: Message, found: Opened) -> Problem:
    told = Mistake(question=question, field="files", code=code, detail=text.in_(found.language))
    return Problem("file-refused", None, [told])


async def _kept(request: web.Request, name: str) -> Kept:
    site = request.app[SITE]
    return await site.evidence.take(_chunks(request), name, site.file_limit)


async def _chunks(request: web.Request) -> AsyncIterator[bytes]:
    ends = asyncio.get_running_loop().time() + LATER
    while True:
        with legible():
            async with asyncio.timeout_at(ends):
                taken = await request.content.read(CHUNK)
        if not taken:
            return
        yield taken


@with_link
async def remove(request: web.Request, found: Opened) -> web.StreamResponse:
    """A file taken out of the draft; what was handed in keeps it."""
    answering(found)
    question, number = request.match_info["question"], request.match_info["id"]
    shown = [one.id for section in found.sections for one in section.questions if one.id == question]
    held = tables.Evidence.filter(id=number, obligation_id=found.duty.id, question__in=shown, withdrawn_at=None)
    row = await held.first()
    if row is None:
        raise Problem("no-such-file")
    if question in found.back.settled:
        raise _refused(question, "settled", STANDS, found)
    await drafts.withdraw(found.duty.id, number, shown, found.at, found.actor)
    kept = File(id=row.id, name=row.name, sha256=row.sha256, size=row.size)
    version = await version_of(found.duty, await found.draft())
    return answer(request, Stored(file=kept, version=version), version=version)
