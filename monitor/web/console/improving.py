"""The register of corrective actions, on pages: ordered because of an entry or of one's own accord, and followed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import tables
from monitor.evidence import content_disposition
from monitor.language import Message, say_day
from monitor.obligations import acts
from monitor.promises.improving import actions
from monitor.promises.improving.actions import Ordered, explain, order
from monitor.promises.improving.sources import KINDS, Source, source_of
from monitor.refusal import need
from monitor.web.console.entries import course_of
from monitor.web.console.forms import Field, Form
from monitor.web.console.looking import Wrong
from monitor.web.console.passing import LINK, MOST, company_name, page_of, perform
from monitor.web.console.session import Reader, reader
from monitor.web.console.sheet import as_csv
from monitor.web.pages import language_of, moment, see_other
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from monitor.tables import CorrectiveAction
    from monitor.web.console.act import Act
    from monitor.web.console.entries import Options

STATES: Mapping[str, Message] = {
    "open": Message("To be carried out"),
    "done": Message("Carried out, its effect is to be checked"),
    "effective": Message("Effective"),
    "not-effective": Message("Without effect"),
}
_WORDS: Mapping[str, Message] = {
    "corrective-action.ordered": Message("Ordered"),
    "corrective-action.explained": Message("Cause or person responsible entered"),
    "corrective-action.carried-out": Message("Carried out"),
    "corrective-action.effective": Message("Effective"),
    "corrective-action.not-effective": Message("Without effect: another action is owed"),
}
_HEADS = (
    Message("Reference"), Message("Comes from"), Message("Company"), Message("Party"), Message("What has to be done"),
    Message("Due"), Message("State"),
)  # fmt: skip
_MORE = (
    Message("Cause"), Message("Person responsible"), Message("Ordered"), Message("Carried out"),
    Message("Effect to be checked"), Message("Effect checked"), Message("What was found"), Message("Follows"),
)  # fmt: skip
TITLE = Message("Corrective actions")
ORDER = Message("Order a corrective action")
_PLACES = {"action": "action", "day": "due_year", "my": "action", "owner": "owner", "not": "action"}
_CAUSE = Message("Why could it happen? Without names of the persons concerned. It may be added later.")
_OWNER = Message("Somebody of the company who sees to it. They are told by mail, and reminded.")


async def _seen(who: Reader) -> Sequence[CorrectiveAction]:
    rows = tables.CorrectiveAction.all()
    if not who.everywhere:
        rows = rows.filter(company_id__in=who.companies)
    return await rows.order_by("-id").select_related("owner")


async def actions_page(request: web.Request) -> web.StreamResponse:
    who, language = await reader(request), language_of(request)
    found = (await _seen(who))[:MOST]
    lines = await _lines(found, who, language)
    rows = [[LINK.format(f"/{one.ref}", one.ref), _from(one.source, language), *line[2:]]
            for one, line in zip(found, lines, strict=True)]  # fmt: skip
    intro = Message(
        "What is done against the cause of something that went wrong, and whether that had its effect. Where it had"
        " none, another action is owed."
    )
    none = Message("No corrective action has been ordered.")
    table = {"caption": TITLE.in_(language), "columns": [head.in_(language) for head in _HEADS], "rows": rows}
    return page_of(
        request, who, Wrong(), title=TITLE.in_(language), intro=intro.in_(language),
        tables=[table | {"none": none.in_(language)}, _own(who, language)], ways=[_sheet(language)],
    )  # fmt: skip


def _sheet(language: str) -> dict[str, str]:
    return {"href": "/corrective-actions.csv", "text": Message("All of it as CSV").in_(language)}


def _own(who: Reader, language: str) -> dict[str, Any]:
    """The ways to an action of a company's own accord, which an audit or the yearly review may ask for."""
    known = who.present.companies
    owners = [(f"company/{key}", named(known[key], language)) for key in who.companies if key in known]
    if who.everywhere:
        owners.insert(0, ("group", named(who.present.group, language)))
    return {
        "caption": Message("Order one of a company's own accord").in_(language),
        "columns": [Message("Company").in_(language)],
        "rows": [[LINK.format(f"/corrective-actions/for/{place}", name)] for place, name in owners],
        "none": "",
    }


def _from(source: str, language: str) -> Any:
    """The entry that it comes from, as the way to it."""
    kind, _, number = source.partition("/")
    words = KINDS[kind].in_(language) if kind in KINDS else ""
    return LINK.format(f"/{source}", f"{words} {number}") if words else ""


async def _lines(rows: Sequence[CorrectiveAction], who: Reader, language: str) -> list[list[str]]:
    parties = await who.present.parties({one.party_id for one in rows if one.party_id})
    return [
        [
            str(one.ref),
            one.source,
            company_name(one.company_id or "", who, language),
            named(parties[one.party_id], language) if one.party_id else "",
            one.action,
            say_day(one.due_on, language),
            STATES[one.state].in_(language),
        ]
        for one in rows
    ]


async def actions_sheet(request: web.Request) -> web.StreamResponse:
    """The whole of it, for spreadsheets and auditors; days as days."""
    who, language = await reader(request), language_of(request)
    found = await _seen(who)
    lines = await _lines(found, who, language)
    calendar = who.present.calendar
    rows = [
        (
            *line[:5], one.due_on, line[6], one.cause, one.owner.email if one.owner else "",
            calendar.day_of(one.entered_at), one.done_on, one.check_on, one.checked_on, one.found,
            f"corrective-action/{one.follows_id}" if one.follows_id else "",
        )
        for one, line in zip(found, lines, strict=True)
    ]  # fmt: skip
    heads = [head.in_(language) for head in (*_HEADS, *_MORE)]
    name = f"corrective-actions-{calendar.day_of(moment()).isoformat()}.csv"
    headers = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": content_disposition(name)}
    return web.Response(body=as_csv(heads, rows), headers=headers)


@dataclass(frozen=True)
class Origin:
    """Why somebody orders one: because of an entry, or of the own accord of a company or the group."""

    place: str
    source: Source


async def _origin(request: web.Request, who: Reader) -> Origin:
    place = request.match_info["source"]
    if place == "group":
        found: Source | None = Source("", None)
    elif place.startswith("company/"):
        key = place.removeprefix("company/")
        found = Source("", key) if key in who.present.companies else None
    else:
        found = await source_of(place)
    if found is None or not who.sees(found.company):
        raise web.HTTPNotFound
    return Origin(place, found)


def _people(company: str | None, who: Reader) -> Options:
    """Whom a company, or the group, names as its own."""
    entry = who.present.companies.get(company or "")
    if entry is None:
        known: Iterable[str] = who.present.group.privacy_office
    else:
        shared = (*entry.managers, *entry.reviewers, *entry.pi_manager, *entry.executive)
        known = dict.fromkeys(email.lower() for email in (*shared, *(one.email for one in entry.person if one.roles)))
    return [{"value": email, "text": email} for email in known]


def _form(source: Source, who: Reader) -> Form:
    owners = _people(source.company, who)
    return Form(
        "order",
        ORDER,
        Message("Order it"),
        (
            Field("cause", Message("Cause"), "area", hint=_CAUSE),
            Field("action", Message("What has to be done?"), "area", Message("Write what has to be done.")),
            Field("due", Message("By when?"), "day", Message("Name a day.")),
            Field("owner", Message("Person responsible"), "choice", hint=_OWNER, options=owners),
        ),
    )


async def order_page(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    return _order(request, who, await _origin(request, who), Wrong())


def _order(request: web.Request, who: Reader, origin: Origin, wrong: Wrong) -> web.Response:
    language, source = language_of(request), origin.source
    found = [
        (Message("Responsible company"), company_name(source.company or "", who, language)),
        (Message("Comes from"), _from(source.ref, language)),
    ]
    return page_of(
        request, who, wrong, title=ORDER.in_(language),
        facts=[(term.in_(language), text) for term, text in found if text],
        back={"href": "/corrective-actions", "text": TITLE.in_(language)},
        forms=[_form(source, who).shown(f"/corrective-actions/for/{origin.place}", wrong, language) | {"open": True}],
    )  # fmt: skip


async def on_order(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    origin = await _origin(request, who)
    source, form = origin.source, _form(origin.source, who)

    async def enter(act: Act, sent: Mapping[str, str]) -> str:
        due_on = form.day(sent, "due")
        assert due_on is not None  # noqa: S101 - looked at before
        said = Ordered(
            form.text(sent, "action"), due_on, form.text(sent, "cause"), source.ref, source.company,
            await _responsible(form.text(sent, "owner"), source.company, act),
        )  # fmt: skip
        return f"/{(await order(said, act.at, act.actor)).ref}"

    place, wrong = await perform(form, request, who, enter, _PLACES)
    return see_other(place) if place else _order(request, who, origin, wrong)


async def _responsible(email: str, company: str | None, act: Act) -> str:
    """Who sees to it, as the ledger knows them."""
    known = any(one["value"] == email for one in _people(company, act.who))
    need(not email or known, "owner-unknown", "Choose one of the company's people.")
    return await acts.person(email, act.at) if email else ""


async def _action_of(request: web.Request, who: Reader) -> CorrectiveAction:
    row = await tables.CorrectiveAction.get_or_none(id=int(request.match_info["id"])).select_related("owner")
    if row is None or not who.sees(row.company_id):
        raise web.HTTPNotFound
    return row


async def action_page(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    return await _action(request, who, await _action_of(request, who), Wrong())


def _explaining(row: CorrectiveAction, who: Reader) -> Form:
    return Form(
        "explain",
        Message("Enter the cause, or who sees to it"),
        Message("Record it"),
        (
            Field("cause", Message("Cause"), "area", hint=Message("Left empty, it stays as it is.")),
            Field("owner", Message("Person responsible"), "choice", hint=_OWNER, options=_people(row.company_id, who)),
        ),
    )


async def _action(request: web.Request, who: Reader, row: CorrectiveAction, wrong: Wrong) -> web.Response:
    language = language_of(request)
    over = row.state not in {"open", "done"}
    return page_of(
        request, who, wrong, title=Message("Corrective action").in_(language), name=str(row.ref),
        state=STATES[row.state].in_(language), facts=await _facts(row, who, language),
        back={"href": "/corrective-actions", "text": TITLE.in_(language)}, ways=await _ways(row, language),
        forms=[] if over else [_explaining(row, who).shown(f"/{row.ref}", wrong, language)],
        history=await course_of(str(row.ref), _WORDS, who.present.calendar, language),
    )  # fmt: skip


async def _facts(row: CorrectiveAction, who: Reader, language: str) -> list[tuple[str, Any]]:
    party = named(await who.present.party(row.party_id), language) if row.party_id else ""
    follows = f"corrective-action/{row.follows_id}" if row.follows_id else ""
    days = ((Message("Due"), row.due_on), (Message("Carried out"), row.done_on),
            (Message("Effect to be checked"), row.check_on), (Message("Effect checked"), row.checked_on))  # fmt: skip
    found: list[tuple[Message, Any]] = [
        (Message("Company"), company_name(row.company_id or "", who, language)),
        (Message("Party"), party),
        (Message("Comes from"), _from(row.source, language)),
        (Message("Follows"), LINK.format(f"/{follows}", follows) if follows else ""),
        (Message("Cause"), row.cause),
        (Message("What has to be done"), row.action),
        (Message("Person responsible"), row.owner.email if row.owner else ""),
        *((term, say_day(day, language) if day else "") for term, day in days),
        (Message("What was found"), row.found),
    ]
    return [(term.in_(language), value) for term, value in found if value]


async def _ways(row: CorrectiveAction, language: str) -> list[dict[str, str]]:
    """To what is owed now, or to the action that took its place."""
    now = {"open": Message("Say that it is carried out"), "done": Message("Check its effect")}
    open_ones = [duty for duty in await actions.duties_of([row]) if duty.state == "open"]
    found = [(f"/own-duty/{duty.id}", now[row.state]) for duty in open_ones if row.state in now]
    after = await tables.CorrectiveAction.filter(follows_id=row.id).first()
    found += [(f"/{after.ref}", Message("The action that follows"))] if after else []
    return [{"href": href, "text": words.in_(language)} for href, words in found]


async def on_action(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    row = await _action_of(request, who)
    form = _explaining(row, who)

    async def enter(act: Act, sent: Mapping[str, str]) -> str:
        owner = await _responsible(form.text(sent, "owner"), row.company_id, act)
        await explain(row.id, form.text(sent, "cause"), owner, act.at, act.actor)
        return f"/{row.ref}"

    place, wrong = await perform(form, request, who, enter, _PLACES | {"my": "cause", "not": "by"})
    return see_other(place) if place else await _action(request, who, await _action_of(request, who), wrong)


async def measures(source: str, language: str) -> list[dict[str, str]]:
    """For the page of an entry: the corrective actions that came from it, and the way to order one."""
    found = [{"href": f"/{row.ref}", "text": f"{row.ref} ({STATES[row.state].in_(language)})"}
             for row in await actions.of_source(source)]  # fmt: skip
    return [*found, {"href": f"/corrective-actions/for/{source}", "text": ORDER.in_(language)}]
