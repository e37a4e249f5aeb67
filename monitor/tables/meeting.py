"""Where what was answered and what was seen meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.models import Model

from monitor.tables.instant import InstantField

if TYPE_CHECKING:
    from monitor.tables.duty import Obligation, Submission
    from monitor.tables.looking import FindingRow


class Contradiction(Model):
    """An answer that was handed in and a finding that disproves it: one row from when both stood until one does not.

    The same pair can meet again, after another answer stood in between; of those only one is open.
    """

    id = fields.IntField(primary_key=True)
    obligation: fields.ForeignKeyRelation[Obligation] = fields.ForeignKeyField(
        "itaku.Obligation", related_name="contradictions", on_delete=fields.CASCADE
    )
    submission: fields.ForeignKeyRelation[Submission] = fields.ForeignKeyField(
        "itaku.Submission", related_name="contradictions", on_delete=fields.CASCADE
    )
    finding: fields.ForeignKeyRelation[FindingRow] = fields.ForeignKeyField(
        "itaku.FindingRow", related_name="contradictions", on_delete=fields.CASCADE
    )
    question = fields.CharField(max_length=120)
    rule = fields.CharField(max_length=60)
    opened_at = InstantField()
    closed_at = InstantField(null=True, db_index=True)
    closed_why = fields.CharField(max_length=30, default="")

    obligation_id: int
    submission_id: int
    finding_id: int

    class Meta:
        table = "contradiction"
        indexes = [("submission_id", "closed_at"), ("finding_id", "closed_at")]
