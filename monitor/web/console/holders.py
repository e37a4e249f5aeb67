"""Whoever holds the data of a request or a correction, a row each: by when, where it stands, what it said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.language import Message, say_day
from monitor.questionnaire import thaw_answers
from monitor.schedule import overdue
from monitor.web.console.matters import label
from monitor.web.console.passing import company_name
from monitor.web.pages import moment
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from monitor.questionnaire import Answer
    from monitor.tables import Obligation, OwnDuty
    from monitor.web.console.session import Reader

    Saying = Callable[[Mapping[str, Answer], str], tuple[str, str]]  # what it said: the result, and what more


async def party_row(leg: Obligation, who: Reader, language: str, saying: Saying) -> dict[str, Any]:
    """A party, and what it said last."""
    party, entry = await who.present.party(leg.party_id), await who.present.engagement(leg.engagement_id)
    last = await tables.Submission.filter(obligation_id=leg.id).order_by("-id").first()
    result, more = saying(thaw_answers(last.answers) if last else {}, language)
    return {
        "href": f"/duty/{leg.id}" if who.sees(leg.company_id) else "",
        "name": named(party, language),
        "work": entry.title or entry.key,
        "due": say_day(leg.due_on, language),
        "state": "overdue" if overdue(leg, who.present.calendar, moment()) else leg.state,
        "word": None,
        "waiting": leg.state in tables.duty.SILENT,
        "result": result,
        "more": more,
    }


def company_row(duty: OwnDuty, who: Reader, language: str) -> dict[str, Any]:
    """A company of the group that uses the data jointly."""
    stands = label(duty, language, late=who.present.calendar.day_of(moment()) > duty.due_on)
    return {
        "href": f"/own-duty/{duty.id}" if duty.company_id and who.sees(duty.company_id) else "",
        "name": company_name(duty.company_id or "", who, language),
        "work": Message("Joint use").in_(language),
        "due": say_day(duty.due_on, language),
        "state": stands.state,
        "word": stands.words,
        "waiting": duty.state == "open",
        "result": "",
        "more": "",
    }
