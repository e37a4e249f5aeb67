"""Places whose deletion was confirmed: addresses that must stay gone, and whose deletion that was."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from monitor import tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from monitor.calendar import Calendar
    from monitor.registry.format import Engagement
    from monitor.registry.roster import Roster

GONE = "erased"  #: the kind of look that such an address gets
AGAIN = "erased.served-again"  #: its rule: content came
DELETION = "deletion"  #: the kind of duty whose acceptance certifies
#: States of a place in which something is still there.
LEFT = ("backup_pending", "legal_hold", "remaining", "returned_not_deleted", "vendor_own_duty", "disputed")
Address = tuple[str, str]  #: party and URL


def confirmed(entry: Engagement, last_day: date | None, today: date, accepted: Iterable[date]) -> bool:
    """Whether the return or deletion after this end was accepted, here or before the registry was taken over. What was
    accepted for an earlier end says nothing of the data that has come since. `accepted`: the days of which acceptances
    speak (`vouched_on`). Pure.
    """
    if last_day is None or today <= last_day:
        return False
    return entry.deletion.accepted_on is not None or any(day > last_day for day in accepted)


def vouched_on(duty: tables.Obligation, calendar: Calendar) -> date:
    """The day of which an accepted confirmation speaks: that on which it was handed in. It says nothing of data that
    came after it, however late somebody accepts it, and though the work got a later end in between. Pure.
    """
    accepted_on: date = duty.accepted_on
    return min(calendar.day_of(duty.submitted_at), accepted_on) if duty.submitted_at else accepted_on


async def acceptances(keys: Iterable[str], calendar: Calendar) -> defaultdict[str, list[date]]:
    """The days of which the accepted confirmations of these engagements speak."""
    found = defaultdict[str, "list[date]"](list)
    wanted = list(keys)
    if wanted:
        duties = tables.Obligation.filter(engagement_id__in=wanted, kind=DELETION, accepted_on__not_isnull=True)
        for duty in await duties:
            found[duty.engagement_id].append(vouched_on(duty, calendar))
    return found


async def emptied(keys: Iterable[str], present: Roster, today: date) -> set[str]:
    """Those engagements of which nothing is left: return or deletion was confirmed after the end, of every place."""
    entries = await present.engagements(keys)
    accepted, left = await acceptances(entries, present.calendar), {key for key, _ in await _left(entries)}
    return {
        key
        for key, entry in entries.items()
        if key not in left and confirmed(entry, await present.last_day(key), today, accepted[key])
    }


async def gone(parties: Iterable[str], present: Roster, at: datetime) -> Mapping[Address, list[str]]:
    """Addresses of these parties that must stay gone, each with the engagements in which that was confirmed. None is an
    address at which the data of another engagement may still lie: it has every reason to answer.
    """
    rows = tables.Engagement.filter(party_id__in=list(parties), retired_at=None).order_by("key")
    party_of = dict(await rows.values_list("key", "party_id"))
    entries = {key: entry for key, entry in (await present.engagements(party_of)).items() if _addresses(entry)}
    accepted, left = await acceptances(entries, present.calendar), await _left(entries)
    today = present.calendar.day_of(at)
    certified, lying = defaultdict[Address, list[str]](list), set[Address]()
    for key in sorted(entries):
        entry, where = entries[key], [(party_of[key], url) for url in _addresses(entries[key])]
        if confirmed(entry, await present.last_day(key), today, accepted[key]):
            lying.update((party_of[key], place.url) for place in entry.place if place.url and (key, place.name) in left)
            for address in where:
                certified[address].append(key)
        elif entry.state not in {"closed", "rejected"}:
            lying.update(where)
    return {address: keys for address, keys in certified.items() if address not in lying}


def _addresses(entry: Engagement) -> list[str]:
    return list(dict.fromkeys(place.url for place in entry.place if place.url))


async def _left(keys: Iterable[str]) -> set[tuple[str, str]]:
    """Places of these engagements, by name, of which an accepted certificate says that something is still there."""
    wanted = list(keys)
    rows = tables.DisposalPlace.filter(state__in=LEFT, disposal__engagement_id__in=wanted)
    found = rows.exclude(disposal__state="replaced")
    return (
        {(key, name) for key, name in await found.values_list("disposal__engagement_id", "name")} if wanted else set()
    )
