"""What the party has said beside its answers, for those who decide on it: in words, with the choices that there are."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.language import Message, say_day
from monitor.obligations.pleas import ALONE, DECISIONS, decidable
from monitor.tables.duty import DECLINE, MORE_TIME, NOT_OURS, OBJECTION, WRONG_PERSON
from monitor.web.console.rolling import becomes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.calendar import Calendar
    from monitor.questionnaire import Questionnaire
    from monitor.tables import Obligation, Plea

TITLES = {
    MORE_TIME: "The party asks for more time",
    DECLINE: "The party declines to answer",
    NOT_OURS: "The party says that this does not concern it",
    WRONG_PERSON: "The party names another person to ask",
    OBJECTION: "The party objects to what we saw",
}
CHOICES = {
    (MORE_TIME, "granted"): "Give the time that was asked for",
    (MORE_TIME, "other-date"): "Give another date (below)",
    (MORE_TIME, "refused"): "The date stays",
    (DECLINE, "agreed"): "Accept what is offered: nothing is asked until the day below",
    (DECLINE, "asked-again"): "Ask again, if need be with a later date (below)",
    (NOT_OURS, "agreed"): "They are right: nothing is asked until the day below, and the registry is corrected by then",
    (NOT_OURS, "refused"): "The request stands",
    (WRONG_PERSON, "confirmed"): "Ask this person from now on; a link leaves at once",
    (WRONG_PERSON, "refused"): "Go on asking as before",
    (OBJECTION, "corrected"): "They are right: what we saw does not count",
    (OBJECTION, "noted"): "Noted: what we saw stands beside their words",
}
DATED = {MORE_TIME, DECLINE, NOT_OURS}
SAYS = {
    "granted": "the time was given",
    "other-date": "another date was given",
    "refused": "it stays as it is",
    "agreed": "agreed",
    "asked-again": "asked again",
    "confirmed": "the person was confirmed",
    "corrected": "what we saw does not count",
    "noted": "noted",
    "taken-back": "taken back by the party",
}


async def undecided(
    duty: Obligation, asked: Questionnaire | None, calendar: Calendar, language: str
) -> list[dict[str, Any]]:
    """What waits for a decision and can be decided now."""
    rows = await tables.Plea.filter(obligation_id=duty.id, decision=None).order_by("id")
    texts = {one.id: one.text.in_(language) for one in asked.questions} if asked else {}
    waiting = [row for row in rows if row.kind in decidable(duty.state)]
    return [_shown(row, texts, calendar, language) | _wish(row, duty, calendar, language) for row in waiting]


def _wish(plea: Plea, duty: Obligation, calendar: Calendar, language: str) -> dict[str, str]:
    """That the day which is wished for is closed, and what the due date would be; nothing where it is not."""
    due = plea.proposed_on and becomes(duty, plea.proposed_on, calendar)
    text = "{day} is a closed day. If you give the time that was asked for, the due date is {due}."
    said = Message(text, {"day": plea.proposed_on, "due": due}).in_(language) if due != plea.proposed_on else ""
    return {"rolls": said}


def _shown(plea: Plea, questions: dict[str, str], calendar: Calendar, language: str) -> dict[str, Any]:
    about, talked = plea.about, str(plea.about.get("price_consulted_on", ""))
    facts = [
        (Message("Wished"), say_day(plea.proposed_on, language) if plea.proposed_on else ""),
        (Message("Name"), about.get("name", "")),
        (Message("Email"), about.get("email", "")),
        (Message("Question"), questions.get(plea.question, plea.question)),
        (Message("Offered instead"), about.get("offered", "")),
        (Message("Cost talked about"), say_day(date.fromisoformat(talked), language) if talked else ""),
        (Message("Written on"), say_day(calendar.day_of(plea.made_at), language)),
    ]
    return {
        "id": plea.id,
        "kind": plea.kind,
        "title": Message(TITLES[plea.kind]).in_(language),
        "text": plea.text,
        "facts": [(name.in_(language), said) for name, said in facts if said],
        "dated": plea.kind in DATED,
        "worded": not ALONE & set(DECISIONS[plea.kind]),  # whatever is decided needs a word
        "choices": [
            {"value": name, "text": Message(CHOICES[plea.kind, name]).in_(language)} for name in DECISIONS[plea.kind]
        ],
    }


async def objections(duty_id: int, calendar: Calendar, language: str) -> dict[str, str]:
    """The latest objection to a look, by question, with what was decided on it: stands beside the answer."""
    rows = await tables.Plea.filter(obligation_id=duty_id, kind=OBJECTION).order_by("id")
    return {row.question: _objected(row, calendar, language) for row in rows}


def objected(row: dict[str, Any], said: Mapping[str, str]) -> dict[str, Any]:
    """An answer for those who decide, with the objection that stands beside it."""
    note = [part for part in (row.get("note"), said.get(row["id"])) if part]
    return row | {"note": " – ".join(note)}


def _objected(plea: Plea, calendar: Calendar, language: str) -> str:
    values = {"day": say_day(calendar.day_of(plea.made_at), language), "text": plea.text, "decision": ""}
    if not plea.decision:
        return Message("Objection of {day}, not decided yet: {text}", values).in_(language)
    values["decision"] = Message(SAYS[plea.decision]).in_(language)
    return Message("Objection of {day} ({decision}): {text}", values).in_(language)
