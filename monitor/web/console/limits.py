"""How far a reader may go by their own authority, told beside the field and not after the mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.language import Message
from monitor.obligations.authority import Authority
from monitor.refusal import Refused

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.tables import Obligation, Remediation
    from monitor.web.console.session import Reader

_ALONE = (
    "Up to {latest}. A later day can be named only by the manager for personal information or the group's privacy"
    " office."
)
_LATEST = "Up to {latest}."


def risk(row: Remediation, who: Reader, at: datetime, language: str) -> dict[str, str]:
    """Until when this reader may accept a risk (`hint`), or why they may not at all (`no`)."""
    leave, calendar = who.authority(row.company_id), who.present.calendar
    try:
        leave.may_let_rest(row, calendar, at)
    except Refused as refusal:
        return {"no": refusal.message.in_(language)}
    return {"hint": _hint(leave, leave.accepts_until(row, calendar, at), language)}


def duty(row: Obligation, who: Reader, at: datetime, language: str) -> dict[str, str]:
    """Until when this reader may waive a request, and to which day its date may move."""
    leave, calendar = who.authority(row.company_id), who.present.calendar
    waive, extend = leave.waives_until(row, calendar, at), leave.extends_until(row, calendar)
    return {"waive": _hint(leave, waive, language), "extend": _hint(leave, extend, language)}


def _hint(leave: Authority, latest: date | None, language: str) -> str:
    if latest is None:
        return ""
    return Message(_ALONE if leave is Authority.COMPANY else _LATEST, {"latest": latest}).in_(language)
