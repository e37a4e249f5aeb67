"""Stage: 第三者認証の有効期限 — certificates that run out -> their party and its companies are warned.

90, 60, 30 and 7 days before the last day of its validity, while it is valid: the party, once for each company that has
an engagement with it in force that day, and that company's managers. The last day never rolls; a rung on a closed day
leaves on the open day before. Of those that passed unseen (the daemon was down, the certificate or the engagement came
late) only the highest is told.

What was told stands in the notices themselves, whose keys say which certificate, until when, which rung, to whom. So a
look that is repeated tells nothing twice, and one after a renewal finds what waits and is not true any more.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING, Any

from monitor import ledger, tables
from monitor.certificates import Held, concerned, held
from monitor.guard import Guard
from monitor.notices import COMPANY, VENDOR, tell, withdraw
from monitor.registry.format import Party
from monitor.registry.roster import roster
from monitor.tables.plain import any_due
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.calendar import Calendar
    from monitor.registry.format import Engagement
    from monitor.tables import Notice

log = logging.getLogger(__name__)
CHUNK = 200
POISONED = timedelta(hours=1)  #: how far ahead a party goes whose certificates cannot be worked out
_STANDS = ("waiting", "sent", "failed")  #: states in which a warning counts as told


@dataclass
class Outlook:
    """What one look at a party's certificates writes, and when the next one is."""

    party: str
    again: datetime | None = None
    warnings: list[Notice] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)  #: keys of what waits and is to be told no more


async def warn(at: datetime) -> int:
    """Look at the certificates of one chunk of parties; how many parties there were."""
    if not await any_due(tables.Party, "warn_at", at):
        return 0
    async with transaction():
        due = tables.Party.filter(warn_at__lte=at).order_by("warn_at", "key").limit(CHUNK)
        rows = await due.select_for_update(skip_locked=True)
        if rows:
            await _write(await _looks(rows, at), at)
    return len(rows)


async def _looks(rows: Sequence[tables.Party], at: datetime) -> list[Outlook]:
    """The registry is read when the rows are locked: what changes it after that marks them anew."""
    present = await roster()
    engaged, told = await present.engaged([row.key for row in rows]), await _told([row.key for row in rows])
    return [_guarded(row, engaged[row.key], told[row.key], present.calendar, at) for row in rows]


async def _told(parties: Sequence[str]) -> defaultdict[str, list[Notice]]:
    """The warnings that stand, by party."""
    found: defaultdict[str, list[Notice]] = defaultdict(list)
    about = tables.Notice.filter(party_id__in=parties, certificate_id__isnull=False, kind="rung", state__in=_STANDS)
    for notice in await about:
        found[str(notice.party_id)].append(notice)
    return found


def _guarded(
    row: tables.Party, engagements: Sequence[Engagement], told: Sequence[Notice], calendar: Calendar, at: datetime
) -> Outlook:
    """One party's outlook. What fails is logged with its key, goes an hour ahead, and never stops the queue."""
    with Guard(log, "certificates of %s cannot be worked out; tried again in an hour", row.key):
        certificates = [] if row.retired_at else held(Party.model_validate(row.spec), calendar.day_of(at))
        return look(row.key, Standing(certificates, engagements, told), calendar, at)
    return Outlook(row.key, at + POISONED)


@dataclass(frozen=True)
class Standing:
    """What is known of a party: its valid certificates, its engagements, and the warnings that stand."""

    certificates: Sequence[Held]
    engagements: Sequence[Engagement]
    told: Sequence[Notice]

    def warned(self, found: Held, company: str, side: str) -> dict[int, Notice]:
        """The warnings of one certificate, until the date that it has now, to one side; by rung."""
        return {
            int(str(notice.rung)): notice
            for notice in self.told
            if (Held.told_of(notice), notice.company_id, notice.side) == (found, company, side)
        }


def look(party: str, known: Standing, calendar: Calendar, at: datetime) -> Outlook:
    """What is to be told of a party's certificates now, what waits and is not true any more, what comes next. Pure."""
    day = calendar.day_of(at)
    companies = concerned(known.engagements, day)
    outlook = Outlook(party, untrue=[notice.key for notice in known.told if _untrue(notice, known, companies)])
    pending = False
    for found in known.certificates:
        for company, side in product(companies, (VENDOR, COMPANY)):
            warned = known.warned(found, company, side)
            rung = found.climb(max(warned, default=None)).pending(calendar, at)
            if rung is not None and calendar.sending(at):
                outlook.warnings.append(found.warning(company, side, rung, at))
                outlook.untrue += [notice.key for notice in warned.values() if notice.state == "waiting"]
            pending = pending or rung is not None
    ahead = [*_ahead(known, calendar, at), *([calendar.next_sending(at)] if pending else ())]
    outlook.again = min((instant for instant in ahead if instant > at), default=None)
    return outlook


def _untrue(notice: Notice, known: Standing, companies: Sequence[str]) -> bool:
    true = Held.told_of(notice) in known.certificates and notice.company_id in companies
    return notice.state == "waiting" and not true


def _ahead(known: Standing, calendar: Calendar, at: datetime) -> Iterator[datetime]:
    """When a rung comes up, and when an engagement begins whose company has not heard of those that passed."""
    for found in known.certificates:
        upcoming = found.climb().upcoming(calendar, at)
        if upcoming:
            yield upcoming[1]
    for one in known.engagements if known.certificates else ():
        begins = calendar.instant(one.starts_on)
        if begins > at and one.in_force_on(one.starts_on):
            yield calendar.next_sending(begins)


async def _write(outlooks: Sequence[Outlook], at: datetime) -> None:
    untrue = [key for outlook in outlooks for key in outlook.untrue]
    if untrue:
        await withdraw(at, key__in=untrue)
    warnings = [notice for outlook in outlooks for notice in outlook.warnings]
    await tell(warnings)
    await ledger.write([_event(notice) for notice in warnings], at)
    again: defaultdict[datetime | None, list[str]] = defaultdict(list)
    for outlook in outlooks:
        again[outlook.again].append(outlook.party)
    for instant, parties in again.items():
        await tables.Party.filter(key__in=parties).update(warn_at=instant)


def _event(notice: Notice) -> ledger.Event:
    """The number stands in the registry; the ledger has a hash in its place."""
    said: Any = notice.data
    data = {
        "certificate": notice.certificate_id,
        "kind": said["certificate"]["kind"],
        "due_on": said["certificate"]["expires_on"],
        "rung": said["rung"],
        "side": notice.side,
    }
    return ledger.Event("certificate.warned", f"party/{notice.party_id}", data, notice.company_id)
