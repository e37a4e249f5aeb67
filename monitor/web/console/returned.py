"""Mails that came back, in the course of a request: each run of the same kind from the same address is one line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.language import Message, say_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from monitor.calendar import Calendar
    from monitor.tables import LedgerLine

BOUNCED = frozenset({"obligation.bounced", "case.bounced"})
FATES = {True: "for good", False: "for now"}  #: of a mail that came back


@dataclass
class Run:
    """Lines of the ledger that say the same. `address`: the one from which mails came back; empty for all other lines,
    which are each a run of their own.
    """

    first: LedgerLine
    last: LedgerLine
    count: int = 1
    address: str = ""

    def words(self, calendar: Calendar, language: str) -> dict[str, Any]:
        """What the page says of several, or of where they came back from; nothing for all other lines."""
        if self.last.type not in BOUNCED:
            return {}
        said = [Message(FATES[_hard(self.last)]).in_(language), self.address]
        if self.count > 1:
            since = say_day(calendar.day_of(datetime.fromisoformat(self.first.at)), language)
            said.append(Message("{times} mails since {day}", {"times": self.count, "day": since}).in_(language))
        return {"detail": " · ".join(part for part in said if part)}


def _hard(line: LedgerLine) -> bool:
    return bool(json.loads(line.data).get("hard"))


async def in_runs(lines: Sequence[LedgerLine]) -> list[Run]:
    """The lines of a course, several of the same as one."""
    return fold(lines, await _returned_from(lines))


async def _returned_from(lines: Iterable[LedgerLine]) -> dict[int, str]:
    """By the number of the line, the address from which the mail came back. The ledger names the letter alone: of one
    reader, that is the address; of several, the report has it.
    """
    reports = {line.seq: json.loads(line.data) for line in lines if line.type in BOUNCED}
    if not reports:
        return {}
    letters = tables.Mail.filter(id__in={str(data["mail"]) for data in reports.values()})
    readers: dict[Any, Any] = dict(await letters.values_list("id", "to"))
    came = tables.Incoming.filter(sha256__in={str(data["report"]) for data in reports.values()})
    named: dict[Any, Any] = dict(await came.values_list("sha256", "address"))
    return {seq: _address(readers.get(data["mail"], ()), named.get(data["report"])) for seq, data in reports.items()}


def _address(readers: Sequence[str], named: str | None) -> str:
    return readers[0] if len(readers) == 1 else named or ", ".join(readers)


def fold(lines: Sequence[LedgerLine], addresses: Mapping[int, str]) -> list[Run]:
    """Lines in their order, those that say the same one after the other as one."""
    runs: list[Run] = []
    for line in lines:
        before, address = runs[-1] if runs else None, addresses.get(line.seq, "")
        if before and before.last.type == line.type in BOUNCED and _same(before, line, address):
            before.last, before.count = line, before.count + 1
        else:
            runs.append(Run(line, line, address=address))
    return runs


def _same(before: Run, line: LedgerLine, address: str) -> bool:
    return before.address == address and _hard(before.last) is _hard(line)
