"""What a company owes itself: decisions, reviews, reports, notices. No party is asked for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import fields

from monitor.tables.climbing import Climbing
from monitor.tables.instant import DayField, InstantField

if TYPE_CHECKING:
    from monitor.tables.register import Company, Engagement, Party


class OwnDuty(Climbing):
    """One thing that a company has to do by a day, done when a named person says so; no company: the privacy office.

    It has a table of its own, because nothing of an obligation's other half (form, link, answer, review) is there. What
    it climbs is the company's side alone. `about` is what its kind has to know, as JSON; `ref`, the register's entry
    that it belongs to (`incident/7`, an owner's request by its reference); `outcome`, how it was done.

    States: open -> done | cancelled. Overdue is derived: open after the end of T. `overdue_on` only remembers that it
    was announced, `turns_at` is when it has to be.
    """

    kind = fields.CharField(max_length=40)
    company: fields.ForeignKeyNullableRelation[Company] = fields.ForeignKeyField(
        "itaku.Company", related_name="own_duties", null=True, on_delete=fields.RESTRICT
    )
    party: fields.ForeignKeyNullableRelation[Party] = fields.ForeignKeyField(
        "itaku.Party", related_name="own_duties", null=True, on_delete=fields.RESTRICT
    )
    engagement: fields.ForeignKeyNullableRelation[Engagement] = fields.ForeignKeyField(
        "itaku.Engagement", related_name="own_duties", null=True, on_delete=fields.RESTRICT
    )
    ref = fields.CharField(max_length=120, default="", db_default="")
    url = fields.CharField(max_length=500, default="")
    about = fields.JSONField[dict[str, str]](default=dict, db_default={})
    state = fields.CharField(max_length=10, default="open")
    due_on = DayField()
    ladder = fields.CharField(max_length=200)
    opened_at = InstantField()
    overdue_on = DayField(null=True)
    turns_at = InstantField(null=True, db_index=True)
    done_at = InstantField(null=True)
    outcome = fields.CharField(max_length=40, default="")

    company_id: str | None
    party_id: str | None
    engagement_id: str | None

    class Meta:
        table = "own_duty"
        indexes = [("kind", "state"), ("company_id", "state"), ("ref", "kind")]
