"""What pages said, kept once under its hash."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from monitor.tables.instant import InstantField


class Migration(migrations.Migration):
    dependencies = [("itaku", "0005_cases_that_come_back")]

    operations = [
        ops.CreateModel(
            name="PageText",
            fields=[
                ("sha256", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("text", fields.TextField(unique=False)),
                ("first_seen_at", InstantField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "page_text", "app": "itaku", "pk_attr": "sha256"},
            bases=["Model"],
        ),
    ]
