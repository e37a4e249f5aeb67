"""Notices that are due -> letters: what one company has for one person at one time is one letter."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tortoise.expressions import Q

from monitor import tables
from monitor.guard import Guard
from monitor.notices import VENDOR
from monitor.outbox.readers import Directory, Served
from monitor.outbox.record import finish, unreachable
from monitor.registry.roster import roster
from monitor.tables.plain import any_row
from monitor.tables.store import AWAY, transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tortoise.queryset import QuerySet

    from monitor.registry.roster import Audience, Roster
    from monitor.tables import Mail, Notice

log = logging.getLogger(__name__)
POISONED = timedelta(hours=1)
MOST = (
    30  #: notices in one letter: however much there is to say, a letter stays one that a relay takes and a person reads
)
ALONE = frozenset(
    {"receipt", "plea-receipt", "copy", "sign-in", "digest", "code"}
)  #: kinds that are a document of their own and share no letter


@dataclass(frozen=True)
class Addressed:
    """A notice with its readers, by role."""

    notice: Notice
    readers: Audience


async def compose(at: datetime) -> int:
    """Put all notices that are due into letters, company by company; how many notices there were.

    Where one company's cannot be made together they are made one by one, so that a poisoned notice holds up nobody: it
    is logged with its key and goes an hour ahead.
    """
    if not await any_row(tables.Notice, "state = 'waiting' AND letters = 0 AND send_at <= ? ORDER BY send_at", at):
        return 0
    present = await roster()
    sending = present.calendar.sending(at)
    due = tables.Notice.filter(Q(urgent=True) if not sending else Q(), state="waiting", letters=0, send_at__lte=at)
    count = 0
    for company in sorted({*await due.distinct().values_list("company_id", flat=True)}, key=str):
        theirs = due.filter(company_id=company)
        with Guard(log, "notices of %s cannot be put into letters together", company or "nobody", let=AWAY) as guard:
            count += await _put(theirs, present, at)
        if guard.error:
            count += await _one_by_one(theirs, present, at)
    return count


async def _put(due: QuerySet[Notice], present: Roster, at: datetime) -> int:
    async with transaction():
        notices = await due.order_by("key").select_for_update(skip_locked=True)
        await _compose(notices, present, at)
        return len(notices)


async def _one_by_one(due: QuerySet[Notice], present: Roster, at: datetime) -> int:
    keys = await due.order_by("key").values_list("key", flat=True)
    for key in keys:
        with Guard(log, "notice %s cannot be put into a letter; tried again in an hour", key, let=AWAY) as guard:
            await _put(due.filter(key=key), present, at)
        if guard.error:
            await tables.Notice.filter(key=key, state="waiting").update(send_at=at + POISONED)
    return len(keys)


async def _compose(notices: Sequence[Notice], present: Roster, at: datetime) -> None:
    directory, served = await Directory.of(notices, present, at), await Served.of(notices)
    readers = {notice.key: directory.readers(notice) for notice in notices}
    await unreachable([notice for notice in notices if not readers[notice.key]], present.calendar, at)
    told = [Addressed(notice, served.left(notice, readers[notice.key])) for notice in notices if readers[notice.key]]
    await finish(
        [one.notice for one in told if not one.readers and one.notice.key not in served.queued], present.calendar, at
    )
    letters = [letter for group in _groups([one for one in told if one.readers]).values() for letter in _letters(group)]
    mails = [_mail(to, items, directory, at) for to, items in letters]
    await tables.Mail.bulk_create([mail for mail, _ in mails])
    await tables.MailItem.bulk_create([item for _, items in mails for item in items])
    await _count(served.letters + Counter(item.notice_id for _, items in mails for item in items))


async def _count(letters: Counter[str]) -> None:
    """How many letters each notice is in."""
    for number in sorted(set(letters.values())):
        await tables.Notice.filter(key__in=[key for key, n in letters.items() if n == number]).update(letters=number)


def _groups(addressed: Sequence[Addressed]) -> dict[tuple[str, ...], list[Addressed]]:
    """What may share a letter: one company's words to its own people, or to one party."""
    groups: defaultdict[tuple[str, ...], list[Addressed]] = defaultdict(list)
    for found in addressed:
        notice = found.notice
        alone = notice.key if notice.kind in ALONE else ""
        groups[
            notice.side, str(notice.company_id), str(notice.party_id) if notice.side == VENDOR else "", alone
        ].append(found)
    return groups


def _letters(group: Sequence[Addressed]) -> list[tuple[list[str], list[tuple[Notice, list[str]]]]]:
    """Readers with the same notices share one letter; a reader with more notices than another gets another letter. Many
    notices go into several letters, cut in the order of their keys, so that the same notices make the same letters.
    """
    roles: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for found in group:
        for role, people in found.readers.items():
            for address in people:
                roles[address][found.notice.key].append(role)
    sets: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for address, keys in roles.items():
        sets[tuple(sorted(keys))].append(address)
    notices = {found.notice.key: found.notice for found in group}
    return [
        (
            people,
            [(notices[key], list(dict.fromkeys(role for who in people for role in roles[who][key]))) for key in keys],
        )
        for many, people in sets.items()
        for keys in (many[begin : begin + MOST] for begin in range(0, len(many), MOST))
    ]


def _mail(
    to: list[str], items: list[tuple[Notice, list[str]]], directory: Directory, at: datetime
) -> tuple[Mail, list[tables.MailItem]]:
    first = items[0][0]
    said = "|".join([first.side, *sorted(to), *(f"{notice.key}@{notice.made_at.isoformat()}" for notice, _ in items)])
    key = hashlib.sha256(said.encode()).hexdigest()[:32]
    mail = tables.Mail(
        id=key,
        side=first.side,
        company_id=first.company_id,
        party_id=first.party_id if first.side == VENDOR else None,
        to=to,
        language=directory.language(first),
        urgent=any(notice.urgent for notice, _ in items),
        next_at=at,
        made_at=at,
    )
    return mail, [tables.MailItem(mail_id=key, notice_id=notice.key, roles=roles) for notice, roles in items]
