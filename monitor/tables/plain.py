"""Statements of our own, over plain rows, for where a whole wave is written or one question spans many tables: there
Tortoise makes an object or a statement of each row, which costs more than what the rows are about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.tables.instant import as_instant, in_utc
from monitor.tables.store import connection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from tortoise.backends.base.client import BaseDBAsyncClient
    from tortoise.models import MetaInfo, Model


def mark(client: BaseDBAsyncClient, number: int = 1) -> str:
    """How a statement of our own names its values."""
    return f"${number}" if client.capabilities.dialect == "postgres" else "?"


async def any_row(model: type[Model], where: str, *values: Any) -> bool:
    """Whether a row meets a condition: SQL, in which `?` stands for each value, and at whose end may stand the order
    that an index has.

    For what stages ask at every beat, mostly in vain: to write the question takes Tortoise ten times as long as the
    database needs to answer it. The limit is a value like the others: PostgreSQL, which plans a statement once for all
    values, takes a third of the rows to meet `clock <= ?`, and where it knows that one is enough it reads all of them
    in vain instead of the index.
    """
    rows = await _rows(f'SELECT 1 FROM "{_meta(model).db_table}" WHERE {where} LIMIT ?', *values, 1)  # noqa: S608 - our own words
    return bool(rows)


async def least(model: type[Model], name: str, where: str, *values: Any) -> Any:
    """The least value in a column of the rows that meet a condition, as the database holds it; None where none does."""
    column = _meta(model).fields_db_projection[name]
    rows = await _rows(f'SELECT MIN("{column}") FROM "{_meta(model).db_table}" WHERE {where}', *values)  # noqa: S608 - our own names
    return rows[0][0]


async def _rows(question: str, *values: Any) -> Sequence[Any]:
    """What a question of our own brings, in which `?` stands for each value."""
    client = connection()
    if client.capabilities.dialect == "postgres":
        for number in range(1, len(values) + 1):
            question = question.replace("?", mark(client, number), 1)
    _, rows = await client.execute_query(question, [in_utc(value) for value in values])
    return rows


async def any_due(model: type[Model], clock: str, at: datetime) -> bool:
    """Whether that clock of any row has come."""
    return await any_row(model, f'"{clock}" <= ? ORDER BY "{clock}"', at)


async def single(model: type[Model], name: str, key: str) -> Any:
    """A plain column of the row with that key; None where there is none."""
    meta = _meta(model)
    column = meta.fields_db_projection[name]
    rows = await _rows(f'SELECT "{column}" FROM "{meta.db_table}" WHERE "{meta.db_pk_column}" = ?', key)  # noqa: S608 - our own names
    return rows[0][0] if rows else None


async def write_each(model: type[Model], rows: Mapping[Any, Mapping[str, Any]]) -> None:
    """Give each row, by its key, values of its own: all in the same columns, with one prepared statement.

    Tortoise would send one statement for each row, or a single one with a branch for every value; where a whole wave
    of looks is written, either is dearer than looking was.
    """
    if not rows:
        return
    meta, client = _meta(model), connection()
    names = list(next(iter(rows.values())))
    pairs = [f'"{meta.fields_db_projection[name]}" = {mark(client, n)}' for n, name in enumerate(names, 1)]
    statement = f'UPDATE "{meta.db_table}" SET {", ".join(pairs)} WHERE "{meta.db_pk_column}" = '  # noqa: S608 - our own names
    values = [
        [*(meta.fields_map[name].to_db_value(said[name], model) for name in names), key] for key, said in rows.items()
    ]
    await client.execute_many(statement + mark(client, len(names) + 1), values)


async def write_all(model: type[Model], keys: Iterable[int], values: Mapping[str, Any]) -> None:
    """Give these rows, by their numbers, the same values. For hundreds of rows Tortoise makes an object of each number
    before it writes the statement.
    """
    meta, client, keys = _meta(model), connection(), list(keys)
    if not keys:
        return
    pairs = [f'"{meta.fields_db_projection[name]}" = {mark(client, n)}' for n, name in enumerate(values, 1)]
    statement = f'UPDATE "{meta.db_table}" SET {", ".join(pairs)} WHERE {_any_of(meta, keys)}'  # noqa: S608 - our own names
    written = [meta.fields_map[name].to_db_value(value, model) for name, value in values.items()]
    await client.execute_query(statement, written)


async def earliest(
    clocks: Iterable[tuple[type[Model], Sequence[str]]], *some: tuple[type[Model], str, str, datetime]
) -> datetime | None:
    """The first instant in any of these columns, in one statement; None where all are empty. `some`: of a column, only
    the rows that meet a condition, in which `?` stands for the instant.
    """
    one = 'SELECT MIN("{}") AS first FROM "{}"'
    parts = [one.format(name, _meta(model).db_table) for model, names in clocks for name in names]
    parts += [f"{one.format(name, _meta(model).db_table)} WHERE {where}" for model, name, where, _ in some]
    every = f"SELECT MIN(first) AS first FROM ({' UNION ALL '.join(parts)}) AS every"  # noqa: S608 - our own names
    first = (await _rows(every, *(value for *_, value in some)))[0]["first"]
    return as_instant(first) if first else None


async def locked_values(model: type[Model], keys: Iterable[int], names: Sequence[str]) -> list[tuple[Any, ...]]:
    """Plain columns of these rows, as the database holds them, in the order of their numbers; the rows are locked until
    the transaction ends.
    """
    meta, client = _meta(model), connection()
    columns = ", ".join(f'"{meta.fields_db_projection[name]}"' for name in names)
    lock = " FOR UPDATE" if client.capabilities.dialect == "postgres" else ""
    wanted = f'{_any_of(meta, keys)} ORDER BY "{meta.db_pk_column}"{lock}'
    _, rows = await client.execute_query(f'SELECT {columns} FROM "{meta.db_table}" WHERE {wanted}')  # noqa: S608 - our own names
    return [tuple(row) for row in rows]


def _any_of(meta: MetaInfo, keys: Iterable[int]) -> str:
    """A condition that at least one row may meet: no row has the number 0."""
    return f'"{meta.db_pk_column}" IN ({", ".join(str(int(key)) for key in keys) or 0})'


async def insert_each(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows that all name the same columns, with one prepared statement; the database numbers them."""
    if not rows:
        return
    meta, client = _meta(model), connection()
    names = list(rows[0])
    columns = ", ".join(f'"{meta.fields_db_projection[name]}"' for name in names)
    marks = ", ".join(mark(client, n) for n in range(1, len(names) + 1))
    writers = [meta.fields_map[name].to_db_value for name in names]
    values = [[write(row[name], model) for name, write in zip(names, writers, strict=True)] for row in rows]
    statement = f'INSERT INTO "{meta.db_table}" ({columns}) VALUES ({marks})'  # noqa: S608 - our own names
    await client.execute_many(statement, values)


def _meta(model: type[Model]) -> MetaInfo:
    """Where Tortoise keeps the names of tables and columns."""
    return model._meta  # noqa: SLF001 - it has no other door to it
