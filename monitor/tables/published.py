"""What the group has published, as the registry has it, and what its notices were seen to say, day by day."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from monitor.tables.instant import DayField, InstantField
from monitor.tables.register import Registered


class JointUse(Registered):
    class Meta:
        table = "joint_use"


class Policy(Registered):
    class Meta:
        table = "policy"


class LinkedSite(Registered):
    class Meta:
        table = "linked_site"


class ExternalTransmission(Registered):
    class Meta:
        table = "external_transmission"


class NoticeText(Model):
    """The text of a notice, kept once under its hash, however many days it stood there."""

    sha256 = fields.CharField(max_length=64, primary_key=True)
    text = fields.TextField()
    first_seen_on = DayField()

    class Meta:
        table = "notice_text"


class NoticeSeen(Model):
    """What a notice of joint use said on a day: the hash of its text, and which of the five items were missing.

    `sha256` is empty where somebody only said what was missing.
    """

    id = fields.IntField(primary_key=True)
    joint_use = fields.CharField(max_length=200)
    on = DayField()
    sha256 = fields.CharField(max_length=64, default="")
    missing = fields.JSONField[list[str]](default=list)
    seen_at = InstantField()

    class Meta:
        table = "notice_seen"
        unique_together = [("joint_use", "on")]
