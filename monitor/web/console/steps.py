"""What happens next to a duty or a case if nobody does anything, in sentences for the page."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from monitor.language import Message, say_instant
from monitor.letters.ahead import coming
from monitor.letters.details import people

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.letters.ahead import Coming
    from monitor.registry.roster import Roster
    from monitor.tables import Case, Obligation, OwnDuty

SHOWN = 2


def next_steps(
    row: Obligation | Case | OwnDuty, present: Roster, at: datetime, language: str, last_day: date | None = None
) -> list[dict[str, str]]:
    """The next two steps, by the rules that will then be applied."""
    steps = islice(coming(row, present.calendar, at, last_day), SHOWN)
    return [_said(step, row.company_id, present, language) for step in steps]


def _said(step: Coming, company: str | None, present: Roster, language: str) -> dict[str, str]:
    day, what = present.calendar.day_of(step.at), []
    if step.party:
        what.append(Message("The party is reminded.").in_(language))
    if step.reviewers:
        what.append(Message("The reviewers are reminded.").in_(language))
    roles = (
        present.audience(company, step.reviewers, day) if step.reviewers else present.levels(company, step.level, day)
    )
    if step.level:
        what.append(Message("The company is told." if company else "The privacy office is told.").in_(language))
    who = people(roles, language) if step.reviewers or step.level else ""
    joined = "".join(what) if language == "ja" else " ".join(what)
    return {"when": say_instant(step.at, present.calendar.zone, language), "what": joined, "who": who}
