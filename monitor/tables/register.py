"""The registry: who is entrusted with what by whom. One row an entry; `spec` is the entry as the file format says it.

Columns beside `spec` are what stages search by; they are derived from it on every apply and never edited alone. An
entry that leaves the registry keeps its row (`retired_at`), because history points at it.
"""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from monitor.tables.instant import DayField, InstantField


class Registered(Model):
    """What every entry has. `declared` is the entry as a file said it last, while `spec` is what holds: people's acts
    change the one and not the other.
    """

    key = fields.CharField(max_length=200, primary_key=True)
    spec = fields.JSONField[dict[str, object]]()
    declared = fields.JSONField[dict[str, object]](default=dict, db_default={})
    first_seen_at = InstantField()
    changed_at = InstantField()
    retired_at = InstantField(null=True)

    class Meta:
        abstract = True


class Group(Registered):
    """The group itself: one row, whose `revision` grows with every change of the registry."""

    revision = fields.IntField(default=1)

    class Meta:
        table = "registry_group"


class Company(Registered):
    class Meta:
        table = "company"


class Purpose(Registered):
    class Meta:
        table = "purpose"


class Party(Registered):
    """`warn_at`: when its certificates must be looked at again; empty when none of them runs out."""

    warn_at = InstantField(null=True, db_index=True)

    class Meta:
        table = "party"


class Campaign(Registered):
    class Meta:
        table = "campaign"


class Service(Registered):
    class Meta:
        table = "service"


class Engagement(Registered):
    """`plan_at`: when what it owes must be worked out anew; empty when nothing can change by itself. `review_at`: the
    same for what the company owes itself because of it.

    `hastened_on`: up to which day the party is asked again, because of what has come to be known meanwhile.

    `over_on`: since when nothing is owed under it any more; `erase_at`: when it is next looked at whether what proves
    its supervision has had its time; `erased_on`: when that was erased, up to then.
    """

    company: fields.ForeignKeyRelation[Company] = fields.ForeignKeyField(
        "itaku.Company", related_name="engagements", on_delete=fields.RESTRICT
    )
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField(
        "itaku.Party", related_name="engagements", on_delete=fields.RESTRICT
    )
    under = fields.CharField(max_length=200, null=True, db_index=True)
    state = fields.CharField(max_length=20)
    starts_on = DayField()
    ends_on = DayField(null=True)
    plan_at = InstantField(null=True, db_index=True)
    review_at = InstantField(null=True, db_index=True)
    hastened_on = DayField(null=True)
    over_on = DayField(null=True)
    erase_at = InstantField(null=True, db_index=True)
    erased_on = DayField(null=True)

    company_id: str
    party_id: str

    class Meta:
        table = "engagement"
