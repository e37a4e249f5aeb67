"""Endpoints of parties -> watches: one row for each kind of check on each address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor import tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from tortoise.queryset import QuerySet

    from checks.contract import Check
    from monitor.registry.format import Endpoint, Party


_LET_GO: dict[str, Any] = {"lease": None, "lease_until": None}  #: the result of whoever looks just now is dropped


def wanted(party: Party, looks: Mapping[str, Check[Any]]) -> Iterator[tuple[Endpoint, str, int]]:
    """Endpoint, kind of check, seconds between two looks: those that the file names, else all that fit the address."""
    for endpoint in party.endpoint:
        kinds = (
            endpoint.checks
            if endpoint.checks is not None
            else [kind for kind, look in looks.items() if look.suits(endpoint.url)]
        )
        for kind in dict.fromkeys(kinds):
            if kind in looks:
                yield endpoint, kind, endpoint.every or int(looks[kind].every.total_seconds())


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
                        first_seen_at=at,
                    )
                )
            elif (row.every, row.tell_vendor, row.retired_at) != (every, endpoint.tell_vendor, None):
                anew = {} if row.every == every else {"next_at": None, **_LET_GO}
                await tables.Watch.filter(id=row.id).update(
                    every=every, tell_vendor=endpoint.tell_vendor, retired_at=None, **anew
                )
    await tables.Watch.bulk_create(fresh)
    await _retire(tables.Watch.filter(id__in=[row.id for row in have.values()]), at)


async def abandon(parties: Sequence[str], at: datetime) -> None:
    """Parties that leave the registry are looked at no longer."""
    await _retire(tables.Watch.filter(party_id__in=parties), at)


async def _retire(watches: QuerySet[tables.Watch], at: datetime) -> None:
    """Nobody looks any more, a look that is under way does not count, and one that comes back begins anew."""
    await watches.filter(retired_at=None).update(
        retired_at=at, next_at=None, settled=None, fails=0, passes=0, first_round=True, **_LET_GO
    )
