"""Provision to parties abroad, on pages: its basis, when it was looked at, and what an owner may ask to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import tables
from monitor.language import Message, say_day
from monitor.own_duties import TRANSFER_CHECK, TRANSFER_MEASURES
from monitor.promises.transfers import RESULTS, Looked, abroad, checked, next_check
from monitor.refusal import Refused
from monitor.registry.format import OWING
from monitor.registry.suspension import stopped_now
from monitor.web.console.entries import course_of
from monitor.web.console.forms import Field, Form, choices
from monitor.web.console.looking import Wrong
from monitor.web.console.passing import LINK, company_name, page_of, perform
from monitor.web.console.session import Reader, reader
from monitor.web.pages import language_of, moment, see_other
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.registry.format import Engagement
    from monitor.tables import TransferCheck
    from monitor.web.console.act import Act

BASES = {
    "consent": Message("The owner's consent (APPI 28(1))"),
    "designated": Message("A designated country (Enforcement Rules 15)"),
    "equivalent": Message("The party's own system (Enforcement Rules 16)"),
}
UNDECIDED = Message("Not decided yet")
OUTCOMES = {
    "ok": Message("The measures hold, and nothing hinders them"),
    "trouble": Message("There is trouble, and measures are taken"),
    "cannot-continue": Message("They cannot be ensured: no more data goes there"),
}
_WORDS = {"engagement.state": Message("Another state")}
ABROAD = "Provision abroad"


async def _works(who: Reader) -> list[tuple[Engagement, str]]:
    """The works of which something is abroad, with the country of the party."""
    rows = tables.Engagement.filter(company_id__in=who.companies, retired_at=None).order_by("company_id", "key")
    entries = await who.present.engagements([str(key) for key in await rows.values_list("key", flat=True)])
    parties = await who.present.parties({entry.party for entry in entries.values()})
    found = [(entry, parties[entry.party].country) for _, entry in sorted(entries.items())]
    return [
        (entry, country)
        for entry, country in found
        if entry.state in OWING and (entry.transfer.basis or abroad(entry, country))
    ]


async def transfers_page(request: web.Request) -> web.StreamResponse:
    who, language = await reader(request), language_of(request)
    rows = [await _row(entry, country, who, language) for entry, country in await _works(who)]
    heads = ("Work", "Company", "Party", "Countries", "Basis", "Next check")
    title = Message(ABROAD).in_(language)
    return page_of(
        request,
        who,
        Wrong(),
        title=title,
        intro=Message(
            "Parties abroad, and places abroad where parties keep the data, each with what the provision"
            " rests on (APPI 28). The basis stands in the registry. Where it is the party's own system,"
            " somebody looks once a year whether its measures hold."
        ).in_(language),
        tables=[
            {
                "caption": title,
                "columns": [Message(text).in_(language) for text in heads],
                "rows": rows,
                "none": Message("Nothing is provided abroad.").in_(language),
            }
        ],
    )


async def _row(entry: Engagement, country: str, who: Reader, language: str) -> list[Any]:
    party = await who.present.party(entry.party)
    return [
        LINK.format(f"/transfer/{entry.key}", entry.title or entry.key),
        company_name(entry.company, who, language),
        named(party, language),
        " ".join(_countries(entry, country)),
        _basis(entry, country, who, language),
        await _next(entry, who, language),
    ]


def _countries(entry: Engagement, country: str) -> list[str]:
    return sorted({country, *entry.places})


def _basis(entry: Engagement, country: str, who: Reader, language: str) -> str:
    """As the registry says it; a designated country needs no saying."""
    basis = entry.transfer.basis
    if basis in {None, "none"} and country in who.present.group.transfers.designated:
        basis = "designated"
    return BASES.get(basis or "", UNDECIDED).in_(language)


async def _next(entry: Engagement, who: Reader, language: str) -> str:
    row = await tables.Engagement.get(key=entry.key)
    calendar = who.present.calendar
    nominal = next_check(entry, max(calendar.day_of(row.first_seen_at), entry.starts_on), who.present.group.transfers)
    return say_day(calendar.roll(nominal, entry.roll), language) if nominal else ""


async def _work_of(request: web.Request, who: Reader) -> Engagement:
    row = await tables.Engagement.get_or_none(key=request.match_info["key"], retired_at=None)
    if row is None or not who.sees(row.company_id):
        raise web.HTTPNotFound
    return await who.present.engagement(row.key)


async def transfer_page(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    return await _transfer(request, who, await _work_of(request, who), Wrong())


def _form(language: str) -> Form:
    note = Message("An owner may ask to be told of trouble and of the measures: write so that they may read it.")
    return Form(
        "check",
        Message("Somebody has looked"),
        Message("Enter it"),
        (
            Field(
                "result",
                Message("What was found?"),
                "choice",
                Message("Choose what was found."),
                options=choices(OUTCOMES, language),
            ),
            Field("on", Message("On which day, if not today?"), "day"),
            Field("note", Message("In words"), "area", hint=note),
        ),
        Message(
            "Look at whether the party carries out its measures, and whether a law of its country may"
            " hinder them (APPI 28(3), Enforcement Rules 18)."
        ),
    )


async def _transfer(request: web.Request, who: Reader, entry: Engagement, wrong: Wrong) -> web.Response:
    language, party = language_of(request), await who.present.party(entry.party)
    checks = await tables.TransferCheck.filter(engagement_id=entry.key).order_by("-on", "-id")
    rows = [[say_day(one.on, language), OUTCOMES[_name(one)].in_(language), one.note] for one in checks]
    told = await information(entry, party.country, checks, who, language)
    heads = [Message(text).in_(language) for text in ("Day", "Found", "In words")]
    facts = [
        (Message("Company"), company_name(entry.company, who, language)),
        (Message("Party"), named(party, language)),
        (Message("Basis"), _basis(entry, party.country, who, language)),
        (Message("Next check"), await _next(entry, who, language)),
    ]
    return page_of(
        request,
        who,
        wrong,
        title=Message(ABROAD).in_(language),
        name=entry.title or entry.key,
        back={"href": "/transfers", "text": Message(ABROAD).in_(language)},
        facts=[(term.in_(language), value) for term, value in facts if value],
        tables=[
            {
                "caption": Message("Checks").in_(language),
                "columns": heads,
                "rows": rows,
                "none": Message("Nobody has looked yet.").in_(language),
            },
            {
                "caption": Message("What an owner may ask to be told").in_(language),
                "columns": [Message("Item").in_(language), Message("What is known").in_(language)],
                "rows": told,
                "none": "",
            },
        ],
        ways=[
            {"href": f"/transfer-information/{entry.key}", "text": Message("This list as a text file").in_(language)},
            *await _duties(entry, language),
        ],
        forms=[_form(language).shown(f"/transfer/{entry.key}", wrong, language)] if entry.state in OWING else [],
        history=await course_of(f"engagement/{entry.key}", _WORDS, who.present.calendar, language),
    )


def _name(one: TransferCheck) -> str:
    return next(name for name, result in RESULTS.items() if result == one.result)


async def information(
    entry: Engagement, country: str, checks: Sequence[TransferCheck], who: Reader, language: str
) -> list[tuple[str, str]]:
    """The seven items that an owner is told on request, without delay (APPI 28(3), Enforcement Rules 18(3)). An empty
    one says that it is not on record.
    """
    transfer, every = entry.transfer, who.present.group.transfers.check_every
    trouble = next((one for one in checks if one.result != "ok"), None)
    rhythm = Message("At least every {months} months.", {"months": every}).in_(language)
    none, unknown = Message("None is known.").in_(language), Message("Not on record.").in_(language)
    found: list[tuple[Message, str]] = [
        (Message("How the party has set up its system"), transfer.how or unknown),
        (Message("Outline of the measures that it carries out"), transfer.measures or unknown),
        (Message("How often and how that is checked"), f"{rhythm} {transfer.checked or ''}".strip()),
        (Message("Country"), " ".join(one for one in _countries(entry, country) if one != "JP")),
        (
            Message("Whether a regime of that country may affect the measures, and its outline"),
            transfer.regime or unknown,
        ),
        (
            Message("Whether there is trouble with the measures, and its outline"),
            (trouble.note or unknown) if trouble else none,
        ),
        (
            Message("What is done about that trouble"),
            _done(trouble, stopped=await stopped_now(entry.key, who.present)).in_(language),
        ),
    ]
    return [(item.in_(language), value) for item, value in found]


def _done(trouble: TransferCheck | None, *, stopped: bool) -> Message:
    if trouble is None:
        return Message("Nothing has to be done.")
    return Message("The provision has stopped." if stopped else "Measures are being taken, or have been taken.")


async def _duties(entry: Engagement, language: str) -> list[dict[str, str]]:
    kinds = {
        TRANSFER_CHECK: Message("The check that is owed"),
        TRANSFER_MEASURES: Message("The measures that are owed"),
    }
    going = tables.OwnDuty.filter(kind__in=list(kinds), engagement_id=entry.key, state="open").order_by("id")
    return [{"href": f"/own-duty/{duty.id}", "text": kinds[duty.kind].in_(language)} for duty in await going]


async def on_transfer(request: web.Request) -> web.StreamResponse:
    who, language = await reader(request), language_of(request)
    entry, form = await _work_of(request, who), _form(language)

    async def look(act: Act, sent: Mapping[str, str]) -> str:
        result = RESULTS.get(form.text(sent, "result"))
        if result is None:
            raise Refused("no-such-result", Message("Choose what was found."))
        said = Looked(entry.key, result, form.day(sent, "on"), form.text(sent, "note"))
        await checked(said, act.at, act.actor)
        return f"/transfer/{entry.key}"

    place, wrong = await perform(form, request, who, look, {"on": "on_year", "my": "note", "no": "result"})
    return see_other(place) if place else await _transfer(request, who, entry, wrong)


async def information_file(request: web.Request) -> web.StreamResponse:
    """The list for an owner, as a text."""
    who, language = await reader(request), language_of(request)
    entry = await _work_of(request, who)
    party = await who.present.party(entry.party)
    checks = await tables.TransferCheck.filter(engagement_id=entry.key).order_by("-on", "-id")
    day = say_day(who.present.calendar.day_of(moment()), language)
    head = Message("{party}: provision abroad, as of {day}", {"party": named(party, language), "day": day})
    items = await information(entry, party.country, checks, who, language)
    text = "\n\n".join([head.in_(language), *(f"{n}. {item}\n{value}" for n, (item, value) in enumerate(items, 1))])
    attached = {"Content-Disposition": 'attachment; filename="transfer-information.txt"'}
    return web.Response(text=text + "\n", content_type="text/plain", charset="utf-8", headers=attached)
