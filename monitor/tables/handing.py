"""What is handed over to parties run by run, and what they are told to do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.models import Model

from monitor.tables.instant import DayField, InstantField

if TYPE_CHECKING:
    from monitor.tables.register import Company, Engagement, Party


class HandOver(Model):
    """授受記録: personal data that went to a party, or came back from it, on one day for one run (`ref`).

    `direction`: out | in. `persons`: who handed it over and who took it. `due_on`: by when what went out for the run is
    returned or erased, where that is asked: by an obligation of the kind `run-deletion` whose `subject` is the run.
    States of what went out: logged (nothing is asked) | asked -> confirmed | left.
    """

    id = fields.IntField(primary_key=True)
    ref = fields.CharField(max_length=60)
    engagement: fields.ForeignKeyRelation[Engagement] = fields.ForeignKeyField(
        "itaku.Engagement", related_name="hand_overs", on_delete=fields.RESTRICT
    )
    company: fields.ForeignKeyRelation[Company] = fields.ForeignKeyField(
        "itaku.Company", related_name="hand_overs", on_delete=fields.RESTRICT
    )
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField(
        "itaku.Party", related_name="hand_overs", on_delete=fields.RESTRICT
    )
    direction = fields.CharField(max_length=3, default="out")
    on = DayField()
    records = fields.BigIntField()
    medium = fields.CharField(max_length=20, default="")
    protected = fields.TextField(default="")
    persons = fields.TextField(default="")
    due_on = DayField(null=True)
    state = fields.CharField(max_length=10, default="logged")
    entered_at = InstantField()
    entered_by = fields.CharField(max_length=60)

    company_id: str
    engagement_id: str
    party_id: str

    class Meta:
        table = "hand_over"
        indexes = [("engagement_id", "ref"), ("company_id", "on")]


class InstructionRecord(Model):
    """指示の記録: what a party was told in writing, by whom and when. `excludes`: what it was told not to do."""

    id = fields.IntField(primary_key=True)
    ref = fields.CharField(max_length=60)
    engagement: fields.ForeignKeyRelation[Engagement] = fields.ForeignKeyField(
        "itaku.Engagement", related_name="instructions", on_delete=fields.RESTRICT
    )
    company: fields.ForeignKeyRelation[Company] = fields.ForeignKeyField(
        "itaku.Company", related_name="instructions", on_delete=fields.RESTRICT
    )
    on = DayField()
    what = fields.TextField(default="")
    excludes = fields.JSONField[list[str]](default=list)
    entered_at = InstantField()
    entered_by = fields.CharField(max_length=60)

    company_id: str
    engagement_id: str

    class Meta:
        table = "instruction_record"
        indexes = [("engagement_id", "on"), ("company_id", "on")]


class Suspension(Model):
    """提供の停止: from when to when no data was to go to the party of a work; it goes on while `ended_at` is empty."""

    id = fields.IntField(primary_key=True)
    engagement: fields.ForeignKeyRelation[Engagement] = fields.ForeignKeyField(
        "itaku.Engagement", related_name="suspensions", on_delete=fields.RESTRICT
    )
    begun_at = InstantField()
    ended_at = InstantField(null=True)

    engagement_id: str

    class Meta:
        table = "suspension"
        indexes = [("engagement_id", "begun_at")]
