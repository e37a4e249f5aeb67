"""A Maildir that a mail server fills: what lies in `new` is taken in and moved to `cur`, as a mail program would do.

Nothing is deleted, for the folder is not ours to empty. Several of us may look into the same one: what both take in is
stored once, and the second one's move finds nothing to move. After a crash between storing and moving it is the same.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from monitor.guard import Guard
from monitor.inbound.intake import NotOurs
from monitor.inbound.sorting import LATER

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from monitor.inbound.intake import Intake

log = logging.getLogger(__name__)
AT_ONCE = 50
SEEN = ":2,S"


@dataclass(frozen=True)
class Maildir:
    path: Path

    async def collect(self, intake: Intake, at: datetime) -> int:
        """Take in what is new; how many there were. What is longer than the limit is taken as far as that goes: what a
        report has to say stands at its beginning.
        """
        files = await asyncio.to_thread(self._new)
        for file in files:
            with Guard(log, "the mail %s cannot be taken in and is left out", file.name, let=LATER):
                await self._take(file, intake, at)
            await asyncio.to_thread(self._put_away, file)
        return len(files)

    def trouble(self) -> str:
        """What stands in the way of looking into it, if anything does."""
        missing = [name for name in ("new", "cur", "tmp") if not (self.path / name).is_dir()]
        return f"{self.path} has no folder {missing[0]}" if missing else ""

    async def _take(self, file: Path, intake: Intake, at: datetime) -> None:
        raw = await asyncio.to_thread(_beginning, file, intake.limit)
        try:
            await intake.take(raw, "", at)
        except NotOurs as why:
            log.info("the mail %s is left alone: %s", file.name, why)

    def _new(self) -> list[Path]:
        return sorted(islice((one for one in (self.path / "new").iterdir() if one.is_file()), AT_ONCE))

    def _put_away(self, file: Path) -> None:
        try:
            file.rename(self.path / "cur" / f"{file.name.partition(':')[0]}{SEEN}")
        except FileNotFoundError:
            log.debug("somebody else has moved %s", file.name)


def _beginning(file: Path, limit: int) -> bytes:
    """Nothing, where somebody else was quicker."""
    try:
        with file.open("rb") as opened:
            return opened.read(limit)
    except FileNotFoundError:
        return b""
