"""What came on paper: kept with its scan, how and when it came, and from whom; then it is entered."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from aiohttp import web

from monitor import tables
from monitor.evidence import EvidenceAway, RefusedFile, content_disposition
from monitor.language import Message
from monitor.obligations import acts, paper
from monitor.questionnaire.entry import calendar_day, three_boxes, tidy
from monitor.refusal import Refused, need, together
from monitor.tables.duty import ASKED
from monitor.web.console.looking import SANDBOX, Wrong, console_page, duty_of
from monitor.web.console.session import reader
from monitor.web.fields import chunk, one_line, parts, said
from monitor.web.pages import language_of, moment, see_other
from monitor.web.site import SITE
from monitor.web.words import AWAY, named, topic_name

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from datetime import date

    from aiohttp import BodyPartReader

    from monitor.evidence import Stored
    from monitor.tables import Obligation, PaperEntry
    from monitor.web.console.session import Reader

log = logging.getLogger(__name__)
LONGEST = 2000
CHUNK = 64 * 1024
CHANNELS = {
    paper.PAPER: "On paper, by post or fax",
    paper.MAIL: "By e-mail",
    paper.ON_SITE: "Taken down on site, and signed there",
}
FIELDS = {"by": "by", "channel": "channel", "signer": "signer", "place": "place", "received": "received_year",
          "scan": "scan"}  # fmt: skip


async def begun(request: web.Request) -> tuple[Reader, Obligation, PaperEntry | None]:
    who = await reader(request)
    duty = await duty_of(request, who)
    return who, duty, await paper.under_way(duty.id)


async def show(request: web.Request) -> web.StreamResponse:
    """How the answer came; or, once it is being entered, where that stands."""
    who, duty, entry = await begun(request)
    if entry:
        return see_other(f"/duty/{duty.id}/entry/{language_of(request)}/check")
    return await _ask(request, who, duty, Wrong())


async def _ask(request: web.Request, who: Reader, duty: Obligation, wrong: Wrong) -> web.Response:
    language = language_of(request)
    party = await who.present.party(duty.party_id)
    return console_page(
        request, who, "entry.html", status=wrong.status, errors=wrong.errors, said=wrong.said, duty=duty,
        party_name=named(party, language), what=topic_name(duty.kind, language), asked=duty.state in ASKED,
        channels=[{"value": key, "text": Message(text).in_(language), "checked": wrong.said.get("entry_channel") == key}
                  for key, text in CHANNELS.items()],
    )  # fmt: skip


async def begin(request: web.Request) -> web.StreamResponse:
    """Keep what came, and begin to enter it."""
    who, duty, _ = await begun(request)
    sent: dict[str, str] = {}
    scan = await _received(request, sent)
    name, at = one_line(sent.get("entry_by")), moment()
    try:
        came, stored = _complete(sent, scan, who.present.calendar.day_of(at))
        await who.sign(name)
        await paper.begin(duty.id, came, stored, at, await acts.person(who.person.email, at, name))
    except Refused as no:
        return await _ask(request, who, duty, _wrong(no, sent, language_of(request)))
    return see_other(f"/duty/{duty.id}/entry")


def _complete(sent: Mapping[str, str], scan: Stored | Refused, today: date) -> tuple[paper.Came, Stored]:
    """What came and the sheet of it, if the form is complete; everything that is wrong with it, if not."""
    day = calendar_day(three_boxes(*(sent.get(f"entry_received_{part}", "") for part in ("year", "month", "day"))))
    came, stored = _came(sent, day or today), None if isinstance(scan, Refused) else scan

    def sheet() -> None:
        if isinstance(scan, Refused):
            raise scan
        paper.readable(scan)

    together(
        lambda: need(day, "received-missing", "Enter the day on which it was received."),
        lambda: paper.plausible(came, today),
        sheet,
        lambda: need(one_line(sent.get("entry_by")), "by-missing", "Enter your name: the act is recorded under it."),
    )
    assert stored is not None  # noqa: S101 - said above
    return came, stored


def _wrong(refusal: Refused, sent: Mapping[str, str], language: str) -> Wrong:
    places = [(no, FIELDS.get(no.reason.partition("-")[0], "by")) for no in refusal.every]
    return Wrong([{"text": no.message.in_(language), "href": f"#entry_{place}"} for no, place in places], sent)


def _came(sent: Mapping[str, str], day: date) -> paper.Came:
    return paper.Came(
        sent.get("entry_channel", ""), day, one_line(sent.get("entry_signer")), one_line(sent.get("entry_title")),
        one_line(sent.get("entry_place")),
    )  # fmt: skip


async def _received(request: web.Request, sent: dict[str, str]) -> Stored | Refused:
    """The fields, and the scan straight into the store; or why there is none."""
    try:
        stored = await _stored(request, sent)
    except RefusedFile as no:
        return Refused("scan-refused", no.message)
    except EvidenceAway:
        log.exception("a scan cannot be stored")
        return Refused("scan-away", AWAY)
    return stored or Refused("scan-missing", Message(paper.SHEET))


async def _stored(request: web.Request, sent: dict[str, str]) -> Stored | None:
    site, stored, no = request.app[SITE], None, None
    if not request.content_type.startswith("multipart/"):
        sent.update(await said(request, LONGEST))
        return None
    async for part in parts(request):
        if part.name == "entry_scan" and part.filename:
            try:
                stored = await site.evidence.take(_chunks(part), str(part.filename), site.file_limit)
            except RefusedFile as refusal:
                no = refusal
            continue
        taken = b"".join([piece async for piece in _chunks(part)])
        if part.name and not part.filename:
            sent[part.name] = tidy(taken[: 4 * LONGEST].decode("utf-8", "replace"))[:LONGEST]
    if no:
        raise no
    return stored


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while not part.at_eof():
        taken = await chunk(part, CHUNK)
        if taken:
            yield taken


async def scan_file(request: web.Request) -> web.StreamResponse:
    """The sheet as it came, as a download."""
    who = await reader(request)
    row = await tables.OfflineFile.get_or_none(id=request.match_info["id"]).select_related("obligation")
    if row is None or row.kind != "scan" or not who.sees(row.obligation.company_id):
        raise web.HTTPNotFound
    pieces = await request.app[SITE].evidence.read(row.sha256)
    response = web.StreamResponse(headers={
        "Content-Type": row.media_type, "Content-Disposition": content_disposition(row.name),
        "Content-Security-Policy": SANDBOX, "X-Content-Type-Options": "nosniff", "Content-Length": str(row.size),
    })  # fmt: skip
    await response.prepare(request)
    async for piece in pieces:
        await response.write(piece)
    await response.write_eof()
    return response
