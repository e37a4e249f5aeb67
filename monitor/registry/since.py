"""What people have changed in the registry since files were applied, held against files that are to be applied again.

Where a file only repeats itself, what people did stays (`merging`). Where it says something new of the same matter, it
takes that back: this is told, with the day and who did it, and done only on request.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.registry.differences import MODELS, dump

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.registry.differences import Change
    from monitor.registry.read import Declaration
    from monitor.tables.register import Registered


@dataclass(frozen=True, slots=True)
class Deed:
    """A field of an entry that somebody changed after a file had said it: when, and who by the ledger's id."""

    kind: str
    key: str
    field: str
    at: datetime | None
    by: str


def touched(declared: Mapping[str, Any], held: Mapping[str, Any]) -> list[str]:
    """The fields that do not hold as files said them last. Nothing is known of an entry that no file has said."""
    names = sorted(held.keys() | declared.keys()) if declared else []
    return [name for name in names if held.get(name) != declared.get(name)]


async def taken_back(changes: Sequence[Change]) -> list[Deed]:
    """What people did that these changes would undo."""
    found = []
    for change in changes:
        if change.action == "change" and change.entry is not None:
            row = await _model(change.kind).get(key=change.key)
            names = [name for name in touched(row.declared, row.spec) if name in change.fields]
            found += await _deeds(change.kind, change.key, names)
    return found


async def kept(declaration: Declaration) -> list[Deed]:
    """What people did to companies, joint uses and the like that the files still say otherwise, and that stays. Works
    are not listed: they change every day.
    """
    found = []
    for kind, model in MODELS.items():
        if kind == "engagement":
            continue
        stated = {key: dump(located.entry) for key, located in declaration.entries[kind].items()}
        for row in await model.filter(retired_at=None).order_by("key"):
            said = stated.get(row.key, row.spec)
            names = [
                name
                for name in touched(row.declared, row.spec)
                if said.get(name) == row.declared.get(name) and said.get(name) != row.spec.get(name)
            ]
            found += await _deeds(kind, row.key, names)
    return found


def _model(kind: str) -> type[Registered]:
    return MODELS.get(kind, tables.Group)


async def _deeds(kind: str, key: str, names: Sequence[str]) -> list[Deed]:
    """The last change of each field, as the ledger has it."""
    if not names:
        return []
    found: dict[str, Deed] = {}
    lines = tables.LedgerLine.filter(subject=f"{kind}/{key}", type="registry.change").order_by("seq")
    for at, actor, data in await lines.values_list("at", "actor", "data"):
        instant = datetime.fromisoformat(at).astimezone(UTC)
        found |= {name: Deed(kind, key, name, instant, actor) for name in json.loads(data)["fields"] if name in names}
    return [found.get(name, Deed(kind, key, name, None, "")) for name in names]
