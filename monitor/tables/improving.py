"""How the supervision gets better: corrective actions with their effect, and the yearly summary that managers sign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.models import Model

from monitor.tables.instant import DayField, InstantField

if TYPE_CHECKING:
    from monitor.tables.register import Company, Engagement, Party
    from monitor.tables.telling import Person


class CorrectiveAction(Model):
    """是正処置: what is done against the cause of something that went wrong, so that it does not come back.

    `source` is where it comes from (`finding/12`, `case/5`, `complaint/3`, `incident/7`), empty where a company does it
    of its own accord; no company: the privacy office. Its duties point at `ref` (`corrective-action/4`). `follows`: the
    action before it, which had no effect. `done_on`: carried out; `check_on`: when its effect is to be looked at.

    States: open -> done -> effective | not-effective.
    """

    id = fields.IntField(primary_key=True)
    ref = fields.CharField(max_length=60, unique=True, null=True)
    source = fields.CharField(max_length=60, default="", db_index=True)
    company: fields.ForeignKeyNullableRelation[Company] = fields.ForeignKeyField(
        "itaku.Company", related_name="corrective_actions", null=True, on_delete=fields.RESTRICT
    )
    party: fields.ForeignKeyNullableRelation[Party] = fields.ForeignKeyField(
        "itaku.Party", related_name="corrective_actions", null=True, on_delete=fields.RESTRICT
    )
    engagement: fields.ForeignKeyNullableRelation[Engagement] = fields.ForeignKeyField(
        "itaku.Engagement", related_name="corrective_actions", null=True, on_delete=fields.RESTRICT
    )
    owner: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "itaku.Person", related_name="corrective_actions", null=True, on_delete=fields.SET_NULL
    )
    follows: fields.ForeignKeyNullableRelation[CorrectiveAction] = fields.ForeignKeyField(
        "itaku.CorrectiveAction", related_name="followed_by", null=True, on_delete=fields.RESTRICT
    )
    cause = fields.TextField(default="")
    action = fields.TextField()
    due_on = DayField()
    state = fields.CharField(max_length=20, default="open")
    done_on = DayField(null=True)
    check_on = DayField(null=True)
    checked_on = DayField(null=True)
    found = fields.TextField(default="")
    entered_at = InstantField()
    entered_by = fields.CharField(max_length=60)

    company_id: str | None
    party_id: str | None
    engagement_id: str | None
    owner_id: int | None
    follows_id: int | None

    class Meta:
        table = "corrective_action"
        indexes = [("company_id", "state")]


class YearlySummary(Model):
    """マネジメントレビュー: what was in the books of one fiscal year when a named person signed it off.

    `ref`: `summary/impress/2026`, or `summary/2026` of the group (no company). `year` is the one in which it began.
    `figures` stay as that person saw them; `sha256` is the hash of them that the ledger has.
    """

    id = fields.IntField(primary_key=True)
    ref = fields.CharField(max_length=120, unique=True)
    company: fields.ForeignKeyNullableRelation[Company] = fields.ForeignKeyField(
        "itaku.Company", related_name="summaries", null=True, on_delete=fields.RESTRICT
    )
    year = fields.IntField()
    figures = fields.JSONField[list[dict[str, Any]]]()
    sha256 = fields.CharField(max_length=64)
    decision = fields.TextField()
    signed_by = fields.CharField(max_length=60)
    signed_at = InstantField()

    company_id: str | None

    class Meta:
        table = "yearly_summary"
