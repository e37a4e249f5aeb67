"""The whole chain below a company's work, however deep: who, what for, where, on whose word."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor import tables
from monitor.hearing.chain.rules import IN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from monitor.registry.format import Engagement, Party
    from monitor.registry.roster import Roster
    from monitor.tables import SubEntrustment


OVER = ("closed", "rejected")


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


async def below(*tops: str) -> list[str]:
    """The engagements below some, however deep."""
    found: list[str] = []
    step = list(tops)
    while step:
        rows = tables.Engagement.filter(under__in=step, retired_at=None).order_by("key")
        keys = [str(one) for one in await rows.values_list("key", flat=True)]
        step = [one for one in keys if one not in found and one not in tops]
        found += step
    return found


async def tree(key: str, present: Roster) -> Node:
    """The chain that hangs below an engagement, with what was asked for and is let in."""
    return (await trees([key], present))[key]


async def trees(tops: Collection[str], present: Roster) -> dict[str, Node]:
    """The chains that hang below some engagements, one of which may hang below another, with as many questions as for
    one.
    """
    keys = list(dict.fromkeys([*tops, *await below(*tops)]))
    rows = await tables.SubEntrustment.filter(engagement_id__in=keys).order_by("id")
    wood = await _wood(keys, rows, present)
    return {key: wood.grown(key, 0, None) for key in tops}


async def forest(companies: Collection[str], present: Roster) -> list[Node]:
    """The chains of all works of these companies that are not over, with as many questions as for one."""
    there = tables.Engagement.filter(company_id__in=list(companies), retired_at=None).order_by("key")
    found = [(str(key), under, state) for key, under, state in await there.values_list("key", "under", "state")]
    rows = await tables.SubEntrustment.filter(company_id__in=list(companies)).order_by("id")
    wood = await _wood([key for key, _, _ in found], rows, present)
    tops = [key for key, under, state in found if under not in wood.entries and state not in OVER]
    return [wood.grown(key, 0, None) for key in tops]


async def _wood(keys: Sequence[str], rows: Sequence[SubEntrustment], present: Roster) -> _Wood:
    entries = await present.engagements(keys)
    parties = await present.parties({entry.party for entry in entries.values()})
    wood = _Wood(entries, parties)
    for key in keys:
        wood.hanging[str(entries[key].under)].append(key)
    for row in rows:
        wood.requests[row.engagement_id].append(row)
    return wood


@dataclass(frozen=True)
class _Wood:
    """What trees are grown from: entries and parties by key, what hangs below each, what was asked for there."""

    entries: Mapping[str, Engagement]
    parties: Mapping[str, Party]
    hanging: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    requests: defaultdict[str, list[SubEntrustment]] = field(default_factory=lambda: defaultdict(list))

    def grown(self, key: str, depth: int, request: SubEntrustment | None) -> Node:
        entry, own = self.entries[key], {row.node_id: row for row in self.requests[key] if row.node_id}
        nodes = [self.grown(child, depth + 1, own.get(child)) for child in self.hanging[key]]
        loose = [_loose(row, depth + 1) for row in self.requests[key] if row.node_id is None and row.state in IN]
        party = self.parties[entry.party]
        places = tuple(entry.places or (party.country,))
        return Node(party.name_ja or party.name, entry.party, places, depth, entry, request, [*nodes, *loose])


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
