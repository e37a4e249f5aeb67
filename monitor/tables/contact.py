"""Whose registered address is whose: so that an address finds its parties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.models import Model

if TYPE_CHECKING:
    from monitor.tables.register import Party


class Contact(Model):
    """連絡先: one address that the registry names for a party, folded as addresses are compared. Made of the party's
    entry on every apply and never edited alone; a party that has left the registry has none.
    """

    id = fields.IntField(primary_key=True)
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField(
        "itaku.Party", related_name="addresses", on_delete=fields.CASCADE
    )
    address = fields.CharField(max_length=320, db_index=True)

    party_id: str

    class Meta:
        table = "contact"
        unique_together = [("party", "address")]
