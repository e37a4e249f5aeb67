"""What arrives of one section's form: fields, and files straight into the store, counted while they stream."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp.hdrs import CONTENT_TYPE

from monitor.evidence import EvidenceAway, RefusedFile
from monitor.language import Message
from monitor.obligations import drafts
from monitor.questionnaire.entry import tidy
from monitor.web.fields import PARTS, chunk, fields, parts, small
from monitor.web.plain_form import boundary_of, plain
from monitor.web.site import SITE
from monitor.web.words import AWAY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp import BodyPartReader, web

    from monitor.questionnaire import Section

log = logging.getLogger(__name__)
FULL = (
    "This request already holds as many files as it may ({files} files or {mb} MB). The file was not taken; your "
    "answers are kept. If it is needed, write to whoever asks you."
)
TEXT_LIMIT = 64 * 1024  #: octets of one field
FIELDS = 1000
CHUNK = 64 * 1024
MB = 1024 * 1024


@dataclass
class Sent:
    """What came with a form: fields, and files by question, some of them refused with a reason."""

    fields: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    stored: list[tuple[str, Any]] = field(default_factory=list)
    refused: dict[str, Message] = field(default_factory=dict)
    octets: int = 0
    full: bool = False  #: the request holds as many files as it may


async def receive(request: web.Request, section: Section, sent: Sent) -> Sent:
    """Read a form, files straight into the store, counted while they stream."""
    if not request.content_type.startswith("multipart/"):
        for name, value in await fields(request):
            sent.fields[name].append(value)
        return sent
    whole, boundary = await small(request), boundary_of(request.headers[CONTENT_TYPE])
    texts = plain(whole, boundary, PARTS) if whole and boundary else None
    if texts is not None:
        for name, octets in texts:
            _take_text(name, octets, sent)
        return sent
    asked = {question.id for question in section.questions}
    async for part in parts(request, whole):
        if part.filename:
            if not await _receive_file(request, part, sent, asked):
                break
        elif not await _receive_text(request, part, sent):
            break
    return sent


async def _receive_text(request: web.Request, part: BodyPartReader, sent: Sent) -> bool:
    """Take one field. False: as below, for a field without end is no better than a file without end."""
    taken = bytearray()
    while not part.at_eof() and len(taken) <= TEXT_LIMIT:
        taken += await chunk(part, CHUNK)
    _take_text(part.name if part.filename is None else None, bytes(taken), sent)
    return await _discard(part, sent, request.app[SITE].form_limit)


def _take_text(name: str | None, octets: bytes, sent: Sent) -> None:
    sent.octets += len(octets)
    if name and len(sent.fields) < FIELDS:
        sent.fields[name].append(tidy(octets[:TEXT_LIMIT].decode("utf-8", "replace")))


async def _receive_file(request: web.Request, part: BodyPartReader, sent: Sent, asked: set[str]) -> bool:
    """Take one file. False: the rest of the form is not worth reading, because it is larger than any form may be."""
    site, question = request.app[SITE], str(part.name).removesuffix("_file")
    if question not in asked:
        return await _discard(part, sent, site.form_limit)
    if sent.full:
        sent.refused[question] = Message(FULL, {"files": drafts.FILES, "mb": drafts.OCTETS // MB})
        return await _discard(part, sent, site.form_limit)
    room = min(site.file_limit, max(0, site.form_limit - sent.octets))
    try:
        stored = await site.evidence.take(_chunks(part, sent), str(part.filename), room)
    except RefusedFile as refusal:
        sent.refused[question] = refusal.message
        return await _discard(part, sent, site.form_limit)
    except EvidenceAway:
        log.exception("evidence cannot be stored")
        sent.refused[question] = AWAY
        return await _discard(part, sent, site.form_limit)
    sent.stored.append((question, stored))
    return True


async def _chunks(part: BodyPartReader, sent: Sent) -> AsyncIterator[bytes]:
    while not part.at_eof():
        taken = await chunk(part, CHUNK)
        sent.octets += len(taken)
        if taken:
            yield taken


async def _discard(part: BodyPartReader, sent: Sent, limit: int) -> bool:
    """Read over the rest of a file that was refused, so that the fields behind it are not lost; within reason."""
    while not part.at_eof():
        if sent.octets > limit:
            return False
        sent.octets += len(await chunk(part, CHUNK))
    return True
