"""Return and deletion, place by place, as certified and accepted: what is gone, what still waits, what is held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.models import Model

from monitor.tables.instant import DayField, InstantField

if TYPE_CHECKING:
    from monitor.tables.duty import Obligation
    from monitor.tables.register import Company, Engagement, Party


class Disposal(Model):
    """返却・消去の結果: what an accepted certificate came to. `state`: backup_pending, returned_not_deleted, disputed,
    held, partial while something is left, else deletion_confirmed; replaced, once a later certificate of the same work
    was accepted. `turns_at`: when the duties that follow from it have to be begun.
    """

    id = fields.IntField(primary_key=True)
    obligation: fields.OneToOneRelation[Obligation] = fields.OneToOneField(
        "itaku.Obligation", related_name="disposal", on_delete=fields.RESTRICT
    )
    engagement: fields.ForeignKeyRelation[Engagement] = fields.ForeignKeyField(
        "itaku.Engagement", related_name="disposals", on_delete=fields.RESTRICT
    )
    company: fields.ForeignKeyRelation[Company] = fields.ForeignKeyField(
        "itaku.Company", related_name="disposals", on_delete=fields.RESTRICT
    )
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField(
        "itaku.Party", related_name="disposals", on_delete=fields.RESTRICT
    )
    state = fields.CharField(max_length=20, db_index=True)
    accepted_on = DayField()
    over_on = DayField(null=True)
    turns_at = InstantField(null=True, db_index=True)

    obligation_id: int
    engagement_id: str
    company_id: str
    party_id: str

    class Meta:
        table = "disposal"


class DisposalPlace(Model):
    """One place of a certificate. `state`: deleted, returned, not_held, backup_pending, legal_hold, remaining,
    returned_not_deleted, vendor_own_duty, disputed. `done_on`: when it was erased, given back, or put beyond use.
    `purge_by`: when what is left is gone or need be kept no longer. `basis`, `holder`, `review_on`: the law that wants
    it kept, who keeps it, when that is looked at again.
    """

    id = fields.IntField(primary_key=True)
    disposal: fields.ForeignKeyRelation[Disposal] = fields.ForeignKeyField(
        "itaku.Disposal", related_name="places", on_delete=fields.CASCADE
    )
    name = fields.CharField(max_length=300)
    kind = fields.CharField(max_length=20, default="")
    state = fields.CharField(max_length=20)
    done_on = DayField(null=True)
    purge_by = DayField(null=True)
    basis = fields.TextField(default="")
    holder = fields.TextField(default="")
    review_on = DayField(null=True)
    confirmed_by = fields.CharField(max_length=60, default="")

    disposal_id: int

    class Meta:
        table = "disposal_place"
