"""The works that promises are about: as much of each engagement as the promises ask for, ten thousand at a time.

The database takes it out of the entries: reading ten thousand of them whole takes longer than all else together.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.promises.matrix.freshest import day_of
from monitor.registry.format import BEFORE, OWING
from monitor.tables.store import connection

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from monitor.calendar import Calendar

#: Fields of a work's entry that say when something was done.
DAYS = (
    "attestation.last_accepted_on",
    "selection.accepted_on",
    "deletion.accepted_on",
    "consent.checked_on",
    "instruction.recorded_on",
    "transfer.last_checked_on",
    "necessity_reviewed_on",
    "handlers.listed_on",
    "special_care_decided_on",
    "child_data_decided_on",
)
_ENDS = ("ends_on", "purpose_achieved_on")
FLAGS = ("child_data", "sends_mail", "special_care")  #: those by which a promise applies, or is decided
_BARE = ("key", "company_id", "party_id", "state", "starts_on", "retired_at", "changed_at", "under")


@dataclass(frozen=True, slots=True)
class Sort:
    """What makes a promise apply to a work or not."""

    kind: str
    purposes: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    classed: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """`days`: what its entry says was done, and when. `ends`: the days after which return or deletion is owed."""

    key: str
    company: str
    party: str
    in_force: bool
    changed_on: date
    sort: Sort
    days: tuple[tuple[str, date], ...] = ()
    ends: tuple[date, ...] = ()


async def works_of(calendar: Calendar, today: date) -> list[Work]:
    """All that have begun, those that are over or have left the registry too: history is of them."""
    client = connection()
    postgres = client.capabilities.dialect == "postgres"
    fields = ["kind", "purposes", "class", *FLAGS, *DAYS, *_ENDS]
    taken = [f"{_path(name, postgres=postgres)} AS f{number}" for number, name in enumerate(fields)]
    rows = await client.execute_query_dict(f"SELECT {', '.join([*_BARE, *taken])} FROM engagement")  # noqa: S608 - our own names
    said = [({name: row[f"f{number}"] for number, name in enumerate(fields)}, row) for row in rows]
    above = {row["key"]: (entry["purposes"], row["under"]) for entry, row in said}
    return [
        Work(
            row["key"],
            row["company_id"],
            row["party_id"],
            row["state"] in OWING and day_of(row["starts_on"], None) <= today and row["retired_at"] is None,
            day_of(row["changed_at"], calendar),
            _sort(entry, _purposes(row["key"], above)),
            tuple((name, day_of(entry[name], None)) for name in DAYS if entry[name]),
            tuple(day_of(entry[name], None) for name in _ENDS if entry[name]),
        )
        for entry, row in said
        if row["state"] not in BEFORE
    ]


def _path(name: str, *, postgres: bool) -> str:
    return f"spec #>> '{{{name.replace('.', ',')}}}'" if postgres else f"json_extract(spec, '$.{name}')"


def _sort(entry: Mapping[str, Any], purposes: str) -> Sort:
    flags = frozenset(name for name in FLAGS if entry[name] in (1, "true"))
    return Sort(entry["kind"] or "", frozenset(json.loads(purposes)), flags, bool(entry["class"]))


def _purposes(key: str | None, above: Mapping[str, tuple[str | None, str | None]]) -> str:
    """Its own, or those of the nearest one above that names some; rings are refused when the registry is read."""
    while key is not None and key in above:
        said, key = above[key]
        if said and said != "[]":
            return said
    return "[]"
