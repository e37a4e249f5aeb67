"""The return or deletion of personal data, owed once an engagement has ended, by every node of the tree."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.calendar import DAY
from monitor.obligations.contract import Facts, Idle, Owed
from monitor.questionnaire import Place
from monitor.questionnaire.defaults import DELETION
from monitor.registry.format import OWING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Deletion:
    """返却・消去: the party certifies, place by place, that nothing is left (APPI 22, 25; guideline 10-5(4))."""

    name = "deletion"
    version = 1
    opens_with_mail = False

    def owed(self, facts: Facts) -> Owed | Idle:
        if facts.entry.state not in OWING:
            return Idle("not-in-force", void=True)
        last_day = facts.last_day
        if last_day is None or facts.today <= last_day:
            return Idle("not-ended", void=True)
        if facts.entry.deletion.accepted_on or any(
            duty.accepted_on > last_day for duty in facts.accepted(self.name) if duty.accepted_on
        ):
            return Idle("confirmed", void=True)
        days = facts.entry.deletion_days
        return Owed(last_day + timedelta(days=days), days - 1, opens_on=last_day + DAY)

    def questions(self, facts: Facts) -> tuple[str, Sequence[Place]]:
        """One row for each place where data lies, and one for each party below: its confirmation is owed as well."""
        own = [Place(name=place.name, kind=place.kind) for place in facts.entry.place]
        return DELETION[facts.entry.kind], [*own, *(Place(name=name, kind="sub_trustee") for name in facts.below)]
