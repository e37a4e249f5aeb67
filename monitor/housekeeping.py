"""Stage: what is done once a day or a week: the day's looks as one ledger line, old rows gone, the weekly digest."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from checks.contract import Severity
from monitor import ledger, tables
from monitor.calendar import DAY
from monitor.notices import COMPANY, tell
from monitor.registry.roster import Roster, roster
from monitor.schedule import ASKED
from monitor.tables import Notice
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

_BATCH = 5000
MONDAY_BACK = timedelta(days=7)


async def keep_house(at: datetime, keep_looks: int) -> int:
    """One round; always 0, because there is never more at once."""
    present = await roster()
    await _enter_looks(present, at)
    await _digest(present, at)
    await _forget(at, keep_looks)
    return 0


async def _enter_looks(present: Roster, at: datetime) -> None:
    """Yesterday's looks as one line: how many, and a digest of them all in order."""
    yesterday = present.calendar.day_of(at) - DAY
    if not await _first_time("looks", present, yesterday, at):
        return
    count, digest = 0, hashlib.sha256()
    begin, end = present.calendar.instant(yesterday), present.calendar.end_of(yesterday)
    last = 0
    while rows := await _looks(begin, end, last):
        for row in rows:
            digest.update("|".join(str(part) for part in row).encode() + b"\n")
        count, last = count + len(rows), rows[-1][0]
    if count:
        data = {"day": yesterday.isoformat(), "looks": count, "sha256": digest.hexdigest()}
        async with transaction():
            await ledger.write([ledger.Event("looks.day", f"looks/{yesterday.isoformat()}", data)], at)


async def _looks(begin: datetime, end: datetime, last: int) -> Sequence[tuple[Any, ...]]:
    found = tables.LookRow.filter(at__gte=begin, at__lt=end, id__gt=last).order_by("id").limit(_BATCH)
    return await found.values_list("id", "watch_id", "at", "verdict", "reason")


async def _first_time(name: str, present: Roster, day: date, at: datetime) -> bool:
    """Whether this is the first round for that day; a stamp in the database, so restarts and replicas do it once."""
    mark = present.calendar.instant(day)
    async with transaction():
        known = await tables.Pulse.filter(name=name).select_for_update().first()
        if known and known.at >= mark:
            return False
        if known:
            await tables.Pulse.filter(name=name).update(at=mark)
        else:
            await tables.Pulse.create(name=name, at=mark)
    return bool(known) or at > mark


async def _forget(at: datetime, keep_looks: int) -> None:
    """Rows that have had their time. History that proves something is never among them."""
    await tables.LookRow.filter(at__lt=at - timedelta(days=keep_looks)).limit(_BATCH).delete()
    await tables.Session.filter(expires_at__lt=at).delete()
    await tables.SignIn.filter(expires_at__lt=at - DAY).delete()


async def _digest(present: Roster, at: datetime) -> None:
    """On the first business day of a week, to each company that has something, and always to the privacy office."""
    calendar = present.calendar
    today = calendar.day_of(at)
    monday = today - timedelta(days=today.weekday())
    if (
        not calendar.sending(at)
        or today != calendar.following(monday)
        or not await _first_time("digest", present, monday, at)
    ):
        return
    since = at - MONDAY_BACK
    notices = []
    for company in sorted(present.companies):
        data = await _week(company, since, at)
        if data["overdue"] or data["findings"]:
            notices.append(_notice(company, ["managers"], monday, data, at))
    seq, value = await ledger.head()
    whole = await _week(None, since, at) | {"head": f"{seq}:{value}"}
    notices.append(_notice(None, ["privacy_office"], monday, whole, at))
    async with transaction():
        await tell(notices)


def _notice(company: str | None, roles: list[str], monday: date, data: dict[str, Any], at: datetime) -> Notice:
    key = f"d/digest/{company or 'group'}/{monday.isoformat()}"
    return Notice(
        key=key, kind="digest", side=COMPANY, company_id=company, roles=roles, data=data, send_at=at, made_at=at
    )


async def _week(company: str | None, since: datetime, at: datetime) -> dict[str, Any]:
    """The figures of a digest; of one company, or of the whole group."""
    only = {"company_id": company} if company else {}
    overdue = tables.Obligation.filter(state__in=ASKED, overdue_on__isnull=False, **only).order_by("due_on")
    coming = tables.Obligation.filter(state__in=ASKED, overdue_on=None, **only).order_by("due_on").limit(5)
    cases = tables.Case.filter(closed_at=None, **only).order_by("-severity")
    return {
        "overdue": [_duty(row) for row in await overdue],
        "coming": [_duty(row) for row in await coming],
        "findings": [
            {
                "party": row.party_id,
                "url": row.url,
                "check": row.check_kind,
                "severity": Severity(row.severity).word,
                "company": row.company_id or "",
            }
            for row in await cases
        ],
        "mails": await tables.Mail.filter(state="sent", sent_at__gte=since, sent_at__lte=at, **only).count(),
        "looks": 0 if company else await tables.LookRow.filter(at__gte=since, at__lte=at).count(),
    }


def _duty(row: tables.Obligation) -> dict[str, str]:
    return {
        "id": str(row.id),
        "company": row.company_id,
        "party": row.party_id,
        "kind": row.kind,
        "due_on": row.due_on.isoformat(),
    }
