"""The register of findings: what of it somebody asks for, sorted and counted by the database, a part at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web
from tortoise.expressions import Q, RawSQL

from checks.contract import Severity
from monitor import tables
from monitor.remediation.rules import HELD
from monitor.tables.duty import LIVE
from monitor.tables.remediation import REQUEST, UNSETTLED
from monitor.web.console.paging import address, page_number
from monitor.web.console.remedies import Entry, entries_of

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.web.console.session import Reader

PIECE = 500  #: rows of a file that are read at once
STATES = ("", "settled", "all")  #: what is shown of it: what is not settled yet, what is, everything
_IS_UNSETTLED = f'"remediation"."state" IN ({", ".join(repr(state) for state in UNSETTLED)})'
#: The day that counts, as SQL for both databases: a request counts that speaks of the finding, and by a later day.
COUNTS_ON = f"""COALESCE((SELECT MAX("o"."due_on") FROM "obligation" "o" WHERE {_IS_UNSETTLED}
 AND "o"."engagement_id" = "remediation"."engagement_id" AND "o"."kind" = '{REQUEST}'
 AND "o"."state" IN ({", ".join(repr(state) for state in LIVE)}) AND "o"."opened_at" >= "remediation"."since"
 AND "o"."due_on" > "remediation"."due_on"), "remediation"."due_on")"""  # noqa: S608 - nothing of it comes from outside


@dataclass(frozen=True)
class Wanted:
    """What of the register is asked for, as the address says it. What cannot be read is as if it were not there."""

    company: str
    severity: str
    state: str
    overdue: bool
    recurring: bool
    page: int

    @classmethod
    def of(cls, request: web.Request) -> Wanted:
        asked = request.query
        levels, state = {level.word for level in Severity}, asked.get("state", "")
        return cls(
            asked.get("company", ""),
            asked.get("severity", "") if asked.get("severity") in levels else "",
            state if state in STATES else "",
            bool(asked.get("overdue")),
            bool(asked.get("recurring")),
            page_number(request),
        )

    @property
    def said(self) -> dict[str, str]:
        """What the address says of it, but for the page."""
        flags = {"overdue": "1" if self.overdue else "", "recurring": "1" if self.recurring else ""}
        return {"company": self.company, "severity": self.severity, "state": self.state, **flags}

    def address(self, path: str) -> str:
        """Where the whole of it is."""
        return address(path, self.said)


class Register:
    """The findings that the reader may see and asks for: what is overdue first, then by date; what is settled last.

    The database filters, sorts and counts. The day that counts is the finding's own or, while a request about it is
    with the party, that of the request, where it is later (monitor/remediation/rules).
    """

    def __init__(self, who: Reader, wanted: Wanted, at: datetime) -> None:
        if wanted.company and not who.sees(wanted.company):
            raise web.HTTPNotFound
        self._who, self._at = who, at
        found = tables.Remediation.filter(company_id__in=[wanted.company] if wanted.company else who.companies)
        if wanted.severity:
            found = found.filter(severity=Severity.of(wanted.severity))
        if wanted.recurring:
            found = found.filter(times__gt=1)
        if wanted.state != "all":
            found = found.exclude(state__in=HELD) if wanted.state else found.filter(state__in=HELD)
        self._counted = found.annotate(counts_on=RawSQL(COUNTS_ON))
        late = Q(state__in=UNSETTLED, counts_on__lt=who.present.calendar.day_of(at))
        self._late = self._counted.filter(late)
        self._found = self._late if wanted.overdue else self._counted

    async def count(self) -> int:
        return await self._found.count()

    async def late(self) -> int:
        return await self._late.count()

    async def part(self, begin: int, size: int) -> list[Entry]:
        """Rows `begin` to `begin + size`."""
        settled = RawSQL(f"CASE WHEN {_IS_UNSETTLED} THEN 0 ELSE 1 END")
        ordered = self._found.annotate(settled=settled).order_by("settled", "counts_on", "-severity", "id")
        rows = await ordered.offset(begin).limit(size).select_related("owner", "origin")
        return await entries_of(rows, self._who, self._at)

    async def whole(self) -> list[Entry]:
        """All of them, asked for in pieces."""
        count, found = await self.count(), list[Entry]()
        for begin in range(0, count, PIECE):
            found += await self.part(begin, PIECE)
        return found
