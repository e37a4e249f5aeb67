"""What the mail server said -> rows: letters sent or refused, and what a duty or case knows to have been told."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tortoise.expressions import F

from monitor import ledger, tables
from monitor.notices import COMPANY, VENDOR, about_case, about_duty, tell
from monitor.schedule import case_next, edit, refresh
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from monitor.calendar import Calendar
    from monitor.tables import Case, Mail, Notice, Obligation

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Taken:
    """A letter that the mail server took. `refused`: addresses that it refused for good while it took others."""

    mail: Mail
    items: Sequence[tuple[Notice, Sequence[str]]]
    reply: str = ""
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Subjects:
    """The duties and cases that some notices are about."""

    duties: dict[int, Obligation] = field(default_factory=dict)
    cases: dict[int, Case] = field(default_factory=dict)

    @classmethod
    async def of(cls, notices: Iterable[Notice], *, lock: bool = False) -> Subjects:
        notices = list(notices)
        duties = {notice.obligation_id for notice in notices if notice.obligation_id}
        cases = {notice.case_id for notice in notices if notice.case_id}
        return cls(await _rows(tables.Obligation, duties, lock=lock), await _rows(tables.Case, cases, lock=lock))


async def _rows(model: Any, ids: set[int], *, lock: bool) -> dict[int, Any]:
    if not ids:
        return {}
    query = model.filter(id__in=ids)
    return {row.id: row for row in await (query.select_for_update() if lock else query)}


async def taken(letters: Sequence[Taken], calendar: Calendar, at: datetime) -> None:
    """Record letters as sent, all in one transaction."""
    async with transaction():
        for letter in letters:
            await tables.Mail.filter(id=letter.mail.id).update(
                state="sent",
                sent_at=at,
                reply=letter.reply[:500],
                subject=letter.mail.subject,
                lease=None,
                next_at=None,
            )
        done = await _completed([notice for letter in letters for notice, _ in letter.items])
        await _told(done, calendar, at)
        await tables.Notice.filter(key__in=[notice.key for notice in done]).update(state="sent", done_at=at)
        await ledger.write([_event(letter) for letter in letters], at)
        for letter in letters:
            if letter.refused:
                await blame(letter.mail, letter.refused, [notice for notice, _ in letter.items], at)


async def _completed(notices: Sequence[Notice]) -> list[Notice]:
    """Those whose every letter is done: a company counts as told when all of its readers were served."""
    single = {notice.key: notice for notice in notices if notice.letters <= 1}
    several = {notice.key: notice for notice in notices if notice.letters > 1}
    if several:
        waiting = tables.MailItem.filter(notice_id__in=list(several), mail__state="queued")
        for key in await waiting.distinct().values_list("notice_id", flat=True):
            several.pop(str(key), None)
    return [*single.values(), *several.values()]


async def _told(notices: Sequence[Notice], calendar: Calendar, at: datetime) -> None:
    """What duties and cases know of it."""
    subjects = await Subjects.of(notices, lock=True)
    duty_fields: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    case_fields: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    for notice in notices:
        if notice.obligation_id in subjects.duties:
            duty_fields[notice.obligation_id] |= duty_told(notice, subjects.duties[notice.obligation_id], calendar, at)
        elif notice.case_id in subjects.cases:
            case_fields[notice.case_id] |= case_told(notice, subjects.cases[notice.case_id], calendar, at)
    for key, fields in duty_fields.items():
        if fields:
            await tables.Obligation.filter(id=key).update(**fields, version=F("version") + 1)
    for key, fields in case_fields.items():
        if fields:
            await tables.Case.filter(id=key).update(**fields, version=F("version") + 1)


def duty_told(notice: Notice, duty: Obligation, calendar: Calendar, at: datetime) -> dict[str, Any]:
    """What a duty remembers of a notice that was sent. Pure."""
    fields: dict[str, Any] = {}
    if notice.side == VENDOR and notice.kind in {"rung", "due-moved", "returned"}:
        fields |= edit(duty, told_on=max(duty.due_on, duty.told_on or duty.due_on))
    if notice.kind == "rung" and notice.rung is not None:
        fields |= _climbed(notice, duty, at)
    return fields | refresh(duty, calendar, at) if fields else {}


def _climbed(notice: Notice, row: Obligation | Case, at: datetime) -> dict[str, Any]:
    rung = notice.rung or 0
    if notice.side == VENDOR:
        waiting = row.vendor_queued if row.vendor_queued is not None and row.vendor_queued > rung else None
        return edit(
            row, vendor_sent=rung if row.vendor_sent is None else max(row.vendor_sent, rung), vendor_queued=waiting
        )
    waiting = row.company_queued if row.company_queued is not None and row.company_queued > rung else None
    sent = rung if row.company_sent is None else max(row.company_sent, rung)
    return edit(row, company_sent=sent, company_queued=waiting, told=max(row.told, notice.level), told_at=at)


def case_told(notice: Notice, case: Case, calendar: Calendar, at: datetime) -> dict[str, Any]:
    """What a case remembers of a notice that was sent. Pure."""
    if notice.kind != "rung":
        return {}
    fields = edit(case, vendor_told=True) if notice.side == VENDOR else _climbed(notice, case, at)
    return fields | edit(case, next_at=case_next(case, calendar, at))


def _event(letter: Taken) -> ledger.Event:
    mail = letter.mail
    items = [
        {
            "notice": notice.kind,
            "about": _about(notice),
            "rung": str(notice.data.get("rung", "")),
            "level": notice.level,
            "roles": list(roles),
        }
        for notice, roles in letter.items
    ]
    data = {"items": items, "readers": len(mail.to), "attempts": mail.attempts}
    return ledger.Event("mail.sent", f"mail/{mail.id}", data, mail.company_id)


def _about(notice: Notice) -> str:
    return (
        f"obligation/{notice.obligation_id}"
        if notice.obligation_id
        else f"case/{notice.case_id}"
        if notice.case_id
        else ""
    )


async def refused(
    mail: Mail, notices: Sequence[Notice], addresses: Mapping[str, str], reason: str, at: datetime
) -> None:
    """The server refused a letter for good. Its notices look for other readers, or stand as undeliverable."""
    async with transaction():
        await tables.Mail.filter(id=mail.id).update(
            state="failed", reply=reason[:500], lease=None, next_at=None, subject=mail.subject
        )
        await blame(mail, addresses, notices, at)
        again = {"letters": 0} if addresses else {"state": "failed", "done_at": at}
        await tables.Notice.filter(key__in=[notice.key for notice in notices], state="waiting").update(**again)
        await ledger.write(
            [ledger.Event("mail.refused", f"mail/{mail.id}", {"addresses": len(addresses)}, mail.company_id)], at
        )
    log.error("mail %s was refused for good: %s", mail.id, reason)


async def blame(mail: Mail, addresses: Mapping[str, str], notices: Sequence[Notice], at: datetime) -> None:
    """Remember dead mailboxes, and tell the company the same minute that its party cannot be reached there."""
    for address in addresses:
        known, _ = await tables.Person.get_or_create(email=address.lower(), name="", defaults={"seen_at": at})
        await tables.Person.filter(id=known.id).update(refused_at=at)
    if mail.side == VENDOR:
        await tell(await _undeliverable(notices, at))


async def _undeliverable(notices: Sequence[Notice], at: datetime) -> list[Notice]:
    subjects = await Subjects.of(notices)
    await tables.Obligation.filter(id__in=list(subjects.duties)).update(undeliverable_at=at)
    mark = f"{at:%Y%m%d}"
    duties = [about_duty(row, "undeliverable", COMPANY, at, mark=mark, level=1) for row in subjects.duties.values()]
    cases = [about_case(row, "undeliverable", COMPANY, at, mark=mark, level=1) for row in subjects.cases.values()]
    return duties + cases


async def unreachable(notices: Sequence[Notice], calendar: Calendar, at: datetime) -> None:
    """Nobody is left to tell. Due dates and ladders go on; a party's silence is then known to its company."""
    if not notices:
        return
    await _told(notices, calendar, at)
    await tables.Notice.filter(key__in=[notice.key for notice in notices]).update(state="failed", done_at=at)
    await tell(await _undeliverable([notice for notice in notices if notice.side == VENDOR], at))
    events = [
        ledger.Event(
            "notice.unreachable", _about(notice), {"notice": notice.kind, "side": notice.side}, notice.company_id
        )
        for notice in notices
    ]
    await ledger.write(events, at)
    for notice in notices:
        log.error("notice %s reaches nobody: there is no address that takes mail", notice.key)
