"""Stage: what the company owes itself for each work -> begun when it comes up, dropped when it is settled.

Once a year somebody confirms that the data is still needed; a class is looked at again on its day; what a waiver let be
comes up when the waiver ends. What an old ledger lacks is one list for each company, without reminders for a while.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.calendar import DAY, Roll, add_months
from monitor.duties.owing import cancel, lapse, met, owe
from monitor.guard import Guard
from monitor.own_duties import (
    CLASS_REVIEW,
    CONTRACT_RENEWAL,
    CONTRACT_REVIEW,
    HANDLER_LIST,
    LACKING,
    NECESSITY_REVIEW,
    TRANSFER_CHECK,
)
from monitor.promises import carding, contracts
from monitor.promises.agenda import Coming, Nominal, Work, review
from monitor.promises.closing import WITH_IT
from monitor.promises.earlier_refusals import catch_up
from monitor.promises.transfers import forgo, next_check
from monitor.registry.knowing import known_of
from monitor.registry.roster import roster
from monitor.registry.selection import EXPIRED, covering, lacking, unwaived
from monitor.tables.plain import any_due
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from monitor.calendar import Calendar
    from monitor.registry.format.clocks import Supervision
    from monitor.registry.roster import Roster

log = logging.getLogger(__name__)
CHUNK = 200
POISONED = timedelta(hours=1)
_PART = 0x17A65  #: of the work, so that two replicas never begin the one list of a company twice
ENDS_SOON = 6  #: months before its end in which nobody is asked any more whether the data is needed


def coming(work: Work, terms: Supervision, calendar: Calendar) -> Iterator[Coming]:
    """All that comes up for a work, past or ahead. Pure."""
    if not work.lasts:
        return
    entry = work.entry
    yield from _necessity(work, terms, calendar)
    if entry.class_review_on:
        yield review(CLASS_REVIEW, Nominal(entry.class_review_on), entry, terms, calendar)[1]
    if entry.contract.review_on:
        yield review(CONTRACT_REVIEW, Nominal(entry.contract.review_on), entry, terms, calendar)[1]
    yield from contracts.renewals(work, calendar)
    yield from _transfer_check(work, calendar)
    yield from _handlers(work, terms, calendar)
    yield from _after_waivers(work, terms, calendar)
    today = work.known.today
    waived = {one.what for one in entry.waiver}
    lacks = [one for one in lacking(entry, work.known) if not waived & {one.what, *covering(one.what)}]
    if any(one.token != EXPIRED or not contracts.watched(work) for one in lacks):
        begins = calendar.following(work.since + terms.on(work.since).list_patience * DAY)
        opened = max(begins, today)
        due = calendar.roll(opened + terms.on(opened).list_days * DAY, Roll.FOLLOWING)
        yield Coming(LACKING, calendar.sending_on(begins), due, listed=True)


def _judged(work: Work) -> bool:
    """Whether somebody has judged once, at selection or later, what the data is needed for, or has let the selection
    be, which lets nothing else be. Where nobody has, that is what the list of what is missing speaks of, and there is
    nothing to confirm anew.
    """
    let_be = any(waiver.what == "selection" for waiver in work.entry.waiver)
    return bool(work.known.accepted_on or work.entry.necessity_reviewed_on or let_be)


def _confirmed_on(work: Work) -> date:
    """Since when the data counts as needed."""
    return max(work.since, work.entry.necessity_reviewed_on or work.since)


def _necessity(work: Work, terms: Supervision, calendar: Calendar) -> Iterator[Coming]:
    """Once a year somebody confirms that the data is still needed, if the work does not end soon anyway."""
    if _judged(work):
        nominal = Nominal(_confirmed_on(work), "necessity_months")
        day, one = review(NECESSITY_REVIEW, nominal, work.entry, terms, calendar)
        if work.last_day is None or add_months(day, ENDS_SOON) <= work.last_day:
            yield one


def _transfer_check(work: Work, calendar: Calendar) -> Iterator[Coming]:
    """Once a year what is provided abroad is looked at, up to the end of the work."""
    nominal = next_check(work.entry, work.since, work.abroad)
    if nominal and (work.last_day is None or nominal <= work.last_day):
        due = calendar.roll(nominal, work.entry.roll)
        opens_on = calendar.preceding(due - work.abroad.notice_days * DAY)
        yield Coming(TRANSFER_CHECK, calendar.sending_on(opens_on), due)


def _handlers(work: Work, terms: Supervision, calendar: Calendar) -> Iterator[Coming]:
    """Who handles the data is known anew every year, and soon after the beginning where it is not known yet."""
    if HANDLER_LIST not in work.known.brings:
        return
    listed = work.entry.handlers.listed_on
    anew, first = Nominal(listed or work.since, "handlers_months"), Nominal(work.since, "handlers_days", months=False)
    day, one = review(HANDLER_LIST, anew if listed else first, work.entry, terms, calendar)
    if work.last_day is None or day <= work.last_day:
        yield one


def _after_waivers(work: Work, terms: Supervision, calendar: Calendar) -> Iterator[Coming]:
    """What a waiver lets be comes up on the day after its last one, if it is still missing then."""
    entry, known = work.entry, work.known
    missing = lacking(entry, known)
    for waiver in entry.waiver:
        met = [one for one in missing if waiver.what in {one.what, *covering(one.what)}]
        ended = known.today > waiver.until
        if met and (not ended or unwaived(met, entry, known.today)):
            ends = max(waiver.until + DAY, work.seen_on)
            due = calendar.roll(ends + terms.on(ends).waiver_days * DAY, entry.roll)
            yield Coming(LACKING, calendar.instant(ends), due, waiver.what)


async def supervise(at: datetime) -> int:
    """Work out one chunk of engagements; how many there were."""
    if not await any_due(tables.Engagement, "review_at", at):
        return 0
    async with transaction():
        due = tables.Engagement.filter(review_at__lte=at).order_by("review_at", "key").limit(CHUNK)
        await alone(_PART)
        rows = await due.select_for_update(skip_locked=True)
        if not rows:
            return 0
        present = await roster()
        again = await _all(rows, present, at)
        for instant, keys in again.items():
            await tables.Engagement.filter(key__in=keys).update(review_at=instant)
    return len(rows)


async def _all(
    rows: Sequence[tables.Engagement], present: Roster, at: datetime
) -> defaultdict[datetime | None, list[str]]:
    """When each is to be looked at again. One that cannot be worked out is logged and tried again in an hour."""
    again = defaultdict[Any, "list[str]"](list)
    complete, uncertified, expired = set[str](), await carding.without(), await contracts.run_out()
    for row in rows:
        instant: datetime | None = at + POISONED
        with Guard(log, "what is owed for engagement %s cannot be worked out; tried again in an hour", row.key):
            work = await work_of(row, present, at)
            agenda = list(coming(work, present.group.supervision, present.calendar))
            instant = await _one(row, agenda, present, at, lasts=work.lasts)
            if not any(one.kind == TRANSFER_CHECK for one in agenda):
                await forgo(work.entry, "not-owed" if work.lasts else "engagement-ended", at)
            ahead = [*await carding.judge(work, uncertified, present, at)]
            ahead += await contracts.judge(work, expired, present, at)
            ahead += await catch_up(work, present, at)
            instant = min((one for one in (instant, *ahead) if one and one > at), default=None)
            if not any(one.listed for one in agenda):
                complete.add(row.company_id)
        again[instant].append(row.key)
    for company in sorted(complete):
        with Guard(log, "whether nothing is missing any more at %s cannot be told", company):
            await _list_complete(company, present, at)
    return again


async def work_of(row: tables.Engagement, present: Roster, at: datetime) -> Work:
    entry = await present.engagement(row.key)
    if row.retired_at:
        entry = entry.model_copy(update={"state": "closed"})
    today = present.calendar.day_of(at)
    known = (await known_of([entry], present, today))[row.key]
    seen_on, last_day = present.calendar.day_of(row.first_seen_at), await present.last_day(row.key)
    return Work(entry, seen_on, known, last_day, present.group.transfers)


async def _one(
    row: tables.Engagement, agenda: Sequence[Coming], present: Roster, at: datetime, *, lasts: bool
) -> datetime | None:
    """Begin what has come up, drop what is settled; when something comes up next."""
    now = [one for one in agenda if one.opens_at <= at]
    wanted = {(one.kind, one.ref) for one in now if not one.listed}
    going = tables.OwnDuty.filter(engagement_id=row.key, state="open", kind__in=WITH_IT)
    for duty in await going.order_by("id").select_for_update():
        if (duty.kind, duty.ref) not in wanted:
            asked = duty.kind in {LACKING, *(one.kind for one in agenda)}
            if lasts and duty.kind == CONTRACT_RENEWAL and contracts.renewed(duty, agenda):
                await lapse(duty, at, contracts.BY_ITSELF)
            else:
                await (
                    met(duty, at) if lasts and asked else cancel(duty, "not-owed" if lasts else "engagement-ended", at)
                )
    for one in now:
        about = {"company_id": row.company_id}
        if not one.listed:
            about |= {"engagement_id": row.key, "party_id": row.party_id, "ref": one.ref}
        duty = await owe(one.kind, one.due_on, at, present, **about)
        if one.silent and duty.turns_at:
            await tables.OwnDuty.filter(id=duty.id).update(turns_at=None)
    ends = [present.calendar.end_of(last)] if (last := await present.last_day(row.key)) else []
    return min((instant for instant in (*(one.opens_at for one in agenda), *ends) if instant > at), default=None)


async def _list_complete(company: str, present: Roster, at: datetime) -> None:
    """A company of whose works nothing is missing any more owes its list no longer."""
    going = tables.OwnDuty.filter(kind=LACKING, company_id=company, engagement_id=None, state="open")
    duty = await going.select_for_update().first()
    if duty is None:
        return
    async for row in tables.Engagement.filter(company_id=company, retired_at=None):
        work = await work_of(row, present, at)
        if any(one.listed for one in coming(work, present.group.supervision, present.calendar)):
            return
    await met(duty, at)
