"""A case that comes back is the same case, and the addresses of a host that is down join one."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from monitor.tables.instant import InstantField


async def remember_who_was_told(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001 - the shape of a migration
    """Whoever of the company was told of an open case is to hear that it passes again."""
    await schema_editor.client.execute_script("UPDATE check_case SET company_told = (told > 0) WHERE closed_at IS NULL")


class Migration(migrations.Migration):
    dependencies = [("itaku", "0004_options_and_memory")]

    operations = [
        ops.AddField(
            model_name="Case", name="company_told", field=fields.BooleanField(default=False, db_default=False)
        ),
        ops.AddField(model_name="Case", name="host", field=fields.CharField(max_length=255, default="", db_default="")),
        ops.AddField(model_name="Case", name="returns", field=fields.IntField(default=0, db_default=0)),
        ops.AddField(model_name="Case", name="returned_at", field=InstantField(null=True)),
        ops.AddField(model_name="Case", name="closes_at", field=InstantField(null=True, db_index=True)),
        ops.AddField(model_name="Case", name="mended", field=fields.BooleanField(default=False, db_default=False)),
        ops.CreateModel(
            name="Joined",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "case",
                    fields.ForeignKeyField(
                        "itaku.Case",
                        source_field="case_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="joined",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "watch",
                    fields.ForeignKeyField(
                        "itaku.Watch",
                        source_field="watch_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="joined",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("joined_at", InstantField()),
                ("well_at", InstantField(null=True)),
            ],
            options={
                "table": "case_joined",
                "app": "itaku",
                "unique_together": [("case", "watch")],
                "indexes": [Index(fields=["watch_id", "well_at"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.RunPython(remember_who_was_told),
    ]
