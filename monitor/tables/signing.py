"""Who else works on a request, and the codes that prove a mailbox at the moment of signing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.models import Model

from monitor.tables.instant import InstantField

if TYPE_CHECKING:
    from monitor.tables.duty import Link, Obligation
    from monitor.tables.telling import Person


class Colleague(Model):
    """Somebody to whom the party handed a request over, or a part of it: what their link may do stands here.

    `contact` is their mailbox and `name` what the party calls them; `named_by` is the link through which they were
    named. `grade` is `view`, `draft` or `submit`; `sections` are those that a `draft` shows, none meaning all. One
    row for each mailbox, however often it is asked.

    States: asked (an address of a stranger's domain, which the company has to approve) -> given | refused; given ->
    withdrawn, by the party. Asked again, a row begins anew.
    """

    id = fields.IntField(primary_key=True)
    obligation: fields.ForeignKeyRelation[Obligation] = fields.ForeignKeyField(
        "itaku.Obligation", related_name="colleagues", on_delete=fields.CASCADE
    )
    contact: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "itaku.Person", related_name="colleagues", on_delete=fields.CASCADE
    )
    named_by = fields.CharField(max_length=24)
    name = fields.CharField(max_length=200)
    grade = fields.CharField(max_length=10)
    sections = fields.JSONField[list[str]]()
    state = fields.CharField(max_length=10)
    made_at = InstantField()
    changed_at = InstantField()

    obligation_id: int
    contact_id: int

    class Meta:
        table = "colleague"
        unique_together = [("obligation", "contact")]


class SigningCode(Model):
    """What somebody declared, until the code that was mailed to a registered address confirms it.

    The code stands nowhere: it is made of the random id and of a key that is in no database. A hash of it would be as
    good as the code, for eight digits are soon tried. `sha256` is that of the answers as they were declared.
    """

    id = fields.CharField(max_length=24, primary_key=True)
    obligation: fields.ForeignKeyRelation[Obligation] = fields.ForeignKeyField(
        "itaku.Obligation", related_name="codes", on_delete=fields.CASCADE
    )
    link: fields.ForeignKeyRelation[Link] = fields.ForeignKeyField(
        "itaku.Link", related_name="codes", on_delete=fields.CASCADE
    )
    signer_name = fields.CharField(max_length=200)
    signer_title = fields.CharField(max_length=200)
    signer_email = fields.CharField(max_length=320, default="")
    sha256 = fields.CharField(max_length=64)
    tries = fields.IntField(default=0)
    made_at = InstantField()
    expires_at = InstantField()
    used_at = InstantField(null=True)

    obligation_id: int
    link_id: str

    class Meta:
        table = "signing_code"
        indexes = [("obligation_id", "made_at")]
