"""A day's looks become one block of each watch; what looks saw is kept once for all that saw the same.

Looks that are there already stay rows, and what they saw moves; the next nights pack them day by day.
"""

import hashlib
from datetime import date, timedelta
from json import dumps, loads
from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import Field, OnDelete
from tortoise.migrations import operations as ops

from monitor.tables.instant import DayField, InstantField

PHASES = ("dns", "connect", "tls", "first_byte", "body")
KEPT = timedelta(days=430)  # from the latest look on, so that nothing goes before the looks that name it
AT_ONCE = 2000
# Changing a column makes SQLite's table anew, without this index.
NAME = "idx_look_watch_i_668442"
INDEX = 'CREATE INDEX IF NOT EXISTS "{name}" ON "look" ("watch_id", "at")'


async def move(_apps: Any, schema_editor: Any) -> None:
    """Evidence by its hash, in a table of its own; phases beside the look."""
    client, last = schema_editor.client, 0
    until = await _until(client)
    while rows := await client.execute_query_dict(
        f"SELECT id, detail FROM look WHERE id > {int(last)} ORDER BY id LIMIT {AT_ONCE}"  # noqa: S608 - a number
    ):
        await _moved(client, rows, until)
        last = rows[-1]["id"]


async def _until(client: Any) -> str:
    latest = (await client.execute_query_dict("SELECT max(at) AS at FROM look"))[0]["at"]
    return (date.fromisoformat(str(latest)[:10]) + KEPT).isoformat() if latest else ""


async def index(_apps: Any, schema_editor: Any) -> None:
    await schema_editor.client.execute_script(INDEX.format(name=NAME))


async def _moved(client: Any, rows: list[dict[str, Any]], until: str) -> None:
    bodies, spans = {}, {}
    for row in rows:
        said = loads(row["detail"]) if isinstance(row["detail"], str) else row["detail"]
        observed = dict(said.get("observed") or {})
        spans[row["id"]] = observed.pop("ms", None) or {}
        said = {"findings": said.get("findings") or [], "observed": observed, "ruleset": 0}
        bodies[row["id"]] = dumps(said, sort_keys=True, separators=(",", ":"))
    keys = {number: hashlib.sha256(body.encode()).hexdigest() for number, body in bodies.items()}
    await _write(
        client,
        f"INSERT INTO look_evidence (sha256, body, keep_until) VALUES (?, ?, '{until}') ON CONFLICT (sha256) DO NOTHING",  # noqa: S608 - our own words
        [[key, bodies[number]] for number, key in keys.items()],
    )
    await _write(
        client,
        "UPDATE look SET evidence_id = (SELECT id FROM look_evidence WHERE sha256 = ?), phases = ? WHERE id = ?",
        [[key, _phases(spans[number]), number] for number, key in keys.items()],
    )


def _phases(spans: dict[str, float]) -> str:
    return " ".join(str(round(spans.get(name, 0) * 10)) for name in PHASES) if spans else ""


async def _write(client: Any, statement: str, values: list[list[Any]]) -> None:
    if client.capabilities.dialect == "postgres":
        parts = statement.split("?")
        statement = "".join(f"{part}${n}" for n, part in enumerate(parts[:-1], 1)) + parts[-1]
    await client.execute_many(statement, values)


def _key() -> Field[int]:
    return fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)


def _watch(name: str) -> Any:
    return fields.ForeignKeyField(
        "itaku.Watch",
        source_field="watch_id",
        db_constraint=True,
        to_field="id",
        related_name=name,
        on_delete=OnDelete.CASCADE,
    )


class Migration(migrations.Migration):
    dependencies = [("itaku", "0007_contradictions")]

    operations = [
        ops.CreateModel(
            name="LookEvidence",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("sha256", fields.CharField(unique=True, max_length=64)),
                ("body", fields.TextField(unique=False)),
                ("keep_until", DayField(db_index=True)),
            ],
            options={"table": "look_evidence", "app": "itaku", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LookBlock",
            fields=[
                ("id", _key()),
                ("watch", _watch("blocks")),
                ("day", DayField()),
                ("body", fields.BinaryField()),
            ],
            options={"table": "look_block", "app": "itaku", "unique_together": [("watch", "day")], "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LookDay",
            fields=[
                ("id", _key()),
                ("watch", _watch("days")),
                ("day", DayField()),
                *((name, fields.IntField()) for name in ("looks", "passes", "fails", "unknowns")),
                *((f"took_{name}", fields.FloatField(null=True)) for name in ("min", "avg", "p95", "max")),
                ("severity", fields.SmallIntField(default=0)),
            ],
            options={"table": "look_day", "app": "itaku", "unique_together": [("watch", "day")], "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.AddField(
            model_name="LookRow",
            name="phases",
            field=fields.CharField(default="", db_default="", max_length=80),
        ),
        ops.AddField(model_name="LookRow", name="lag_ms", field=fields.FloatField(null=True)),
        ops.AddField(model_name="LookRow", name="attempt", field=fields.SmallIntField(default=1, db_default=1)),
        ops.AddField(model_name="LookRow", name="evidence_id", field=fields.IntField(null=True)),
        ops.RunPython(move),
        ops.RemoveField(model_name="LookRow", name="detail"),
        ops.AlterField(model_name="LookRow", name="at", field=InstantField(auto_now=False, auto_now_add=False)),
        ops.RunPython(index),
    ]
