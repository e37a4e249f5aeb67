"""What is published of statistics that were made of personal data, and who looked at it beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.models import Model

from monitor.tables.instant import DayField, InstantField

if TYPE_CHECKING:
    from monitor.tables.register import Company, Engagement, Party


class StatisticsReview(Model):
    """統計情報の公表前承認: statistics of one reference, which a named person signs off before they are published.

    `engagement`, where a party makes them; else the company itself does. `method`: how data is aggregated;
    `smallest_group`: from how many people on something is shown of them; `reviewer`: who is to look at it.
    `decided_on`: when it was signed off or refused; `published_on`: when it went out, once that is known.

    States: entered -> signed-off | refused.
    """

    id = fields.IntField(primary_key=True)
    ref = fields.CharField(max_length=60)
    company: fields.ForeignKeyRelation[Company] = fields.ForeignKeyField(
        "itaku.Company", related_name="statistics", on_delete=fields.RESTRICT
    )
    engagement: fields.ForeignKeyNullableRelation[Engagement] = fields.ForeignKeyField(
        "itaku.Engagement", related_name="statistics", null=True, on_delete=fields.RESTRICT
    )
    party: fields.ForeignKeyNullableRelation[Party] = fields.ForeignKeyField(
        "itaku.Party", related_name="statistics", null=True, on_delete=fields.RESTRICT
    )
    what = fields.TextField()
    method = fields.TextField()
    smallest_group = fields.IntField()
    reviewer = fields.TextField()
    state = fields.CharField(max_length=10, default="entered")
    decided_on = DayField(null=True)
    published_on = DayField(null=True)
    entered_at = InstantField()
    entered_by = fields.CharField(max_length=60)

    company_id: str
    engagement_id: str | None
    party_id: str | None

    class Meta:
        table = "statistics_review"
        indexes = [("company_id", "ref"), ("engagement_id",)]
