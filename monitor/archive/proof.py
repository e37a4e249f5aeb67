"""Whether the looks that are kept are those that were entered into the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.archive.recall import digest_of
from monitor.ledger import Broken

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass
class Proof:
    """Compares the line of each day with the blocks of that day, as lines come.

    Blocks go after their time, the oldest first, and so a day before the oldest block cannot be compared any more;
    neither can a line of a release that had no blocks.
    """

    oldest: date | None
    compared: int = 0
    gone: int = 0

    @classmethod
    async def begin(cls) -> Proof:
        oldest = await tables.LookBlock.all().order_by("day").first()
        return cls(oldest.day if oldest else None)

    async def take(self, line: Mapping[str, Any]) -> None:
        """`Broken` where the looks of a day are not those that its line tells of."""
        said = line["data"]
        if line["type"] != "looks.day":
            return
        day = date.fromisoformat(said["day"])
        if "watches" not in said or self.oldest is None or day < self.oldest:
            self.gone += 1
            return
        looks, watches, sha256 = await digest_of(day)
        if {**said, "looks": looks, "watches": watches, "sha256": sha256} != said:
            raise Broken(f"seq {line['seq']}: the looks of {day} are not those that were entered")
        self.compared += 1

    @property
    def summary(self) -> str:
        return f"The looks hold: {self.compared} days compared, {self.gone} kept no more."
