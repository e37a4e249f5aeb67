"""What is owed: obligations, the questions that were sent, drafts, submissions, evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.models import Model

from monitor.tables.climbing import Climbing
from monitor.tables.instant import DayField, InstantField

if TYPE_CHECKING:
    from monitor.tables.register import Company, Engagement, Party
    from monitor.tables.telling import Person


ASKED = ("open", "returned")  #: states in which the party owes an answer
HANDED_IN = ("submitted", "accepted")  #: states in which it has answered, and nothing has come back
DECLINED = "declined"  #: the party has said that it will not answer; the company has to decide what then
SILENT = ("scheduled", *ASKED, DECLINED)  #: states in which the party has not answered what an event asks of it
LIVE = ("scheduled", *ASKED, "submitted", "waived", DECLINED)  #: states in which something is owed, or will be


class Obligation(Climbing):
    """One thing owed once: an attestation, the return or deletion of data, a certificate to be renewed.

    Days: `nominal_on` is what the rules say without any accident; `base_on` is the day from which T rolls (after a
    late opening, a return, the end of a waiver it is another one than nominal); `due_on` is T. `meant_on` is the day
    on which the first mail was meant to leave. `told_on` is the T that the party was last told, empty before the
    first mail. `unconfirmed_since`: for what was taken over late from an old ledger, the day that it should have been.

    `cause`: what brought it about, where that was no date of the calendar: `reason`, `seen_at`, `places`.

    `declined`: while the party declines, what it said, and `on`, the day from which the company's ladder counts.
    `asks`: the address that is asked in place of the registered ones, once the company has confirmed it. `hushed_at`:
    since when whoever was asked wrongly is not reminded, until the company has decided; its people go on being told.

    `turns_at` is when its state may turn by itself (opening, overdue, end of a waiver); `next_at`, when somebody
    is told.

    States: scheduled -> open -> submitted -> accepted | returned -> submitted ...; waived and back; declined and back;
    cancelled.
    Overdue is derived: open or returned after the end of T. `overdue_on` only remembers that it was announced.

    `erased_on`: when what was said under it had had its time. The row itself stays: the ledger speaks of it.
    """

    kind = fields.CharField(max_length=40)
    subject = fields.CharField(max_length=120, default="")
    engagement: fields.ForeignKeyRelation[Engagement] = fields.ForeignKeyField(
        "itaku.Engagement", related_name="obligations", on_delete=fields.RESTRICT
    )
    company: fields.ForeignKeyRelation[Company] = fields.ForeignKeyField(
        "itaku.Company", related_name="obligations", on_delete=fields.RESTRICT
    )
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField(
        "itaku.Party", related_name="obligations", on_delete=fields.RESTRICT
    )
    state = fields.CharField(max_length=20)
    nominal_on = DayField()
    base_on = DayField()
    due_on = DayField()
    roll = fields.CharField(max_length=10)
    opens_at = InstantField()
    meant_on = DayField()
    told_on = DayField(null=True)
    unconfirmed_since = DayField(null=True)
    taken_over = fields.BooleanField(default=False)
    turns_at = InstantField(null=True, db_index=True)
    ladder = fields.CharField(max_length=200)
    opened_at = InstantField(null=True)
    overdue_on = DayField(null=True)
    submitted_at = InstantField(null=True)
    reviews = fields.IntField(default=0)
    decided_at = InstantField(null=True)
    accepted_on = DayField(null=True)
    waived_until = InstantField(null=True)
    waived_by = fields.CharField(max_length=60, null=True)
    reason = fields.TextField(default="")
    cause = fields.JSONField[dict[str, Any]](default=dict, db_default={})
    declined = fields.JSONField[dict[str, Any]](default=dict, db_default={})
    asks = fields.CharField(max_length=254, default="", db_default="", db_index=True)
    hushed_at = InstantField(null=True)
    undeliverable_at = InstantField(null=True, db_index=True)
    erased_on = DayField(null=True)
    request: fields.ForeignKeyNullableRelation[FrozenRequest] = fields.ForeignKeyField(
        "itaku.FrozenRequest", related_name="obligations", null=True, on_delete=fields.RESTRICT
    )
    planned_at = InstantField()

    engagement_id: str
    company_id: str
    party_id: str
    request_id: str | None

    class Meta:
        table = "obligation"
        indexes = [
            ("engagement_id", "kind"),
            ("kind", "state"),
            ("state", "company_id"),
            ("party_id", "state"),
            ("company_id", "taken_over", "opened_at"),
        ]


class FrozenRequest(Model):
    """The questions exactly as they were sent, kept once under their hash: editing a template never touches them."""

    sha256 = fields.CharField(max_length=64, primary_key=True)
    body = fields.TextField()
    first_sent_at = InstantField()

    class Meta:
        table = "frozen_request"


class Answer(Model):
    """A draft answer to one question. `version` counts its changes, so that two colleagues never overwrite each
    other unseen.
    """

    id = fields.IntField(primary_key=True)
    obligation: fields.ForeignKeyRelation[Obligation] = fields.ForeignKeyField(
        "itaku.Obligation", related_name="answers", on_delete=fields.CASCADE
    )
    question = fields.CharField(max_length=120)
    value = fields.JSONField[dict[str, object]]()
    version = fields.IntField(default=1)
    changed_at = InstantField()
    changed_by = fields.CharField(max_length=60, default="", db_default="")  #: the actor, such as `link/…`

    obligation_id: int

    class Meta:
        table = "answer"
        unique_together = [("obligation", "question")]


class Submission(Model):
    """A declared and submitted set of answers, and what became of it. The signer's name can be erased; the ledger
    has it not. `confirmed_by`: `code`, one mailed at signing, or the way on which paper came. `sent_under`: the hash of
    the key under which a machine handed it in.
    """

    id = fields.IntField(primary_key=True)
    obligation: fields.ForeignKeyRelation[Obligation] = fields.ForeignKeyField(
        "itaku.Obligation", related_name="submissions", on_delete=fields.RESTRICT
    )
    answers = fields.TextField()
    sha256 = fields.CharField(max_length=64)
    signer_name = fields.CharField(max_length=200, default="")
    signer_title = fields.CharField(max_length=200, default="")
    signer_email = fields.CharField(max_length=320, default="", db_default="")
    confirmed_by = fields.CharField(max_length=10, default="", db_default="")
    sent_under = fields.CharField(max_length=64, default="", db_default="")
    submitted_at = InstantField()
    verdict = fields.CharField(max_length=10, null=True)
    reason = fields.TextField(default="")
    decided_at = InstantField(null=True)
    reviewer: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "itaku.Person", related_name="reviews", null=True, on_delete=fields.SET_NULL
    )
    weighed = fields.IntField(default=0, db_default=0, db_index=True)  #: against what was seen, under that table

    obligation_id: int
    reviewer_id: int | None

    class Meta:
        table = "submission"


class Reason(Model):
    """Why somebody decided so, as they wrote it, kept under its hash; the ledger has only that. Can be erased here."""

    sha256 = fields.CharField(max_length=64, primary_key=True)
    text = fields.TextField()
    said_at = InstantField()

    class Meta:
        table = "reason"


class Evidence(Model):
    """A file that the party handed in: stored under its hash, never under its name, never served inline."""

    id = fields.CharField(max_length=32, primary_key=True)
    obligation: fields.ForeignKeyRelation[Obligation] = fields.ForeignKeyField(
        "itaku.Obligation", related_name="evidence", on_delete=fields.RESTRICT
    )
    question = fields.CharField(max_length=120)
    name = fields.CharField(max_length=255)
    media_type = fields.CharField(max_length=100)
    size = fields.IntField()
    sha256 = fields.CharField(max_length=64, db_index=True)
    stored_at = InstantField()
    withdrawn_at = InstantField(null=True)

    obligation_id: int

    class Meta:
        table = "evidence"


MORE_TIME, DECLINE, NOT_OURS, WRONG_PERSON, OBJECTION = "more-time", "decline", "not-ours", "wrong-person", "objection"
"""The kinds of `Plea`."""


class Plea(Model):
    """What the party says beside its answers: more time wanted, no answer, not ours, another person, an objection to a
    look; and what a named person of the company has decided on it.

    `about`: what belongs to the kind (`offered`, `price_consulted_on`, `name`, `email`, `check`, `seen_at`). `words`
    are those of the company, which the party reads; `due_on` is the day that came of it.
    """

    id = fields.IntField(primary_key=True)
    obligation: fields.ForeignKeyRelation[Obligation] = fields.ForeignKeyField(
        "itaku.Obligation", related_name="pleas", on_delete=fields.CASCADE
    )
    kind = fields.CharField(max_length=20)
    text = fields.TextField(default="")
    proposed_on = DayField(null=True)
    made_at = InstantField()
    question = fields.CharField(max_length=120, default="", db_default="")
    about = fields.JSONField[dict[str, Any]](default=dict, db_default={})
    decision = fields.CharField(max_length=20, null=True)
    decided_at = InstantField(null=True)
    decided_by = fields.CharField(max_length=60, default="", db_default="")
    words = fields.TextField(default="", db_default="")
    due_on = DayField(null=True)

    obligation_id: int

    class Meta:
        table = "plea"


class Link(Model):
    """A link that opens one obligation. Only a hash of the token is kept; `mail` is the letter that carried it, `via`
    the link from whose pages it was opened, which no letter carried.
    """

    id = fields.CharField(max_length=24, primary_key=True)
    obligation: fields.ForeignKeyRelation[Obligation] = fields.ForeignKeyField(
        "itaku.Obligation", related_name="links", on_delete=fields.CASCADE
    )
    token_sha256 = fields.CharField(max_length=64)
    grade = fields.CharField(max_length=10)
    contact: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "itaku.Person", related_name="links", null=True, on_delete=fields.SET_NULL
    )
    mail = fields.CharField(max_length=40, default="")
    via = fields.CharField(max_length=24, default="", db_default="")
    issued_at = InstantField()
    expires_at = InstantField()
    revoked_at = InstantField(null=True)

    obligation_id: int
    contact_id: int | None

    class Meta:
        table = "link"
        indexes = [("obligation_id", "issued_at")]
