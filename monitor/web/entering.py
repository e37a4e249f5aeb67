"""An answer that came on paper: found by the number on the sheet, entered in the form's own pages, marked as such."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web
from tortoise.expressions import Q

from checks.spelling import normal
from monitor import tables
from monitor.asked import frozen
from monitor.evidence import EvidenceAway, RefusedFile, content_disposition
from monitor.language import Message, say_day
from monitor.obligations import acts, paper
from monitor.obligations.drafts import Draft, Drafted, read, save
from monitor.obligations.reuse import Shelf
from monitor.obligations.sheets import request_of
from monitor.questionnaire import QuestionState, freeze_answers
from monitor.questionnaire.entry import calendar_day, three_boxes, tidy
from monitor.refusal import Refused, need, together
from monitor.tables.duty import ASKED
from monitor.web.answers import view
from monitor.web.console.looking import SANDBOX, Wrong, console_page, duty_of
from monitor.web.console.session import reader
from monitor.web.fields import chunk, one_line, parts, said
from monitor.web.form.answering import save_section, show_section
from monitor.web.form.ending import all_answers
from monitor.web.form.opening import Opened
from monitor.web.pages import language_of, moment, see_other
from monitor.web.site import SITE
from monitor.web.words import AWAY, named, topic_name

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from datetime import date

    from aiohttp import BodyPartReader

    from monitor.evidence import Stored
    from monitor.questionnaire import Answer, Examination
    from monitor.tables import Case, Obligation, OwnDuty, PaperEntry
    from monitor.web.console.session import Reader

log = logging.getLogger(__name__)
LONGEST = 2000
CHUNK = 64 * 1024
CHANNELS = {
    paper.PAPER: "On paper, by post or fax",
    paper.MAIL: "By e-mail",
    paper.ON_SITE: "Taken down on site, and signed there",
}
#: A request's reference as people type it; the hyphen may be any line that a keyboard has.
REFERENCE = re.compile(r"(?:ITK[-\u2010-\u2015\u2212\u30fc\u2500]?)?0*([0-9]{1,9})")
#: The same of a case (`ITK-C00012`) and of what a company owes itself (`ITK-D00012`).
OTHER = re.compile(r"(?:ITK[-\u2010-\u2015\u2212\u30fc\u2500]?)?([CD])0*([0-9]{1,9})")
FIELDS = {"by": "by", "channel": "channel", "signer": "signer", "place": "place", "received": "received_year",
          "scan": "scan"}  # fmt: skip


@dataclass(frozen=True)
class Entered(Opened):
    """The form as somebody of the company fills it in for the party: it shows what was entered, and nothing else of the
    party's draft.
    """

    entry: PaperEntry = field(default_factory=tables.PaperEntry)
    who: str = ""

    @property
    def grade(self) -> str:
        return "draft"

    @property
    def owner(self) -> bool:
        return False

    @property
    def lists(self) -> bool:
        return False

    @property
    def base(self) -> str:
        return f"/duty/{self.duty.id}/entry/{self.language}"

    @property
    def actor(self) -> str:
        return self.who

    async def shelf(self) -> Shelf:
        """Paper says what it says: nothing of before is offered to whoever types it in."""
        return Shelf()

    @property
    def behalf(self) -> str:
        words = {
            "party": named(self.party, self.language),
            "signer": self.entry.signer_name,
            "day": say_day(self.entry.received_on, self.language),
        }
        return Message("You enter what {signer} of {party} signed; received on {day}.", words).in_(self.language)

    async def draft(self) -> Draft:
        """What was entered, with the files that came with it."""
        whole, mine = await read(self.duty.id), set(self.entry.questions)
        return Draft(
            {name: answer for name, answer in whole.answers.items() if name in mine},
            {name: version for name, version in whole.versions.items() if name in mine},
        )

    async def store(self, said: Mapping[str, tuple[Answer, int]]) -> Drafted:
        """Saved like any other answer. Where the party has another one, both are shown from now on."""
        outcome = await save(self.duty.id, said, self.at, self.actor)
        whole = await read(self.duty.id)
        same = {
            name for name, (answer, _) in said.items() if not answer.blank and _same(whole.answers.get(name), answer)
        }
        await paper.note(self.entry, {*outcome.saved, *outcome.conflicts, *same}, self.actor)
        return outcome


def _same(stands: Answer | None, answer: Answer) -> bool:
    return stands is not None and stands.model_copy(update={"files": ()}) == answer


async def find(request: web.Request) -> web.StreamResponse:
    """From the number on a sheet, or a request's reference, to its page."""
    who, typed = await reader(request), request.query.get("q", "")[:100]
    duty_id = await request_of(request.app[SITE].keyring, typed) or _referred(typed)
    found = await tables.Obligation.get_or_none(id=duty_id) if duty_id else await _other(typed)
    if found is None or not who.sees(found.company_id):
        return console_page(request, who, "find.html", typed=tidy(typed), errors=_unfound(typed, language_of(request)))
    return see_other(f"/{_PLACES[type(found)]}/{found.id}")


_PLACES: Mapping[type, str] = {tables.Obligation: "duty", tables.Case: "case", tables.OwnDuty: "own-duty"}


async def _other(typed: str) -> Case | OwnDuty | None:
    """The case or the duty of a company itself that a reference names: `ITK-C00012`, `itk-d3`."""
    found = OTHER.fullmatch("".join(normal("NFKC", typed).split()).upper())
    model: Any = {"C": tables.Case, "D": tables.OwnDuty}[found[1]] if found else None
    return await model.get_or_none(id=int(found[2])) if found else None


def _unfound(typed: str, language: str) -> list[dict[str, str]]:
    if not typed.strip():
        return []
    text = "Nothing that you may see has the number “{typed}”. It stands at the foot of each page of a sheet."
    return [{"text": Message(text, {"typed": tidy(typed)}).in_(language), "href": "#q"}]


def _referred(typed: str) -> int | None:
    """The request of a reference, in any width and case, with its noughts and hyphen or without: `ITK-25`, `itk000025`,
    `25`.
    """
    found = REFERENCE.fullmatch("".join(normal("NFKC", typed).split()).upper())
    return int(found[1]) or None if found else None


async def _begun(request: web.Request) -> tuple[Reader, Obligation, PaperEntry | None]:
    who = await reader(request)
    duty = await duty_of(request, who)
    return who, duty, await paper.under_way(duty.id)


async def show(request: web.Request) -> web.StreamResponse:
    """How the answer came; or, once it is being entered, where that stands."""
    who, duty, entry = await _begun(request)
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
    who, duty, _ = await _begun(request)
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


async def _opened(request: web.Request) -> tuple[Reader, Entered]:
    """The form of what is being entered. Whoever goes on with it acts under the name of their session."""
    who, duty, entry = await _begun(request)
    if entry is None or duty.state not in ASKED:
        raise web.HTTPSeeOther(f"/duty/{duty.id}")
    at, present = moment(), who.present
    actor = await acts.person(who.person.email, at, who.name)
    link = tables.Link(id="entry", obligation_id=duty.id, grade="draft", token_sha256="", issued_at=at, expires_at=at)
    return who, Entered(
        "", link, duty, await present.engagement(duty.engagement_id), present.companies.get(duty.company_id),
        await present.party(duty.party_id), present, request.match_info["language"], at,
        await frozen(duty.request_id), entry=entry, who=actor,
    )  # fmt: skip


async def section(request: web.Request) -> web.StreamResponse:
    _, found = await _opened(request)
    return await show_section(request, found)


async def save_entered(request: web.Request) -> web.StreamResponse:
    """Save a section, and remember which questions the sheet has answered, by words or by a file."""
    _, found = await _opened(request)
    response = await save_section(request, found)
    moved = tables.Evidence.filter(Q(stored_at=found.at) | Q(withdrawn_at=found.at), obligation_id=found.duty.id)
    names: list[Any] = await moved.values_list("question", flat=True)
    await paper.note(found.entry, names, found.actor)
    return response


async def check(request: web.Request) -> web.StreamResponse:
    """All that was entered beside the sheet, what is missing, and the way to hand it in."""
    who, found = await _opened(request)
    return await _check(request, who, found, Wrong())


async def _check(request: web.Request, who: Reader, found: Entered, wrong: Wrong) -> web.Response:
    draft, language = await found.draft(), found.language
    examined = found.examined(draft)
    scan = await tables.OfflineFile.get(id=found.entry.scan_id)
    return console_page(
        request, who, "entered.html", status=wrong.status, errors=wrong.errors, said=wrong.said, found=found,
        duty=found.duty, base=found.base, entry=found.entry, party_name=named(found.party, language), scan=scan,
        groups=_changeable(found, draft, examined), missing=len(examined.blocking), ready=examined.complete,
        seen=freeze_answers(found.questionnaire, draft.answers).sha256,
        channel=Message(CHANNELS[found.entry.channel]).in_(language_of(request)), size=view.size(scan.size),
    )  # fmt: skip


def _changeable(found: Entered, draft: Draft, examined: Examination) -> list[dict[str, Any]]:
    groups = all_answers(found, draft.answers, examined, {})
    for group in groups:
        for row in group["rows"]:
            row["href"] = f"{found.base}/s/{group['id']}?check=1&back={row['id']}#{row['id']}"
            row["anchor"] = row["id"]
            missing = examined.questions[row["id"]].state is QuestionState.UNANSWERED
            row["problem"] = row["problem"] if not missing or examined.questions[row["id"]].problems else ""
    return groups


async def conclude(request: web.Request) -> web.StreamResponse:
    """Hand in what was entered, or give it up."""
    who, found = await _opened(request)
    deed, sent = request.match_info["deed"], await said(request, LONGEST)
    name, at = one_line(sent.get(f"{deed}_by")), moment()
    try:
        need(name, "by-missing", "Enter your name: the act is recorded under it.")
        await who.sign(name)
        actor = await acts.person(who.person.email, at, name)
        await (_submit(found, sent.get("seen", ""), at, actor) if deed == "submit" else _drop(found, at, actor))
    except Refused as no:
        error = {"text": no.message.in_(language_of(request)), "href": f"#{deed}_by"}
        return await _check(request, who, found, Wrong([error], sent))
    return see_other(f"/duty/{found.duty.id}")


async def _submit(found: Entered, seen: str, at: Any, actor: str) -> None:
    """Hand in the answers that were listed beside the sheet, by the hash that the list carries, and no others."""
    draft = await found.draft()
    if not found.examined(draft).complete:
        text = "Something is still missing. What the sheet does not answer, the party has to: ask it to complete it."
        raise Refused("incomplete", Message(text))
    answers = freeze_answers(found.questionnaire, draft.answers)
    need(
        answers.sha256 == seen,
        "answers-changed",
        "Since they were confirmed, the answers were changed. Check them once more and submit them again.",
    )
    await paper.submit(found.entry, answers.text, answers.sha256, at, actor)


async def _drop(found: Entered, at: Any, actor: str) -> None:
    await paper.drop(found.entry, at, actor)


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


_ENTRY = r"/duty/{id:\d{1,9}}/entry"
_FORM = _ENTRY + "/{language:ja|en}"
ROUTES = [
    web.get("/find", find),
    web.get(_ENTRY, show),
    web.post(_ENTRY, begin),
    web.get(_FORM + "/s/{section}", section),
    web.post(_FORM + "/s/{section}", save_entered),
    web.get(_FORM + "/{page:tasks|check}", check),
    web.post(_FORM + "/{deed:submit|drop}", conclude),
    web.get("/scan/{id:[0-9a-f]{32}}", scan_file),
]
