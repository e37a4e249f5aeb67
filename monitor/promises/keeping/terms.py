"""Up to when what proves the supervision of a party is kept, and by which rule. Pure.

The law's locks come first: what a record of provision rests on stays as long as that record has to (Enforcement Rules
21, 25: a contract or the like may stand for one). Then the group's holds. Then the term, full years from the day on
which the engagement was over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING, Literal

from monitor.calendar import DAY, add_months

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

Rule = Literal["law", "hold", "term"]
YEAR = 12  #: months
BEGINS, ENDS = time(1), time(5)  #: of a night, in the group's zone


@dataclass(frozen=True, slots=True)
class Kept:
    """What keeps it: since when the engagement is over, the last days of the law's locks and of the group's holds."""

    over_on: date
    locks: Sequence[date] = ()
    holds: Sequence[date] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """`until`: the last day on which it is kept. `rule`: what keeps it so long."""

    until: date
    rule: Rule

    @property
    def goes_on(self) -> date:
        """The first day on which it may be erased."""
        return self.until + DAY


def term(kept: Kept, years: int) -> Term:
    """The longest of what keeps it; where two end on one day, the law is named before the group, and both before the
    term.
    """
    found = [Term(day, "law") for day in kept.locks] + [Term(day, "hold") for day in kept.holds]
    found.append(Term(add_months(kept.over_on, YEAR * years), "term"))
    return max(found, key=lambda one: one.until)  # the first of the longest


def reference_until(since: date, years: int) -> date:
    """The last day on which a reference is kept: of a request from its answer, of a refusal from its arrival."""
    return add_months(since, YEAR * years)
