"""Stage: duties whose state turns by itself -> opened with their questions frozen, overdue, back from a waiver."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from monitor import tables
from monitor.books import Step, enter, moved
from monitor.calendar import DAY, Roll
from monitor.guard import Guard
from monitor.obligations import KINDS
from monitor.obligations.planning import gather
from monitor.obligations.reconcile import Policy
from monitor.questionnaire import freeze
from monitor.registry.roster import roster
from monitor.schedule import duty_event, edit, refresh
from monitor.tables.duty import ASKED
from monitor.tables.store import AWAY, transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.calendar import Calendar
    from monitor.obligations.contract import Facts
    from monitor.questionnaire import Questionnaire
    from monitor.tables import Obligation

log = logging.getLogger(__name__)
CHUNK = 200
POISONED = timedelta(hours=1)
UNREACHABLE = timedelta(hours=1)  #: a last day loses its force when the form was away for longer
AFTER_WAIVER = 30  #: days


async def turn(at: datetime, shelf: Mapping[str, Questionnaire], policy: Policy | None = None) -> int:
    """Turn one chunk of duties; how many there were."""
    present = await roster()
    calendar = present.calendar
    async with transaction():
        due = (
            tables.Obligation.filter(turns_at__lte=at)
            .order_by("turns_at", "taken_over", "unconfirmed_since", "id")
            .limit(CHUNK)
        )
        duties = await due.select_for_update(skip_locked=True)
        room = await _room(duties, calendar, at, policy or Policy())
        steps = [await _guarded(duty, calendar, at, room) for duty in duties]
        opened = [step.duty for step in steps if step.duty.state == "open" and step.duty.request_id is None]
        await _freeze(opened, shelf, at)
        for step in steps:
            if step.duty in opened:
                step.fields["request_id"] = step.duty.request_id
        await enter(steps, at)
    return len(duties)


async def _guarded(duty: Obligation, calendar: Calendar, at: datetime, room: Counter[str]) -> Step:
    """One duty's step. What fails is logged with its key, goes an hour ahead, and never stops the queue."""
    with Guard(log, "obligation %s cannot be turned; tried again in an hour", duty.id, let=AWAY):
        return await _turned(duty, calendar, at, room)
    return Step(duty, edit(duty, turns_at=at + POISONED))


async def _turned(duty: Obligation, calendar: Calendar, at: datetime, room: Counter[str]) -> Step:
    if duty.state == "scheduled":
        return _open(duty, calendar, at, room)
    if duty.state == "waived":
        return _resume(duty, calendar, at)
    if duty.state in ASKED and at >= calendar.end_of(duty.due_on):
        return await _lapse(duty, calendar, at)
    return Step(duty, refresh(duty, calendar, at))


async def _room(duties: Sequence[Obligation], calendar: Calendar, at: datetime, policy: Policy) -> Counter[str]:
    """How many taken over from an old ledger each company may still open today."""
    companies = {duty.company_id for duty in duties if duty.taken_over}
    if not companies:
        return Counter()
    today = calendar.instant(calendar.day_of(at))
    opened = tables.Obligation.filter(company_id__in=companies, taken_over=True, opened_at__gte=today)
    used = Counter(str(company) for company in await opened.values_list("company_id", flat=True))
    return Counter({company: policy.takeover_per_day - used[company] for company in companies})


def _open(duty: Obligation, calendar: Calendar, at: datetime, room: Counter[str]) -> Step:
    """The party is asked. Where that goes by mail, only when mails leave, and so many a day of an old ledger."""
    if KINDS[duty.kind].opens_with_mail and not calendar.sending(at):
        return Step(duty, edit(duty, turns_at=calendar.next_sending(at)))
    if duty.taken_over:
        if room[duty.company_id] <= 0:
            return Step(duty, edit(duty, turns_at=calendar.next_sending(calendar.end_of(calendar.day_of(at)))))
        room[duty.company_id] -= 1
    fields = edit(duty, state="open", opened_at=at, since=at) | refresh(duty, calendar, at)
    return Step(duty, fields, [duty_event("opened", duty, **_old_debt(duty))])


def _old_debt(duty: Obligation) -> dict[str, str]:
    return {"unconfirmed_since": duty.unconfirmed_since.isoformat()} if duty.unconfirmed_since else {}


def _resume(duty: Obligation, calendar: Calendar, at: datetime) -> Step:
    """A waiver ends: the duty reopens that day, due 30 days later, or later still if the party was told so."""
    today = calendar.day_of(duty.waived_until or at)
    if duty.opened_at is None and duty.opens_at > at:
        return Step(
            duty,
            edit(duty, state="scheduled", waived_until=None) | refresh(duty, calendar, at),
            [duty_event("scheduled", duty, reason="waiver-ended")],
        )
    base = max(today + timedelta(days=AFTER_WAIVER), duty.told_on or today)
    due = calendar.roll(base, Roll(duty.roll))
    fields = edit(
        duty,
        state="open",
        base_on=base,
        due_on=due,
        opens_at=at,
        opened_at=at,
        since=at,
        meant_on=calendar.following(today),
        vendor_sent=None,
        vendor_queued=None,
        company_sent=None,
        company_queued=None,
        told=0,
        told_at=None,
        told_on=None,
        overdue_on=None,
        waived_until=None,
    )
    return Step(duty, fields | refresh(duty, calendar, at), [duty_event("opened", duty, reason="waiver-ended")])


async def _lapse(duty: Obligation, calendar: Calendar, at: datetime) -> Step:
    """T is over without an answer: overdue, unless the form could not be reached on that day."""
    if await _unreachable(duty.due_on, calendar):
        day = calendar.following(duty.due_on + DAY)
        while await _unreachable(day, calendar):
            day = calendar.following(day + DAY)
        return moved(duty, day, day, "form-unreachable", calendar, at)
    fields = edit(duty, overdue_on=duty.due_on) | refresh(duty, calendar, at)
    return Step(duty, fields, [duty_event("overdue", duty)])


async def _unreachable(day: date, calendar: Calendar) -> bool:
    begin, end = calendar.instant(day), calendar.end_of(day)
    away = await tables.Outage.filter(began_at__lt=end, ended_at__gt=begin).values_list("began_at", "ended_at")
    total = sum((min(ended, end) - max(began, begin) for began, ended in away), timedelta())
    return total > UNREACHABLE


async def _freeze(duties: Sequence[Obligation], shelf: Mapping[str, Questionnaire], at: datetime) -> None:
    """Fix the questions of what opens, each text kept once under its hash."""
    rows = await tables.Engagement.filter(key__in={duty.engagement_id for duty in duties})
    facts = await gather(rows, await roster(), at) if rows else {}
    for duty in duties:
        duty.request_id = await _frozen(duty.kind, facts[duty.engagement_id], shelf, at)


async def _frozen(kind: str, facts: Facts, shelf: Mapping[str, Questionnaire], at: datetime) -> str:
    name, places = KINDS[kind].questions(facts)
    frozen = freeze(shelf[name], places)
    if not await tables.FrozenRequest.exists(sha256=frozen.sha256):
        await tables.FrozenRequest.create(sha256=frozen.sha256, body=frozen.text, first_sent_at=at)
    return frozen.sha256
