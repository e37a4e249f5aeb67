"""What happened to a request, from the ledger and the outbox, in words and in order."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.ladder import OPENING
from monitor.language import Message, say_day, say_instant
from monitor.letters.details import people
from monitor.letters.words import ROLES

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from monitor.tables import Obligation

WORDS = {
    "obligation.scheduled": "Scheduled",
    "obligation.opened": "Opened",
    "obligation.due_moved": "Due date moved",
    "obligation.overdue": "Overdue",
    "obligation.submitted": "Answer submitted",
    "obligation.returned": "Answer returned",
    "obligation.accepted": "Answer accepted",
    "obligation.waived": "Waived",
    "obligation.acknowledged": "Taken in hand",
    "obligation.cancelled": "Cancelled",
    "obligation.plea": "The party wrote",
    "obligation.plea_decided": "Reply to the party's wish",
    "answer.saved": "Draft saved",
    "evidence.stored": "File handed in",
    "evidence.withdrawn": "File withdrawn",
    "link.asked": "Fresh link asked for",
    "link.revoked": "Links made void",
}
NOTICES = {
    "receipt": "Mail: receipt",
    "review": "Mail: to review",
    "review-reminder": "Mail: reminder of the review",
    "returned": "Mail: answer returned",
    "accepted": "Mail: answer accepted",
    "due-moved": "Mail: new due date",
    "cancelled": "Mail: cancelled",
    "undeliverable": "Mail: undeliverable",
    "fresh-link": "Mail: fresh link",
    "hand-over": "Mail: link for a colleague",
    "plea": "Mail: the party wrote",
}


_TONES = {
    "obligation.overdue": ("bad", "warning"),
    "obligation.returned": ("warn", "returned"),
    "obligation.accepted": ("good", "done"),
    "obligation.submitted": ("accent", "sent"),
    "obligation.acknowledged": ("accent", "pause"),
    "obligation.waived": ("", "pause"),
    "obligation.cancelled": ("", "cross"),
    "evidence.stored": ("", "file"),
    "answer.saved": ("", "pencil"),
    "link.revoked": ("warn", "cross"),
}


async def history(duty: Obligation, language: str, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Newest first, for the kit's timeline. Each line of the ledger has its number; each mail says who got it.

    At one instant the ledger's order holds, and what was mailed of it comes after it.
    """
    lines = await tables.LedgerLine.filter(subject=f"obligation/{duty.id}").order_by("seq")
    notices = await tables.Notice.filter(obligation_id=duty.id, state="sent").prefetch_related("items")
    known = await tables.Person.filter(id__in=_people(lines))
    names = {f"person/{person.id}": person.name or person.email for person in known}
    rows = [_event(line, language, names) for line in lines] + [_mail(notice, language) for notice in notices]
    ordered = sorted(rows, key=lambda row: (row["instant"], row["seq"] or 0), reverse=True)
    return [
        {**row, "at": say_instant(row["instant"], zone, language), "iso": row["instant"].isoformat()} for row in ordered
    ]


def _people(lines: list[tables.LedgerLine]) -> set[int]:
    return {int(line.actor.removeprefix("person/")) for line in lines if line.actor.startswith("person/")}


def _event(line: tables.LedgerLine, language: str, names: dict[str, str]) -> dict[str, Any]:
    tone, sign = _TONES.get(line.type, ("", "ring"))
    details = [names.get(line.actor, ""), _said(line.type, json.loads(line.data), language)]
    what = Message(WORDS.get(line.type, line.type)).in_(language)
    detail = " · ".join(part for part in details if part)
    return {
        "instant": datetime.fromisoformat(line.at),
        "what": what,
        "detail": detail,
        "seq": line.seq,
        "tone": tone,
        "sign": sign,
    }


def _said(kind: str, data: dict[str, Any], language: str) -> str:
    if kind == "obligation.due_moved":
        return say_day(date.fromisoformat(data["due_on"]), language)
    if kind in {"obligation.waived", "obligation.acknowledged"} and data.get("until"):
        return say_day(datetime.fromisoformat(data["until"]).date(), language)
    return ""


def _mail(notice: tables.Notice, language: str) -> dict[str, Any]:
    roles = [role for role in ROLES if any(role in item.roles for item in notice.items)]
    return {
        "instant": notice.done_at,
        "what": _subject(notice).in_(language),
        "detail": Message("To: {roles}", {"roles": people(roles, language)}).in_(language) if roles else "",
        "seq": None,
        "tone": "",
        "sign": "arrow",
    }


def _subject(notice: tables.Notice) -> Message:
    if notice.kind != "rung" or notice.rung is None:
        return Message(NOTICES.get(notice.kind, notice.kind))
    if notice.rung == OPENING:
        return Message("Mail: the request")
    if notice.rung < 0:
        return Message("Mail: reminder, day {day} before the due date", {"day": -notice.rung})
    return Message("Mail: overdue, day {day} after the due date", {"day": notice.rung})
