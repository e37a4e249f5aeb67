"""What was answered is held against what is seen, and where they contradict each other it is kept."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import Field, OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from monitor.tables.instant import InstantField


def _weighed() -> Field[int]:
    return fields.IntField(db_index=True, default=0, db_default=0)


def _about(name: str, model: str) -> tuple[str, Any]:
    field: Any = fields.ForeignKeyField(
        f"itaku.{model}",
        source_field=f"{name}_id",
        db_constraint=True,
        to_field="id",
        related_name="contradictions",
        on_delete=OnDelete.CASCADE,
    )
    return name, field


class Migration(migrations.Migration):
    dependencies = [("itaku", "0005_cause_of_a_duty")]

    operations = [
        ops.AddField(model_name="FindingRow", name="weighed", field=_weighed()),
        ops.AddField(model_name="Submission", name="weighed", field=_weighed()),
        ops.CreateModel(
            name="Contradiction",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                _about("obligation", "Obligation"),
                _about("submission", "Submission"),
                _about("finding", "FindingRow"),
                ("question", fields.CharField(max_length=120)),
                ("rule", fields.CharField(max_length=60)),
                ("opened_at", InstantField()),
                ("closed_at", InstantField(null=True, db_index=True)),
                ("closed_why", fields.CharField(default="", max_length=30)),
            ],
            options={
                "table": "contradiction",
                "app": "itaku",
                "indexes": [Index(fields=["submission_id", "closed_at"]), Index(fields=["finding_id", "closed_at"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]
