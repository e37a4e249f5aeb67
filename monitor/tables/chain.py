"""Sub-entrustment: what a party asked to pass on to whom, what was decided on it, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.models import Model

from monitor.tables.instant import DayField, InstantField

if TYPE_CHECKING:
    from monitor.tables.duty import Obligation
    from monitor.tables.register import Company, Engagement


class SubEntrustment(Model):
    """再委託: one party below an engagement.

    `party` is its key, in the registry or not yet; empty where only its name is known. `node`: the engagement that it
    has in the tree since it was let in; without one, the party above answers for it. `asked`: the form in which the
    party above asked.

    States: requested -> approved -> active -> ended -> deletion_confirmed; refused; objected; withdrawn, where the work
    above ended first; undisclosed, where it was found out and nobody had asked. Approved becomes active on `starts_on`.

    `turns_at`: when silence is consent, or what was approved begins; empty where nothing happens by itself.
    """

    id = fields.IntField(primary_key=True)
    engagement: fields.ForeignKeyRelation[Engagement] = fields.ForeignKeyField(
        "itaku.Engagement", related_name="sub_entrustments", on_delete=fields.RESTRICT
    )
    company: fields.ForeignKeyRelation[Company] = fields.ForeignKeyField(
        "itaku.Company", related_name="sub_entrustments", on_delete=fields.RESTRICT
    )
    node: fields.ForeignKeyNullableRelation[Engagement] = fields.ForeignKeyField(
        "itaku.Engagement", related_name="let_in_by", null=True, on_delete=fields.RESTRICT
    )
    asked: fields.ForeignKeyNullableRelation[Obligation] = fields.ForeignKeyField(
        "itaku.Obligation", related_name="sub_entrustments", null=True, on_delete=fields.SET_NULL
    )
    party = fields.CharField(max_length=200, default="")
    name = fields.CharField(max_length=300)
    address = fields.TextField(default="")
    country = fields.CharField(max_length=2, default="")
    work = fields.TextField(default="")
    items = fields.TextField(default="")
    safety = fields.TextField(default="")
    state = fields.CharField(max_length=20, db_index=True)
    authorisation = fields.CharField(max_length=10, default="prior")
    requested_on = DayField(null=True)
    starts_on = DayField(null=True)
    ended_on = DayField(null=True)
    due_on = DayField(null=True)
    consent_on = DayField(null=True)
    handed_on = DayField(null=True)
    decided_on = DayField(null=True)
    decided_by = fields.CharField(max_length=60, default="")
    conditions = fields.TextField(default="")
    turns_at = InstantField(null=True, db_index=True)
    made_at = InstantField()

    engagement_id: str
    company_id: str
    node_id: str | None
    asked_id: int | None

    class Meta:
        table = "sub_entrustment"
        indexes = [("engagement_id", "state")]
