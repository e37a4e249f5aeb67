"""Disclosures by law or in an emergency, on pages: entered, completed, and the way to their review and cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import tables
from monitor.language import Message, say_day, say_instant
from monitor.own_duties import DISCLOSURE_REVIEW
from monitor.promises.disclosures import FIELDS, Disclosed, complete, enter_disclosure, lacking
from monitor.web.console.entries import companies, course_of, works
from monitor.web.console.forms import Field, Form, choices
from monitor.web.console.looking import Wrong
from monitor.web.console.passing import LINK, MOST, cases_of, company_name, entry_of, page_of, perform, visible
from monitor.web.console.session import Reader, reader
from monitor.web.pages import language_of, see_other

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.tables import Disclosure
    from monitor.web.console.act import Act

BASES = {
    "emergency": Message("Danger to life, body or property"),
    "law": Message("A law requires it"),
}
WORDS = {
    "by": Message("Who decided"),
    "why": Message("Why no consent could be had"),
    "what": Message("What was disclosed"),
    "to": Message("To whom"),
    "authority": Message("Authority"),
    "statute": Message("Statute, and number of the document"),
}
STATES = {
    "entered": Message("To be reviewed"),
    "justified": Message("It was justified"),
    "not-justified": Message("It was not justified"),
}
REPORTED = Message("Reported to us on")
DECIDED = "decided"  #: the field for who decided on it: `by` is whoever fills in the form
_WORDS = {
    "disclosure.entered": Message("Entered"),
    "disclosure.completed": Message("Completed"),
    "disclosure.justified": Message("It was justified"),
    "disclosure.not-justified": Message("It was not justified"),
}
_PLACES = {"basis": "basis", "no": "engagement", "company": "company", "on": "reported_on_year", "my": "why"}


async def _form(who: Reader, language: str) -> Form:
    return Form(
        "record",
        Message("Enter a disclosure"),
        Message("Enter it"),
        (
            Field(
                "basis",
                Message("Basis"),
                "choice",
                Message("Choose on what the disclosure rests."),
                options=choices(BASES, language),
            ),
            Field(
                "engagement",
                Message("Work"),
                "choice",
                options=await works(who, "", language),
                hint=Message("If a party disclosed it; else the company."),
            ),
            Field(
                "company",
                Message("Company"),
                "choice",
                Message("Choose the work or the company."),
                options=companies(who, "", language),
                unless="engagement",
            ),
            *(_field(name) for name in WORDS),
            Field("reported_on", REPORTED, "day"),
        ),
        Message("What is not known yet may stay empty: it is a case until it is known."),
    )


def _field(name: str) -> Field:
    return Field(DECIDED if name == "by" else name, WORDS[name], "area" if name in {"why", "what"} else "text")


def _said(texts: Mapping[str, str]) -> dict[str, str]:
    """What the fields of a form say, by the names of the register."""
    return {name: texts.get(DECIDED if name == "by" else name, "") for name in WORDS}


async def disclosures_page(request: web.Request) -> web.StreamResponse:
    return await _disclosures(request, await reader(request), Wrong())


async def _disclosures(request: web.Request, who: Reader, wrong: Wrong) -> web.Response:
    language = language_of(request)
    seen = tables.Disclosure.all() if who.everywhere else tables.Disclosure.filter(company_id__in=who.companies)
    rows = [
        [
            LINK.format(f"/disclosure/{one.id}", one.ref),
            company_name(one.company_id, who, language),
            BASES[one.basis].in_(language),
            one.to,
            STATES[one.state].in_(language),
        ]
        for one in await seen.order_by("-id").limit(MOST)
    ]
    title = Message("Disclosures by law or in an emergency").in_(language)
    heads = (Message("Reference"), Message("Company"), Message("Basis"), WORDS["to"], Message("State"))
    return page_of(
        request,
        who,
        wrong,
        title=title,
        intro=Message(
            "What a party or a company gave to somebody without the owner's consent (APPI 27(1)). Each is"
            " reviewed within two business days, unless the group has set another number."
        ).in_(language),
        tables=[
            {
                "caption": title,
                "columns": [head.in_(language) for head in heads],
                "rows": rows,
                "none": Message("No disclosure has been entered.").in_(language),
            }
        ],
        forms=[(await _form(who, language)).shown("/disclosures", wrong, language)],
    )


async def on_disclosures(request: web.Request) -> web.StreamResponse:
    who, language = await reader(request), language_of(request)
    form = await _form(who, language)

    async def enter(act: Act, sent: Mapping[str, str]) -> str:
        texts: dict[str, Any] = form.texts(sent)
        work = await tables.Engagement.get_or_none(key=texts["engagement"])
        if texts["engagement"] or texts["company"]:
            visible(who, work.company_id if work else texts["company"])
        told = Disclosed(
            texts["basis"], _said(texts), texts["engagement"], texts["company"], form.day(sent, "reported_on")
        )
        return f"/disclosure/{(await enter_disclosure(told, act.at, act.actor)).id}"

    place, wrong = await perform(form, request, who, enter, _PLACES)
    return see_other(place) if place else await _disclosures(request, who, wrong)


async def disclosure_page(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    return await _disclosure(request, who, await entry_of(tables.Disclosure, request, who), Wrong())


async def _disclosure(request: web.Request, who: Reader, row: Disclosure, wrong: Wrong) -> web.Response:
    language, zone = language_of(request), who.present.calendar.zone
    work = await who.present.engagement(row.engagement_id) if row.engagement_id else None
    facts = [
        (Message("Company"), company_name(row.company_id, who, language)),
        (Message("Work"), (work.title or work.key) if work else ""),
        (Message("Basis"), BASES[row.basis].in_(language)),
        *((words, getattr(row, name)) for name, words in WORDS.items()),
        (REPORTED, say_day(row.reported_on, language) if row.reported_on else ""),
        (Message("Entered"), say_instant(row.entered_at, zone, language)),
    ]
    form = _more(row)
    return page_of(
        request,
        who,
        wrong,
        title=Message("Disclosure by law or in an emergency").in_(language),
        name=row.ref,
        state=STATES[row.state].in_(language),
        facts=[(term.in_(language), value) for term, value in facts if value],
        back={"href": "/disclosures", "text": Message("Disclosures by law or in an emergency").in_(language)},
        ways=await _ways(row, language),
        forms=[form.shown(f"/disclosure/{row.id}", wrong, language)] if form else [],
        history=await course_of(f"disclosure/{row.id}", _WORDS, who.present.calendar, language),
    )


async def _ways(row: Disclosure, language: str) -> list[dict[str, str]]:
    """To its review, and to the cases of what is wrong with it."""
    duty = await tables.OwnDuty.filter(kind=DISCLOSURE_REVIEW, ref=row.ref).order_by("-id").first()
    found = [{"href": f"/own-duty/{duty.id}", "text": Message("Its review").in_(language)}] if duty else []
    return found + await cases_of(row.ref, language)


def _more(row: Disclosure) -> Form | None:
    """What may still be added: what was entered stays."""
    missing = lacking(row.basis, {name: getattr(row, name) for name in FIELDS[row.basis]})
    fields = [_field(name) for name in missing]
    fields += [] if row.reported_on else [Field("reported_on", REPORTED, "day")]
    return Form("complete", Message("Add what is missing"), Message("Add it"), tuple(fields)) if fields else None


async def on_disclosure(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    row = await entry_of(tables.Disclosure, request, who)
    form = _more(row)
    if form is None:
        raise web.HTTPNotFound

    async def add(act: Act, sent: Mapping[str, str]) -> str:
        await complete(row.id, _said(form.texts(sent)), form.day(sent, "reported_on"), act.at, act.actor)
        return f"/disclosure/{row.id}"

    first = form.fields[0].name + ("_year" if form.fields[0].shape == "day" else "")
    place, wrong = await perform(form, request, who, add, {"nothing": first, "my": first, "on": "reported_on_year"})
    return (
        see_other(place)
        if place
        else await _disclosure(request, who, await entry_of(tables.Disclosure, request, who), wrong)
    )
