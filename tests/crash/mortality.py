"""A process that dies between any two of its steps, and another that finds what it left.

A step is a statement that reaches the database (the begin and the end of a transaction too) or a letter that is handed
to the mail server. The one dies before its n-th step; from then on it does nothing, and what it had not committed is
gone. The other knows only the rows. Time goes on, and the mail server remembers what it took.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import aiosqlite
import stage
from postal import OPENS, USUAL, Office, tools

from checks.contract import Finding, Look, Severity, Verdict
from monitor import ledger, tables
from monitor.obligations import acts
from monitor.patrol import LEASE as LOOKING
from monitor.patrol import Patrol
from monitor.tables.store import opened
from notifiers.contract import Permanent, Receipt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Deed = Callable[[Office, datetime], Awaitable[Any]] if TYPE_CHECKING else Any
AFTERWARDS = timedelta(hours=2)
FIRST = "privacy@acme.example"


class Killed(BaseException):
    """The process is gone. Nothing may catch it, and nothing after it may act."""


@dataclass
class Fate:
    """Lets so many steps pass. Without a number it only counts."""

    steps: int | None = None
    passed: int = 0

    @property
    def sealed(self) -> bool:
        return self.steps is not None and self.passed >= self.steps

    def step(self) -> None:
        if self.sealed:
            raise Killed
        self.passed += 1


@contextmanager
def subject_to(fate: Fate) -> Iterator[None]:
    """Every statement to SQLite is a step."""
    execute = aiosqlite.Connection._execute

    async def perhaps(self: Any, what: Any, *args: Any, **more: Any) -> Any:
        if getattr(what, "__name__", "") != "close":
            fate.step()
        return await execute(self, what, *args, **more)

    aiosqlite.Connection._execute = perhaps  # type: ignore[method-assign]
    try:
        yield
    finally:
        aiosqlite.Connection._execute = execute  # type: ignore[method-assign]


@dataclass
class Relay:
    """The mail server's memory, and the way there: a step before it takes a letter, and one before we hear of it."""

    fate: Fate = field(default_factory=Fate)
    taken: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    dead: tuple[str, ...] = ()

    async def send(self, letter: Any) -> Receipt:
        self.fate.step()
        await asyncio.sleep(0)
        if set(letter.to) <= set(self.dead):
            raise Permanent("no such mailbox", dict.fromkeys(letter.to, "550"))
        self.taken.append((letter.message_id, letter.to))
        self.fate.step()
        return Receipt("250 OK")


URL = 'url = "https://www.acme.example/"'
THREE = 'checks = ["availability", "tls", "headers"]'  #: as many as it takes for checks to wait for each other


class Failing:
    """A look that always finds the same."""

    ruleset = 1

    async def observe(self, url: str, visit: object) -> None: ...

    def judge(self, seen: None, at: datetime, before: object = None) -> Look:
        return Look(Verdict.FAIL, (Finding("tls.expired", Severity.HIGH, detail="It ended."),))


class NoProbe:
    def visit(self) -> None: ...


async def applies(office: Office, at: datetime) -> None:
    await office.declare(stage.registry(USUAL).replace(URL, f"{URL}\n  {THREE}"), at)


async def works(office: Office, at: datetime) -> None:
    await office.work(at)


async def hands_in(office: Office, at: datetime) -> None:
    """Whoever pressed the button and saw no page presses it again."""
    duty = await office.duty()
    if duty.state in {"open", "returned"}:
        await acts.submit(duty.id, at)
    await office.work(at)


async def hands_in_weak(office: Office, at: datetime) -> None:
    """An answer that leaves two findings."""
    await _says(office, at, {"policy": {"value": "no"}, "rules": {"value": "no"}})


async def accepts(office: Office, at: datetime) -> None:
    """Whoever pressed the button and saw no page presses it again."""
    duty = await tables.Obligation.filter(state="submitted").first()
    if duty is not None:
        await acts.accept(duty.id, at, await acts.person("reviewers@impress.example", at, "Reviewer"))
    await office.work(at)


async def promises_and_shows(office: Office, at: datetime) -> None:
    """Of the two findings one is shown to be put right, and one promised."""
    first, second = await tables.Remediation.all().order_by("id").values_list("id", flat=True)
    file = {"id": "f1", "name": "page.png", "sha256": "a" * 64, "size": 7}
    said = {
        f"finding.{first}.state": {"value": "fixed", "comment": "Done.", "files": [file]},
        f"finding.{second}.state": {"value": "fixing", "comment": "In print."},
        f"finding.{second}.by": {"value": "2026-12-25"},
    }
    await _says(office, at, said)


async def _says(office: Office, at: datetime, said: dict[str, Any]) -> None:
    duty = await tables.Obligation.filter(state="open").order_by("-id").first()
    if duty is not None:
        text = json.dumps(said)
        await acts.submit(duty.id, at, acts.Declaration(text, hashlib.sha256(text.encode()).hexdigest(), "A", "B"))
    await office.work(at)


async def looks(office: Office, at: datetime) -> None:
    """Every endpoint is looked at until its failure is settled, whoever holds a lease on it."""
    check: Any = Failing()
    patrol = Patrol(NoProbe(), dict.fromkeys(tools().looks, check))  # type: ignore[arg-type]
    await tables.Watch.filter(last_at=None).update(next_at=at)
    while await tables.Watch.filter(settled=None).exists():
        await patrol.walk(at, 10)
        at += LOOKING
    await office.work(at)


@dataclass(frozen=True)
class Act:
    """What is done in the moment of death, on what was there before."""

    deed: Deed
    at: datetime
    before: tuple[tuple[Deed, datetime], ...] = ()
    dead: tuple[str, ...] = ()
    takes: timedelta = timedelta(seconds=1)  #: the next one begins after that, for time never goes back


ANSWERED = stage.instant("2026-09-04T11:00")
ACCEPTED = stage.instant("2026-09-07T10:00")
FOLLOWED = stage.instant("2026-09-14T11:00")
OVERDUE = stage.instant("2026-10-02T09:00")
EARLIER = OPENS - timedelta(hours=1)
DECLARED = (applies, EARLIER)
ASKED = (DECLARED, (works, OPENS))


async def lives_on(office: Office, at: datetime) -> None:
    await office.live(OPENS, at)


ACTS = {
    "applies a registry": Act(applies, EARLIER),
    "opens a request": Act(works, OPENS, (DECLARED,)),
    "opens a request to a dead mailbox": Act(works, OPENS, (DECLARED,), dead=(FIRST,)),
    "takes an answer": Act(hands_in, ANSWERED, (DECLARED, (works, OPENS))),
    "accepts an answer": Act(accepts, ACCEPTED, (*ASKED, (hands_in_weak, ANSWERED))),
    "accepts what is said of findings": Act(
        accepts,
        FOLLOWED,
        (
            *ASKED,
            (hands_in_weak, ANSWERED),
            (accepts, ACCEPTED),
            (promises_and_shows, FOLLOWED - timedelta(hours=1)),
        ),
    ),
    "escalates": Act(works, OVERDUE, (DECLARED, (lives_on, OVERDUE - timedelta(minutes=1)))),
    "looks": Act(looks, OPENS, (DECLARED,), takes=5 * LOOKING),
}


@dataclass
class Theatre:
    """One act, played undisturbed and then with a death before each of its steps."""

    act: Act
    home: Path

    def prepare(self) -> None:
        self.home.mkdir()
        asyncio.run(self._prepare())

    async def _prepare(self) -> None:
        async with opened(self._url("before"), create=True):
            for deed, at in self.act.before:
                await deed(self._office(Relay()), at)

    def play(self, steps: int | None) -> tuple[Relay, Fate]:
        """The act until its death, if there is one, and then the life of the one that comes after."""
        shutil.copy(self.home / "before.sqlite3", self.home / "now.sqlite3")
        fate = Fate(steps)
        relay = Relay(fate, dead=self.act.dead)
        with subject_to(fate):
            try:
                asyncio.run(self._live(relay))
            except Killed:
                assert fate.sealed
        relay.fate = Fate()
        asyncio.run(self._live(relay, again=True))
        return relay, fate

    async def _live(self, relay: Relay, *, again: bool = False) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # what was on its way at the death
        at = self.act.at + self.act.takes * again
        async with opened(self._url("now")):
            office = self._office(relay)
            await self.act.deed(office, at)
            if again:
                await office.live(at, at + AFTERWARDS)

    def _url(self, name: str) -> str:
        return f"sqlite:///{self.home}/{name}.sqlite3"

    def _office(self, relay: Any) -> Office:
        return Office(self.home, None, relay)  # type: ignore[arg-type]

    def book(self) -> list[dict[str, Any]]:
        """The ledger as it stands, verified line by line."""
        return asyncio.run(self._book())

    async def _book(self) -> list[dict[str, Any]]:
        async with opened(self._url("now")):
            verifier, found = ledger.Verifier(), []
            async for line in ledger.lines():
                verifier.take(line)
                found.append(line)
            return found

    def rows(self) -> dict[str, list[Any]]:
        return asyncio.run(self._rows())

    async def _rows(self) -> dict[str, list[Any]]:
        """What stands in the tables, without instants and random ids."""
        async with opened(self._url("now")):
            seen = Counter(await tables.LookRow.all().values_list("watch_id", "at"))
            return {
                "duties": await tables.Obligation.all().order_by("id").values_list(
                    "kind", "state", "due_on", "told_on", "told", "vendor_sent", "vendor_queued", "company_sent"),
                "notices": await tables.Notice.all().order_by("kind", "side", "rung", "company_id").values_list(
                    "kind", "side", "rung", "state"),
                "mails": sorted(await tables.Mail.all().values_list("side", "state")),
                "cases": await tables.Case.all().values_list("check_kind", "severity", "told", "announced"),
                "watches": await tables.Watch.all().order_by("id").values_list("check_kind", "settled", "lease"),
                "twice looked at": [one for one, times in seen.items() if times > 1],
                "findings": await tables.Remediation.all().order_by("question").values_list(
                    "question", "state", "times", "due_on", "promised_on", "version"),
                "submissions": await tables.Submission.all().count(),
                "revision": await tables.Group.all().values_list("revision", flat=True),
            }  # fmt: skip
