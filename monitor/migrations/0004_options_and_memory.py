"""Endpoints set options of their checks, and a look keeps what the next one is handed."""

from tortoise import fields, migrations
from tortoise.fields.base import Field
from tortoise.migrations import operations as ops


def _object() -> Field[dict[str, object]]:
    return fields.JSONField(unique=False, default=dict, db_default={})


class Migration(migrations.Migration):
    dependencies = [("itaku", "0003_reasons")]

    operations = [
        ops.AddField(model_name="Watch", name="options", field=_object()),
        ops.AddField(model_name="Watch", name="memory", field=_object()),
    ]
