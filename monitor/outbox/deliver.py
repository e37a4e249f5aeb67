"""Letters that are queued -> claimed, written, sent, recorded."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from tortoise.expressions import F, Q

from monitor import tables
from monitor.books import Step, enter, moved
from monitor.guard import Guard
from monitor.ladder import OPENING, later_opening
from monitor.outbox.record import Subjects, Taken, blame, refused, taken
from monitor.registry.roster import Roster, roster
from monitor.tables.store import AWAY, transaction
from notifiers.contract import Letter, Notifier, Permanent, Temporary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.tables import Mail, Notice

log = logging.getLogger(__name__)
BATCH = 50
LEASE = timedelta(hours=1)  #: longer than a whole batch may take when every letter runs into its deadline
DEADLINE = 240.0  #: seconds for one letter: some relays scan for minutes before they answer, and a cut then sends twice
AT_ONCE = 4  #: letters on their way at the same time; the notifier shares its connections among them
_BACK_OFF = (1, 5, 30, 120, 360)  #: minutes; the last one for ever, because a letter is never given up


@dataclass
class Claimed:
    """A letter in hand, with what of it is still true, and the duties and cases that it speaks of."""

    mail: Mail
    items: list[tuple[Notice, list[str]]]
    subjects: Subjects = field(default_factory=Subjects)


class Writer(Protocol):
    """Puts a letter into words. Called outside every transaction; it may issue links."""

    async def write(self, claimed: Claimed, present: Roster, at: datetime) -> Letter: ...


@dataclass(frozen=True)
class _Desk:
    writer: Writer
    notifier: Notifier
    present: Roster
    at: datetime
    slots: asyncio.Semaphore


async def deliver(at: datetime, writer: Writer, notifier: Notifier) -> int:
    """Send one batch of letters that are due; how many were in hand.

    Letters are recorded as they are taken, several at a time when several were: what a crash repeats is what was on
    its way, and not the batch.
    """
    present = await roster()
    claimed = await _claim(present, at)
    await _put_off_late_openings(claimed, present, at)
    subjects = await Subjects.of([notice for one in claimed for notice, _ in one.items])
    for one in claimed:
        one.subjects = subjects
    desk = _Desk(writer, notifier, present, at, asyncio.Semaphore(AT_ONCE))
    pending = {asyncio.create_task(_send(one, desk), name=f"mail {one.mail.id}") for one in claimed}
    while pending:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        letters = [letter for task in done if (letter := task.result())]
        if letters:
            await asyncio.shield(taken(letters, present.calendar, at))
    return len(claimed)


async def _claim(present: Roster, at: datetime) -> list[Claimed]:
    """Take a lease on what is due. What is no longer true falls out; a letter left empty is dropped."""
    lease = secrets.token_hex(8)
    free = Q(lease_until=None) | Q(lease_until__lte=at)
    hour = Q() if present.calendar.sending(at) else Q(urgent=True)
    async with transaction():
        due = (
            tables.Mail.filter(free, hour, state="queued", next_at__lte=at)
            .order_by("-urgent", "next_at", "id")
            .limit(BATCH)
        )
        mails = await due.select_for_update(skip_locked=True)
        ids = [mail.id for mail in mails]
        await tables.Mail.filter(id__in=ids).update(lease=lease, lease_until=at + LEASE, attempts=F("attempts") + 1)
        claimed = await _with_items(mails)
        empty = [one.mail.id for one in claimed if not one.items]
        await tables.Mail.filter(id__in=empty).update(state="dropped", lease=None, lease_until=None, next_at=None)
    for one in claimed:
        one.mail.attempts += 1
    return [one for one in claimed if one.items]


async def _with_items(mails: Sequence[Mail]) -> list[Claimed]:
    items: defaultdict[str, list[tuple[Notice, list[str]]]] = defaultdict(list)
    rows = await tables.MailItem.filter(mail_id__in=[mail.id for mail in mails], notice__state="waiting").order_by("id")
    notices = {notice.key: notice for notice in await tables.Notice.filter(key__in=[row.notice_id for row in rows])}
    for row in rows:
        items[row.mail_id].append((notices[row.notice_id], row.roles))
    return [Claimed(mail, items[mail.id]) for mail in mails]


async def _put_off_late_openings(claimed: Sequence[Claimed], present: Roster, at: datetime) -> None:
    """Nobody is overdue through our fault: a first mail that leaves late moves T before it names it."""
    first = {
        notice.obligation_id
        for one in claimed
        for notice, _ in one.items
        if notice.side == "vendor" and notice.rung == OPENING
    }
    if not first:
        return
    calendar, today = present.calendar, present.calendar.day_of(at)
    async with transaction():
        steps: list[Step] = []
        for duty in await tables.Obligation.filter(id__in=first, told_on=None).select_for_update():
            due = later_opening(duty.due_on, duty.meant_on, today, calendar)
            if due > duty.due_on:
                steps.append(moved(duty, due, due, "asked-late", calendar, at))
        await enter(steps, at)


async def _send(one: Claimed, desk: _Desk) -> Taken | None:
    """One letter, written and sent. One that cannot be is parked with its reason, and the queue goes on."""
    async with desk.slots:
        with Guard(log, "mail %s cannot be written or sent and is parked", one.mail.id, let=AWAY):
            return await _write_and_send(one, desk)
        await tables.Mail.filter(id=one.mail.id).update(state="parked", lease=None, lease_until=None, next_at=None)
        return None


async def _write_and_send(one: Claimed, desk: _Desk) -> Taken | None:
    letter = await desk.writer.write(one, desk.present, desk.at)
    one.mail.subject = letter.subject
    try:
        async with asyncio.timeout(DEADLINE):
            receipt = await desk.notifier.send(letter)
    except (Temporary, TimeoutError) as trouble:
        await asyncio.shield(_later(one, trouble, desk.at))
    except Permanent as trouble:
        await asyncio.shield(
            refused(one.mail, [notice for notice, _ in one.items], trouble.refused, trouble.reason, desk.at)
        )
    else:
        return Taken(one.mail, one.items, receipt.reply, receipt.refused)
    return None


async def _later(one: Claimed, trouble: Temporary | TimeoutError, at: datetime) -> None:
    """Not now: again after a while, for as long as it takes, under the same Message-ID."""
    reason = trouble.reason if isinstance(trouble, Temporary) else "no answer in time"
    wait = timedelta(minutes=_BACK_OFF[min(one.mail.attempts, len(_BACK_OFF)) - 1])
    fields: dict[str, Any] = {}
    if isinstance(trouble, Temporary):
        wait = max(wait, trouble.delay or wait)
        if trouble.part:
            fields["to"] = list(trouble.part.left)
    async with transaction():
        if isinstance(trouble, Temporary) and trouble.part:
            await blame(one.mail, trouble.part.receipt.refused, [notice for notice, _ in one.items], at)
        await tables.Mail.filter(id=one.mail.id).update(
            next_at=at + wait, reply=reason[:500], lease=None, lease_until=None, subject=one.mail.subject, **fields
        )
    ours = isinstance(trouble, Temporary) and trouble.fault
    log.log(logging.ERROR if ours else logging.WARNING, "mail %s waits %s: %s", one.mail.id, wait, reason)
