"""What is left to do after something was erased."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from monitor.tables.instant import InstantField


class SpentFile(Model):
    """A file that a row has named and names no more. It goes from the store unless another row names it: rows are
    erased first, files after, so that whatever dies in between leaves no row without its file.
    """

    sha256 = fields.CharField(max_length=64, primary_key=True)
    spent_at = InstantField()

    class Meta:
        table = "spent_file"
