"""The kinds of duty that a company owes itself: what it is called, what has to be done, how it may end.

A literal table: its page, its mails, its board row and the command line read from it. What brings such a duty about,
and what follows from its end, stands in the room of the promise that it belongs to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.language import Message
from monitor.own_duties.ending import (
    BACKUP_PURGE,
    BESIDES,
    COPIES_ERASURE,
    ENDING,
    HOLD_REVIEW,
    SPOT_CHECK,
    storage,
)
from monitor.own_duties.incidents import (
    AFFECTED,
    CORRECTIVE_ACTION,
    EFFECT_CHECK,
    EXPOSURE_ROUND,
    FINAL_REPORT,
    INCIDENTS,
    MANAGEMENT_REVIEW,
    MARK_REPORT,
    PRELIMINARY_REPORT,
)
from monitor.own_duties.kind import DONE, FOUND, OwnKind
from monitor.own_duties.owners import (
    COMPLAINT_ACK,
    CORRECTION,
    JOINT_CORRECTION,
    JOINT_REQUEST,
    OWNER_ANSWER,
    OWNER_REQUEST,
    OWNERS,
)
from monitor.own_duties.sharing import (
    DISCLOSURE_REVIEW,
    JOINT_USE_NOTICE,
    MEMBER_DELETION,
    SHARING,
    SUCCESSOR_DECISION,
    TRANSFER_CHECK,
    TRANSFER_MEASURES,
)
from monitor.own_duties.supervision import (
    CHANGE_REVIEW,
    CLASS_REVIEW,
    CONTRACT_RENEWAL,
    CONTRACT_REVIEW,
    HANDLER_LIST,
    LACKING,
    NECESSITY_REVIEW,
    SUB_ENTRUSTMENT_DECISION,
    SUPERVISION,
    TIER_REVIEW,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "AFFECTED",
    "BACKUP_PURGE",
    "BESIDES",
    "CHANGE_REVIEW",
    "CLASS_REVIEW",
    "COMPLAINT_ACK",
    "CONTRACT_RENEWAL",
    "CONTRACT_REVIEW",
    "COPIES_ERASURE",
    "CORRECTION",
    "CORRECTIVE_ACTION",
    "DISCLOSURE_REVIEW",
    "DONE",
    "EFFECT_CHECK",
    "EXPOSURE_ROUND",
    "FINAL_REPORT",
    "FOUND",
    "HANDLER_LIST",
    "HOLD_REVIEW",
    "JOINT_CORRECTION",
    "JOINT_REQUEST",
    "JOINT_USE_NOTICE",
    "LACKING",
    "MANAGEMENT_REVIEW",
    "MARK_REPORT",
    "MEMBER_DELETION",
    "NECESSITY_REVIEW",
    "OWNER_ANSWER",
    "OWNER_REQUEST",
    "OWN_DUTIES",
    "PRELIMINARY_REPORT",
    "SPOT_CHECK",
    "SUB_ENTRUSTMENT_DECISION",
    "SUCCESSOR_DECISION",
    "TIER_REVIEW",
    "TRANSFER_CHECK",
    "TRANSFER_MEASURES",
    "OwnKind",
    "own_kind",
    "storage",
]

OWN_DUTIES: Mapping[str, OwnKind] = {**INCIDENTS, **OWNERS, **SUPERVISION, **ENDING, **SHARING}


def own_kind(name: str) -> OwnKind:
    """The kind of that name; one that has left the table since stands for itself."""
    return OWN_DUTIES.get(name) or OwnKind(Message(name), Message(""))
