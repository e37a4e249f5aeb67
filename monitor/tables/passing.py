"""Personal data that went to others: records of provision and receipt, disclosures by law or in an emergency, checks of
what is provided abroad; and complaints about parties.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.models import Model

from monitor.tables.instant import DayField, InstantField

if TYPE_CHECKING:
    from monitor.tables.register import Company, Engagement, Party


class ProvisionRecord(Model):
    """確認・記録: what has to be recorded of a provision to a third party, or of a receipt from one (APPI 29, 30, 31).

    `way`: provision | receipt. `record`: single | batch | contract, which says for how long it is kept: up to
    `keep_until`, from `made_on` or `last_on`. `basis`: consent | opt_out | personal_related. `third`: the other side as
    it was then. `owners`: whose data, as a reference to a list, never their names. `erase_on`: the day on which it was
    ordered to be erased; `erased_on`: the day on which it was, when nothing but its reference and days stayed.

    Both databases refuse to remove a row whose time is not over, or to shorten that time (migration 0003).
    """

    id = fields.IntField(primary_key=True)
    ref = fields.CharField(max_length=60, unique=True)
    way = fields.CharField(max_length=10, default="provision")
    record = fields.CharField(max_length=10)
    basis = fields.CharField(max_length=20, default="consent")
    company: fields.ForeignKeyRelation[Company] = fields.ForeignKeyField(
        "itaku.Company", related_name="provisions", on_delete=fields.RESTRICT
    )
    engagement: fields.ForeignKeyNullableRelation[Engagement] = fields.ForeignKeyField(
        "itaku.Engagement", related_name="provisions", null=True, on_delete=fields.RESTRICT
    )
    party: fields.ForeignKeyNullableRelation[Party] = fields.ForeignKeyField(
        "itaku.Party", related_name="provisions", null=True, on_delete=fields.RESTRICT
    )
    third = fields.TextField(default="")
    address = fields.TextField(default="")
    representative = fields.TextField(default="")
    items = fields.TextField(default="")
    owners = fields.TextField(default="")
    acquired = fields.TextField(default="")
    consent_on = DayField(null=True)
    made_on = DayField()
    last_on = DayField(null=True)
    keep_until = DayField(db_index=True)
    erase_on = DayField(null=True)
    erase_at = InstantField(null=True, db_index=True)
    erased_on = DayField(null=True)
    entered_at = InstantField()
    entered_by = fields.CharField(max_length=60)

    company_id: str
    engagement_id: str | None
    party_id: str | None

    class Meta:
        table = "provision_record"
        indexes = [("company_id", "made_on")]


class Disclosure(Model):
    """法令・緊急時の提供: what was given to somebody because a law required it, or life, body or property was at stake
    (APPI 27(1)(i)-(iv)). Who decided (`by`), why no consent could be had, what, to whom; by law also which `authority`
    and `statute`. `reported_on`: when the party told us.

    States: entered -> justified | not-justified.
    """

    id = fields.IntField(primary_key=True)
    ref = fields.CharField(max_length=60, unique=True, null=True)
    basis = fields.CharField(max_length=10)
    company: fields.ForeignKeyRelation[Company] = fields.ForeignKeyField(
        "itaku.Company", related_name="disclosures", on_delete=fields.RESTRICT
    )
    engagement: fields.ForeignKeyNullableRelation[Engagement] = fields.ForeignKeyField(
        "itaku.Engagement", related_name="disclosures", null=True, on_delete=fields.RESTRICT
    )
    party: fields.ForeignKeyNullableRelation[Party] = fields.ForeignKeyField(
        "itaku.Party", related_name="disclosures", null=True, on_delete=fields.RESTRICT
    )
    by = fields.TextField(default="")
    why = fields.TextField(default="")
    what = fields.TextField(default="")
    to = fields.TextField(default="")
    authority = fields.TextField(default="")
    statute = fields.TextField(default="")
    reported_on = DayField(null=True)
    state = fields.CharField(max_length=20, default="entered")
    entered_at = InstantField()
    entered_by = fields.CharField(max_length=60)

    company_id: str
    engagement_id: str | None
    party_id: str | None

    class Meta:
        table = "disclosure"
        indexes = [("company_id", "entered_at")]


class TransferCheck(Model):
    """相当措置の確認: one look at a provision abroad (APPI 28(3)). `result`: ok | trouble | cannot_continue; `note`:
    what was found, which an owner may ask to be told; `next_on`: by when it is looked at again, while that holds.
    """

    id = fields.IntField(primary_key=True)
    engagement: fields.ForeignKeyRelation[Engagement] = fields.ForeignKeyField(
        "itaku.Engagement", related_name="transfer_checks", on_delete=fields.RESTRICT
    )
    on = DayField()
    result = fields.CharField(max_length=20)
    note = fields.TextField(default="")
    next_on = DayField(null=True)
    entered_at = InstantField()
    entered_by = fields.CharField(max_length=60)

    engagement_id: str

    class Meta:
        table = "transfer_check"
        indexes = [("engagement_id", "on")]


class Complaint(Model):
    """苦情: one complaint about how a party handles personal data for a company (APPI 40). Who complained stands
    nowhere here; `about` says what it is about.

    States: open -> acknowledged -> settled.
    """

    id = fields.IntField(primary_key=True)
    ref = fields.CharField(max_length=60, unique=True, null=True)
    company: fields.ForeignKeyRelation[Company] = fields.ForeignKeyField(
        "itaku.Company", related_name="complaints", on_delete=fields.RESTRICT
    )
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField(
        "itaku.Party", related_name="complaints", on_delete=fields.RESTRICT
    )
    about = fields.TextField(default="")
    arrived_on = DayField()
    state = fields.CharField(max_length=20, default="open")
    acknowledged_on = DayField(null=True)
    settled_on = DayField(null=True)
    entered_at = InstantField()
    entered_by = fields.CharField(max_length=60)

    company_id: str
    party_id: str

    class Meta:
        table = "complaint"
        indexes = [("company_id", "party_id", "arrived_on")]
