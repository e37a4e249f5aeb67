"""What came on other ways than the web form: workbooks that were filled in, answers on paper, and their files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.models import Model

from monitor.tables.instant import DayField, InstantField

if TYPE_CHECKING:
    from monitor.tables.duty import Obligation, Submission
    from monitor.tables.telling import Person


class OfflineFile(Model):
    """A workbook or a scan as it came, kept under its hash. `actor` is who handed it in, as the ledger calls them;
    `taken_at`, when answers were taken from it.
    """

    id = fields.CharField(max_length=32, primary_key=True)
    obligation: fields.ForeignKeyRelation[Obligation] = fields.ForeignKeyField(
        "itaku.Obligation", related_name="offline_files", on_delete=fields.RESTRICT
    )
    kind = fields.CharField(max_length=10)
    name = fields.CharField(max_length=255)
    media_type = fields.CharField(max_length=100)
    size = fields.IntField()
    sha256 = fields.CharField(max_length=64, db_index=True)
    actor = fields.CharField(max_length=60)
    received_at = InstantField()
    taken_at = InstantField(null=True)

    obligation_id: int

    class Meta:
        table = "offline_file"


class PaperEntry(Model):
    """代理入力: an answer that came on paper, by mail or on site, and that the company enters for the party.

    `questions` are those that were entered; the rest of the party's draft is its own and not shown to who enters.
    `hands` are the ids of all persons who did anything on it; they tell nobody's name, and none of them decides on it.
    `submission` is empty while it is being entered. The signer's name and the place can be erased here.
    """

    id = fields.IntField(primary_key=True)
    obligation: fields.ForeignKeyRelation[Obligation] = fields.ForeignKeyField(
        "itaku.Obligation", related_name="paper_entries", on_delete=fields.RESTRICT
    )
    channel = fields.CharField(max_length=10)
    received_on = DayField()
    place = fields.CharField(max_length=200, default="")
    signer_name = fields.CharField(max_length=200)
    signer_title = fields.CharField(max_length=200, default="")
    scan: fields.ForeignKeyRelation[OfflineFile] = fields.ForeignKeyField(
        "itaku.OfflineFile", related_name="paper_entries", on_delete=fields.RESTRICT
    )
    entered_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "itaku.Person", related_name="paper_entries", null=True, on_delete=fields.SET_NULL
    )
    begun_at = InstantField()
    questions = fields.JSONField[list[str]](default=list)
    hands = fields.JSONField[list[int]](default=list)
    submission: fields.OneToOneNullableRelation[Submission] = fields.OneToOneField(
        "itaku.Submission", related_name="paper_entry", null=True, on_delete=fields.SET_NULL
    )
    dropped_at = InstantField(null=True)

    obligation_id: int
    scan_id: str
    entered_by_id: int | None
    submission_id: int | None

    class Meta:
        table = "paper_entry"
