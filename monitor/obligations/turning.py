"""Stage: duties whose state turns by itself -> opened with their questions frozen, overdue, back from a waiver."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.books import Step, enter, moved
from monitor.calendar import DAY, Roll
from monitor.guard import Guard
from monitor.obligations import KINDS
from monitor.obligations.planning import gather
from monitor.obligations.reconcile import Policy
from monitor.questionnaire import freeze
from monitor.registry.roster import roster
from monitor.schedule import beat, duty_event, edit, refresh
from monitor.tables.duty import ASKED
from monitor.tables.plain import any_due
from monitor.tables.store import AWAY, alone, transaction

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
_PART = 0x17A66  #: of the work, so that replicas together open no more of an old ledger than may open on one day


@dataclass
class Desk:
    """What a chunk of duties is turned with, as it is once they are locked."""

    calendar: Calendar
    at: datetime
    facts: Mapping[str, Facts]  #: of the engagements whose duties may open
    shelf: Mapping[str, Questionnaire]
    room: Counter[str]  #: how many of an old ledger a company may still open today
    frozen: dict[str, str] = field(default_factory=dict)  #: hash -> questions of what opens


async def turn(at: datetime, shelf: Mapping[str, Questionnaire], policy: Policy | None = None) -> int:
    """Turn one chunk of duties; how many there were.

    The registry is read when the rows are locked, and what opens has its questions frozen: each text is kept once.
    """
    if not await any_due(tables.Obligation, "turns_at", at):
        return 0
    async with transaction():
        due = (
            tables.Obligation.filter(turns_at__lte=at)
            .order_by("turns_at", "taken_over", "unconfirmed_since", "id")
            .limit(CHUNK)
        )
        duties = await due.select_for_update(skip_locked=True)
        if not duties:
            return 0
        desk = await _desk(duties, at, shelf, policy or Policy())
        steps = [await _guarded(duty, desk) for duty in duties]
        await _keep(desk.frozen, at)
        await enter(steps, at)
    return len(duties)


async def open_now(duty: Obligation, at: datetime, shelf: Mapping[str, Questionnaire]) -> None:
    """Open a duty within the caller's transaction, without waiting for its turn: somebody wants to answer it now."""
    desk = await _desk([duty], at, shelf, Policy())
    step = _open(duty, desk)
    await _keep(desk.frozen, at)
    await enter([step], at)


async def _desk(duties: Sequence[Obligation], at: datetime, shelf: Mapping[str, Questionnaire], policy: Policy) -> Desk:
    present = await roster()
    unasked = {duty.engagement_id for duty in duties if duty.request_id is None}
    rows = await tables.Engagement.filter(key__in=unasked).order_by("key") if unasked else []
    facts = await gather(rows, present, at) if rows else {}
    return Desk(present.calendar, at, facts, shelf, await _room(duties, present.calendar, at, policy))


async def _guarded(duty: Obligation, desk: Desk) -> Step:
    """One duty's step. What fails is logged with its key, goes an hour ahead, and never stops the queue; of what was
    decided until then nothing is written.
    """
    with Guard(log, "obligation %s cannot be turned; tried again in an hour", duty.id, let=AWAY):
        return await _turned(duty, desk)
    return Step(duty, {"turns_at": desk.at + POISONED})


async def _turned(duty: Obligation, desk: Desk) -> Step:
    calendar, at = desk.calendar, desk.at
    if duty.state == "scheduled":
        return _open(duty, desk)
    if duty.state == "waived":
        return _resume(duty, desk)
    if duty.state in ASKED and at >= calendar.end_of(duty.due_on):
        return await _lapse(duty, calendar, at)
    return Step(duty, refresh(duty, calendar, at))


async def _room(duties: Sequence[Obligation], calendar: Calendar, at: datetime, policy: Policy) -> Counter[str]:
    """How many taken over from an old ledger each company may still open today."""
    companies = {duty.company_id for duty in duties if duty.taken_over}
    if not companies:
        return Counter()
    await alone(_PART)  # another replica opens others of the same companies
    today = calendar.instant(calendar.day_of(at))
    opened = tables.Obligation.filter(company_id__in=companies, taken_over=True, opened_at__gte=today)
    used = Counter(str(company) for company in await opened.values_list("company_id", flat=True))
    return Counter({company: policy.takeover_per_day - used[company] for company in companies})


def _open(duty: Obligation, desk: Desk) -> Step:
    """The party is asked. Where that goes by mail, only when mails leave, and so many a day of an old ledger."""
    calendar, at = beat(duty, desk.calendar), desk.at
    if KINDS[duty.kind].opens_with_mail and not calendar.sending(at):
        return Step(duty, edit(duty, turns_at=calendar.next_sending(at)))
    if duty.taken_over and desk.room[duty.company_id] <= 0:
        return Step(duty, edit(duty, turns_at=calendar.next_sending(calendar.end_of(calendar.day_of(at)))))
    fields = _asked(duty, desk) | edit(duty, state="open", opened_at=at, since=at) | refresh(duty, calendar, at)
    desk.room[duty.company_id] -= duty.taken_over
    return Step(duty, fields, [duty_event("opened", duty, **_old_debt(duty), **_cause(duty))])


def _asked(duty: Obligation, desk: Desk) -> dict[str, Any]:
    """The questions are fixed; those of a duty that was open before stay as they were."""
    if duty.request_id is not None:
        return {}
    frozen = freeze(KINDS[duty.kind].questions(desk.facts[duty.engagement_id], desk.shelf))
    desk.frozen[frozen.sha256] = frozen.text
    return edit(duty, request_id=frozen.sha256)


async def _keep(frozen: Mapping[str, str], at: datetime) -> None:
    """Another replica may keep the same texts at this moment; in one order, so that none waits for the other."""
    rows = [tables.FrozenRequest(sha256=key, body=text, first_sent_at=at) for key, text in sorted(frozen.items())]
    await tables.FrozenRequest.bulk_create(rows, ignore_conflicts=True)


def _old_debt(duty: Obligation) -> dict[str, str]:
    return {"unconfirmed_since": duty.unconfirmed_since.isoformat()} if duty.unconfirmed_since else {}


def _cause(duty: Obligation) -> dict[str, Any]:
    """What brought it about, in the ledger: the reason, and where it was seen."""
    told = {"reason": duty.cause.get("reason"), "url": next((one["url"] for one in duty.cause.get("places", ())), None)}
    return {name: value for name, value in (told | {"ref": duty.subject}).items() if value}


def _resume(duty: Obligation, desk: Desk) -> Step:
    """A waiver ends: the duty reopens that day, due 30 days later, or later still if the party was told so."""
    calendar, at = desk.calendar, desk.at
    today = calendar.day_of(duty.waived_until or at)
    if duty.opened_at is None and duty.opens_at > at:
        return Step(
            duty,
            edit(duty, state="scheduled", waived_until=None) | refresh(duty, calendar, at),
            [duty_event("scheduled", duty, reason="waiver-ended")],
        )
    base = max(today + timedelta(days=AFTER_WAIVER), duty.told_on or today)
    due = calendar.roll(base, Roll(duty.roll))
    fields = _asked(duty, desk) | edit(
        duty,
        state="open",
        base_on=base,
        due_on=due,
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
    if not duty.statutory and await _unreachable(duty.due_on, calendar):
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
