"""Who may not decide on an answer: whoever entered it for the party (monitor/obligations/paper.py)."""

from __future__ import annotations

from monitor import tables
from monitor.refusal import need


async def another_pair_of_eyes(submission_id: int | None, actor: str) -> None:
    """The same mailbox may be shared by several; the same name in it, or the same person, has two eyes only."""
    entry = await tables.PaperEntry.get_or_none(submission_id=submission_id) if submission_id else None
    if entry is None or entry.entered_by_id is None or not actor.startswith("person/"):
        return
    first = await tables.Person.get_or_none(id=entry.entered_by_id)
    second = await tables.Person.get_or_none(id=int(actor.removeprefix("person/")))
    alike = first and second and first.name and _plain(first.name) == _plain(second.name)
    need(
        not alike and entry.entered_by_id != (second and second.id),
        "by-entered",
        "You entered this answer from the sheet yourself. Another person has to compare it with the sheet and decide.",
    )


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()
