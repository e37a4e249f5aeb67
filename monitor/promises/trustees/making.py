"""The workbook from the rows: which works, read some at a time, written as they come."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from monitor.language import Message
from monitor.letters.words import named
from monitor.promises.trustees.choosing import chosen
from monitor.promises.trustees.reading import batches
from monitor.promises.trustees.sheet import Heading, Ledger

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from monitor.promises.trustees.choosing import Choice
    from monitor.registry.roster import Roster


async def make(path: Path, choice: Choice, present: Roster, today: date, language: str) -> int:
    """Write the ledger of trustees to a file; how many works it has. What is written is written beside the loop."""
    keys = await chosen(choice)
    book = Ledger(path, Heading(language, today, await about(choice, present, language)))
    try:
        async for some in batches(keys, present, today):
            await asyncio.to_thread(book.add, some)
    finally:
        await asyncio.to_thread(book.close)
    return len(keys)


async def about(choice: Choice, present: Roster, language: str) -> list[tuple[Message, str]]:
    """What was chosen, in words."""
    found = [(Message("Group"), named(present.group, language))]
    if choice.company:
        found.append((Message("Responsible company"), named(present.companies.get(choice.company), language)))
    if choice.party:
        found.append((Message("Party"), named(await present.party(choice.party), language)))
    if choice.first and choice.last:
        span = Message("{first} to {last}", {"first": choice.first, "last": choice.last})
        found.append((Message("Works that ran in the fiscal year"), span.in_(language)))
    return found
