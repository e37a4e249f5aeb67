"""What happened to a request, from the ledger and the outbox, in words and in order."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.language import Message, say_instant

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
}
NOTICES = {
    "rung": "Mail: {rung}",
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


async def history(duty: Obligation, language: str, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Newest first. Each line of the ledger has its number; each mail says to which side it went."""
    lines = await tables.LedgerLine.filter(subject=f"obligation/{duty.id}").order_by("seq")
    notices = await tables.Notice.filter(obligation_id=duty.id, state="sent").order_by("done_at")
    names = {f"person/{person.id}": person.name or person.email for person in await tables.Person.filter(id__in=_people(lines))}
    rows = [_event(line, language, names) for line in lines] + [_mail(notice, language) for notice in notices]
    ordered = sorted(rows, key=lambda row: row["at"], reverse=True)
    return [{**row, "when": say_instant(row["at"], zone, language)} for row in ordered]


def _people(lines: list[tables.LedgerLine]) -> set[int]:
    return {int(line.actor.removeprefix("person/")) for line in lines if line.actor.startswith("person/")}


def _event(line: tables.LedgerLine, language: str, names: dict[str, str]) -> dict[str, Any]:
    data = json.loads(line.data)
    what = Message(WORDS.get(line.type, line.type)).in_(language)
    said = " ".join(str(data[name]) for name in ("due_on", "until") if line.type in {"obligation.due_moved", "obligation.waived", "obligation.acknowledged"} and data.get(name))
    return {"at": datetime.fromisoformat(line.at), "what": what, "said": said, "who": names.get(line.actor, ""), "seq": line.seq}


def _mail(notice: tables.Notice, language: str) -> dict[str, Any]:
    what = Message(NOTICES.get(notice.kind, notice.kind), {"rung": notice.data.get("rung", "")}).in_(language)
    side = Message("to the party" if notice.side == "vendor" else "to the company").in_(language)
    return {"at": notice.done_at, "what": what, "said": side, "who": "", "seq": None}
