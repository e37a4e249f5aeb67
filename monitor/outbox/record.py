"""What the mail server said -> rows: letters sent or refused, and what a duty or case knows to have been told."""

from __future__ import annotations

import hashlib
import logging
from collections import defaultdict
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from tortoise.expressions import F

from monitor import ledger, tables
from monitor.ladder import OPENING
from monitor.notices import VENDOR, about_duty, tell
from monitor.outbox.dead import Unreached, alive_again, bury, undeliverable
from monitor.outbox.mailbox import died
from monitor.outbox.subjects import Subjects
from monitor.schedule import begun, case_next, company_told, edit, own_next, party_told, refresh
from monitor.tables.duty import ASKED
from monitor.tables.plain import write_each
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from monitor.calendar import Calendar
    from monitor.tables import Case, Mail, Notice, Obligation
    from monitor.tables.climbing import Climbing

log = logging.getLogger(__name__)
_SHARED = ("side", "company_id", "party_id", "language", "urgent", "subject", "attempts", "made_at")


@dataclass(frozen=True)
class Taken:
    """What became of a letter. `refused`: addresses refused for good; `named`: the T that it gave, by duty."""

    mail: Mail
    items: Sequence[tuple[Notice, Sequence[str]]]
    reply: str = ""
    refused: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[int, date] = field(default_factory=dict)


@dataclass(frozen=True)
class Rest:
    """Readers whom the server asks us to try again, when, and in whose words."""

    to: Sequence[str]
    next_at: datetime
    reason: str


async def taken(letters: Sequence[Taken], calendar: Calendar, at: datetime) -> None:
    """Record letters as sent, all in one transaction."""
    async with transaction():
        ours = [letter for letter in letters if await close(letter.mail, "sent", letter.reply, at)]
        named = {key: due for letter in ours for key, due in letter.named.items()}
        await finish(await _completed([notice for letter in ours for notice, _ in letter.items]), calendar, at, named)
        await ledger.write([_event(letter) for letter in ours], at)
        await alive_again({address.lower() for letter in ours for address in letter.mail.to}, at)
        for letter in ours:
            if letter.refused:
                await blame(letter.mail, letter.refused, [notice for notice, _ in letter.items], at)


async def taken_in_part(letter: Taken, rest: Rest, calendar: Calendar, at: datetime) -> None:
    """The server took a letter for some and not yet for others: a letter of their own waits for these.

    What is recorded as sent names those who have it, so that whatever becomes of the rest, nobody gets it twice.
    """
    mail = letter.mail
    async with transaction():
        ours = tables.Mail.filter(id=mail.id, state="queued", lease=mail.lease)
        if await ours.select_for_update().first() is None:
            _too_late(mail)
            return
        number = hashlib.sha256("|".join([mail.id, *sorted(rest.to)]).encode()).hexdigest()[:32]
        await tables.Mail.create(
            **{name: getattr(mail, name) for name in _SHARED},
            id=number,
            to=list(rest.to),
            reply=rest.reason[:500],
            next_at=rest.next_at,
        )
        for notice, roles in letter.items:
            await tables.MailItem.create(mail_id=number, notice_id=notice.key, roles=list(roles))
            await tables.Notice.filter(key=notice.key).update(letters=F("letters") + 1)
            notice.letters += 1
        mail.to = [address for address in mail.to if address not in {*rest.to, *letter.refused}]
        await taken([letter], calendar, at)


async def put_off(letter: Taken, rest: Rest, at: datetime) -> None:
    """Nobody has the letter yet; whoever was refused for good is no longer asked."""
    async with transaction():
        mail = tables.Mail.filter(id=letter.mail.id, state="queued", lease=letter.mail.lease)
        changed = await mail.update(
            next_at=rest.next_at,
            reply=rest.reason[:500],
            to=list(rest.to),
            subject=letter.mail.subject,
            lease=None,
            lease_until=None,
        )
        if changed and letter.refused:
            await blame(letter.mail, letter.refused, [notice for notice, _ in letter.items], at)


async def close(mail: Mail, state: str, reply: str, at: datetime) -> bool:
    """Give a letter its end, if its lease still holds: a late worker's result is dropped."""
    ours = tables.Mail.filter(id=mail.id, state="queued", lease=mail.lease)
    end = {"state": state, "reply": reply[:500], "to": mail.to, "subject": mail.subject, "lease": None, "next_at": None}
    if await ours.update(**end, lease_until=None, sent_at=at if state == "sent" else None):
        return True
    _too_late(mail)
    return False


def _too_late(mail: Mail) -> None:
    log.warning("mail %s is no longer ours: its lease ran out before the mail server answered", mail.id)


async def unpark(at: datetime) -> int:
    """Letters that were parked are tried once more: a restart may have brought the release that can make them.

    One that was taken and could not be recorded goes again as well, under its own Message-ID.
    """
    freed = await tables.Mail.filter(state="parked").update(state="queued", next_at=at, attempts=0)
    if freed:
        log.warning("%s parked letters are tried once more", freed)
    return freed


async def _completed(notices: Sequence[Notice]) -> list[Notice]:
    """Those whose every letter is done: a company counts as told when all of its readers were served. Locked after what
    they are about (`monitor.books`): of two who record the last two letters at once, the second sees the first's.
    """
    single = {notice.key: notice for notice in notices if notice.letters <= 1}
    several = {notice.key: notice for notice in notices if notice.letters > 1}
    if several:
        await Subjects.of(notices, lock=True)
        await tables.Notice.filter(key__in=list(several)).order_by("key").select_for_update().only("key")
        waiting = tables.MailItem.filter(notice_id__in=list(several), mail__state="queued")
        for key in await waiting.distinct().values_list("notice_id", flat=True):
            several.pop(str(key), None)
    return [*single.values(), *several.values()]


async def finish(
    notices: Sequence[Notice],
    calendar: Calendar,
    at: datetime,
    named: Mapping[int, date] = MappingProxyType({}),
    *,
    state: str = "sent",
) -> None:
    """Notices that need no further letter. `named`: the T that the letters gave, by duty, where it is known."""
    if notices:
        await _told(notices, calendar, at, named)
        await tables.Notice.filter(key__in=[notice.key for notice in notices]).update(state=state, done_at=at)


async def _told(notices: Sequence[Notice], calendar: Calendar, at: datetime, named: Mapping[int, date]) -> None:
    """What duties and cases know of it."""
    subjects = await Subjects.of(notices, lock=True)
    duty_fields: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    case_fields: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    for notice in notices:
        if notice.obligation_id in subjects.duties:
            duty = subjects.duties[notice.obligation_id]
            due_on = named.get(duty.id, duty.due_on)
            duty_fields[duty.id] |= duty_told(notice, duty, calendar, at, due_on)
            await tell(_overtaken(notice, duty, at, due_on))
        elif notice.case_id in subjects.cases:
            case_fields[notice.case_id] |= case_told(notice, subjects.cases[notice.case_id], calendar, at)
        elif notice.own_duty_id in subjects.own and notice.kind == "rung":
            own = subjects.own[notice.own_duty_id]
            fields = _climbed(notice, own, at) | (begun(own, calendar, at) if notice.rung == OPENING else {})
            fields |= edit(own, next_at=own_next(own, calendar, at))
            await tables.OwnDuty.filter(id=own.id).update(**fields, version=F("version") + 1)
    await _write(tables.Obligation, subjects.duties, duty_fields)
    await _write(tables.Case, subjects.cases, case_fields)


async def _write(
    model: type[Obligation | Case], rows: Mapping[int, Climbing], changed: Mapping[int, Mapping[str, Any]]
) -> None:
    """Changes of rows that are locked, those of the same columns together."""
    alike: defaultdict[frozenset[str], dict[int, dict[str, Any]]] = defaultdict(dict)
    for key, fields in changed.items():
        if fields:
            alike[frozenset(fields)][key] = {**fields, "version": rows[key].version + 1}
    for columns in alike.values():
        await write_each(model, columns)


def _overtaken(notice: Notice, duty: Obligation, at: datetime, named: date) -> list[Notice]:
    """T moved while a letter that names the old one was on its way: the new one is told at once."""
    if not _names_a_date(notice) or duty.due_on <= named or duty.state not in ASKED:
        return []
    data = {"reason": "recomputed", "was": named.isoformat()}
    return [about_duty(duty, "due-moved", VENDOR, at, mark=duty.due_on.isoformat(), data=data)]


def _names_a_date(notice: Notice) -> bool:
    return notice.side == VENDOR and notice.kind in {"rung", "due-moved", "returned", "plea-decided"}


def duty_told(notice: Notice, duty: Obligation, calendar: Calendar, at: datetime, named: date) -> dict[str, Any]:
    """What a duty remembers of a notice that was sent and gave that T. Pure."""
    fields: dict[str, Any] = {}
    if _names_a_date(notice):
        fields |= edit(duty, told_on=max(named, duty.told_on or named))
    if notice.kind == "rung" and notice.rung is not None:
        fields |= _climbed(notice, duty, at)
    if notice.kind == "rung" and notice.side == VENDOR and notice.rung == OPENING:
        fields |= begun(duty, calendar, at)
    return fields | refresh(duty, calendar, at) if fields else {}


def _climbed(notice: Notice, row: Climbing, at: datetime) -> dict[str, Any]:
    rung = notice.rung or 0
    return party_told(row, rung, at) if notice.side == VENDOR else company_told(row, rung, notice.level, at)


def case_told(notice: Notice, case: Case, calendar: Calendar, at: datetime) -> dict[str, Any]:
    """What a case remembers of a notice that was sent. Pure."""
    if notice.kind == "resolved":
        return edit(case, vendor_told=False) if notice.side == VENDOR else edit(case, company_told=False)
    if notice.kind != "rung":
        return {}
    heard = edit(case, vendor_told=True) if notice.side == VENDOR else edit(case, company_told=True)
    fields = heard if notice.side == VENDOR else heard | _climbed(notice, case, at)
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
        f"own-duty/{notice.own_duty_id}"
        if notice.own_duty_id
        else f"obligation/{notice.obligation_id}"
        if notice.obligation_id
        else f"case/{notice.case_id}"
        if notice.case_id
        else f"certificate/{notice.certificate_id}"
        if notice.certificate_id
        else ""
    )


async def refused(letter: Taken, reason: str, calendar: Calendar, at: datetime) -> None:
    """The server refused a letter for good. Its notices look for other readers, or stand as undeliverable.

    When the letter itself was refused and no address, ladders go on: the next rung is another letter.
    """
    mail, notices = letter.mail, [notice for notice, _ in letter.items]
    async with transaction():
        if not await close(mail, "failed", reason, at):
            return
        await blame(mail, letter.refused, notices, at)
        if letter.refused:
            await tables.Notice.filter(key__in=[notice.key for notice in notices], state="waiting").update(letters=0)
        else:
            await _unsendable(notices, calendar, at)
        await ledger.write(
            [ledger.Event("mail.refused", f"mail/{mail.id}", {"addresses": len(letter.refused)}, mail.company_id)], at
        )
    log.error("mail %s was refused for good: %s", mail.id, reason)


async def split(letter: Taken, reason: str, at: datetime) -> None:
    """The server finds a letter too large: each of its notices goes to the same readers in a letter of its own, so that
    one long notice takes no other down with it. Each is in as many letters as before, for the large one is dropped.
    """
    mail = letter.mail
    async with transaction():
        if not await close(mail, "dropped", reason, at):
            return
        shared = {name: getattr(mail, name) for name in _SHARED} | {"subject": "", "attempts": 0}
        for notice, roles in letter.items:
            number = hashlib.sha256(f"{mail.id}|{notice.key}".encode()).hexdigest()[:32]
            await tables.Mail.create(**shared, id=number, to=mail.to, next_at=at)
            await tables.MailItem.create(mail_id=number, notice_id=notice.key, roles=list(roles))
        await ledger.write(
            [ledger.Event("mail.split", f"mail/{mail.id}", {"letters": len(letter.items)}, mail.company_id)], at
        )
    log.warning("mail %s is too large and goes as %s letters: %s", mail.id, len(letter.items), reason)


async def _unsendable(notices: Sequence[Notice], calendar: Calendar, at: datetime) -> None:
    """Notices whose letter nobody will ever take: failed, unless another letter brought them to somebody."""
    done = await _completed(notices)
    keys = [notice.key for notice in done if notice.letters > 1]
    sent = tables.MailItem.filter(notice_id__in=keys, mail__state="sent")
    heard = {str(key) for key in await sent.distinct().values_list("notice_id", flat=True)} if keys else set()
    await finish([notice for notice in done if notice.key in heard], calendar, at)
    await finish([notice for notice in done if notice.key not in heard], calendar, at, state="failed")


async def blame(mail: Mail, addresses: Mapping[str, str], notices: Sequence[Notice], at: datetime) -> None:
    """Remember dead mailboxes, and tell the company the same minute that its party, or one of its own people, cannot be
    reached there.
    """
    for address in addresses:
        await bury(address, at)
    if mail.side != VENDOR:
        for address, why in addresses.items():
            await died(mail, address, why, at, reported=False)
    else:
        address, why = next(iter(addresses.items()), ("", ""))
        await undeliverable(notices, Unreached(address, why), at)


async def unreachable(notices: Sequence[Notice], calendar: Calendar, at: datetime) -> None:
    """Nobody is left to tell. Due dates and ladders go on; a party's silence is then known to its company."""
    if not notices:
        return
    await finish(notices, calendar, at, state="failed")
    await undeliverable([notice for notice in notices if notice.side == VENDOR], Unreached(alone=True), at)
    events = [
        ledger.Event(
            "notice.unreachable", _about(notice), {"notice": notice.kind, "side": notice.side}, notice.company_id
        )
        for notice in notices
    ]
    await ledger.write(events, at)
    for notice in notices:
        log.error("notice %s reaches nobody: there is no address that takes mail", notice.key)
