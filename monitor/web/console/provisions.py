"""Records of provision and receipt, on pages: entered, completed, gone on with, and erased when their time is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from aiohttp import web

from monitor import tables
from monitor.language import Message, listed, say_day
from monitor.promises import provision
from monitor.promises.provision import Given
from monitor.promises.retention import FIELDS, lacking
from monitor.web.console.entries import companies, course_of, works
from monitor.web.console.forms import Field, Form, choices
from monitor.web.console.hand_overs import ANYWAY, IF_SUSPENDED, ONLY_IF_GONE
from monitor.web.console.looking import Wrong
from monitor.web.console.passing import LINK, MOST, cases_of, company_name, entry_of, page_of, perform, visible
from monitor.web.console.session import Reader, reader
from monitor.web.pages import language_of, moment, see_other

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.promises.retention import Basis, Way
    from monitor.tables import ProvisionRecord
    from monitor.web.console.act import Act

WAYS = {"provision": Message("Provided to a third party"), "receipt": Message("Received from a third party")}
RECORDS = {
    "single": Message("One record of one provision"),
    "batch": Message("One record of what is provided time and again"),
    "contract": Message("A contract or the like that stands for the record"),
}
BASES = {
    "consent": Message("The owner's consent"),
    "opt_out": Message("Opt-out"),
    "personal_related": Message("Personal-related information, consent confirmed"),
}
FIELD_WORDS = {
    "third": Message("The other side"),
    "address": Message("Its address"),
    "representative": Message("Its representative"),
    "items": Message("Items of data"),
    "owners": Message("Whose data"),
    "acquired": Message("How the other side had acquired it"),
    "consent_on": Message("Consent obtained or confirmed on"),
    "made_on": Message("Made on"),
}
_WORDS = {
    "provision.recorded": Message("Entered"),
    "provision.completed": Message("Completed"),
    "provision.went-on": Message("Data went once more: it is kept longer"),
    "provision.erasure-ordered": Message("Ordered to be erased on a later day"),
    "provision.erased": Message("Erased"),
}
_PLACES = {
    "record": "record",
    "ref": "ref",
    "company": "company",
    "to": "to",
    "batch": "basis",
    "on": "made_on_year",
    "no": "engagement",
    "my": "items",
    "nothing": "items",
    "retention": "on_year",
    "single": "last_on_year",
    "suspended": "anyway",
    "reason": "reason",
}


async def _record_form(who: Reader, language: str) -> Form:
    past = Message("From this the time runs for which a record of several provisions, or a contract, is kept.")
    return Form(
        "record",
        Message("Enter a record"),
        Message("Enter it"),
        (
            Field("ref", Message("Reference of your own"), missing=Message("Enter a reference, such as P-2026-001.")),
            Field(
                "way",
                Message("Which way"),
                "choice",
                Message("Choose which way the data went."),
                options=choices(WAYS, language),
            ),
            Field(
                "record",
                Message("Kind of record"),
                "choice",
                Message("Choose the kind of record."),
                options=choices(RECORDS, language),
            ),
            Field(
                "basis",
                Message("Basis"),
                "choice",
                Message("Choose on what the provision rests."),
                options=choices(BASES, language),
            ),
            Field(
                "engagement",
                Message("Work"),
                "choice",
                options=await works(who, "", language),
                hint=Message("If it went within a work that is registered; else the company and the other side."),
            ),
            Field(
                "company",
                Message("Company"),
                "choice",
                Message("Choose the work or the company."),
                options=companies(who, "", language),
                unless="engagement",
            ),
            Field("to", Message("The other side"), hint=Message("Its key in the registry, or its name.")),
            Field("address", FIELD_WORDS["address"]),
            Field("representative", FIELD_WORDS["representative"]),
            Field("items", FIELD_WORDS["items"], "area"),
            Field("owners", FIELD_WORDS["owners"], hint=Message("The number or place of a list. Never names.")),
            Field("acquired", FIELD_WORDS["acquired"], "area", hint=Message("Of what was received.")),
            Field("consent_on", FIELD_WORDS["consent_on"], "day"),
            Field("made_on", FIELD_WORDS["made_on"], "day", hint=Message("Today, if nothing is entered.")),
            Field("last_on", Message("Data went last on"), "day", hint=past),
            *_anyway(language),
        ),
    )


def _anyway(language: str) -> tuple[Field, ...]:
    """What is said where data went though the work is suspended."""
    return (
        Field("anyway", IF_SUSPENDED, "choice", hint=ONLY_IF_GONE, options=choices(ANYWAY, language)),
        Field("reason", Message("Why it went all the same"), "area"),
    )


async def provisions_page(request: web.Request) -> web.StreamResponse:
    return await _provisions(request, await reader(request), Wrong())


async def _provisions(request: web.Request, who: Reader, wrong: Wrong) -> web.Response:
    language = language_of(request)
    seen = (
        tables.ProvisionRecord.all() if who.everywhere else tables.ProvisionRecord.filter(company_id__in=who.companies)
    )
    rows = [_row(one, who, language) for one in await seen.order_by("-id").limit(MOST)]
    columns = [
        Message("Reference").in_(language),
        Message("Company").in_(language),
        FIELD_WORDS["third"].in_(language),
        Message("Kind").in_(language),
        {"text": Message("Kept until").in_(language), "whole": True},
        Message("State").in_(language),
    ]
    title = Message("Records of provision and receipt").in_(language)
    return page_of(
        request,
        who,
        wrong,
        title=title,
        intro=Message(
            "Needed where personal data really goes to a third party, or abroad by consent; not where it"
            " is entrusted or used jointly (APPI 29-31). While the law wants a record kept, nobody can"
            " erase it."
        ).in_(language),
        tables=[
            {
                "caption": title,
                "columns": columns,
                "rows": rows,
                "none": Message("No record has been entered.").in_(language),
            }
        ],
        forms=[(await _record_form(who, language)).shown("/provisions", wrong, language)],
    )


def _row(one: ProvisionRecord, who: Reader, language: str) -> list[Any]:
    state = _state(one, who, language)
    return [
        LINK.format(f"/provision/{one.id}", one.ref),
        company_name(one.company_id, who, language),
        one.third,
        RECORDS[one.record].in_(language),
        say_day(one.keep_until, language),
        state,
    ]


def _state(one: ProvisionRecord, who: Reader, language: str) -> str:
    if one.erased_on:
        return Message("Erased on {day}", {"day": one.erased_on}).in_(language)
    missing = _missing(one)
    if missing:
        fields = listed((FIELD_WORDS[name].in_(language) for name in missing), language)
        return Message("Still missing: {fields}", {"fields": fields}).in_(language)
    locked = who.present.calendar.day_of(moment()) <= one.keep_until
    return Message("Complete, locked by law" if locked else "Complete, may be erased").in_(language)


def _missing(one: ProvisionRecord) -> list[str]:
    way, basis = cast("Way", one.way), cast("Basis", one.basis)
    return lacking(way, basis, {name: getattr(one, name) for name in FIELDS[way, basis]})


async def on_provisions(request: web.Request) -> web.StreamResponse:
    who, language = await reader(request), language_of(request)
    form = await _record_form(who, language)

    async def enter(act: Act, sent: Mapping[str, str]) -> str:
        texts: dict[str, Any] = form.texts(sent)
        work = await tables.Engagement.get_or_none(key=texts["engagement"])
        if texts["engagement"] or texts["company"]:
            visible(who, work.company_id if work else texts["company"])
        given = Given(
            texts["ref"],
            texts["record"],
            texts["engagement"],
            texts["company"],
            texts["to"],
            form.day(sent, "made_on"),
            form.day(sent, "last_on"),
            texts["way"],
            texts["basis"],
            form.day(sent, "consent_on"),
            texts,
            anyway=texts["anyway"] == "yes",
            reason=texts["reason"],
        )
        return f"/provision/{(await provision.record(given, act.at, act.actor)).id}"

    place, wrong = await perform(form, request, who, enter, _PLACES)
    return see_other(place) if place else await _provisions(request, who, wrong)


async def provision_page(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    return await _provision(request, who, await entry_of(tables.ProvisionRecord, request, who), Wrong())


async def _provision(request: web.Request, who: Reader, row: ProvisionRecord, wrong: Wrong) -> web.Response:
    language = language_of(request)
    facts = [
        (Message("Company"), company_name(row.company_id, who, language)),
        (Message("Which way"), WAYS[row.way].in_(language)),
        (Message("Kind of record"), RECORDS[row.record].in_(language)),
        (Message("Basis"), BASES[row.basis].in_(language)),
        *((FIELD_WORDS[name], getattr(row, name)) for name in provision.TEXTS),
        (FIELD_WORDS["consent_on"], say_day(row.consent_on, language) if row.consent_on else ""),
        (FIELD_WORDS["made_on"], say_day(row.made_on, language)),
        (Message("Data went last on"), say_day(row.last_on, language) if row.last_on else ""),
        (Message("Kept until"), say_day(row.keep_until, language)),
        (Message("To be erased on"), say_day(row.erase_on, language) if row.erase_on and not row.erased_on else ""),
    ]
    return page_of(
        request,
        who,
        wrong,
        title=Message("Record").in_(language),
        name=row.ref,
        state=_state(row, who, language),
        back={"href": "/provisions", "text": Message("Records of provision and receipt").in_(language)},
        facts=[(term.in_(language), value) for term, value in facts if value],
        forms=[form.shown(f"/provision/{row.id}", wrong, language) for form in _forms(row, language)],
        ways=await cases_of(f"provision/{row.id}", language),
        history=await course_of(f"provision/{row.id}", _WORDS, who.present.calendar, language),
    )


def _forms(row: ProvisionRecord, language: str) -> list[Form]:
    """What can be done with a record: add what it lacks, go on with it, erase it. What it says is not rewritten."""
    if row.erased_on:
        return []
    empty = [Field(name, FIELD_WORDS[name], "area") for name in provision.TEXTS if not getattr(row, name)]
    empty += [] if row.consent_on else [Field("consent_on", FIELD_WORDS["consent_on"], "day")]
    found = [Form("complete", Message("Add what is missing"), Message("Add it"), tuple(empty))] if empty else []
    if row.record != "single":
        went = Field("last_on", Message("Data went last on"), "day", Message("Name the day."))
        stopped = _anyway(language) if row.way == "provision" else ()
        found.append(Form("went-on", Message("Data went once more"), Message("Enter it"), (went, *stopped)))
    later = Field("on", Message("On which day, if not today?"), "day")
    about = Message(
        "All that the record says is erased for good; its reference and its days stay. Before the law's"
        " time is over this is refused to everybody."
    )
    return [*found, Form("erase", Message("Erase it"), Message("Erase it"), (later,), about, grave=True)]


async def on_provision(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    row = await entry_of(tables.ProvisionRecord, request, who)
    forms = _forms(row, language_of(request))
    form = next((one for one in forms if one.deed == request.match_info["deed"]), None)
    if form is None:
        raise web.HTTPNotFound

    async def do(act: Act, sent: Mapping[str, str]) -> str:
        if form.deed == "complete":
            await provision.complete(row.id, form.texts(sent), form.day(sent, "consent_on"), act.at, act.actor)
        elif form.deed == "erase":
            await provision.delete(row.ref, form.day(sent, "on"), act.at, act.actor)
        elif day := form.day(sent, "last_on"):
            anyway, reason = form.text(sent, "anyway") == "yes", form.text(sent, "reason")
            await provision.went_on(row.id, day, act.at, act.actor, anyway=anyway, reason=reason)
        return f"/provision/{row.id}"

    first = form.fields[0].name + ("_year" if form.fields[0].shape == "day" else "")
    places = dict.fromkeys((*_PLACES, "erased"), first) | {"suspended": "anyway", "reason": "reason"}
    place, wrong = await perform(form, request, who, do, places)
    return (
        see_other(place)
        if place
        else await _provision(request, who, await entry_of(tables.ProvisionRecord, request, who), wrong)
    )
