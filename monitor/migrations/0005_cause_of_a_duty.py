"""A duty says what brought it about, where that was no date of the calendar."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("itaku", "0006_page_texts")]

    operations = [
        ops.AddField(
            model_name="Obligation", name="cause", field=fields.JSONField(unique=False, default=dict, db_default={})
        ),
    ]
