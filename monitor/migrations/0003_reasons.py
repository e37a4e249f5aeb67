"""Reasons of decisions stand in a table of their own, under their hash."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from monitor.tables.instant import InstantField


class Migration(migrations.Migration):
    dependencies = [("itaku", "0002_ledger_is_append_only")]

    operations = [
        ops.CreateModel(
            name="Reason",
            fields=[
                ("sha256", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("text", fields.TextField(unique=False)),
                ("said_at", InstantField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "reason", "app": "itaku", "pk_attr": "sha256"},
            bases=["Model"],
        ),
    ]
