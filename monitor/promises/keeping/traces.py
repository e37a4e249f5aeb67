"""Where else an address stands: in lists of readers, in what a party said, in entries that have left the registry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.tables.store import connection

if TYPE_CHECKING:
    from tortoise.models import Model

_LEFT: tuple[type[Any], ...] = (tables.Party, tables.Company)  #: registered ones are refused, not changed


async def letters_to(address: str) -> int:
    """Letters that have left, among whose readers it is: it is taken off the list."""
    found = await tables.Mail.filter(id__in=await _holding(tables.Mail, "to", address)).exclude(state="queued")
    done = 0
    for mail in found:
        rest = [reader for reader in mail.to if reader.lower() != address]
        done += await tables.Mail.filter(id=mail.id, state=mail.state).update(to=rest) if rest != mail.to else 0
    return done


async def pleas_naming(address: str) -> int:
    """What a party said of another person to be asked."""
    done = 0
    for plea in await tables.Plea.filter(id__in=await _holding(tables.Plea, "about", address)):
        if str(plea.about.get("email", "")).lower() == address:
            about = {name: value for name, value in plea.about.items() if name not in {"email", "name"}}
            done += await tables.Plea.filter(id=plea.id).update(about=about, text="")
    return done


async def blanked(address: str, blank: str) -> int:
    """Entries of parties and companies that have left the registry name another address in its place."""
    done = 0
    for model in _LEFT:
        for row in await model.filter(key__in=await _holding(model, "spec", address), retired_at__not_isnull=True):
            spec = _without(row.spec, address, blank)
            done += await model.filter(key=row.key).update(spec=spec) if spec != row.spec else 0
    return done


def _without(value: Any, address: str, blank: str) -> Any:
    if isinstance(value, dict):
        return {name: _without(inner, address, blank) for name, inner in value.items()}
    if isinstance(value, list):
        return [_without(inner, address, blank) for inner in value]
    return blank if isinstance(value, str) and value.lower() == address else value


async def _holding(model: type[Model], column: str, text: str) -> list[Any]:
    """The keys of rows whose JSON holds this text somewhere; the caller looks closer."""
    client, meta = connection(), model._meta  # noqa: SLF001 - where Tortoise keeps the names of columns
    mark = "$1" if client.capabilities.dialect == "postgres" else "?"
    like = (
        "%"
        + json.dumps(text, ensure_ascii=False)[1:-1].replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        + "%"
    )
    place = f'SELECT "{meta.db_pk_column}" AS key FROM "{meta.db_table}"'  # noqa: S608 - our own names
    rows = await client.execute_query_dict(
        f"{place} WHERE LOWER(CAST(\"{column}\" AS TEXT)) LIKE {mark} ESCAPE '\\'", [like]
    )
    return [row["key"] for row in rows]
