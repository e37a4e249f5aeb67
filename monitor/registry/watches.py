"""Addresses -> watches: one row for each kind of check on each. Endpoints of parties have theirs from the registry;
places of an engagement are looked at once their deletion was confirmed, texts of the group while they are in effect.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from checks import CHECKS
from monitor import tables
from monitor.registry.places import GONE, gone
from monitor.registry.roster import roster, unkept
from monitor.registry.sites import Sites, eyes, sites

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from tortoise.queryset import QuerySet

    from checks.contract import Check
    from monitor.registry.format import Endpoint, Party, Policy
    from monitor.registry.places import Address


_LET_GO: dict[str, Any] = {"lease": None, "lease_until": None}  #: the result of whoever looks just now is dropped


NOWHERE = Sites()
TEXTS = "policy-page"  #: the kind of look that sees whether what was published says what it said


@dataclass(frozen=True, slots=True)
class Wanted:
    """A watch as it should be. `every`: seconds between two looks."""

    url: str
    kind: str
    every: int
    tell_vendor: bool = True
    options: dict[str, Any] = field(default_factory=dict)


def wanted(
    party: Party, looks: Mapping[str, Check[Any]], places: Iterable[str] = (), known: Sites = NOWHERE
) -> Iterator[Wanted]:
    """What the file names or has options for, else all that fit the address; but of endpoints that are the same to a
    check, the first only. `places`: addresses that must stay gone. A site that we only link to is not looked at.
    """
    taken: set[tuple[str, str]] = set()
    for endpoint in party.endpoint:
        if known.out_of_scope(endpoint.url):
            continue
        for kind in dict.fromkeys((*_kinds(endpoint, looks, taken), *endpoint.options)):
            if kind in looks:
                taken.add((kind, looks[kind].scope.of(endpoint.url)))
                every = endpoint.every or _rhythm(looks[kind])
                options = known.options(kind, endpoint.url, endpoint.options.get(kind, {}))
                yield Wanted(endpoint.url, kind, every, endpoint.tell_vendor, options)
    for url in places:
        if GONE in looks and (GONE, looks[GONE].scope.of(url)) not in taken:
            yield Wanted(url, GONE, _rhythm(looks[GONE]))


def _rhythm(look: Check[Any]) -> int:
    return int(look.every.total_seconds())


def _kinds(endpoint: Endpoint, looks: Mapping[str, Check[Any]], taken: Collection[tuple[str, str]]) -> Iterable[str]:
    if endpoint.checks is not None:
        return endpoint.checks
    return [
        kind
        for kind, look in looks.items()
        if look.suits(endpoint.url) and not look.named_only and (kind, look.scope.of(endpoint.url)) not in taken
    ]


async def sync(parties: Sequence[Party], looks: Mapping[str, Check[Any]], at: datetime) -> None:
    """Make the watches of these parties what the registry says; one that is no longer wanted is retired.

    New ones have no `next_at` yet: the patrol spreads them over their interval when it first meets them.
    """
    if not looks or not parties:
        return
    keys = [party.key for party in parties]
    have = {(row.party_id, row.url, row.check_kind): row for row in await tables.Watch.filter(party_id__in=keys)}
    places = await gone(keys, await unkept(), at)
    fresh: list[tables.Watch] = []
    known = await sites()
    for party in parties:
        for watch in wanted(party, looks, _of(party.key, places), known):
            row = have.pop((party.key, watch.url, watch.kind), None)
            if row is None:
                fresh.append(_row(party.key, watch, at))
            else:
                await _adjust(row, watch)
    await tables.Watch.bulk_create(fresh, ignore_conflicts=True)  # `keep_gone` may have been quicker
    await _retire(tables.Watch.filter(id__in=[row.id for row in have.values()]), at)


async def keep_gone(party: str, at: datetime) -> None:
    """A deletion was confirmed just now: its addresses are looked at from now on."""
    places = _of(party, await gone([party], await roster(), at))
    known = tables.Watch.filter(party_id=party, url__in=places, check_kind=GONE)
    await known.exclude(retired_at=None).update(retired_at=None)
    watched = {row.url for row in await known}
    fresh = [Wanted(url, GONE, _rhythm(CHECKS[GONE])) for url in places if url not in watched]
    await tables.Watch.bulk_create([_row(party, watch, at) for watch in fresh], ignore_conflicts=True)


async def sync_own(texts: Iterable[Policy], at: datetime) -> None:
    """The group's own texts that are in effect are looked at like those of parties. One at a time comes here."""
    have = {row.url: row for row in await tables.Watch.filter(party_id=None)}
    for text in (one for one in texts if one.watched):
        every = text.every or _rhythm(CHECKS[TEXTS])
        watch = Wanted(text.url, TEXTS, every, tell_vendor=False, options=text.options)
        row = have.pop(text.url, None)
        if row is None:
            await _row(None, watch, at).save()
        else:
            await _adjust(row, watch)
    await _retire(tables.Watch.filter(id__in=[row.id for row in have.values()]), at)


def _of(party: str, places: Iterable[Address]) -> list[str]:
    return [url for owner, url in places if owner == party]


def _row(party: str | None, watch: Wanted, at: datetime) -> tables.Watch:
    return tables.Watch(
        party_id=party,
        url=watch.url,
        check_kind=watch.kind,
        every=watch.every,
        tell_vendor=watch.tell_vendor,
        options=watch.options,
        first_seen_at=at,
    )


async def _adjust(row: tables.Watch, watch: Wanted) -> None:
    """A watch that stays. With other options by which it sees, it forgets what it kept."""
    wanted = {"every": watch.every, "tell_vendor": watch.tell_vendor, "options": watch.options, "retired_at": None}
    if all(getattr(row, name) == value for name, value in wanted.items()):
        return
    if row.every != watch.every:
        wanted |= {"next_at": None, **_LET_GO}
    if row.options != watch.options:
        wanted |= _LET_GO
    if eyes(row.check_kind, row.options) != eyes(watch.kind, watch.options):
        wanted |= {"memory": {}}
    await tables.Watch.filter(id=row.id).update(**wanted)


async def abandon(parties: Sequence[str], at: datetime) -> None:
    """Parties that leave the registry are looked at no longer."""
    await _retire(tables.Watch.filter(party_id__in=parties), at)


async def _retire(watches: QuerySet[tables.Watch], at: datetime) -> None:
    """Nobody looks any more, a look that is under way does not count, and one that comes back begins anew."""
    await watches.filter(retired_at=None).update(
        retired_at=at, next_at=None, unknown_since=None, settled=None, fails=0, passes=0, first_round=True, **_LET_GO
    )
