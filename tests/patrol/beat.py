"""A patrol over rows: endpoints in a registry, checks that answer what the test says, and walks at chosen instants."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from stage import COMPANY, GROUP, PURPOSE, SISTER, engagement

from checks.contract import Finding, Look, Scope, Severity, Verdict
from monitor import ledger, tables
from monitor.patrol import Patrol
from monitor.plugins import known
from monitor.registry.apply import apply
from monitor.registry.read import read

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tortoise.queryset import QuerySet

NOON = datetime(2026, 9, 2, 3, tzinfo=UTC)  #: a Wednesday, 12:00 in Tokyo
MINUTE = timedelta(minutes=1)


def url(number: int) -> str:
    return f"https://www.party-{number}.example/"


def found(rule: str = "kind.broken", severity: Severity = Severity.HIGH, key: str = "") -> Look:
    return Look.of([Finding(rule, severity, "It is broken.", key)], {}, 1.0)


GOOD = Look(Verdict.PASS)


@dataclass
class Answers:
    """One kind of check: what it concludes of each address, and what it saw of itself meanwhile."""

    every: timedelta = timedelta(minutes=5)
    says: dict[str, Any] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    at_once: int = 0
    most: int = 0
    rules: Any = field(default_factory=dict)
    ruleset: ClassVar[int] = 1
    scope: ClassVar[Scope] = Scope.ADDRESS
    named_only: ClassVar[bool] = False

    def suits(self, url: str) -> bool:
        return True

    async def observe(self, url: str, visit: Any) -> Look:
        self.seen.append(url)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            said = self.says.get(url, GOOD)
            if isinstance(said, asyncio.Event):
                await said.wait()
                said = GOOD
            await asyncio.sleep(0)
            return said() if callable(said) else said
        finally:
            self.at_once -= 1

    def judge(self, seen: Look, at: datetime, before: object = None) -> Look:
        return seen


class Nowhere:
    """A probe for checks that never ask it; a canary lives or does not."""

    alive = True
    asked = 0

    def visit(self) -> None:
        return None

    async def fetch(self, url: str) -> Any:
        self.asked += 1
        return type("Exchange", (), {"trouble": None if self.alive else "connect.timeout"})()


@dataclass
class Beat:
    """The patrol under test with its checks."""

    home: Path
    looks: dict[str, Answers]
    patrol: Patrol
    probe: Nowhere

    async def apply(
        self, *parties: str, engagements: Sequence[str] = (), prune: bool = False, at: datetime = NOON
    ) -> None:
        file = self.home / "registry.toml"
        file.write_text("\n".join([GROUP, COMPANY, SISTER, PURPOSE, *parties, *engagements]), encoding="utf-8")
        await apply(read([file], known()), at, self.looks, prune=prune)

    async def due(self, at: datetime) -> None:
        """Let everything be due."""
        await tables.Watch.filter(retired_at=None).update(next_at=at)

    async def walk(self, at: datetime, *, room: int = 1000) -> int:
        await self.due(at)
        return await self.patrol.walk(at, room)

    async def walks(self, times: int, at: datetime) -> datetime:
        """So many rounds over everything, ten minutes apart; when the next would be."""
        for _ in range(times):
            await self.walk(at)
            at += 10 * MINUTE
        return at


def party(number: int, *, checks: str = "", tell: bool = True, more: str = "") -> str:
    named = f"checks = [{checks}]" if checks else ""
    return f"""
[[party]]
key = "party-{number}"
name = "Party {number}"
contacts = ["privacy@party-{number}.example"]
  [[party.endpoint]]
  url = "{url(number)}"
  tell_vendor = {str(tell).lower()}
  {named}
{more}
"""


def bare(number: int) -> str:
    """The party without any endpoint."""
    return (
        f'[[party]]\nkey = "party-{number}"\nname = "Party {number}"\ncontacts = ["privacy@party-{number}.example"]\n'
    )


def served(number: int, company: str = "impress", **fields: Any) -> str:
    return engagement(f"e{number}/{company}", company, f"party-{number}", **fields)


async def watch(number: int = 0, kind: str = "availability") -> tables.Watch:
    return await tables.Watch.get(url=url(number), check_kind=kind)


def open_cases() -> QuerySet[tables.Case]:
    return tables.Case.filter(closed_at=None).order_by("id")


async def lines(kind: str) -> list[dict[str, Any]]:
    return [line async for line in ledger.lines() if line["type"] == kind]


async def findings() -> list[tuple[str, str, bool]]:
    rows = await tables.FindingRow.all().order_by("id")
    return [(row.rule, row.key, row.closed_at is None) for row in rows]


def make(home: Path, **looks: timedelta) -> Beat:
    answers = {name.replace("_", "-"): Answers(every) for name, every in looks.items()}
    probe = Nowhere()
    return Beat(home, answers, Patrol(probe, answers), probe)  # type: ignore[arg-type]
