"""What a party is asked about the findings of its accepted answers: one request for each engagement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.obligations.contract import NOT_SUPERVISED, Facts, Idle, Kind, Owed
from monitor.registry.format import OWING
from monitor.remediation.asking import questionnaire
from monitor.remediation.rules import days_ahead, first_due, owed
from monitor.remediation.settling import settle
from monitor.tables.duty import LIVE
from monitor.tables.remediation import REQUEST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from monitor.calendar import Calendar
    from monitor.questionnaire import Questionnaire
    from monitor.tables import Obligation, Remediation, Submission


class RemediationRequest(Kind):
    """指摘事項の是正: the party says of each open finding how it stands, and shows it (APPI 25, guideline 3-4-4)."""

    name = REQUEST
    version = 2
    about_findings = True

    def owed(self, facts: Facts) -> Owed | Idle:
        """Due on the earliest day of what it asks about. It opens at once for what the party was never asked about, and
        two weeks ahead for what it answered before.
        """
        if facts.entry.state not in OWING:
            return Idle("not-in-force", void=True)
        if not facts.entry.supervised_on(facts.today):
            return Idle(NOT_SUPERVISED, void=True)
        rows, asked = _open(facts), _asked(facts)
        if asked is not None and asked.opened_at is not None:
            since: datetime = asked.opened_at
            rows = [row for row in rows if row.since <= since]
        if not rows:
            return Idle("settled", void=True)
        if asked is not None and asked.opened_at is not None:
            opened = facts.calendar.day_of(asked.opened_at)
            return Owed(first_due(rows, opened), opens_at=asked.opens_at)
        return _next(rows, facts)

    def questions(self, facts: Facts, shelf: Mapping[str, Questionnaire]) -> Questionnaire:  # noqa: ARG002 - made of facts
        return questionnaire(_open(facts), facts.today)

    async def accepted(
        self, duty: Obligation, answer: Submission | None, calendar: Calendar, at: datetime, actor: str
    ) -> None:
        """What the answer says of each finding is entered; none comes of it."""
        if answer is not None:
            await settle(duty, answer, calendar, at, actor)


def _open(facts: Facts) -> list[Remediation]:
    return owed(facts.findings)


def _asked(facts: Facts) -> Obligation | None:
    """The request that is with the party, or with the reviewers."""
    return next((duty for duty in reversed(facts.history) if duty.kind == REQUEST and duty.state in LIVE), None)


def _next(rows: Sequence[Remediation], facts: Facts) -> Owed:
    fresh = [row.since for row in rows if row.asked_id is None]
    if not fresh:
        first = min(rows, key=lambda row: row.base_on)
        return Owed(first.base_on, days_ahead(first))
    opens_at = max([min(fresh), *_decided(facts)])
    opened = facts.calendar.day_of(facts.calendar.next_sending(opens_at))
    due = first_due(rows, opened)
    return Owed(due, (due - opened).days, opens_at=opens_at)


def _decided(facts: Facts) -> list[datetime]:
    """When the request before this one was closed: until then nothing more could be asked."""
    return [duty.decided_at for duty in facts.history if duty.kind == REQUEST and duty.decided_at][-1:]
