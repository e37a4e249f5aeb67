"""The log of hand-overs on pages: what went out run by run, what came back, and what has become of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from monitor import tables
from monitor.hearing.runs import RUN_DELETION
from monitor.language import Message, say_day
from monitor.promises.handing import Handed, hand_over
from monitor.web.console.entries import course_of, works
from monitor.web.console.forms import Field, Form, choices
from monitor.web.console.looking import Wrong
from monitor.web.console.passing import LINK, MOST, cases_of, company_name, entry_of, listing, page_of, perform, visible
from monitor.web.console.session import Reader, reader
from monitor.web.fields import how_many
from monitor.web.pages import language_of, see_other
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.tables import HandOver
    from monitor.web.console.act import Act

DIRECTIONS = {"out": Message("To the party"), "in": Message("Back from the party")}
MEDIA = {
    "transfer": Message("Encrypted transfer"),
    "portal": Message("Portal or shared storage"),
    "mail": Message("E-mail"),
    "media": Message("A medium, such as a disk"),
    "paper": Message("Paper"),
    "other": Message("Another way"),
}
STATES = {
    "logged": Message("Entered"),
    "asked": Message("Return or erasure awaited"),
    "confirmed": Message("Returned or erased"),
    "left": Message("Something is left"),
}
WORDS = {
    "ref": Message("Run"),
    "records": Message("Records"),
    "on": Message("Handed over on"),
    "medium": Message("How it went"),
    "protected": Message("How it was protected"),
    "persons": Message("Who handed it over, and who took it"),
}
IF_SUSPENDED = Message("If the work is suspended")
ONLY_IF_GONE = Message("Choose this only for what has already happened; a suspended work must not get data.")
ANYWAY = {"yes": Message("The data has gone all the same: enter it, and open a case")}
DIGITS = 15  #: of a number of records
COUNT = Message("Say how many records: a number above 0.")
_TITLE = Message("Hand-overs")
_COURSE = {
    "hand-over.entered": Message("Entered"),
    "hand-over.confirmed": Message("The party has confirmed that it is returned or erased"),
    "hand-over.left": Message("The party says that something is left"),
}
_PLACES = {
    "ref": "ref",
    "no": "engagement",
    "not": "engagement",
    "on": "on_year",
    "records": "records",
    "my": "protected",
    "suspended": "anyway",
    "medium": "medium",
}


def _particulars(language: str) -> tuple[Field, ...]:
    return (
        Field("records", WORDS["records"], missing=COUNT),
        Field("on", WORDS["on"], "day", hint=Message("Today, if nothing is entered.")),
        Field("medium", WORDS["medium"], "choice", options=choices(MEDIA, language)),
        Field("protected", WORDS["protected"], "area", hint=Message("For example: AES-256, the key by telephone.")),
        Field("persons", WORDS["persons"]),
    )


async def _form(who: Reader, language: str) -> Form:
    return Form(
        "record",
        Message("Enter a hand-over"),
        Message("Enter it"),
        (
            Field(
                "engagement",
                Message("Work"),
                "choice",
                Message("Choose the work."),
                options=await works(who, "", language),
            ),
            Field("ref", WORDS["ref"], missing=Message("Enter a reference of the run, such as DM-2026-10.")),
            Field(
                "direction",
                Message("Which way"),
                "choice",
                Message("Choose which way the data went."),
                options=choices(DIRECTIONS, language),
            ),
            *_particulars(language),
            Field(
                "anyway",
                IF_SUSPENDED,
                "choice",
                hint=ONLY_IF_GONE,
                options=choices(ANYWAY, language),
            ),
        ),
    )


def _given(form: Form, sent: Mapping[str, str], engagement: str, ref: str, *, back: bool) -> Handed:
    said = form.texts(sent)
    return Handed(
        engagement, ref, how_many(said["records"], DIGITS), form.day(sent, "on"), "in" if back else "out",
        said["medium"], said["protected"], said["persons"], said.get("anyway") == "yes",
    )  # fmt: skip


async def hand_overs_page(request: web.Request) -> web.StreamResponse:
    return await _list(request, await reader(request), Wrong())


async def _list(request: web.Request, who: Reader, wrong: Wrong) -> web.Response:
    language = language_of(request)
    seen = tables.HandOver.all() if who.everywhere else tables.HandOver.filter(company_id__in=who.companies)
    found = await seen.order_by("-on", "-id").limit(MOST)
    heads = (
        WORDS["ref"],
        Message("Party"),
        Message("Company"),
        Message("Which way"),
        WORDS["on"],
        WORDS["records"],
        Message("State"),
    )
    return page_of(
        request,
        who,
        wrong,
        title=_TITLE.in_(language),
        intro=Message(
            "What goes to a party for each run, such as one mailing, and what comes back. Where the purpose of the work"
            " asks for it, the party confirms for each run that it was returned or erased (APPI 22; General Guidelines"
            " 10-5)."
        ).in_(language),
        tables=[
            listing(
                _TITLE,
                heads,
                [await _row(one, who, language) for one in found],
                Message("No hand-over has been entered."),
                language,
            )
        ],
        forms=[(await _form(who, language)).shown("/hand-overs", wrong, language)],
    )


async def _row(one: HandOver, who: Reader, language: str) -> list[object]:
    return [
        LINK.format(f"/hand-over/{one.id}", one.ref),
        named(await who.present.party(one.party_id), language),
        company_name(one.company_id, who, language),
        DIRECTIONS[one.direction].in_(language),
        say_day(one.on, language),
        f"{one.records:,}",
        STATES[one.state].in_(language) if one.direction == "out" else "",
    ]


async def on_hand_overs(request: web.Request) -> web.StreamResponse:
    who, language = await reader(request), language_of(request)
    form = await _form(who, language)

    async def enter(act: Act, sent: Mapping[str, str]) -> str:
        said = form.texts(sent)
        work = await tables.Engagement.get_or_none(key=said["engagement"])
        visible(who, work.company_id if work else None)
        given = _given(form, sent, said["engagement"], said["ref"], back=said["direction"] == "in")
        return f"/hand-over/{(await hand_over(given, act.at, act.actor)).id}"

    place, wrong = await perform(form, request, who, enter, _PLACES)
    return see_other(place) if place else await _list(request, who, wrong)


async def hand_over_page(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    return await _entry(request, who, await entry_of(tables.HandOver, request, who), Wrong())


async def _entry(request: web.Request, who: Reader, row: HandOver, wrong: Wrong) -> web.Response:
    language = language_of(request)
    work = await who.present.engagement(row.engagement_id)
    facts = [
        (Message("Company"), company_name(row.company_id, who, language)),
        (Message("Party"), named(await who.present.party(row.party_id), language)),
        (Message("Work"), LINK.format(f"/engagement/{work.key}", work.title or work.key)),
        (Message("Which way"), DIRECTIONS[row.direction].in_(language)),
        (WORDS["on"], say_day(row.on, language)),
        (WORDS["records"], f"{row.records:,}"),
        (WORDS["medium"], MEDIA[row.medium].in_(language) if row.medium else ""),
        (WORDS["protected"], row.protected),
        (WORDS["persons"], row.persons),
        (Message("To be returned or erased by"), say_day(row.due_on, language) if row.due_on else ""),
    ]
    out = row.direction == "out"
    return page_of(
        request,
        who,
        wrong,
        title=Message("Hand-over").in_(language),
        name=row.ref,
        state=STATES[row.state].in_(language) if out else "",
        back={"href": "/hand-overs", "text": _TITLE.in_(language)},
        facts=[(term.in_(language), value) for term, value in facts if value],
        tables=[await _returns(row, language)] if out else [],
        ways=await _ways(row, language),
        forms=[_back(language).shown(f"/hand-over/{row.id}", wrong, language)] if out else [],
        history=await course_of(f"hand-over/{row.id}", _COURSE, who.present.calendar, language),
    )


async def _returns(row: HandOver, language: str) -> dict[str, object]:
    found = tables.HandOver.filter(engagement_id=row.engagement_id, ref=row.ref, direction="in").order_by("on", "id")
    rows = [
        [say_day(one.on, language), f"{one.records:,}", MEDIA[one.medium].in_(language) if one.medium else ""]
        for one in await found
    ]
    heads = [WORDS[name] for name in ("on", "records", "medium")]
    return listing(Message("What came back"), heads, rows, Message("Nothing has come back."), language)


async def _ways(row: HandOver, language: str) -> list[dict[str, str]]:
    """To the request to the party, and to the cases of what is wrong with the run."""
    asked = (
        await tables.Obligation.filter(kind=RUN_DELETION, engagement_id=row.engagement_id, subject=row.ref)
        .order_by("-id")
        .first()
    )
    found = [{"href": f"/duty/{asked.id}", "text": Message("The request to the party").in_(language)}] if asked else []
    return found + await cases_of(f"hand-over/{row.id}", language)


def _back(language: str) -> Form:
    about = Message("All that came back of a run is held against what went out.")
    return Form("back", Message("Enter what came back"), Message("Enter it"), _particulars(language), about)


async def on_hand_over(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    row = await entry_of(tables.HandOver, request, who)
    if row.direction != "out":
        raise web.HTTPNotFound
    form = _back(language_of(request))

    async def enter(act: Act, sent: Mapping[str, str]) -> str:
        await hand_over(_given(form, sent, row.engagement_id, row.ref, back=True), act.at, act.actor)
        return f"/hand-over/{row.id}"

    place, wrong = await perform(form, request, who, enter, _PLACES)
    return see_other(place) if place else await _entry(request, who, row, wrong)
