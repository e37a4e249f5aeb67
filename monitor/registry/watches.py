"""Endpoints of parties -> watches: one row for each kind of check on each address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor import tables

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from tortoise.queryset import QuerySet

    from checks.contract import Check
    from monitor.registry.format import Endpoint, Party


_LET_GO: dict[str, Any] = {"lease": None, "lease_until": None}  #: the result of whoever looks just now is dropped


def wanted(party: Party, looks: Mapping[str, Check[Any]]) -> Iterator[tuple[Endpoint, str, int]]:
    """Endpoint, kind of check, seconds between two looks: those that the file names or has options for, else all that
    fit the address; but of endpoints that are the same to a check, the first only.
    """
    taken: set[tuple[str, str]] = set()
    for endpoint in party.endpoint:
        for kind in dict.fromkeys((*_kinds(endpoint, looks, taken), *endpoint.options)):
            if kind in looks:
                taken.add((kind, looks[kind].scope.of(endpoint.url)))
                yield endpoint, kind, endpoint.every or int(looks[kind].every.total_seconds())


def _kinds(endpoint: Endpoint, looks: Mapping[str, Check[Any]], taken: Collection[tuple[str, str]]) -> Iterable[str]:
    if endpoint.checks is not None:
        return endpoint.checks
    return [
        kind
        for kind, look in looks.items()
        if look.suits(endpoint.url) and not look.named_only and (kind, look.scope.of(endpoint.url)) not in taken
    ]


async def sync(parties: Sequence[Party], looks: Mapping[str, Check[Any]], at: datetime) -> None:
    """Make the watches of these parties what their endpoints say; one that is no longer wanted is retired.

    New ones have no `next_at` yet: the patrol spreads them over their interval when it first meets them.
    """
    if not looks:
        return
    rows = await tables.Watch.filter(party_id__in=[party.key for party in parties])
    have = {(row.party_id, row.url, row.check_kind): row for row in rows}
    fresh: list[tables.Watch] = []
    for party in parties:
        for endpoint, kind, every in wanted(party, looks):
            row = have.pop((party.key, endpoint.url, kind), None)
            if row is None:
                fresh.append(
                    tables.Watch(
                        party_id=party.key,
                        url=endpoint.url,
                        check_kind=kind,
                        every=every,
                        tell_vendor=endpoint.tell_vendor,
                        options=endpoint.options.get(kind, {}),
                        first_seen_at=at,
                    )
                )
            else:
                await _adjust(row, endpoint, every, endpoint.options.get(kind, {}))
    await tables.Watch.bulk_create(fresh)
    await _retire(tables.Watch.filter(id__in=[row.id for row in have.values()]), at)


async def _adjust(row: tables.Watch, endpoint: Endpoint, every: int, options: dict[str, Any]) -> None:
    """A watch that stays. With other options it forgets what it kept, which was seen with other eyes."""
    wanted = {"every": every, "tell_vendor": endpoint.tell_vendor, "options": options, "retired_at": None}
    if all(getattr(row, name) == value for name, value in wanted.items()):
        return
    if row.every != every:
        wanted |= {"next_at": None, **_LET_GO}
    if row.options != options:
        wanted |= {"memory": {}, **_LET_GO}
    await tables.Watch.filter(id=row.id).update(**wanted)


async def abandon(parties: Sequence[str], at: datetime) -> None:
    """Parties that leave the registry are looked at no longer."""
    await _retire(tables.Watch.filter(party_id__in=parties), at)


async def _retire(watches: QuerySet[tables.Watch], at: datetime) -> None:
    """Nobody looks any more, a look that is under way does not count, and one that comes back begins anew."""
    await watches.filter(retired_at=None).update(
        retired_at=at, next_at=None, settled=None, fails=0, passes=0, first_round=True, **_LET_GO
    )
