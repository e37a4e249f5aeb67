"""When something about a duty must happen next, and what a moving due date means. Pure, over rows as values.

Two instants drive a duty: `turns_at`, when its state may turn by itself, and `next_at`, when its ladder must be looked
at. Both are recomputed after every act from the facts in the row, so that nothing depends on a timer having fired.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from checks.contract import Severity
from monitor import ledger
from monitor.ladder import OPENING, SHORT, AnyLadder, CaseLadder, Climb, HourLadder, Ladder, Standing
from monitor.tables.duty import ASKED, DECLINED

if TYPE_CHECKING:
    from monitor.calendar import Calendar
    from monitor.tables import Case, Obligation, OwnDuty
    from monitor.tables.climbing import Climbing

ANEW_AFTER = 7  #: days by which T must move later for the ladder to start anew
REVIEW_EVERY = 5  #: business days between two reminders of the reviewers
REVIEW_WITH_PI_MANAGER = 2  #: from which reminder on the manager for personal information hears it too
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=256)
def ladder_from(text: str) -> AnyLadder:
    """A ladder as it was written into the row when the duty or case began: later changes of policy do not reach it."""
    values: dict[str, Any] = json.loads(text)
    found: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    if "hours" in found:
        return HourLadder(**found)
    return Ladder(**found) if "before" in found else CaseLadder(**found)


@lru_cache(maxsize=64)
def as_text(ladder: AnyLadder) -> str:
    return json.dumps(asdict(ladder), separators=(",", ":"))


def _highest(*offsets: int | None) -> int | None:
    return max((offset for offset in offsets if offset is not None), default=None)


def beat(row: Climbing, calendar: Calendar) -> Calendar:
    """The calendar by which a row climbs: a statute's clock knows no closed days and no hours of mail."""
    return calendar.law() if row.statutory else calendar


def by_hours(duty: Obligation) -> bool:
    """Whether it is asked for on a ladder of hours: then its company hears of the silence before T is over."""
    return isinstance(ladder_from(duty.ladder), HourLadder)


def speaks(duty: Obligation) -> bool:
    """Whether the company's side climbs."""
    return duty.overdue_on is not None or by_hours(duty)


def vendor_climb(duty: Obligation) -> Climb:
    return Climb(ladder_from(duty.ladder), duty.due_on, _highest(duty.vendor_sent, duty.vendor_queued), duty.since)


def company_climb(duty: Obligation) -> Climb:
    """The company's side. Of what the party declines it begins at once: the day is as good as the day after T, whenever
    T is, and all the rungs after it keep their distance.
    """
    if duty.state == DECLINED:
        first = date.fromisoformat(duty.declined["on"]) - timedelta(days=1)
        sent = _highest(duty.company_sent, duty.company_queued)
        ladder = SHORT if by_hours(duty) else ladder_from(duty.ladder)
        return Climb(ladder, first, sent, EPOCH, only_after=True)
    sent = _highest(duty.company_sent, duty.company_queued)
    return Climb(ladder_from(duty.ladder), duty.due_on, sent, duty.since, only_after=True)


def case_climb(case: Case) -> Climb:
    sent = _highest(case.company_sent, case.company_queued)
    return Climb(ladder_from(case.ladder), case.opened_on, sent, EPOCH)


def own_climb(duty: OwnDuty) -> Climb:
    return Climb(ladder_from(duty.ladder), duty.due_on, _highest(duty.company_sent, duty.company_queued), duty.since)


def standing(row: Climbing) -> Standing:
    return Standing(row.told, row.told_at, row.paused_until)


def overdue(duty: Obligation, calendar: Calendar, at: datetime) -> bool:
    """Derived, never stored: an answer owed and T at an end, if the party was asked at all."""
    return duty.state in ASKED and duty.told_on is not None and at >= calendar.end_of(duty.due_on)


def turns_at(duty: Obligation, calendar: Calendar) -> datetime | None:
    """When the state of a duty may turn by itself."""
    opens_at: datetime = duty.opens_at
    waived_until: datetime | None = duty.waived_until
    if duty.state == "scheduled":
        return opens_at
    if duty.state == "waived":
        return waived_until
    if duty.state in ASKED and duty.told_on is not None and duty.overdue_on is None:
        return calendar.end_of(duty.due_on)
    return None


def next_at(duty: Obligation, calendar: Calendar, at: datetime) -> datetime | None:
    """When the ladder of a duty, or of its review, must be looked at again; none when nobody waits for anything."""
    if duty.state == "submitted" and duty.submitted_at:
        return calendar.next_sending(max(at, review_at(duty, calendar, duty.reviews + 1)))
    calendar = beat(duty, calendar)
    if duty.state == DECLINED:
        return company_next(duty, company_climb(duty), calendar, at)
    if duty.state not in ASKED:
        return None
    instants = [_vendor_next(duty, calendar, at)]
    if speaks(duty):
        instants.append(company_next(duty, company_climb(duty), calendar, at))
    return min((instant for instant in instants if instant), default=None)


def review_at(duty: Obligation, calendar: Calendar, count: int) -> datetime:
    """When the reviewers are reminded so often: five business days after the submission, and each five after that."""
    submitted_on = calendar.day_of(duty.submitted_at or EPOCH)
    return calendar.sending_on(calendar.shift(submitted_on, REVIEW_EVERY * count))


def reviews_due(duty: Obligation, calendar: Calendar, at: datetime) -> int:
    """How many reminders of the reviewers have come up. Those that were missed are one: the last of them."""
    count: int = duty.reviews
    while review_at(duty, calendar, count + 1) <= at:
        count += 1
    return count


def reviewers_of(count: int) -> tuple[str, ...]:
    """Who hears the n-th reminder that an answer waits for its review."""
    return ("reviewer", "pi_manager") if count >= REVIEW_WITH_PI_MANAGER else ("reviewer",)


def party_rung(duty: Obligation, calendar: Calendar, at: datetime) -> int | None:
    """What the party hears now: the opening first, whatever it is called; then the highest rung that came up. Nothing,
    while somebody has said that it is another person who should be asked.
    """
    if duty.hushed_at is not None:
        return None
    if duty.vendor_sent is None:
        return OPENING if duty.vendor_queued is None and at >= duty.opens_at else None
    return vendor_climb(duty).pending(calendar, at)


def company_rung(row: Climbing, climb: Climb, calendar: Calendar, at: datetime) -> tuple[int, int] | None:
    """The rung and the level that the company hears now: a rung that came up, or the next level of one told already."""
    now = standing(row)
    if now.paused(at):
        return None
    rung = climb.pending(calendar, at)
    if rung is None:
        due = now.catching_up(climb.ladder.level(row.company_sent), calendar)
        if due is None or at < due or row.company_queued is not None:
            return None
        rung = row.company_sent
    return (rung, climb.step(now, rung)) if rung is not None else None


def party_told(row: Climbing, rung: int, at: datetime | None = None) -> dict[str, Any]:
    """What a row remembers once the mail server has taken the party's mail of that rung. Hours count from the first."""
    ladder = ladder_from(row.ladder)
    if at is not None and rung == OPENING and isinstance(ladder, HourLadder):
        edit(row, ladder=as_text(replace(ladder, start=at.isoformat())))
    return edit(row, ladder=row.ladder) | edit(
        row, vendor_sent=_highest(row.vendor_sent, rung), vendor_queued=_still_waiting(row.vendor_queued, rung)
    )


def begun(row: Climbing, calendar: Calendar, at: datetime) -> dict[str, Any]:
    """The first mail has reached whoever owes it: it stands for all rungs of that day, which are one."""
    if isinstance(ladder_from(row.ladder), HourLadder):
        return {}
    last = calendar.end_of(calendar.day_of(at)) - timedelta(microseconds=1)
    return edit(row, since=max(row.since, last))


def company_told(row: Climbing, rung: int, level: int, at: datetime) -> dict[str, Any]:
    """What a row remembers once the mail server has taken the company's mail of that rung, up to that level."""
    sent, waiting = _highest(row.company_sent, rung), _still_waiting(row.company_queued, rung)
    return edit(row, company_sent=sent, company_queued=waiting, told=max(row.told, level), told_at=at)


def own_rung(duty: OwnDuty, calendar: Calendar, at: datetime) -> tuple[int, int] | None:
    """The rung and the level at which a company hears of what it owes itself: its opening first, then the ladder. Where
    its opening had to wait until a rung had come up too, they are one mail, called by that rung.
    """
    climb = own_climb(duty)
    if duty.company_sent is not None or standing(duty).paused(at):
        return company_rung(duty, climb, calendar, at)
    if duty.company_queued is not None:
        return None
    rung = climb.pending(calendar, at)
    return (OPENING if rung is None else rung, 1)


def own_next(duty: OwnDuty, calendar: Calendar, at: datetime) -> datetime | None:
    """When the ladder of what a company owes itself must be looked at again."""
    if duty.state != "open":
        return None
    calendar = beat(duty, calendar)
    if duty.company_sent is not None:
        return company_next(duty, own_climb(duty), calendar, at)
    if duty.company_queued is not None:
        return None
    return calendar.next_sending(max(at, duty.paused_until or at))


def _still_waiting(queued: int | None, rung: int) -> int | None:
    """A higher rung that waits in the outbox goes on waiting; a lower one has been overtaken."""
    return queued if queued is not None and queued > rung else None


def _vendor_next(duty: Obligation, calendar: Calendar, at: datetime) -> datetime | None:
    if duty.hushed_at is not None:
        return None
    if duty.vendor_sent is None:
        return None if duty.vendor_queued is not None else calendar.next_sending(max(at, duty.opens_at))
    return _rung_next(vendor_climb(duty), calendar, at)


def _rung_next(climb: Climb, calendar: Calendar, at: datetime) -> datetime | None:
    if climb.pending(calendar, at) is not None:
        return calendar.next_sending(at)
    upcoming = climb.upcoming(calendar, at)
    return upcoming[1] if upcoming else None


def company_next(row: Climbing, climb: Climb, calendar: Calendar, at: datetime) -> datetime | None:
    """When the company's side must be looked at again, its pauses and the levels still to be told considered."""
    instants = [_rung_next(climb, calendar, at)]
    if row.company_queued is None:
        instants.append(standing(row).catching_up(climb.ladder.level(row.company_sent), calendar))
    first = min((instant for instant in instants if instant), default=None)
    if first and row.paused_until and first < row.paused_until:
        return calendar.next_sending(row.paused_until)
    return first and calendar.next_sending(max(first, at))


def case_next(case: Case, calendar: Calendar, at: datetime) -> datetime | None:
    """When the ladder of a case must be looked at again."""
    if case.closed_at or case.closes_at or case.muted_until or case.severity <= Severity.LOW:
        return None
    if case.announced == 0 or (case.severity >= Severity.CRITICAL and case.announced < case.severity):
        return at if case.severity >= Severity.CRITICAL else calendar.next_sending(max(at, case.held_until or at))
    if case.severity == Severity.MEDIUM:
        return None
    return company_next(case, case_climb(case), calendar, at)


def refresh(duty: Obligation, calendar: Calendar, at: datetime) -> dict[str, Any]:
    """Both instants anew; set on the row and returned for its update."""
    duty.turns_at, duty.next_at = turns_at(duty, calendar), next_at(duty, calendar, at)
    return {"turns_at": duty.turns_at, "next_at": duty.next_at}


def edit(row: Any, **values: Any) -> dict[str, Any]:
    """Set values on a row in memory and give them back for the update that writes them."""
    for name, value in values.items():
        setattr(row, name, value)
    return values


def move_due(duty: Obligation, base_on: date, due_on: date, at: datetime) -> dict[str, Any]:
    """T moves. Rungs sent stay sent; moved by more than 7 days later, an opened duty's ladder starts anew."""
    later = (due_on - duty.due_on).days
    fields = edit(duty, base_on=base_on, due_on=due_on, overdue_on=None if due_on > duty.due_on else duty.overdue_on)
    if later > ANEW_AFTER and duty.vendor_sent is not None:
        fields |= edit(
            duty,
            vendor_sent=OPENING,
            vendor_queued=None,
            company_sent=None,
            company_queued=None,
            told=0,
            told_at=None,
            since=at,
        )
    return fields


def reopening(duty: Obligation, calendar: Calendar, days: int) -> datetime:
    """When the first mail of a duty is meant to leave, for a T and the days that its opening lies before it."""
    return calendar.sending_on(calendar.preceding(duty.due_on - timedelta(days=days)))


def duty_event(kind: str, duty: Obligation, actor: str = ledger.SYSTEM, **data: Any) -> ledger.Event:
    """An event of a duty, with what an auditor needs to place it."""
    facts = {
        "engagement": duty.engagement_id,
        "obligation": duty.kind,
        "party": duty.party_id,
        "state": duty.state,
        "due_on": duty.due_on.isoformat(),
    }
    facts |= {"ref": duty.subject} if duty.subject else {}
    return ledger.Event(f"obligation.{kind}", f"obligation/{duty.id}", facts | data, duty.company_id, actor)
