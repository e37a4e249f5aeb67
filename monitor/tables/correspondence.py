"""What comes back by mail: bounces, automatic answers, replies."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from monitor.tables.instant import InstantField


class Incoming(Model):
    """受信メール: one mail that was handed to us. `id` is derived from its octets and from whom it is addressed to, so
    that whoever delivers it twice, or to two replicas, has delivered it once.

    new -> done, or stuck after a bug of ours. The octets lie with the evidence under `sha256`. `way` is how it found
    us: `bounce` or `reply` by an address that we signed, `reference` by a Message-ID that it answers. `kind` is what
    it turned out to be: bounce, delayed, auto-reply, reply, stray.
    """

    id = fields.CharField(max_length=64, primary_key=True)
    sha256 = fields.CharField(max_length=64)
    size = fields.IntField()
    way = fields.CharField(max_length=10)
    mail_id = fields.CharField(max_length=40, db_index=True)
    arrived_at = InstantField()
    state = fields.CharField(max_length=10, default="new", db_index=True)
    kind = fields.CharField(max_length=12, default="", db_index=True)
    company_id = fields.CharField(max_length=200, null=True)
    party_id = fields.CharField(max_length=200, null=True)
    address = fields.CharField(max_length=320, default="")
    hard = fields.BooleanField(default=False)
    status = fields.CharField(max_length=12, default="")
    subject = fields.TextField(default="")
    text = fields.TextField(default="")
    handled_at = InstantField(null=True)

    class Meta:
        table = "incoming"
