"""Statistics on pages: entered, signed off or refused before they are published, and the day on which they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.language import Message, say_day
from monitor.promises.statistics import PAIR, REFUSED, SIGNED_OFF, Made, decide_on, enter_statistics, published
from monitor.web.console.entries import companies, course_of, works
from monitor.web.console.forms import Field, Form
from monitor.web.console.looking import Wrong
from monitor.web.console.passing import (
    LINK,
    cases_of,
    company_name,
    entry_of,
    latest,
    listing,
    page_of,
    perform,
    visible,
)
from monitor.web.console.session import Reader, reader
from monitor.web.fields import how_many
from monitor.web.pages import language_of, see_other
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

    from monitor.tables import StatisticsReview
    from monitor.web.console.act import Act

STATES = {
    "entered": Message("To be looked at before publication"),
    SIGNED_OFF: Message("Signed off"),
    REFUSED: Message("Not to be published"),
}
WORDS = {
    "what": Message("What is published"),
    "method": Message("How the data is aggregated"),
    "group": Message("Smallest group (people)"),
    "reviewer": Message("Who looks at it"),
    "published": Message("Published on"),
}
DIGITS = 10  #: of a number of people
_TITLE = Message("Statistics")
_COURSE = {
    "statistics.entered": Message("Entered"),
    "statistics.signed-off": Message("Signed off"),
    "statistics.refused": Message("Refused"),
    "statistics.published": Message("Published"),
}
_PLACES = {
    "ref": "ref", "no": "engagement", "company": "company", "what": "what", "method": "method", "group": "group",
    "reviewer": "reviewer", "my": "what",
}  # fmt: skip
SIGN = Form(
    "sign",
    Message("Sign it off"),
    Message("It may be published"),
    about=Message("You confirm that you have looked at what is to be published, and that nobody can be told from it."),
)
REFUSE = Form(
    "refuse",
    Message("Refuse it"),
    Message("It may not be published"),
    (
        Field(
            "reason",
            Message("Why?"),
            "area",
            Message("Write why they may not be published: whoever makes them reads it."),
        ),
    ),
)
PUBLISH = Form(
    "publish",
    Message("It was published"),
    Message("Enter the day"),
    (Field("on", WORDS["published"], "day", Message("Name a day.")),),
    Message("Publication without a sign-off by that day is a case."),
)
_FORMS = {form.deed: form for form in (SIGN, REFUSE, PUBLISH)}


async def _form(who: Reader, language: str) -> Form:
    return Form(
        "record",
        Message("Enter statistics"),
        Message("Enter it"),
        (
            Field("ref", Message("Reference of your own"), missing=Message("Enter a reference, such as S-2026-001.")),
            Field(
                "engagement",
                Message("Work"),
                "choice",
                options=await works(who, "", language),
                hint=Message("If a party makes them; else the company."),
            ),
            Field(
                "company",
                Message("Company"),
                "choice",
                Message("Choose the work or the company."),
                options=companies(who, "", language),
                unless="engagement",
            ),
            Field("what", WORDS["what"], "area", Message("Say what is to be published.")),
            Field("method", WORDS["method"], "area", Message("Say how the data is aggregated.")),
            Field(
                "group",
                WORDS["group"],
                missing=Message("Say how many people the smallest group has."),
                hint=Message("The smallest number of people of whom anything is shown together."),
            ),
            Field("reviewer", WORDS["reviewer"], missing=Message("Say who is to look at it before it is published.")),
        ),
    )


async def statistics_page(request: web.Request) -> web.StreamResponse:
    return await _list(request, await reader(request), Wrong())


async def _list(request: web.Request, who: Reader, wrong: Wrong) -> web.Response:
    language = language_of(request)
    heads = (Message("Reference"), Message("Company"), WORDS["what"], WORDS["published"], Message("State"))
    return page_of(
        request,
        who,
        wrong,
        title=_TITLE.in_(language),
        intro=Message(
            "Statistics made of personal data, and the sign-off by somebody who has looked at them before they are"
            " published. What can still be tied to a person is personal data (APPI 2(1) and 27(1))."
        ).in_(language),
        tables=[
            listing(
                _TITLE,
                heads,
                [_row(one, who, language) for one in await latest(tables.StatisticsReview, who)],
                Message("No statistics have been entered."),
                language,
            )
        ],
        forms=[(await _form(who, language)).shown("/statistics", wrong, language)],
    )


def _row(one: StatisticsReview, who: Reader, language: str) -> list[object]:
    return [
        LINK.format(f"/statistic/{one.id}", one.ref),
        company_name(one.company_id, who, language),
        one.what,
        say_day(one.published_on, language) if one.published_on else "",
        STATES[one.state].in_(language),
    ]


async def on_statistics(request: web.Request) -> web.StreamResponse:
    who, language = await reader(request), language_of(request)
    form = await _form(who, language)

    async def enter(act: Act, sent: Mapping[str, str]) -> str:
        said = form.texts(sent)
        if said["engagement"] or said["company"]:
            work = await tables.Engagement.get_or_none(key=said["engagement"])
            visible(who, work.company_id if work else said["company"])
        made = Made(
            said["ref"], said["what"], said["method"], how_many(said["group"], DIGITS), said["reviewer"],
            said["engagement"], said["company"],
        )  # fmt: skip
        return f"/statistic/{(await enter_statistics(made, act.at, act.actor)).id}"

    place, wrong = await perform(form, request, who, enter, _PLACES)
    return see_other(place) if place else await _list(request, who, wrong)


async def entry_page(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    return await _entry(request, who, await entry_of(tables.StatisticsReview, request, who), Wrong())


async def _entry(request: web.Request, who: Reader, row: StatisticsReview, wrong: Wrong) -> web.Response:
    language = language_of(request)
    work = await who.present.engagement(row.engagement_id) if row.engagement_id else None
    party = named(await who.present.party(row.party_id), language) if row.party_id else ""
    facts = [
        (Message("Company"), company_name(row.company_id, who, language)),
        (Message("Party"), party),
        (Message("Work"), LINK.format(f"/engagement/{work.key}", work.title or work.key) if work else ""),
        (WORDS["what"], row.what),
        (WORDS["method"], row.method),
        (WORDS["group"], f"{row.smallest_group:,}"),
        (WORDS["reviewer"], row.reviewer),
        (Message("Decided on"), say_day(row.decided_on, language) if row.decided_on else ""),
        (WORDS["published"], say_day(row.published_on, language) if row.published_on else ""),
    ]
    place = f"/statistic/{row.id}"
    return page_of(
        request,
        who,
        wrong,
        title=_TITLE.in_(language),
        name=row.ref,
        state=STATES[row.state].in_(language),
        back={"href": "/statistics", "text": _TITLE.in_(language)},
        facts=[(term.in_(language), value) for term, value in facts if value],
        ways=await cases_of(f"statistics/{row.id}", language),
        forms=[form.shown(place, wrong, language) for form in _offered(row)],
        history=await course_of(f"statistics/{row.id}", _COURSE, who.present.calendar, language),
    )


def _offered(row: StatisticsReview) -> list[Form]:
    """What can be done now. A group of one can only be refused."""
    deciding = ([SIGN] if row.smallest_group >= PAIR else []) + [REFUSE] if row.state == "entered" else []
    return deciding + ([] if row.published_on else [PUBLISH])


async def on_entry(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    row, form = await entry_of(tables.StatisticsReview, request, who), _FORMS[request.match_info["deed"]]

    async def act_on(act: Act, sent: Mapping[str, str]) -> str:
        on = form.day(sent, "on")
        if form is PUBLISH and on:
            await published(row.id, on, act.at, act.actor)
        else:
            outcome = SIGNED_OFF if form is SIGN else REFUSED
            await decide_on(row.id, outcome, form.text(sent, "reason"), act.at, act.actor)
        return f"/statistic/{row.id}"

    place, wrong = await perform(form, request, who, act_on, {"on": "on_year", "reason": "reason", "my": "reason"})
    return (
        see_other(place)
        if place
        else await _entry(request, who, await entry_of(tables.StatisticsReview, request, who), wrong)
    )
