"""What companies owe themselves has a table of its own, and notices can be about it."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from monitor.tables.instant import DayField, InstantField


def _of(model: str, key: str) -> Any:
    return fields.ForeignKeyField(
        model, source_field=f"{key}_id", db_constraint=True, null=True, to_field="key", related_name="own_duties",
        on_delete=OnDelete.RESTRICT,
    )


class Migration(migrations.Migration):
    dependencies = [("itaku", "0008_looks_in_blocks")]

    operations = [
        ops.AddField(model_name="Notice", name="own_duty_id", field=fields.IntField(null=True, db_index=True)),
        ops.CreateModel(
            name="OwnDuty",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("vendor_sent", fields.IntField(null=True)),
                ("vendor_queued", fields.IntField(null=True)),
                ("company_sent", fields.IntField(null=True)),
                ("company_queued", fields.IntField(null=True)),
                ("told", fields.IntField(default=0)),
                ("told_at", InstantField(null=True)),
                ("since", InstantField()),
                ("paused_until", InstantField(null=True)),
                ("paused_by", fields.CharField(null=True, max_length=60)),
                ("paused_why", fields.CharField(default="", max_length=2000)),
                ("next_at", InstantField(null=True, db_index=True)),
                ("version", fields.IntField(default=0)),
                ("kind", fields.CharField(max_length=40)),
                ("company", _of("itaku.Company", "company")),
                ("party", _of("itaku.Party", "party")),
                ("url", fields.CharField(default="", max_length=500)),
                ("about", fields.JSONField(default=dict, db_default={})),
                ("state", fields.CharField(default="open", max_length=10)),
                ("due_on", DayField()),
                ("ladder", fields.CharField(max_length=200)),
                ("opened_at", InstantField()),
                ("overdue_on", DayField(null=True)),
                ("turns_at", InstantField(null=True, db_index=True)),
                ("done_at", InstantField(null=True)),
                ("outcome", fields.CharField(default="", max_length=40)),
            ],
            options={
                "table": "own_duty",
                "app": "itaku",
                "indexes": [Index(fields=["kind", "state"]), Index(fields=["company_id", "state"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]
