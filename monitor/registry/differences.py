"""How the registry and the files that describe it differ, entry by entry, and field by field."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.registry.merging import merged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from monitor.registry.format import Entry
    from monitor.registry.read import Declaration
    from monitor.tables.register import Registered

MODELS: dict[str, type[Registered]] = {
    "company": tables.Company,
    "purpose": tables.Purpose,
    "party": tables.Party,
    "engagement": tables.Engagement,
    "service": tables.Service,
    "campaign": tables.Campaign,
    "joint_use": tables.JointUse,
    "policy": tables.Policy,
    "linked_site": tables.LinkedSite,
    "external_transmission": tables.ExternalTransmission,
}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between files and registry. `fields` maps a changed field to its old and new value. `declared`:
    the entry as the file has it, where people may have changed what holds.
    """

    action: str  #: add | change | restore | retire
    kind: str
    key: str
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    entry: Entry | None = None
    declared: Mapping[str, Any] | None = None


def dump(entry: Entry) -> dict[str, Any]:
    """An entry as it is kept: what differs from the defaults, in the words of the file."""
    return entry.model_dump(mode="json", exclude_defaults=True, by_alias=True)


async def compare(found: Declaration, *, prune: bool = False) -> list[Change]:
    """All differences, group first, then in the order of the kinds."""
    changes: list[Change] = []
    for name, located in found.singles().items():
        changes += _stated(name, name, located.entry, await tables.Group.get_or_none(key=name))
    for kind, model in MODELS.items():
        rows = {row.key: row for row in await model.all()}
        for key, located in found.entries[kind].items():
            changes += _stated(kind, key, located.entry, rows.get(key))
        gone = [key for key, row in rows.items() if not row.retired_at and key not in found.entries[kind]]
        changes += [Change("retire", kind, key) for key in sorted(gone) if prune]
    return changes


def _stated(kind: str, key: str, entry: Entry, row: Registered | None) -> Iterator[Change]:
    """What a file changes: what it says otherwise than before, since people act on the same entries meanwhile."""
    declared = dump(entry)
    if row is not None and not row.retired_at:
        entry = merged(entry, declared, row.declared, row.spec)
    for change in difference(kind, key, entry, row):
        yield replace(change, declared=declared)


def difference(kind: str, key: str, entry: Entry, row: Registered | None) -> Iterator[Change]:
    new, old = dump(entry), row.spec if row else {}
    fields = {
        name: (old.get(name), new.get(name))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    }
    if row is None:
        yield Change("add", kind, key, fields, entry)
    elif row.retired_at:
        yield Change("restore", kind, key, fields, entry)
    elif fields:
        yield Change("change", kind, key, fields, entry)
