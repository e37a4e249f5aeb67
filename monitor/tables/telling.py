"""What is to be told and what was: notices, letters, people, sessions."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from monitor.tables.instant import InstantField


class Notice(Model):
    """One thing to tell one audience about one duty, case or certificate. Its key is its identity: the same notice is
    never made twice.

    waiting -> sent | dropped (no longer true) | failed (nobody could be reached). Who gets it is decided when it is
    put into a letter, not here: people change between.
    """

    key = fields.CharField(max_length=120, primary_key=True)
    kind = fields.CharField(max_length=30)
    side = fields.CharField(max_length=10)
    company_id = fields.CharField(max_length=200, null=True)
    party_id = fields.CharField(max_length=200, null=True)
    obligation_id = fields.IntField(null=True, db_index=True)
    case_id = fields.IntField(null=True, db_index=True)
    own_duty_id = fields.IntField(null=True, db_index=True)
    certificate_id = fields.CharField(max_length=16, null=True)
    rung = fields.IntField(null=True)
    level = fields.IntField(default=0)
    roles = fields.JSONField[list[str]]()
    address = fields.CharField(max_length=320, default="")
    urgent = fields.BooleanField(default=False)
    data = fields.JSONField[dict[str, object]]()
    send_at = InstantField()
    state = fields.CharField(max_length=10, default="waiting")
    letters = fields.IntField(default=0)
    made_at = InstantField()
    done_at = InstantField(null=True)

    items: fields.ReverseRelation[MailItem]

    class Meta:
        table = "notice"
        indexes = [("state", "send_at"), ("party_id", "certificate_id")]


class Mail(Model):
    """One letter to one set of people. `id` is derived from what it says to whom, so two replicas cannot make it twice.

    queued -> sent | dropped | failed; `parked` after a bug in its making. A lease says who is sending it now. What was
    sent and came back from all of its readers is `bounced`; `bounce` has the last server's words for it.
    """

    id = fields.CharField(max_length=40, primary_key=True)
    side = fields.CharField(max_length=10)
    company_id = fields.CharField(max_length=200, null=True)
    party_id = fields.CharField(max_length=200, null=True)
    to = fields.JSONField[list[str]]()
    language = fields.CharField(max_length=5)
    urgent = fields.BooleanField(default=False)
    subject = fields.TextField(default="")
    state = fields.CharField(max_length=10, default="queued")
    attempts = fields.IntField(default=0)
    next_at = InstantField(null=True)
    lease = fields.CharField(max_length=32, null=True)
    lease_until = InstantField(null=True)
    reply = fields.TextField(default="")
    made_at = InstantField()
    sent_at = InstantField(null=True)
    bounced_at = InstantField(null=True)
    bounce = fields.TextField(default="", db_default="")

    class Meta:
        table = "mail"
        indexes = [("state", "next_at")]


class MailItem(Model):
    """A notice in a letter, with the roles in which the letter's readers get it."""

    id = fields.IntField(primary_key=True)
    mail: fields.ForeignKeyRelation[Mail] = fields.ForeignKeyField(
        "itaku.Mail", related_name="items", on_delete=fields.CASCADE
    )
    notice: fields.ForeignKeyRelation[Notice] = fields.ForeignKeyField(
        "itaku.Notice", related_name="items", on_delete=fields.CASCADE
    )
    roles = fields.JSONField[list[str]]()

    mail_id: str
    notice_id: str

    class Meta:
        table = "mail_item"
        indexes = [("mail_id",), ("notice_id",)]


class Person(Model):
    """Who acted or was written to. The ledger names people by this id only, so that they can be erased here.

    A row without a name is a mailbox. Whoever acts says their name, because several may read one mailbox; each of them
    is a row of their own, and what one did is never shown under the name of another. `refused_at`, of a mailbox: when
    a mail server last said that there is no such one.
    """

    id = fields.IntField(primary_key=True)
    email = fields.CharField(max_length=320)
    name = fields.CharField(max_length=200, default="")
    title = fields.CharField(max_length=200, default="")
    seen_at = InstantField()
    refused_at = InstantField(null=True)

    class Meta:
        table = "person"
        unique_together = [("email", "name")]


class SignIn(Model):
    """A mailed sign-in link: opened by a GET, used by a POST, once."""

    id = fields.CharField(max_length=64, primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "itaku.Person", related_name="sign_ins", on_delete=fields.CASCADE
    )
    asked_at = InstantField()
    expires_at = InstantField()
    used_at = InstantField(null=True)

    person_id: str

    class Meta:
        table = "sign_in"


class Session(Model):
    """A signed-in browser. The id is the hash of what the cookie holds."""

    id = fields.CharField(max_length=64, primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "itaku.Person", related_name="sessions", on_delete=fields.CASCADE
    )
    opened_at = InstantField()
    seen_at = InstantField()
    expires_at = InstantField()
    signed = fields.CharField(max_length=200, default="")  #: the name under which its reader last acted

    person_id: str

    class Meta:
        table = "session"
