"""What is kept of works that are over, up to when and by which rule; what was erased; and erasing a person's data."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import tables
from monitor.language import Message, say_day, say_instant
from monitor.letters.words import duty_reference
from monitor.promises.keeping.people import Whom, erase_person
from monitor.promises.keeping.turning import term_of
from monitor.web.console.forms import Field, Form
from monitor.web.console.history import history
from monitor.web.console.looking import Wrong
from monitor.web.console.passing import LINK, MOST, company_name, page_of, perform
from monitor.web.console.session import reader
from monitor.web.pages import language_of, see_other
from monitor.web.words import named, topic_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.tables import Engagement, Obligation
    from monitor.web.console.act import Act
    from monitor.web.console.session import Reader

RULES: Mapping[str, Message] = {
    "law": Message("a record that the law keeps"),
    "hold": Message("a hold of the group"),
    "term": Message("the term of keeping"),
}
#: What went beside obligations, as the ledger's line names it.
ENTRIES: Mapping[str, Message] = {
    "complaint": Message("Complaints"),
    "decision": Message("Reasons of decisions"),
    "correction": Message("Reference of a correction"),
    "disclosure": Message("Disclosures by law or in an emergency"),
    "hand-over": Message("Hand-overs"),
    "incident": Message("Incidents"),
    "instruction": Message("Instructions"),
    "opt-out": Message("Reference of a refusal of mail"),
    "owner-request": Message("Reference of an owner's request"),
    "sub-entrustment": Message("Sub-entrustment"),
    "transfer-check": Message("Checks of provision abroad"),
}
KEPT = (
    Message("What is kept"),
    Message("No work is over yet."),
    *(Message("Work"), Message("Company"), Message("Kept until"), Message("Because of")),
)
GONE = (
    Message("What was erased"),
    Message("Nothing has been erased yet."),
    *(Message("When"), Message("Work"), Message("What"), Message("Kept until"), Message("How many")),
)
TITLE = Message("Keeping and erasing")
_ERASED = "evidence.erased"


async def erasures_page(request: web.Request) -> web.StreamResponse:
    return await _page(request, await _office(request), Wrong())


async def on_person(request: web.Request) -> web.StreamResponse:
    """Erase what is kept of a person."""
    who, language = await _office(request), language_of(request)

    async def erase(act: Act, sent: Mapping[str, str]) -> str:
        texts = form.texts(sent)
        await erase_person(Whom(texts["address"], texts["name"], texts["party"]), act.at, act.actor)
        return "/erasures"

    form = await _form(language, who)
    places = {"address": "address", "party": "party", "person": "address", "nobody": "address"}
    place, wrong = await perform(form, request, who, erase, places)
    return see_other(place) if place else await _page(request, who, wrong)


async def _office(request: web.Request) -> Reader:
    """Only the group's privacy office sees all companies, and so all that is kept of somebody."""
    who = await reader(request)
    if not who.everywhere:
        raise web.HTTPNotFound
    return who


async def _form(language: str, who: Reader) -> Form:
    keys = [str(key) for key in await tables.Party.all().order_by("key").values_list("key", flat=True)]
    parties = await who.present.parties(keys)
    return Form(
        "erase",
        Message("Erase a person's data"),
        Message("Erase it for good"),
        (
            Field("address", Message("Mail address"), hint=Message("Of a contact, a colleague or our own people.")),
            Field("name", Message("Name as they signed"), hint=Message("Where they signed without that address.")),
            Field("party", Message("Signed for"), "choice",
                  options=[{"value": key, "text": named(parties[key], language)} for key in keys]),
        ),
        Message(
            "For people who have left. Address, names and signatures go, and cannot be brought back; the ledger has"
            " only numbers and stays whole. Whoever still has a role is not erased."
        ),
        grave=True,
    )  # fmt: skip


async def _page(request: web.Request, who: Reader, wrong: Wrong) -> web.Response:
    language = language_of(request)
    years = who.present.group.retention
    over = tables.Engagement.filter(erase_at__not_isnull=True).order_by("erase_at", "key").limit(MOST)
    terms = [await _waiting(row, who, language) for row in await over]
    return page_of(
        request, who, wrong,
        title=TITLE.in_(language),
        intro=Message(
            "Once a work is over, what proves its supervision is kept for {evidence} years, and the reference of an"
            " owner's request for {request} years after the answer. Then it is erased at night. What the law or a hold"
            " keeps stays until that ends.",
            {"evidence": years.evidence_years, "request": years.request_years},
        ).in_(language),
        tables=[
            _table(KEPT, terms, language),
            _table(GONE, await _gone(who, language), language),
        ],
        forms=[(await _form(language, who)).shown("/erasures", wrong, language)],
    )  # fmt: skip


def _table(words: Sequence[Message], rows: Any, language: str) -> dict[str, Any]:
    """A table: what it is called, what it says where it is empty, the heads of its columns."""
    caption, none, *heads = (one.in_(language) for one in words)
    return {"caption": caption, "columns": heads, "rows": rows, "none": none}


async def _waiting(row: Engagement, who: Reader, language: str) -> list[Any]:
    found = await term_of(row, who.present)
    work = await who.present.engagement(row.key)
    return [
        LINK.format(f"/engagement/{row.key}", work.title or row.key),
        company_name(row.company_id, who, language),
        say_day(found.until, language),
        RULES[found.rule].in_(language),
    ]


async def _gone(who: Reader, language: str) -> list[list[Any]]:
    lines = await tables.LedgerLine.filter(type=_ERASED).order_by("-seq").limit(MOST)
    return [_line(datetime.fromisoformat(line.at), json.loads(line.data), who, language) for line in lines]


def _line(at: datetime, said: Mapping[str, Any], who: Reader, language: str) -> list[Any]:
    return [
        say_instant(at, who.present.calendar.zone, language),
        said.get("engagement", ""),
        _what(said["obligation"], language),
        say_day(date.fromisoformat(said["due_on"]), language),
        said["count"],
    ]


def _what(kind: str, language: str) -> str:
    return ENTRIES[kind].in_(language) if kind in ENTRIES else topic_name(kind, language)


async def erased_page(request: web.Request) -> web.StreamResponse:
    """In place of a request whose content is gone: what it was, until when it was kept, and by which rule."""
    who = await reader(request)
    duty = await tables.Obligation.get_or_none(id=int(request.match_info["id"]))
    if duty is None or duty.erased_on is None or not who.sees(duty.company_id):
        raise web.HTTPNotFound
    language, calendar = language_of(request), who.present.calendar
    work = await who.present.engagement(duty.engagement_id)
    party = await who.present.party(duty.party_id)
    facts = [
        (Message("Party"), named(party, language)),
        (Message("Work"), work.title or work.key),
        (Message("Company"), company_name(duty.company_id, who, language)),
        (Message("Due on"), say_day(duty.due_on, language)),
        (Message("Accepted on"), say_day(duty.accepted_on, language) if duty.accepted_on else ""),
        (Message("Erased on"), say_day(duty.erased_on, language)),
        *await _kept(duty, language),
    ]
    return page_of(
        request, who, Wrong(),
        title=topic_name(duty.kind, language),
        name=duty_reference(duty.id),
        state=Message("Erased").in_(language),
        intro=Message(
            "What was said here had had its time and was erased. A receipt that the party holds can still be verified:"
            " its hashes stand in the ledger."
        ).in_(language),
        facts=[(term.in_(language), value) for term, value in facts if value],
        back={"href": "/closed", "text": Message("Closed").in_(language)},
        history=await history(duty, language, calendar),
    )  # fmt: skip


async def _kept(duty: Obligation, language: str) -> list[tuple[Message, str]]:
    """Up to when it was kept, by which rule, and the hash of what went, from the ledger's line."""
    lines = tables.LedgerLine.filter(type=_ERASED, subject=f"engagement/{duty.engagement_id}").order_by("-seq")
    for line in await lines:
        said = json.loads(line.data)
        if said["obligation"] == duty.kind:
            rule = RULES[said["rule"].removeprefix("retention-")].in_(language)
            return [
                (Message("Kept until"), say_day(date.fromisoformat(said["due_on"]), language)),
                (Message("Because of"), rule),
                (Message("Hash of what was erased"), said["sha256"]),
            ]
    return []
