"""What the owners of personal data (本人) ask for: disclosure, correction, erasure, and to be mailed no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.models import Model

from monitor.tables.instant import DayField, InstantField

if TYPE_CHECKING:
    from monitor.tables.register import Company


class OwnerRequest(Model):
    """開示等の請求: one request of an owner (APPI 32-39), known by its reference alone. Who asked stands nowhere here.

    Its legs are obligations of the kind `owner-request-leg` with the same `subject`. `verified_on`: the day on which
    the owner's identity was verified; nothing leaves before it. `due_on`: when the owner is to have the answer.

    `erase_at`: when its reference has had its time; `erased_on`: when that was erased, here and at its legs.

    States: open -> settled (every leg has answered) -> answered; open or settled -> declined | withdrawn.
    """

    id = fields.IntField(primary_key=True)
    ref = fields.CharField(max_length=60, unique=True)
    company: fields.ForeignKeyRelation[Company] = fields.ForeignKeyField(
        "itaku.Company", related_name="owner_requests", on_delete=fields.RESTRICT
    )
    service = fields.CharField(max_length=200, default="")
    request = fields.CharField(max_length=30)
    purposes = fields.JSONField[list[str]](default=list)
    arrived_on = DayField()
    verified_on = DayField(null=True)
    due_on = DayField()
    state = fields.CharField(max_length=10, default="open")
    answered_on = DayField(null=True)
    erase_at = InstantField(null=True, db_index=True)
    erased_on = DayField(null=True)
    entered_at = InstantField()
    entered_by = fields.CharField(max_length=60)

    company_id: str

    class Meta:
        table = "owner_request"
        indexes = [("company_id", "state")]


class OptOut(Model):
    """受信拒否: owners of a company have refused its mail; every party that sends mail for it has to acknowledge.

    The acknowledgements are obligations of the kind `opt-out-ack` whose `subject` is `ref`; `due_on` is their T.
    `channel`: mail | post.

    `erase_at`: when its reference has had its time, where somebody gave it one; `erased_on`: when that was erased.
    """

    id = fields.IntField(primary_key=True)
    ref = fields.CharField(max_length=60, unique=True, null=True)
    company: fields.ForeignKeyRelation[Company] = fields.ForeignKeyField(
        "itaku.Company", related_name="opt_outs", on_delete=fields.RESTRICT
    )
    channel = fields.CharField(max_length=10, default="mail")
    arrived_on = DayField()
    due_on = DayField()
    erase_at = InstantField(null=True, db_index=True)
    erased_on = DayField(null=True)
    entered_at = InstantField()
    entered_by = fields.CharField(max_length=60)

    company_id: str

    class Meta:
        table = "opt_out"
        indexes = [("company_id", "arrived_on")]
