"""What accepted answers left to be put right, and how far that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.models import Model

from monitor.tables.instant import DayField, InstantField

if TYPE_CHECKING:
    from monitor.tables.duty import Obligation, Submission
    from monitor.tables.register import Company, Engagement, Party
    from monitor.tables.telling import Person

REQUEST = "remediation"  #: the kind of obligation that asks the party about findings
UNSETTLED = ("open", "remediating", "fixed")  #: states in which the party is asked about it


class Remediation(Model):
    """指摘事項の是正: one finding that an answer of the party raised, from its acceptance until it is settled.

    It is known by the kind of the obligation, by the question and by the answer that raised it (`raised_by`: `no`, or
    the choice), which stay the same over versions of a questionnaire. So a finding that comes back in a later answer is
    this row again: `times` counts the accepted answers that raised it, `first_on` is the day of the first. `words`
    holds name, advice and question in both languages, as they were when it was raised last.

    Days: `base_on` is the day from which `due_on` rolls; `set_on`, the day on which `base_on` was set. `since` is when
    it last came to be open. `first_due_on`: the day for which it was first due since it came onto the books or, once
    settled, came back; it stays, whatever is promised or granted. `asked`: the last request whose accepted answer spoke
    of it; none while the party was not asked. `promised_on`: by when the party says that it will be put right.

    States: open -> remediating (the party is at it) | fixed (it says so, and nothing shows it yet) -> verified (a named
    person accepted the evidence, or a look saw it: `proof`); dismissed (its objection was accepted); accepted_risk
    until `risk_until`, then open again; lapsed (the work ended). A look that contradicts, and an answer that raises it
    again, open it once more.

    `turns_at` is when an accepted risk ends; `look_at`, when it is next held against what looks see.
    """

    id = fields.IntField(primary_key=True)
    engagement: fields.ForeignKeyRelation[Engagement] = fields.ForeignKeyField(
        "itaku.Engagement", related_name="remediations", on_delete=fields.RESTRICT
    )
    company: fields.ForeignKeyRelation[Company] = fields.ForeignKeyField(
        "itaku.Company", related_name="remediations", on_delete=fields.RESTRICT
    )
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField(
        "itaku.Party", related_name="remediations", on_delete=fields.RESTRICT
    )
    origin: fields.ForeignKeyRelation[Submission] = fields.ForeignKeyField(
        "itaku.Submission", related_name="remediations", on_delete=fields.RESTRICT
    )
    asked: fields.ForeignKeyNullableRelation[Obligation] = fields.ForeignKeyField(
        "itaku.Obligation", related_name="remediations", null=True, on_delete=fields.SET_NULL
    )
    owner: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "itaku.Person", related_name="remediations", null=True, on_delete=fields.SET_NULL
    )
    kind = fields.CharField(max_length=40)
    question = fields.CharField(max_length=120)
    raised_by = fields.CharField(max_length=40)
    words = fields.JSONField[dict[str, dict[str, str]]]()
    severity = fields.IntField()
    state = fields.CharField(max_length=20, default="open")
    times = fields.IntField(default=1)
    first_on = DayField()
    since = InstantField()
    set_on = DayField()
    first_due_on = DayField()
    base_on = DayField()
    due_on = DayField()
    promised_on = DayField(null=True)
    proof = fields.JSONField[dict[str, Any]](default=dict, db_default={})
    settled_at = InstantField(null=True)
    risk_by = fields.CharField(max_length=60, default="")
    risk_why = fields.TextField(default="")
    risk_until = InstantField(null=True)
    turns_at = InstantField(null=True, db_index=True)
    look_at = InstantField(null=True, db_index=True)
    version = fields.IntField(default=0)

    engagement_id: str
    company_id: str
    party_id: str
    origin_id: int
    asked_id: int | None
    owner_id: int | None

    class Meta:
        table = "remediation"
        unique_together = [("engagement", "question", "raised_by")]
        indexes = [("company_id", "state", "due_on")]
