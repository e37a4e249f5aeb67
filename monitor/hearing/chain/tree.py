"""The whole chain below a company's work, however deep: who, what for, where, on whose word."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor import tables
from monitor.hearing.chain.rules import IN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from monitor.registry.format import Engagement
    from monitor.registry.roster import Roster
    from monitor.tables import SubEntrustment


@dataclass(frozen=True)
class Node:
    """One party in the chain. `entry` is missing where it is no entry of the registry; `request`, where an old ledger
    had it and nobody asked. `depth` 0 is the company's own party.
    """

    name: str
    party: str
    countries: tuple[str, ...]
    depth: int
    entry: Engagement | None = None
    request: SubEntrustment | None = None
    below: Sequence[Node] = field(default_factory=tuple)

    def walk(self) -> Iterator[Node]:
        """This node and all below it, from above."""
        yield self
        for node in self.below:
            yield from node.walk()


async def below(key: str) -> list[str]:
    """The engagements below one, however deep."""
    found: list[str] = []
    step = [key]
    while step:
        rows = tables.Engagement.filter(under__in=step, retired_at=None).order_by("key")
        keys = [str(one) for one in await rows.values_list("key", flat=True)]
        step = [one for one in keys if one not in found and one != key]
        found += step
    return found


async def tree(key: str, present: Roster) -> Node:
    """The chain that hangs below an engagement, with what was asked for and is let in."""
    keys = [key, *await below(key)]
    entries = await present.engagements(keys)
    rows = await tables.SubEntrustment.filter(engagement_id__in=keys).order_by("id")
    hanging = defaultdict[str, list[str]](list)
    for one in keys[1:]:
        hanging[str(entries[one].under)].append(one)
    requests = defaultdict[str, "list[SubEntrustment]"](list)
    for row in rows:
        requests[row.engagement_id].append(row)

    async def grown(one: str, depth: int, request: SubEntrustment | None) -> Node:
        entry = entries[one]
        party = await present.party(entry.party)
        own = {row.node_id: row for row in requests[one] if row.node_id}
        nodes = [await grown(child, depth + 1, own.get(child)) for child in hanging[one]]
        loose = [_loose(row, depth + 1) for row in requests[one] if row.node_id is None and row.state in IN]
        places = entry.places or (party.country,)
        return Node(party.name_ja or party.name, entry.party, tuple(places), depth, entry, request, [*nodes, *loose])

    return await grown(key, 0, None)


def _loose(row: SubEntrustment, depth: int) -> Node:
    return Node(row.name, row.party, (row.country,) if row.country else (), depth, None, row)


def countries(nodes: Collection[Node]) -> dict[str, list[str]]:
    """Where the data is handled, along whole chains (APPI 32(1), General Guidelines 10-7): each country with the names
    of those who handle it there. A country that nobody knows stands as `?`.
    """
    found = defaultdict[str, dict[str, None]](dict)
    for node in (one for top in nodes for one in top.walk()):
        for country in node.countries or ("?",):
            found[country][node.name] = None
    return {country: list(found[country]) for country in sorted(found)}
