"""The ladder: which rung of a duty or a case is due at an instant. Pure.

A rung is known by its offset: calendar days from the due date T for an answer that was asked for (`T-14`, `T+7`),
business days from the opening for a failing check (`C+3`). Sending is monotonic: to have sent a rung is to be done
with all rungs before it. From that single number, the instant from which rungs count (`since`) and the calendar
follow all the rules: a rung is sent once; of those missed only the highest goes out; rungs that passed while an
answer lay with the reviewers are before `since`, and so are gone and not missed.

What is *sent* is what the mail server took. Until then nothing here counts as told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from monitor.calendar import DAY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from monitor.calendar import Calendar

OPENING = -(10**6)  #: stands for the opening mail, which is before every rung, however many days are left


@dataclass(frozen=True, slots=True)
class Ladder:
    """Rungs before and after a due date.

    `before` are days before T on which the party is reminded. `after` are days after T on which party and company are
    told; the n-th of them brings in level n of the company. After the last, every `repeat` days the highest level is
    told again (0: never). `opening` is what the first mail is called. `floor`: levels that hear the rungs up to T,
    where nobody else owes the deed; the n-th rung after T then brings in the level n above it.
    """

    before: tuple[int, ...] = (14, 7, 3, 1)
    after: tuple[int, ...] = (1, 7, 14, 30)
    repeat: int = 30
    opening: str = "T-30"
    floor: int = 0
    leaps: ClassVar[bool] = False  #: whether a mail may bring in more than one new level
    also: ClassVar[tuple[str, ...]] = ()  #: roles that hear the company's rungs besides its levels

    def name(self, offset: int) -> str:
        """`T-14`, `T+7`, and the opening's own name."""
        return self.opening if offset == OPENING else f"T{offset:+d}"

    def level(self, offset: int | None) -> int:
        """How many levels of the company that rung speaks to."""
        if offset is None:
            return 0
        return self.floor + sum(1 for day in self.after if day <= offset)

    def offsets(self, until: int) -> Iterator[int]:
        """All rungs in order, up to and with the first that lies beyond `until` days after T."""
        yield from sorted(-day for day in self.before)
        last = 0
        for last in self.after:
            yield last
        while self.repeat and last <= until:
            last += self.repeat
            yield last

    def planned(self, calendar: Calendar, due_on: date, offset: int) -> datetime:
        """When a rung leaves: before T on an earlier open day where its own is closed, after T on a later one."""
        day = due_on + timedelta(days=offset)
        return calendar.sending_on(calendar.preceding(day) if offset < 0 else calendar.following(day))


@dataclass(frozen=True, slots=True)
class CaseLadder:
    """Rungs of a failing check, in business days counted from the day of opening; the n-th speaks to level n."""

    after: tuple[int, ...] = (0, 3, 10)
    leaps: ClassVar[bool] = False
    also: ClassVar[tuple[str, ...]] = ()

    def name(self, offset: int) -> str:
        return f"C+{offset}"

    def level(self, offset: int | None) -> int:
        return 0 if offset is None else sum(1 for day in self.after if day <= offset)

    def offsets(self, until: int) -> Iterator[int]:  # noqa: ARG002 - the same shape as the other ladder
        yield from self.after

    def planned(self, calendar: Calendar, opened_on: date, offset: int) -> datetime:
        day = calendar.shift(opened_on, offset)
        return calendar.instant(opened_on) if offset == 0 else calendar.sending_on(day)


@dataclass(frozen=True, slots=True)
class HourLadder:
    """Rungs of what cannot wait for days: hours from `start`, the instant at which the party was asked, at any hour of
    any day. The party hears each of them (`H+4`). With the last, its company is told up to the second level at once,
    and the privacy office with it.
    """

    start: str
    hours: tuple[int, ...]
    leaps: ClassVar[bool] = True
    also: ClassVar[tuple[str, ...]] = ("privacy_office",)
    reach: ClassVar[int] = 2

    def name(self, offset: int) -> str:
        return f"H+{0 if offset == OPENING else offset}"

    def level(self, offset: int | None) -> int:
        return self.reach if offset is not None and offset >= self.hours[-1] else 0

    def offsets(self, until: int) -> Iterator[int]:  # noqa: ARG002 - the same shape as the other ladders
        yield from self.hours

    def planned(self, calendar: Calendar, due_on: date, offset: int) -> datetime:  # noqa: ARG002 - likewise
        return datetime.fromisoformat(self.start) + timedelta(hours=offset)


AnyLadder = Ladder | CaseLadder | HourLadder
LONG = Ladder()
SHORT = Ladder(before=(1,), after=(1, 3, 7, 30))
OWN = Ladder(before=(1,), after=(1, 7, 14), repeat=0, floor=1)  #: of what a company owes itself
CERTIFICATE = Ladder(before=(90, 60, 30, 7), after=(), repeat=0)
SHORT_UP_TO = 14  #: days from opening to T, up to which the short ladder holds


@dataclass(frozen=True, slots=True)
class Climb:
    """Where one audience of one duty or case stands on its ladder: the party, or the company.

    `anchor` is T, or the day on which a case opened. `only_after` leaves out the rungs before T (the company hears
    nothing of a duty that is not overdue): those that speak to none of its levels.
    """

    ladder: AnyLadder
    anchor: date
    sent: int | None
    since: datetime
    only_after: bool = False

    def _ahead(self, calendar: Calendar, at: datetime) -> Iterator[tuple[int, datetime]]:
        until = max((calendar.day_of(at) - self.anchor).days, self.sent or 0) + 1  # T may have moved after it was sent
        for offset in self.ladder.offsets(until):
            if (self.sent is not None and offset <= self.sent) or (self.only_after and not self.ladder.level(offset)):
                continue
            planned = self.ladder.planned(calendar, self.anchor, offset)
            if planned > self.since:
                yield offset, planned

    def pending(self, calendar: Calendar, at: datetime) -> int | None:
        """The highest rung whose time has come and that was not sent, or none."""
        return max((offset for offset, planned in self._ahead(calendar, at) if planned <= at), default=None)

    def step(self, now: Standing, rung: int | None) -> int:
        """The level that the mail of that rung speaks to."""
        target = self.ladder.level(rung)
        return max(target, now.told) if self.ladder.leaps else now.step(target)

    def upcoming(self, calendar: Calendar, at: datetime) -> tuple[int, datetime] | None:
        """The next rung ahead and its instant, or none. Rungs of one instant are one: the highest."""
        ahead = [(planned, offset) for offset, planned in self._ahead(calendar, at) if planned > at]
        first = min((planned for planned, _ in ahead), default=None)
        return None if first is None else (max(offset for planned, offset in ahead if planned == first), first)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a company has been told of a duty or case, and whether somebody has taken it.

    No mail brings in more than one new level: `told` follows `target` one step a business day.
    """

    told: int = 0
    told_at: datetime | None = None
    paused_until: datetime | None = None

    def paused(self, at: datetime) -> bool:
        return self.paused_until is not None and at < self.paused_until

    def step(self, target: int) -> int:
        """The level that the next mail speaks to."""
        return min(self.told + 1, target) if target > self.told else max(self.told, 1)

    def catching_up(self, target: int, calendar: Calendar) -> datetime | None:
        """When the next level is told although no rung is due: the next business day after the last mail."""
        if self.told >= target or self.told_at is None:
            return None
        return calendar.sending_on(calendar.shift(calendar.day_of(self.told_at), 1))


def ladder_for(nominal_days: int, long: Ladder = LONG, short: Ladder = SHORT) -> Ladder:
    """The short ladder for what has 14 days or fewer from its opening, else the long one."""
    return short if nominal_days <= SHORT_UP_TO else long


def later_opening(due_on: date, meant: date, sent_on: date, calendar: Calendar) -> date:
    """T after a first mail that left late through our fault: as many days remain as were meant, 14 at the most.

    It rolls forward whatever the engagement's own rule is, because the days are owed to the party. Where a very short
    term rolled back, or ran out over holidays on which no mail leaves, T is the day of the first mail at the earliest.
    """
    owed = max(0, min((due_on - meant).days, SHORT_UP_TO))
    if (due_on - sent_on).days >= owed:
        return due_on
    return calendar.following(sent_on + owed * DAY)
