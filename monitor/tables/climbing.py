"""What everything that climbs a ladder keeps about itself."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from monitor.tables.instant import InstantField


class Climbing(Model):
    """Where party and company stand: the offset of the highest rung that left (`sent`) or waits in the outbox
    (`queued`).

    `told` is the number of levels of the company that the mail server took a mail for. `since`: rungs planned up to
    then do not count. `next_at` is when the escalation must look again; a column and not a task in memory, so that a
    restart loses nothing and an auditor can find what was forgotten. `version` guards every update.

    `statutory`: a law runs the clock (incidents, requests of owners, refusals of advertising). Such a thing is told at
    once, at any hour of any day, its rungs lie on their own days, and its T is moved by nothing that happens to us.
    """

    id = fields.IntField(primary_key=True)
    vendor_sent = fields.IntField(null=True)
    vendor_queued = fields.IntField(null=True)
    company_sent = fields.IntField(null=True)
    company_queued = fields.IntField(null=True)
    told = fields.IntField(default=0)
    told_at = InstantField(null=True)
    since = InstantField()
    paused_until = InstantField(null=True)
    paused_by = fields.CharField(max_length=60, null=True)
    paused_why = fields.CharField(max_length=2000, default="")
    next_at = InstantField(null=True, db_index=True)
    statutory = fields.BooleanField(default=False, db_default=False)
    version = fields.IntField(default=0)

    ladder: str  #: as it was when this began; a column of each

    class Meta:
        abstract = True
