"""Endpoints of parties -> watches: one row for each kind of check on each address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor import tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from checks.contract import Check
    from monitor.registry.format import Endpoint, Party


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
                await tables.Watch.filter(id=row.id).update(
                    every=every, tell_vendor=endpoint.tell_vendor, retired_at=None
                )
    await tables.Watch.bulk_create(fresh)
    left = [row.id for row in have.values() if row.retired_at is None]
    await tables.Watch.filter(id__in=left).update(retired_at=at, next_at=None)
