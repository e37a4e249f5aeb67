"""What is watched, what was seen, what is wrong: watches, looks, findings, and the cases that come of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.models import Model

from monitor.tables.climbing import Climbing
from monitor.tables.instant import DayField, InstantField

if TYPE_CHECKING:
    from monitor.tables.register import Company, Engagement, Party


class Watch(Model):
    """One kind of check on one address: when it is next due, who holds it, and what it has settled on.

    An address is an endpoint of a party, or where the group has published a text of its own: then there is no party,
    and nobody but the group answers for it. Of those, who writes them sees to it that there is one for each address.

    `fails` and `passes` count looks in a row; `settled` changes only when one of them reaches the number wanted.
    `first_round` is true until it has settled for the first time. `memory` is what a look kept for the next one.
    `unknown_since`: since when no look of it could judge.
    """

    id = fields.IntField(primary_key=True)
    party: fields.ForeignKeyNullableRelation[Party] = fields.ForeignKeyField(
        "itaku.Party", related_name="watches", null=True, on_delete=fields.RESTRICT
    )
    url = fields.CharField(max_length=500)
    check_kind = fields.CharField(max_length=40)
    every = fields.IntField()
    tell_vendor = fields.BooleanField(default=True)
    options = fields.JSONField[dict[str, object]](default=dict, db_default={})
    memory = fields.JSONField[dict[str, object]](default=dict, db_default={})
    next_at = InstantField(null=True, db_index=True)
    lease_until = InstantField(null=True)
    lease = fields.CharField(max_length=32, null=True)
    fails = fields.IntField(default=0)
    passes = fields.IntField(default=0)
    settled = fields.CharField(max_length=10, null=True)
    last_verdict = fields.CharField(max_length=10, null=True)
    last_reason = fields.CharField(max_length=60, default="")
    last_at = InstantField(null=True)
    unknown_since = InstantField(null=True)
    first_round = fields.BooleanField(default=True)
    first_seen_at = InstantField()
    retired_at = InstantField(null=True)

    party_id: str | None

    class Meta:
        table = "watch"
        unique_together = [("party", "url", "check_kind")]


class LookRow(Model):
    """One look of a day that is not over yet; when it is, its looks become one `LookBlock`.

    `phases`: tenths of milliseconds for DNS, connecting, TLS, first byte and body, where there were such. `lag_ms`:
    how late our own loop was meanwhile. `attempt`: the how-manieth in a row that says what is not settled yet.
    `evidence_id`: what was seen. No foreign key: it would be looked for in all looks whenever evidence goes.
    """

    id = fields.BigIntField(primary_key=True)
    watch: fields.ForeignKeyRelation[Watch] = fields.ForeignKeyField(
        "itaku.Watch", related_name="looks", on_delete=fields.CASCADE
    )
    at = InstantField()
    verdict = fields.CharField(max_length=10)
    reason = fields.CharField(max_length=60, default="")
    took_ms = fields.FloatField()
    phases = fields.CharField(max_length=80, default="", db_default="")
    lag_ms = fields.FloatField(null=True)
    attempt = fields.SmallIntField(default=1, db_default=1)
    evidence_id = fields.IntField(null=True)

    watch_id: int

    class Meta:
        table = "look"
        indexes = [("watch_id", "at")]


class LookEvidence(Model):
    """What looks saw, kept once however many saw the same: findings, observation and rule-set version as JSON, under
    the SHA-256 of that text. It goes when the day `keep_until` is over.
    """

    id = fields.IntField(primary_key=True)
    sha256 = fields.CharField(max_length=64, unique=True)
    body = fields.TextField()
    keep_until = DayField(db_index=True)

    class Meta:
        table = "look_evidence"


class LookBlock(Model):
    """All looks of one watch on one day, packed; the day is the group's."""

    id = fields.BigIntField(primary_key=True)
    watch: fields.ForeignKeyRelation[Watch] = fields.ForeignKeyField(
        "itaku.Watch", related_name="blocks", on_delete=fields.CASCADE
    )
    day = DayField()
    body = fields.BinaryField()

    watch_id: int

    class Meta:
        table = "look_block"
        unique_together = [("watch", "day")]


class LookDay(Model):
    """What is left of a day's looks for good: how many, how they ended, how long those that passed took, and the worst
    severity that was found (0: none).
    """

    id = fields.BigIntField(primary_key=True)
    watch: fields.ForeignKeyRelation[Watch] = fields.ForeignKeyField(
        "itaku.Watch", related_name="days", on_delete=fields.CASCADE
    )
    day = DayField()
    looks = fields.IntField()
    passes = fields.IntField()
    fails = fields.IntField()
    unknowns = fields.IntField()
    took_min = fields.FloatField(null=True)
    took_avg = fields.FloatField(null=True)
    took_p95 = fields.FloatField(null=True)
    took_max = fields.FloatField(null=True)
    severity = fields.SmallIntField(default=0)

    watch_id: int

    class Meta:
        table = "look_day"
        unique_together = [("watch", "day")]


class PageText(Model):
    """What a page said, as far as it counts, kept once under its hash: so that two states of it can be read side by
    side for as long as somebody may ask what was agreed to.
    """

    sha256 = fields.CharField(max_length=64, primary_key=True)
    text = fields.TextField()
    first_seen_at = InstantField()

    class Meta:
        table = "page_text"


class FindingRow(Model):
    """Something wrong, by identity: one row from when it was first seen until it is seen no more. `detail` is English;
    `said` are its words and values, to be said in a reader's language.
    """

    id = fields.IntField(primary_key=True)
    watch: fields.ForeignKeyRelation[Watch] = fields.ForeignKeyField(
        "itaku.Watch", related_name="findings", on_delete=fields.CASCADE
    )
    rule = fields.CharField(max_length=60)
    key = fields.CharField(max_length=200, default="")
    severity = fields.IntField()
    detail = fields.TextField(default="")
    said = fields.JSONField[dict[str, Any]](default=dict, db_default={})
    first_seen_at = InstantField()
    last_seen_at = InstantField()
    closed_at = InstantField(null=True)
    weighed = fields.IntField(default=0, db_default=0, db_index=True)  #: against what was answered, under that table

    watch_id: int

    class Meta:
        table = "finding"
        indexes = [("watch_id", "closed_at"), ("rule", "closed_at")]


class Case(Climbing):
    """A failing check of one responsible company (none: the group's privacy office), open until it passes again.

    Or conduct that is not as promised, which no look sees: then there is no watch, `check_kind` is empty, `rule`
    is one of `monitor.conduct`, `engagement` and `ref` are what it is about, `said` what was found, as words and
    values; a named person closes it, or the event that puts it right. `rule_version` and `rule_since` are those of the
    rule as it was then; the version of what a look is judged by stands with what it saw.

    `announced` is the severity with which its `C+0` was last told; rising to critical tells it again.
    `held_until`: on a newly seen endpoint the first mail waits for its other checks, so that the first round is
    one mail. `host`: the host that does not answer, if the case is that; other addresses of it join.

    `returns` counts how often it came back. Since then it closes at `closes_at`, if it goes on passing. `mended`: it
    was closed because it passed. `vendor_told` and `company_told`: who has heard of it since it was last said to pass.
    `muted_until`: nobody is told until then.
    """

    watch: fields.ForeignKeyNullableRelation[Watch] = fields.ForeignKeyField(
        "itaku.Watch", related_name="cases", null=True, on_delete=fields.RESTRICT
    )
    engagement: fields.ForeignKeyNullableRelation[Engagement] = fields.ForeignKeyField(
        "itaku.Engagement", related_name="cases", null=True, on_delete=fields.RESTRICT
    )
    rule = fields.CharField(max_length=60, default="", db_default="")
    ref = fields.CharField(max_length=120, default="", db_default="")
    rule_version = fields.IntField(default=0, db_default=0)
    rule_since = DayField(null=True)
    said = fields.JSONField[dict[str, Any]](default=dict, db_default={})
    party: fields.ForeignKeyNullableRelation[Party] = fields.ForeignKeyField(
        "itaku.Party", related_name="cases", null=True, on_delete=fields.RESTRICT
    )
    company: fields.ForeignKeyNullableRelation[Company] = fields.ForeignKeyField(
        "itaku.Company", related_name="cases", null=True, on_delete=fields.RESTRICT
    )
    url = fields.CharField(max_length=500, default="")
    check_kind = fields.CharField(max_length=40)
    severity = fields.IntField()
    announced = fields.IntField(default=0)
    tell_vendor = fields.BooleanField(default=True)
    vendor_told = fields.BooleanField(default=False)
    company_told = fields.BooleanField(default=False, db_default=False)
    held_until = InstantField(null=True)
    host = fields.CharField(max_length=255, default="", db_default="")
    returns = fields.IntField(default=0, db_default=0)
    returned_at = InstantField(null=True)
    closes_at = InstantField(null=True, db_index=True)
    mended = fields.BooleanField(default=False, db_default=False)
    muted_until = InstantField(null=True, db_index=True)
    muted_by = fields.CharField(max_length=60, null=True)
    muted_why = fields.CharField(max_length=2000, default="", db_default="")
    ladder = fields.CharField(max_length=60)
    opened_at = InstantField()
    opened_on = DayField()
    closed_at = InstantField(null=True, db_index=True)

    watch_id: int | None
    engagement_id: str | None
    party_id: str | None
    company_id: str | None

    class Meta:
        table = "check_case"
        indexes = [("watch_id", "closed_at"), ("company_id", "closed_at"), ("rule", "closed_at")]


class Joined(Model):
    """Another address of a host that is down, in the case of the first one. `well_at`: since when it passes again."""

    id = fields.IntField(primary_key=True)
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "itaku.Case", related_name="joined", on_delete=fields.CASCADE
    )
    watch: fields.ForeignKeyRelation[Watch] = fields.ForeignKeyField(
        "itaku.Watch", related_name="joined", on_delete=fields.CASCADE
    )
    joined_at = InstantField()
    well_at = InstantField(null=True)

    case_id: int
    watch_id: int

    class Meta:
        table = "case_joined"
        unique_together = [("case", "watch")]
        indexes = [("watch_id", "well_at")]
