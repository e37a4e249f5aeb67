"""The register of incidents: what parties have told, what has to be reported by when, what is done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import tables
from monitor.hearing.asking_on import NOTICE
from monitor.hearing.incidents import CATEGORIES, ITEMS, PEOPLE, unlisted
from monitor.language import Message, listed, say_day, say_instant
from monitor.letters.items import ITEMS as ITEMS_IN_WORDS
from monitor.letters.items import items, questions
from monitor.own_duties import own_kind
from monitor.promises import lifecycle
from monitor.promises.incidents import following
from monitor.promises.incidents.following import Brought, brought
from monitor.promises.incidents.reporting import Report, report
from monitor.promises.standing import standing_of
from monitor.questionnaire import Answer
from monitor.questionnaire.my_number import holds_my_number
from monitor.reasons import MY_NUMBER
from monitor.refusal import Refused
from monitor.registry.lifecycle import ways
from monitor.registry.suspension import SUSPENDED
from monitor.web.console.act import LONGEST, act_of
from monitor.web.console.entries import course_of, day_of, refused, shown, unsaid, works
from monitor.web.console.looking import Wrong, console_page
from monitor.web.console.matters import label
from monitor.web.console.session import Reader, reader
from monitor.web.fields import fields, whole_number
from monitor.web.pages import language_of, moment, see_other
from monitor.web.site import SITE
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from monitor.tables import Incident
    from monitor.web.console.act import Act
    from monitor.web.console.entries import Mistake

MOST = 500  #: entries that the list shows, the latest first
SORTS: Mapping[str, Message] = {
    "special-care": Message("Special-care-required personal information is among it"),
    "property": Message("Misuse could cost the persons money"),
    "wrongful": Message("It may have been done with wrongful intent"),
    "my-number": Message("My Number is among it"),
}
STATES: Mapping[str, Message] = {
    "begun": Message("Announced; not described yet"),
    "told": Message("Being dealt with"),
    "closed": Message("Closed"),
}
_WORDS: Mapping[str, Message] = {
    "incident.begun": Message("Entered"),
    "incident.told": Message("Told by the party"),
    "incident.added": Message("Added to by the party"),
    "incident.not-reportable": Message("No report is needed, as far as is known"),
    "incident.owners-told": Message("The persons concerned have been told"),
    "incident.closed": Message("Closed"),
}
_REPORTABLE = {True: Message("A report is needed"), False: Message("No report is needed, as far as is known")}
_PLACES = {"aware": "aware_year", "engagement": "engagement", "my": "item_1", "day": "until_year", "on": "on_year"}
_NO_WORK, _NO_DAY = Message("Choose the work."), Message("Enter the day on which the party noticed it.")


async def incidents_page(request: web.Request) -> web.StreamResponse:
    return await _list(request, await reader(request))


async def _list(request: web.Request, who: Reader, wrong: Wrong | None = None) -> web.Response:
    wrong, language = wrong or Wrong(), language_of(request)
    seen = tables.Incident.all() if who.everywhere else tables.Incident.filter(company_id__in=who.companies)
    found = await seen.order_by("-id").limit(MOST)
    parties = await who.present.parties({one.party_id for one in found})
    entries = await who.present.engagements({one.engagement_id for one in found})
    rows = [
        {
            "id": one.id,
            "party": named(parties[one.party_id], language),
            "work": entries[one.engagement_id].title or one.engagement_id,
            "aware": say_day(one.aware_on, language),
            "received": say_instant(one.received_at, who.present.calendar.zone, language) if one.received_at else "",
            "state": STATES[one.state].in_(language),
            "missing": len(unlisted(one.missing)) if one.state == "told" else 0,
        }
        for one in found
    ]
    return console_page(
        request, who, "incidents.html", status=wrong.status, errors=wrong.errors, said=wrong.said, rows=rows,
        works=await works(who, wrong.said.get("record_engagement", ""), language),
        sorts=[{"value": name, "text": words.in_(language), "checked": name in wrong.said.get("sorts", "").split()}
               for name, words in SORTS.items()],
        items=[(number, words.in_(language)) for number, words in ITEMS_IN_WORDS.items() if number != 3],  # noqa: PLR2004 - a number by itself
    )  # fmt: skip


async def on_record(request: web.Request) -> web.StreamResponse:
    """What a party has told by telephone, mail or letter, entered by a person: as if it had used its form."""
    who, language = await reader(request), language_of(request)
    pairs = await fields(request)
    sent = {name: value[:LONGEST] for name, value in pairs}
    sent["sorts"] = " ".join(value for name, value in pairs if name == "record_sorts")
    mistakes = _record_mistakes(sent, who)
    if mistakes:
        return await _list(request, who, shown(mistakes, "record", sent, language))
    try:
        act = await act_of(who, "record", sent)
        incident = await report(_report(sent, who), act.at, act.actor, request.app[SITE].shelf)
    except Refused as no:
        return await _list(request, who, refused(no, "record", sent, language, _PLACES))
    return see_other(f"/incident/{incident.id}")


def _record_mistakes(sent: Mapping[str, str], who: Reader) -> list[Mistake]:
    found = unsaid("record", sent, {"engagement": _NO_WORK}, {"aware": _NO_DAY})
    people = _people(sent)
    if people and whole_number(people) is None:
        found.append(("people", Message("Enter a whole number, or leave this empty.")))
    aware, received = day_of("record", "aware", sent), day_of("record", "received", sent)
    today = who.present.calendar.day_of(moment())
    if max(aware or today, received or today) > today:
        found.append(("aware_year", Message("Name today or a day before it.")))
    texts = [value for name, value in sent.items() if name.startswith("record_item")]
    if any(holds_my_number(text) for text in texts):
        found.append(("item_1", MY_NUMBER))
    return found


def _people(sent: Mapping[str, str]) -> str:
    """How many are concerned, as it was typed."""
    return sent.get("record_people", "").strip().replace(",", "")


def _report(sent: Mapping[str, str], who: Reader) -> Report:
    """What the form says, as answers to the questions of the notice."""
    answers = {
        ITEMS[number]: Answer(value=text) for number in ITEMS if (text := sent.get(f"record_item_{number}", "").strip())
    }
    answers[CATEGORIES] = Answer(value=tuple(sent["sorts"].split()) or ("none",))
    if people := _people(sent):
        answers[PEOPLE] = Answer(value=whole_number(people))
    engagement, aware = sent["record_engagement"], day_of("record", "aware", sent)
    received = day_of("record", "received", sent)
    calendar = who.present.calendar
    at = calendar.instant(received) if received and received < calendar.day_of(moment()) else None
    assert aware is not None  # noqa: S101 - looked at before
    return Report(engagement, aware, answers, at, protected=bool(sent.get("record_protected")))


async def _incident_of(request: web.Request, who: Reader) -> Incident:
    """The incident named in the path, if the reader may see it; to all others it does not exist."""
    incident = await tables.Incident.get_or_none(id=int(request.match_info["id"]))
    if incident is None or not who.sees(incident.company_id):
        raise web.HTTPNotFound
    return incident


async def incident_page(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    return await _show(request, who, await _incident_of(request, who))


async def _show(request: web.Request, who: Reader, incident: Incident, wrong: Wrong | None = None) -> web.Response:
    wrong, language = wrong or Wrong(), language_of(request)
    party = await who.present.party(incident.party_id)
    entry = await who.present.engagement(incident.engagement_id)
    stand = await standing_of(entry, who.present, who.present.calendar.day_of(moment()))
    duties = await following.duties_of(incident)
    notice = await tables.Obligation.filter(kind=NOTICE, subject=str(incident.ref)).order_by("-id").first()
    told = await brought(notice) if notice else []
    return console_page(
        request, who, "incident.html", status=wrong.status, errors=wrong.errors, said=wrong.said, incident=incident,
        party=named(party, language), work=entry.title or entry.key, facts=_facts(incident, who, language),
        notice=notice, told=[_brought(one, who, language) for one in told],
        suspendable=SUSPENDED in ways(entry.state, stand.ground.last_day, stand.day),
        suspended=stand.state == SUSPENDED, why=stand.why(language), state=STATES[incident.state].in_(language),
        duties=[_duty(duty, who, language) for duty in duties],
        closable=incident.state == "told" and not any(duty.state == "open" for duty in duties),
        history=await course_of(str(incident.ref), _WORDS, who.present.calendar, language),
    )  # fmt: skip


def _brought(one: Brought, who: Reader, language: str) -> dict[str, Any]:
    zone = who.present.calendar.zone
    return {
        "number": one.number,
        "when": say_instant(one.at, zone, language),
        "new": listed(questions(one.new, language), language),
        "changed": listed(questions(one.changed, language), language),
        "withdrawn": listed(questions(one.withdrawn, language), language),
    }


def _facts(incident: Incident, who: Reader, language: str) -> list[tuple[str, str]]:
    zone = who.present.calendar.zone
    company = who.present.companies.get(incident.company_id) or who.present.group
    known = incident.received_at is not None
    found: list[tuple[Message, str]] = [
        (Message("Responsible company"), named(company, language)),
        (Message("Noticed by the party"), say_day(incident.aware_on, language)),
        (Message("Notice received"), say_instant(incident.received_at, zone, language) if incident.received_at else ""),
        (Message("Persons"), "" if incident.people is None else f"{incident.people:,}"),
        (
            Message("What it touches"),
            listed((SORTS[one].in_(language) for one in incident.categories if one in SORTS), language),
        ),
        (Message("Items still missing"), listed(items(incident.missing, language), language)),
        (Message("The party is next reminded of them"), _asked_next(incident, who, language)),
        (Message("To be reported"), _REPORTABLE[bool(incident.reportable)].in_(language) if known else ""),
        (Message("Persons told"), say_day(incident.owners_told_on, language) if incident.owners_told_on else ""),
        (Message("Reference"), str(incident.ref)),
    ]
    return [(term.in_(language), value) for term, value in found if value]


def _asked_next(incident: Incident, who: Reader, language: str) -> str:
    calendar = who.present.calendar
    return say_day(calendar.day_of(incident.remind_at), language) if incident.remind_at else ""


def _duty(duty: tables.OwnDuty, who: Reader, language: str) -> dict[str, Any]:
    late = duty.state == "open" and moment() >= who.present.calendar.end_of(duty.due_on)
    return {
        "id": duty.id,
        "what": own_kind(duty.kind).title.in_(language),
        "text": duty.about.get("what", ""),
        "due": say_day(duty.due_on, language),
        "label": label(duty, language, late=late),
    }


async def on_incident(request: web.Request) -> web.StreamResponse:
    """One act on an incident; what is wrong comes back with the page, and nothing typed is lost."""
    who, deed, language = await reader(request), request.match_info["deed"], language_of(request)
    incident = await _incident_of(request, who)
    sent = {name: value[:LONGEST] for name, value in await fields(request)}
    mistakes = unsaid(deed, sent, *_NEEDS[deed])
    if mistakes:
        return await _show(request, who, incident, shown(mistakes, deed, sent, language))
    try:
        await _DEEDS[deed](incident, await act_of(who, deed, sent))
    except Refused as no:
        fresh = await tables.Incident.get(id=incident.id)
        return await _show(request, who, fresh, refused(no, deed, sent, language, {**_PLACES, "reason": "reason"}))
    return see_other(f"/incident/{incident.id}")


async def _told(incident: Incident, act: Act) -> None:
    day = day_of("told", "on", {f"told_{name}": value for name, value in act.said.items()})
    await following.owners_told(incident.id, day or act.who.present.calendar.day_of(act.at), act.at, act.actor)


async def _suspend(incident: Incident, act: Act) -> None:
    await lifecycle.step(incident.engagement_id, "suspended", act.at, act.actor, act.reason)


async def _close(incident: Incident, act: Act) -> None:
    await following.close(incident.id, act.at, act.actor)


_WHY, _WHEN = Message("Write the reason."), Message("Name a day.")
_NEEDS: Mapping[str, tuple[Mapping[str, Message], Mapping[str, Message]]] = {
    "told": ({}, {"on": _WHEN}),
    "suspend": ({"reason": _WHY}, {}),
    "close": ({}, {}),
}
_DEEDS: Mapping[str, Callable[[Incident, Act], Awaitable[None]]] = {
    "told": _told,
    "suspend": _suspend,
    "close": _close,
}
