"""Files that somebody wants to plan or apply: all that is wrong with them in one go, the day's mistakes too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.mistakes import Invalid
from monitor.registry.apply import timely, today
from monitor.registry.read import examine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from monitor.registry.read import Declaration, Known


async def declared(files: Sequence[Path], known: Known, at: datetime) -> Declaration:
    """What the files declare. Raises `Invalid` with all mistakes, those that depend on the day included."""
    found, mistakes = examine(files, known)
    try:
        mistakes += timely(found, await today(found, at))
    except Invalid as error:
        mistakes += () if found.group_seen else error.mistakes
    if mistakes:
        raise Invalid(mistakes)
    return found
