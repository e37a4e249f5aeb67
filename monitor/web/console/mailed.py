"""A letter as a line of a course: what it was, for whom, and which addresses its mail server took it for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.ladder import OPENING
from monitor.language import Message
from monitor.letters.details import people
from monitor.letters.words import ROLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor import tables

#: Mails about conduct, the first and those after it.
CONDUCT = {
    "resolved": ("Mail: it was put right", "Mail: it was put right"),
    "rung": ("Mail: to be corrected", "Mail: to be corrected, business day {day}"),
}
NOTICES = {
    "receipt": "Mail: receipt",
    "review": "Mail: to review",
    "review-reminder": "Mail: reminder of the review",
    "second-person": "Mail: a second person is needed",
    "returned": "Mail: answer returned",
    "accepted": "Mail: answer accepted",
    "due-moved": "Mail: new due date",
    "cancelled": "Mail: cancelled",
    "undeliverable": "Mail: undeliverable",
    "fresh-link": "Mail: fresh link",
    "use-link": "Mail: please answer in the form",
    "still-missing": "Mail: what is missing in the notice",
    "mail-reply": "Mail: the party replied by mail",
    "hand-over": "Mail: link for a colleague",
    "named": "Mail: to the person responsible",
    "code": "Mail: code to confirm the signature",
    "plea": "Mail: the party wrote",
    "plea-receipt": "Mail: copy of what the party wrote",
    "plea-decided": "Mail: reply to what the party wrote",
    "sub-entrustment-decided": "Mail: decision on a sub-entrustment",
    "resolved": "Mail: it passes again",
    "mute-ended": "Mail: muted no more, and it still fails",
}
SENT = ("sent", "bounced")  #: states of a letter that its mail server took


def mailed(notice: tables.Notice, language: str, *, conduct: bool) -> dict[str, Any]:
    """`conduct`: it is about a case of conduct, which is told in other words than a failing check."""
    roles = [role for role in ROLES if any(role in item.roles for item in notice.items)]
    return {
        "instant": notice.done_at,
        "what": (_of_conduct(notice) if conduct and notice.kind in CONDUCT else _subject(notice)).in_(language),
        "detail": _readers(notice, roles, language),
        "seq": None,
        "tone": "",
        "sign": "arrow",
    }


def _of_conduct(notice: tables.Notice) -> Message:
    alone, later = CONDUCT[notice.kind]
    return Message(later if notice.rung else alone, {"day": notice.rung})


def _readers(notice: tables.Notice, roles: Sequence[str], language: str) -> str:
    """Whom a letter was for, and the addresses that its mail server took it for."""
    gone = [item for item in notice.items if item.mail.state in SENT]
    addresses = ", ".join(dict.fromkeys(one for item in gone for one in item.mail.to))
    if not roles:
        return Message("To: {roles}", {"roles": addresses}).in_(language) if addresses else ""
    values = {"roles": people(roles, language), "addresses": addresses}
    return Message("To: {roles} ({addresses})" if addresses else "To: {roles}", values).in_(language)


def _subject(notice: tables.Notice) -> Message:
    if notice.kind != "rung" or notice.rung is None:
        return Message(NOTICES.get(notice.kind, notice.kind))
    if notice.case_id is not None:
        return Message("Mail: failing, business day {day}" if notice.rung else "Mail: failing", {"day": notice.rung})
    if notice.data.get("declined"):
        return Message("Mail: the party declines")
    if notice.rung == OPENING:
        return Message("Mail: it is to be done" if notice.own_duty_id else "Mail: the request")
    return _later(notice.rung, by_hours=str(notice.data.get("rung", "")).startswith("H"))


def _later(rung: int, *, by_hours: bool) -> Message:
    """A rung after the opening, by days around the due date or by hours."""
    if by_hours:
        return Message("Mail: no answer after {hours} hours", {"hours": rung})
    if rung < 0:
        return Message("Mail: reminder, day {day} before the due date", {"day": -rung})
    return Message("Mail: overdue, day {day} after the due date", {"day": rung})
