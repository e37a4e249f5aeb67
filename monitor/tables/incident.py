"""Incidents with personal data (漏えい等): what a party has told of each, and what the company has done since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.models import Model

from monitor.tables.instant import DayField, InstantField

if TYPE_CHECKING:
    from monitor.tables.register import Company, Engagement, Party


class Incident(Model):
    """One incident at one party under one engagement (APPI 26).

    `ref` is what its duties point at (`incident/7`). `aware_on`: the day on which the party noticed, day 1 of its time.
    `received_at`: when its notice reached us, day 1 of ours; none while only its beginning was announced. `missing`:
    the numbers of the nine items that are not known yet; `remind_at`, when the party is next reminded of them.
    `protected`: all of the data was strongly encrypted or the like. `reportable`: as it was judged last; none before
    the notice.

    States: begun -> told -> closed.
    """

    id = fields.IntField(primary_key=True)
    ref = fields.CharField(max_length=120, unique=True, null=True)
    engagement: fields.ForeignKeyRelation[Engagement] = fields.ForeignKeyField(
        "itaku.Engagement", related_name="incidents", on_delete=fields.RESTRICT
    )
    company: fields.ForeignKeyRelation[Company] = fields.ForeignKeyField(
        "itaku.Company", related_name="incidents", on_delete=fields.RESTRICT
    )
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField(
        "itaku.Party", related_name="incidents", on_delete=fields.RESTRICT
    )
    state = fields.CharField(max_length=10, default="begun")
    aware_on = DayField()
    received_at = InstantField(null=True)
    people = fields.IntField(null=True)
    categories = fields.JSONField[list[str]](default=list)
    protected = fields.BooleanField(default=False)
    missing = fields.CharField(max_length=40, default="")
    reportable = fields.BooleanField(null=True)
    owners_told_on = DayField(null=True)
    begun_at = InstantField()
    begun_by = fields.CharField(max_length=60)
    closed_at = InstantField(null=True)
    remind_at = InstantField(null=True, db_index=True)

    engagement_id: str
    company_id: str
    party_id: str

    class Meta:
        table = "incident"
        indexes = [("company_id", "state"), ("engagement_id", "aware_on")]
