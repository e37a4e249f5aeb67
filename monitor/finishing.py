"""What must not be broken off half-way: a result that was earned outside is written although we are told to stop."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable

log = logging.getLogger(__name__)
T = TypeVar("T")


async def finished(work: Awaitable[T]) -> T:
    """Do it to its end, and only then be cancelled. A shield alone would go on without anybody who waits for it, while
    the tools that it needs are put away.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        if not task.cancelled() and (error := task.exception()):
            log.exception("the last thing to be written was lost", exc_info=error)
        raise
