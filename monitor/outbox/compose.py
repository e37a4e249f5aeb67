"""Notices that are due -> letters: what one company has for one person at one time is one letter."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tortoise.expressions import Q

from monitor import tables
from monitor.notices import PERSON, VENDOR
from monitor.outbox.record import unreachable
from monitor.registry.roster import Audience, Roster, roster
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from monitor.tables import Mail, Notice

REFUSED_FOR = timedelta(days=30)  #: an address that a server refused for good is tried again after that
ALONE = frozenset({"receipt", "sign-in", "digest"})  #: kinds that are a document of their own and share no letter


@dataclass(frozen=True)
class Addressed:
    """A notice with its readers, by role."""

    notice: Notice
    readers: Audience


async def compose(at: datetime) -> int:
    """Put all notices that are due into letters, company by company; how many notices there were."""
    present = await roster()
    sending = present.calendar.sending(at)
    due = tables.Notice.filter(Q(urgent=True) if not sending else Q(), state="waiting", letters=0, send_at__lte=at)
    count = 0
    for company in sorted({*await due.distinct().values_list("company_id", flat=True)}, key=str):
        async with transaction():
            notices = await due.filter(company_id=company).order_by("key").select_for_update(skip_locked=True)
            await _compose(notices, present, at)
            count += len(notices)
    return count


async def _compose(notices: Sequence[Notice], present: Roster, at: datetime) -> None:
    refused = await tables.Person.filter(refused_at__gt=at - REFUSED_FOR).values_list("email", flat=True)
    dead = {str(email) for email in refused}
    parties = await present.parties({notice.party_id for notice in notices if notice.party_id})
    addressed = [Addressed(notice, _readers(notice, present, parties, dead, at)) for notice in notices]
    reachable = [found for found in addressed if found.readers]
    await unreachable([found.notice for found in addressed if not found.readers], present.calendar, at)
    letters = [letter for group in _groups(reachable).values() for letter in _letters(group)]
    mails = [_mail(to, items, present, parties, at) for to, items in letters]
    await tables.Mail.bulk_create([mail for mail, _ in mails])
    await tables.MailItem.bulk_create([item for _, items in mails for item in items])
    counts: defaultdict[str, int] = defaultdict(int)
    for _, items in mails:
        for item in items:
            counts[item.notice_id] += 1
    for number in sorted(set(counts.values())):
        await tables.Notice.filter(key__in=[key for key, n in counts.items() if n == number]).update(letters=number)


def _readers(notice: Notice, present: Roster, parties: Mapping[str, object], dead: set[str], at: datetime) -> Audience:
    """Who gets a notice today. Of a party, its first contact that can be reached; of a company, all of its roles."""
    if notice.side == PERSON:
        return {"person": (notice.address,)}
    if notice.side == VENDOR:
        party = parties[str(notice.party_id)]
        contacts = (notice.address,) if notice.address else getattr(party, "contacts", ())
        first = next((address for address in contacts if address.lower() not in dead), None)
        return {"vendor": (first,)} if first else {}
    day = present.calendar.day_of(at)
    if notice.level:
        found = present.levels(notice.company_id, notice.level, day, also=notice.roles)
    else:
        found = present.audience(notice.company_id, notice.roles, day)
    alive = {
        role: tuple(address for address in people if address.lower() not in dead) for role, people in found.items()
    }
    return {role: people for role, people in alive.items() if people}


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
    """Readers with the same notices share one letter; a reader with more notices than another gets another letter."""
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
        for keys, people in sets.items()
    ]


def _mail(
    to: list[str], items: list[tuple[Notice, list[str]]], present: Roster, parties: Mapping[str, object], at: datetime
) -> tuple[Mail, list[tables.MailItem]]:
    first = items[0][0]
    said = "|".join([first.side, *sorted(to), *(f"{notice.key}@{notice.made_at.isoformat()}" for notice, _ in items)])
    key = hashlib.sha256(said.encode()).hexdigest()[:32]
    language = (
        getattr(parties.get(str(first.party_id)), "language", "ja") if first.side == VENDOR else present.group.language
    )
    mail = tables.Mail(
        id=key,
        side=first.side,
        company_id=first.company_id,
        party_id=first.party_id if first.side == VENDOR else None,
        to=to,
        language=language,
        urgent=any(notice.urgent for notice, _ in items),
        next_at=at,
        made_at=at,
    )
    return mail, [tables.MailItem(mail_id=key, notice_id=notice.key, roles=roles) for notice, roles in items]
