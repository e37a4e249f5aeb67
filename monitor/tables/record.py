"""The ledger and the daemon's own pulse."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from monitor.tables.instant import InstantField


class LedgerLine(Model):
    """One event. `data` is canonical JSON text; both databases refuse to change, remove or renumber a line."""

    seq = fields.BigIntField(primary_key=True, generated=False)
    at = fields.CharField(max_length=32)
    type = fields.CharField(max_length=60)
    actor = fields.CharField(max_length=80)
    company = fields.CharField(max_length=200, default="")
    subject = fields.CharField(max_length=260, db_index=True)
    data = fields.TextField()
    prev = fields.CharField(max_length=64)
    hash = fields.CharField(max_length=64, unique=True)

    class Meta:
        table = "ledger"
        indexes = [("company", "seq")]


class Pulse(Model):
    """When something that must go on was last seen going on: `form` for the pages of the parties, one per stage."""

    name = fields.CharField(max_length=40, primary_key=True)
    at = InstantField()

    class Meta:
        table = "pulse"


class Outage(Model):
    """A time in which the parties' pages could not be reached: nobody is overdue through our fault."""

    id = fields.IntField(primary_key=True)
    began_at = InstantField()
    ended_at = InstantField(db_index=True)

    class Meta:
        table = "outage"
