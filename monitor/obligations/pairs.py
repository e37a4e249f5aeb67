"""Who is another person: for whatever two people have to agree on, and for what one entered and another decides on.

A name is typed by whoever acts, so it can show that two are one, and never that one is two. What shows that is the
mailbox to which the sign-in was sent.
"""

from __future__ import annotations

import unicodedata

from monitor import tables
from monitor.refusal import need


def same_person(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two signatures (address, name) may be one person's: the same mailbox, or the same name from another."""
    (mailbox, name), (second, named) = one, other
    return mailbox.lower() == second.lower() or (bool(name) and _folded(name) == _folded(named))


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


async def another_pair_of_eyes(submission_id: int | None, actor: str) -> None:
    """Nobody decides on an answer who began to enter it for the party, typed in it or handed it in
    (monitor/obligations/paper.py). Whose name was erased since is nobody whom one could be: the mailbox is gone too.
    """
    entry = await tables.PaperEntry.get_or_none(submission_id=submission_id) if submission_id else None
    if entry is None or not actor.startswith("person/"):
        return
    me = await tables.Person.get(id=int(actor.removeprefix("person/")))
    for one in await tables.Person.filter(id__in=entry.hands):
        need(not same_person((one.email, one.name), (me.email, me.name)), "by-entered", _ENTERED)


_ENTERED = (
    "You, or somebody with your mailbox or your name, entered this answer from the sheet. Another person with a "
    "mailbox of their own has to compare it with the sheet and decide."
)
