"""A person mutes a case until a day, and a watch knows since when it could not be assessed."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from monitor.tables.instant import InstantField


class Migration(migrations.Migration):
    dependencies = [("itaku", "0009_own_duties")]

    operations = [
        ops.AddField(model_name="Watch", name="unknown_since", field=InstantField(null=True)),
        ops.AddField(model_name="Case", name="muted_until", field=InstantField(null=True, db_index=True)),
        ops.AddField(model_name="Case", name="muted_by", field=fields.CharField(max_length=60, null=True)),
        ops.AddField(
            model_name="Case", name="muted_why", field=fields.CharField(max_length=2000, default="", db_default="")
        ),
    ]
