"""What reviewers say of an answer that was handed in, question by question, and who has proposed to accept it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.models import Model

from monitor.tables.instant import InstantField

if TYPE_CHECKING:
    from monitor.tables.duty import Obligation, Submission
    from monitor.tables.telling import Person


class Mark(Model):
    """指摘・確認: what stands of one question of one submission. `verdict` is accepted, returned or, taken back, none.

    `comment` is read by the party when the answer goes back. `looked`: a reviewer has looked at the files. `treatment`
    says how a critical finding is dealt with, for whoever accepts all the same. `version` counts the changes, so that
    two reviewers never overwrite each other unseen.
    """

    id = fields.IntField(primary_key=True)
    submission: fields.ForeignKeyRelation[Submission] = fields.ForeignKeyField(
        "itaku.Submission", related_name="marks", on_delete=fields.CASCADE
    )
    question = fields.CharField(max_length=120)
    verdict = fields.CharField(max_length=10, default="")
    comment = fields.TextField(default="")
    looked = fields.BooleanField(default=False)
    treatment = fields.TextField(default="")
    version = fields.IntField(default=1)
    reviewer: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "itaku.Person", related_name="marks", null=True, on_delete=fields.SET_NULL
    )
    changed_at = InstantField()

    submission_id: int
    reviewer_id: int | None

    class Meta:
        table = "mark"
        unique_together = [("submission", "question")]


class Note(Model):
    """内部メモ: what reviewers tell each other about a question. It is only added to, and the party never sees it."""

    id = fields.IntField(primary_key=True)
    obligation: fields.ForeignKeyRelation[Obligation] = fields.ForeignKeyField(
        "itaku.Obligation", related_name="notes", on_delete=fields.CASCADE
    )
    question = fields.CharField(max_length=120)
    text = fields.TextField()
    author: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "itaku.Person", related_name="notes", null=True, on_delete=fields.SET_NULL
    )
    written_at = InstantField()

    obligation_id: int
    author_id: int | None

    class Meta:
        table = "note"
        indexes = [("obligation_id", "question")]


class Proposal(Model):
    """承認の申請: one person would accept a submission, and a second, different one has to confirm that."""

    id = fields.IntField(primary_key=True)
    submission: fields.ForeignKeyRelation[Submission] = fields.ForeignKeyField(
        "itaku.Submission", related_name="proposals", on_delete=fields.CASCADE, unique=True
    )
    proposer: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "itaku.Person", related_name="proposals", null=True, on_delete=fields.SET_NULL
    )
    proposed_at = InstantField()

    submission_id: int
    proposer_id: int | None

    class Meta:
        table = "proposal"
