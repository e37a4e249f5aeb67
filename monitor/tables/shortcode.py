"""Codes that people type: printed on mails and paper forms, so that a stranger can ask what they are."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from monitor.tables.instant import InstantField


class ShortCode(Model):
    """照会番号: eight characters that stand for something that we issued.

    `kind` says what (`mail`, `paper`), `reference` names it among its kind. The row holds nothing else: what a code
    tells a stranger is read from what it stands for, and ends with it.
    """

    code = fields.CharField(max_length=8, primary_key=True)
    kind = fields.CharField(max_length=10)
    reference = fields.CharField(max_length=64)
    issued_at = InstantField()

    class Meta:
        table = "short_code"
        unique_together = [("kind", "reference")]
