"""The registry back into a file: applying what was exported changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tomlkit

from monitor import tables
from monitor.registry.differences import MODELS
from monitor.registry.format import KINDS, SINGLES, Engagement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.registry.format import Entry


async def export(company: str | None = None, party: str | None = None) -> str:
    """The registry as TOML, whole, or what concerns one company or one party."""
    document = tomlkit.document()
    rows = {row.key: row for row in await tables.Group.all()}
    for name, shape in SINGLES.items():
        if name in rows:
            document[name] = _table(shape.model_validate(rows[name].spec))
    for kind, found in (await _entries(company, party)).items():
        if found:
            document[kind] = tomlkit.aot()
            for entry in found:
                document[kind].append(_table(entry))
    return tomlkit.dumps(document)


async def _entries(company: str | None, party: str | None) -> dict[str, list[Entry]]:
    found: dict[str, list[Any]] = {}
    for kind, model in MODELS.items():
        rows = await model.filter(retired_at=None).order_by("key")
        found[kind] = [KINDS[kind].model_validate(row.spec) for row in rows]
    kept = [entry for entry in found["engagement"] if company in {None, entry.company} and party in {None, entry.party}]
    if company or party:
        found |= _concerned(found, kept)
    return found | {"engagement": kept}


def _concerned(found: dict[str, list[Any]], kept: Iterable[Engagement]) -> dict[str, list[Any]]:
    kept = list(kept)
    keys = {
        "company": {entry.company for entry in kept},
        "party": {entry.party for entry in kept},
        "purpose": {purpose for entry in kept for purpose in entry.purposes},
        "service": {one.key for one in found["service"] if {*one.engagements} & {entry.key for entry in kept}},
        # they are of the group as a whole
        **dict.fromkeys(("joint_use", "policy", "linked_site", "external_transmission"), ()),
    }
    return {kind: [entry for entry in found[kind] if entry.key in wanted] for kind, wanted in keys.items()}


def _table(entry: Entry) -> Any:
    """An entry as a TOML table, in the order of the format; what is as the default says is left out, unless a file has
    to say it.
    """
    made = tomlkit.table()
    said = entry.model_dump(exclude_defaults=True, by_alias=True)
    if isinstance(entry, Engagement) and entry.under is None:
        said.setdefault("purposes", [])
    for name, value in said.items():
        made[name] = _value(value)
    return made


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        inner = tomlkit.table()
        for name, part in value.items():
            inner[name] = _value(part)
        return inner
    if isinstance(value, list | tuple):
        if value and isinstance(value[0], dict):
            many = tomlkit.aot()
            for part in value:
                many.append(_value({name: inner for name, inner in part.items() if inner is not None}))
            return many
        return [_value(part) for part in value]
    return str(value) if isinstance(value, str) else value
