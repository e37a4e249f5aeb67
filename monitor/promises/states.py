"""What states are called: of works, of parties below, of returned and erased data. Pages and sheets read from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.language import Message
from monitor.obligations.booking import REPLACED
from monitor.obligations.disposal import OVER

if TYPE_CHECKING:
    from collections.abc import Mapping

WORK_STATES: Mapping[str, str] = {
    "candidate": "Candidate",
    "under_review": "Under review",
    "approved": "Approved, not begun",
    "active": "Active",
    "suspended": "Suspended",
    "ending": "Ending",
    "deletion_pending": "Deletion pending",
    "closed": "Work closed",
    "rejected": "Rejected",
}
CHAIN_STATES: Mapping[str, str] = {
    "requested": "Asked for, not decided yet",
    "approved": "Approved, not begun",
    "active": "Approved",
    "refused": "Refused",
    "objected": "Objected to",
    "withdrawn": "Withdrawn: the work above is over",
    "undisclosed": "Found out, never asked for",
    "ended": "Ended",
    "deletion_confirmed": "Ended, deletion confirmed",
}
DISPOSAL_STATES: Mapping[str, str] = {
    "backup_pending": "Waits for backups",
    "held": "Kept by law",
    "partial": "Not all is gone",
    "returned_not_deleted": "Returned, but copies are left",
    "disputed": "Disputed",
    OVER: "All is gone",
    REPLACED: "Replaced by a later certificate",
}
#: What was agreed for the data at the end of a work.
ELECTIONS: Mapping[str, Message] = {
    "return": Message("It is returned"),
    "delete": Message("It is erased"),
    "return_then_delete": Message("It is returned, and copies are erased"),
}
#: What makes data need particular care, by the field of a work that says so.
PARTICULAR: Mapping[str, str] = {
    "my_number": "My Number",
    "special_care": "Special-care-required personal information",
    "child_data": "Data of children",
    "card": "Card data",
    "bank_account": "Bank accounts",
}
