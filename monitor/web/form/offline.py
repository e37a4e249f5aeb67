"""The request as a workbook: fetched, filled in wherever, handed in again, and looked at before it changes anything."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import tables
from monitor.evidence import EvidenceAway, RefusedFile, content_disposition
from monitor.language import Message, say_day, say_instant
from monitor.letters.words import duty_reference
from monitor.obligations import drafts, offline
from monitor.obligations.holding import NOT_OPEN
from monitor.obligations.marks import returned
from monitor.offline.reading import Reading, read_workbook
from monitor.offline.sheets import LARGEST
from monitor.offline.weighing import Change, Weighed, weigh
from monitor.offline.workbook import Brief, workbook
from monitor.refusal import Refused
from monitor.web.answers import view
from monitor.web.border import LIMITS
from monitor.web.fields import chunk, fields, parts
from monitor.web.form.beginning import promises
from monitor.web.form.opening import Opened, contact_of, form_page, while_asked
from monitor.web.pages import see_other
from monitor.web.site import SITE
from monitor.web.words import AWAY, named

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Mapping

    from aiohttp import BodyPartReader

    from monitor.evidence import Stored
    from monitor.questionnaire import Answer, Questionnaire

log = logging.getLogger(__name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILE, DRAFT = "file", "draft"
CHUNK = 64 * 1024


@while_asked
async def show(request: web.Request, found: Opened) -> web.StreamResponse:
    """Where the workbook is fetched and handed in."""
    return form_page(request, found, "workbook.html", errors=[], limit=LARGEST // view.MB)


@while_asked
async def download(request: web.Request, found: Opened) -> web.StreamResponse:
    """The request with what is saved so far. Made in a thread: two hundred questions take a tenth of a second."""
    draft, before = await found.draft(), await drafts.last_accepted(found.duty)
    asked = asked_by(found)
    async with request.app[LIMITS].at_work(found.link.id):
        content = await asyncio.to_thread(workbook, asked, _brief(found), draft.answers, draft.versions, before)
    name = f"{found.questionnaire.title.in_(found.language)}_{duty_reference(found.duty.id)}.xlsx"
    return web.Response(body=content, content_type=XLSX, headers={"Content-Disposition": content_disposition(name)})


def asked_by(found: Opened) -> Questionnaire:
    """The questions that this link shows."""
    return found.questionnaire.model_copy(update={"sections": tuple(found.sections)})


def _brief(found: Opened) -> Brief:
    calendar, language = found.present.calendar, found.language
    return Brief(
        ref=duty_reference(found.duty.id),
        sha256=str(found.duty.request_id),
        asker=found.asker,
        party=named(found.party, language),
        work=found.engagement.title or found.engagement.key,
        due=say_day(found.duty.due_on, language),
        made_at=say_instant(found.at, calendar.zone, language),
        language=language,
        contact=contact_of(found),
        promises=tuple(text for text, _ in promises(found)),
        back=found.back.points,
    )


@while_asked
async def hand_in(request: web.Request, found: Opened) -> web.StreamResponse:
    """Take a workbook in and lead to what it would change. Nothing else happens by it."""
    try:
        await offline.room(found.duty.id)
        stored = await _received(request)
        file = await offline.receive(found.duty.id, offline.WORKBOOK, stored, found.at, found.actor)
        await _reading(request, found, file.sha256)
    except RefusedFile as no:
        return _refused(request, found, no.message)
    except Refused as no:
        if no.reason == NOT_OPEN:
            raise
        return _refused(request, found, no.message)
    except EvidenceAway:
        log.exception("a workbook cannot be stored")
        return _refused(request, found, AWAY)
    return see_other(f"{found.base}/workbook/{file.id}")


def _refused(request: web.Request, found: Opened, message: Message) -> web.Response:
    error = {"text": message.in_(found.language), "href": "#workbook"}
    return form_page(request, found, "workbook.html", status=422, errors=[error], limit=LARGEST // view.MB)


async def _received(request: web.Request) -> Stored:
    """The file of the form, counted while it streams."""
    if request.content_type.startswith("multipart/"):
        async for part in parts(request):
            if part.name == "workbook" and part.filename:
                limit = min(LARGEST, request.app[SITE].file_limit)
                return await request.app[SITE].evidence.take(_chunks(part), _xlsx(str(part.filename)), limit)
            await part.release()
    raise Refused("workbook-missing", Message("Choose the workbook that you filled in."))


def _xlsx(name: str) -> str:
    if not name.lower().endswith(".xlsx"):
        text = "“{name}” is no .xlsx workbook. Save what you filled in as .xlsx, and hand that in."
        raise Refused("workbook-missing", Message(text, {"name": name[:100]}))
    return name


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while not part.at_eof():
        taken = await chunk(part, CHUNK)
        if taken:
            yield taken


async def _reading(request: web.Request, found: Opened, sha256: str) -> Reading:
    """What a workbook says to the questions that this link shows."""
    pieces = await request.app[SITE].evidence.read(sha256)
    async with aclosing(pieces):  # type: ignore[type-var]
        content = b"".join([piece async for piece in pieces])
    ref, frozen = duty_reference(found.duty.id), str(found.duty.request_id)
    async with request.app[LIMITS].at_work(found.link.id):
        reading = await asyncio.to_thread(read_workbook, content, found.questionnaire, ref, frozen)
    shown = {question.id for section in found.sections for question in section.questions}
    return Reading({name: one for name, one in reading.said.items() if name in shown}, reading.mistakes)


@while_asked
async def preview(request: web.Request, found: Opened) -> web.StreamResponse:
    """What the workbook would change, what cannot be read, and where a colleague was quicker."""
    return await _preview(request, found, await _file(request, found))


async def _file(request: web.Request, found: Opened) -> tables.OfflineFile:
    row = await tables.OfflineFile.get_or_none(
        id=request.match_info["id"], obligation_id=found.duty.id, kind=offline.WORKBOOK, actor=found.actor
    )
    if row is None:
        raise web.HTTPNotFound
    return row


async def _weighed(request: web.Request, found: Opened, file: tables.OfflineFile) -> tuple[Reading, Weighed]:
    reading, draft = await _reading(request, found, file.sha256), await found.draft()
    settled = (await returned(found.duty, found.at)).settled
    return reading, weigh(reading.said, draft.answers, draft.versions, settled)


async def _preview(
    request: web.Request,
    found: Opened,
    file: tables.OfflineFile,
    undecided: Collection[str] = (),
    sent: Mapping[str, str] | None = None,
) -> web.Response:
    reading, weighed = await _weighed(request, found, file)
    rows = [_row(change, found, (sent or {}).get(f"keep_{change.question}", "")) for change in weighed.changes]
    text = Message("Choose which of the two answers is to stand.").in_(found.language)
    errors = [_error(row, text, found.language) for row in rows if row["id"] in undecided and row["conflict"]]
    texts = {question.id: question.text.in_(found.language) for question in found.questionnaire.questions}
    return form_page(
        request, found, "preview.html", status=422 if sent is not None else 200, errors=errors, rows=rows, file=file,
        mistakes=_mistakes(reading, weighed, texts, found.language), same=weighed.same,
        settled=[texts[name] for name in weighed.settled], text=text if errors else "", undecided=undecided,
    )  # fmt: skip


def _error(row: Mapping[str, Any], text: str, language: str) -> dict[str, str]:
    return {"text": view.about(row["question"], text, language), "href": f"#keep_{row['id']}"}


def _mistakes(
    reading: Reading, weighed: Weighed, texts: Mapping[str, str], language: str
) -> list[tuple[str, str, str]]:
    """Sheet, cell and what to write there; and the answers that must not be kept at all."""
    unread = [(one.sheet, one.cell, one.message.in_(language)) for one in reading.mistakes]
    return unread + [
        ("", "", view.about(texts[name], no.message.in_(language), language)) for name, no in weighed.refused
    ]


def _row(change: Change, found: Opened, chosen: str) -> dict[str, Any]:
    """One change in words, with what was chosen where two answers stand against each other."""
    question = next(one for one in found.questionnaire.questions if one.id == change.question)
    words = view.said_words(found.language)

    def said(answer: Answer) -> str:
        return "\n".join(part for part in (view.said(question, answer, found.language, words), answer.comment) if part)

    return {
        "id": question.id,
        "question": question.text.in_(found.language),
        "stands": said(change.stands),
        "comes": said(change.comes),
        "version": change.version,
        "conflict": change.conflict,
        "chosen": chosen,
    }


@while_asked
async def take(request: web.Request, found: Opened) -> web.StreamResponse:
    """Take over what was shown. What somebody saved since is shown again, beside what would have come."""
    file = await _file(request, found)
    sent = dict(await fields(request))
    if sent.get("take") != "1":
        return see_other(f"{found.base}/workbook/{file.id}")
    _, weighed = await _weighed(request, found, file)
    undecided = tuple(one.question for one in weighed.changes if not _decided(one, sent))
    if undecided:
        return await _preview(request, found, file, undecided, sent)
    said = {one.question: (one.comes, one.version) for one in weighed.changes if _taken(one, sent)}
    outcome = await offline.take(found.duty.id, file, said, found.at, found.actor)
    if outcome.conflicts:
        return await _preview(request, found, file, outcome.conflicts, sent)
    return see_other(f"{found.base}/check")


def _decided(change: Change, sent: Mapping[str, str]) -> bool:
    """Whether it was shown as it stands now, and where two answers stand against each other, one was chosen."""
    seen = sent.get(f"seen_{change.question}") == str(change.version)
    return seen and (not change.conflict or sent.get(f"keep_{change.question}") in {FILE, DRAFT})


def _taken(change: Change, sent: Mapping[str, str]) -> bool:
    return not change.conflict or sent.get(f"keep_{change.question}") == FILE
