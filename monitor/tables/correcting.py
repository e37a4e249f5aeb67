"""Corrections of personal data that a company makes of its own accord, and has everybody make who holds a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.models import Model

from monitor.tables.instant import DayField, InstantField

if TYPE_CHECKING:
    from monitor.tables.register import Company


class Correction(Model):
    """訂正: data of one person or of many was wrong (APPI 22), known by a reference alone. Neither whose data it is nor
    what was wrong stands anywhere here.

    What is asked of parties are obligations of the kind `correction-leg` with `ref` as their subject; of companies that
    use the data jointly, duties of the kind `joint-correction`. `source`: how the error became known (found, told,
    changed), `known_on`: since when. `due_on`: when the company closes it.

    `erase_at`: when its reference has had its time; `erased_on`: when that was erased.

    States: open -> closed | withdrawn.
    """

    id = fields.IntField(primary_key=True)
    ref = fields.CharField(max_length=60, unique=True)
    company: fields.ForeignKeyRelation[Company] = fields.ForeignKeyField(
        "itaku.Company", related_name="corrections", on_delete=fields.RESTRICT
    )
    service = fields.CharField(max_length=200, default="")
    source = fields.CharField(max_length=10)
    purposes = fields.JSONField[list[str]](default=list)
    known_on = DayField()
    due_on = DayField()
    state = fields.CharField(max_length=10, default="open")
    ended_on = DayField(null=True)
    erase_at = InstantField(null=True, db_index=True)
    erased_on = DayField(null=True)
    entered_at = InstantField()
    entered_by = fields.CharField(max_length=60)

    company_id: str

    class Meta:
        table = "correction"
        indexes = [("company_id", "state")]
