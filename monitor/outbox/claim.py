"""Letters that are due -> in hand, under a lease, with what of them is still true."""

from __future__ import annotations

import logging
import secrets
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tortoise.expressions import F, Q

from monitor import tables
from monitor.books import Step, enter, moved
from monitor.certificates import untrue
from monitor.guard import Guard
from monitor.ladder import OPENING, later_opening
from monitor.links import CODE_LIVES
from monitor.notices import withdraw
from monitor.outbox.readers import Directory
from monitor.outbox.subjects import Subjects
from monitor.tables.plain import any_row
from monitor.tables.store import AWAY, transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime, timedelta

    from monitor.registry.roster import Roster
    from monitor.tables import Mail, Notice

log = logging.getLogger(__name__)
BATCH = 50


@dataclass
class Claimed:
    """A letter in hand, with what of it is still true, and the duties and cases that it speaks of."""

    mail: Mail
    items: list[tuple[Notice, list[str]]]
    subjects: Subjects = field(default_factory=Subjects)

    @property
    def named(self) -> dict[int, date]:
        """The T that the letter gives, by duty."""
        about = {notice.obligation_id for notice, _ in self.items}
        return {key: duty.due_on for key, duty in self.subjects.duties.items() if key in about}


async def claim(present: Roster, at: datetime, lease: timedelta) -> tuple[list[Claimed], int]:
    """Take a lease on one batch of what is due; beside it, how many letters fell out.

    A notice that is no longer true is left out of its letter, and a letter left empty is dropped. So is one whose
    readers are not those who have to hear it today, since people left or their mailboxes died while it waited: its
    notices go into another.
    """
    if not await any_row(tables.Mail, "state = 'queued' AND next_at <= ? ORDER BY next_at", at):
        return [], 0
    free = Q(lease_until=None) | Q(lease_until__lte=at)
    hour = Q() if present.calendar.sending(at) else Q(urgent=True)
    due = tables.Mail.filter(free, hour, state="queued", next_at__lte=at).order_by("-urgent", "next_at", "id")
    async with transaction():
        mails = await due.limit(BATCH).select_for_update(skip_locked=True)
        if not mails:
            return [], 0
        claimed = await _with_items(mails, present, at)
        astray = await _astray(claimed, present, at)
        kept = [one for one in claimed if one.items and one not in astray]
        await _drop({mail.id for mail in mails} - {one.mail.id for one in kept}, astray)
        await _lease(kept, secrets.token_hex(8), at + lease)
    await _put_off_late_openings(kept, present, at)
    subjects = await Subjects.of([notice for one in kept for notice, _ in one.items])
    for one in kept:
        one.subjects = subjects
    return kept, len(mails) - len(kept)


async def _with_items(mails: Sequence[Mail], present: Roster, at: datetime) -> list[Claimed]:
    """A notice that was dropped and is told anew belongs to the letter that was made since."""
    made = {mail.id: mail.made_at for mail in mails}
    items: defaultdict[str, list[tuple[Notice, list[str]]]] = defaultdict(list)
    rows = await tables.MailItem.filter(mail_id__in=list(made), notice__state="waiting").order_by("id")
    notices = {notice.key: notice for notice in await tables.Notice.filter(key__in=[row.notice_id for row in rows])}
    gone = await _withdrawn(list(notices.values()), present, at)
    for row in rows:
        notice = notices[row.notice_id]
        if notice.made_at <= made[row.mail_id] and notice.key not in gone:
            items[row.mail_id].append((notice, row.roles))
    return [Claimed(mail, items[mail.id]) for mail in mails]


async def _withdrawn(notices: Sequence[Notice], present: Roster, at: datetime) -> set[str]:
    """Warnings of certificates that are not so any more, and codes whose hour is over: days may have passed since they
    were made.
    """
    gone = await untrue(notices, present, present.calendar.day_of(at))
    gone |= {notice.key for notice in notices if notice.kind == "code" and notice.made_at + CODE_LIVES <= at}
    if gone:
        await withdraw(at, key__in=list(gone))
    return gone


async def _astray(claimed: Sequence[Claimed], present: Roster, at: datetime) -> list[Claimed]:
    if not claimed:
        return []
    directory = await Directory.of([notice for one in claimed for notice, _ in one.items], present, at)
    return [one for one in claimed if not _right(one, directory)]


def _right(one: Claimed, directory: Directory) -> bool:
    """Whether all of a letter's readers may read all of it. Where that cannot be found out, its writing will tell."""
    with Guard(log, "the readers of mail %s cannot be found", one.mail.id, let=AWAY):
        return all(directory.reads(address, notice) for notice, _ in one.items for address in one.mail.to)
    return True


async def _drop(mails: set[str], astray: Sequence[Claimed]) -> None:
    await tables.Mail.filter(id__in=list(mails)).update(state="dropped", lease=None, lease_until=None, next_at=None)
    await tables.Notice.filter(key__in=[notice.key for one in astray for notice, _ in one.items]).update(letters=0)


async def _lease(claimed: Sequence[Claimed], lease: str, until: datetime) -> None:
    mails = tables.Mail.filter(id__in=[one.mail.id for one in claimed])
    await mails.update(lease=lease, lease_until=until, attempts=F("attempts") + 1)
    for one in claimed:
        one.mail.lease = lease
        one.mail.attempts += 1


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
        unnamed = tables.Obligation.filter(id__in=first, told_on=None, statutory=False).order_by("id")
        for duty in await unnamed.select_for_update():
            due = later_opening(duty.due_on, duty.meant_on, today, calendar)
            if due > duty.due_on:
                steps.append(moved(duty, due, due, "asked-late", calendar, at))
        await enter(steps, at)
