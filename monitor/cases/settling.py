"""What looks in a row amount to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from checks.contract import Look, Verdict

if TYPE_CHECKING:
    from monitor.tables import Watch

CONFIRM = 2


@dataclass(frozen=True, slots=True)
class Damping:
    """How flapping is damped. What fails again within `within` of being closed is the same case, and a case that came
    back closes only when it has passed for `calm`. Without a `within` every failure is a case of its own.
    """

    within: timedelta = timedelta(hours=24)
    calm: timedelta = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Seen:
    """A watch, what its look concluded, and when it looks again (none: nobody looks, a simulation says what is
    seen).
    """

    watch: Watch
    look: Look
    next_at: datetime | None = None
    ruleset: int = 0
    lag_ms: float | None = None  #: how late our own loop was meanwhile
    turn_at: datetime | None = None  #: its regular turn, where `next_at` is sooner because of a failure


MAINTENANCE = "maintenance"  #: the reason beside a failure that the party has announced
LONG_UNKNOWN = timedelta(days=7)  #: not assessed for so long is a finding of ours
NOT_ASSESSED = "not-assessed"  #: and its name, after that of the check


@dataclass(frozen=True, slots=True)
class Settled:
    """What one look does to the row of looks before it. `turned`: the settled verdict changed just now."""

    fails: int
    passes: int
    verdict: str | None
    turned: bool


def settle(watch: Watch, verdict: Verdict, confirm: int = CONFIRM) -> Settled:
    """The row continued by one look. Pure."""
    if verdict is Verdict.UNKNOWN:
        return Settled(watch.fails, watch.passes, watch.settled, turned=False)
    fails = watch.fails + 1 if verdict is Verdict.FAIL else 0
    passes = watch.passes + 1 if verdict is Verdict.PASS else 0
    reached = verdict if max(fails, passes) >= confirm else watch.settled
    return Settled(fails, passes, reached, turned=reached != watch.settled)
