"""Real processes over a real database, with a mail server that can be told to keep silent at the worst moment."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import stage
from postal import Server

from monitor import clock
from monitor.keys import make_keys
from monitor.tables.store import is_postgres, opened, sqlite_path

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

ROOT = Path(__file__).parents[2]
PAUSE = 0.05  #: seconds between two looks at what another process does
GROUP = stage.GROUP.replace('closed_days = "JP"', 'closed_days = "none"\nany_hour = true')
PARTY = "@party.example"


def many(count: int) -> str:
    """A registry of so many parties, each of which is asked today."""
    accepted = (clock.now() - timedelta(days=345)).date().isoformat()
    asked = [stage.engagement(f"e{n}", party=f"p{n}", attestation=stage.last_accepted(accepted)) for n in range(count)]
    parties = "".join(
        f'[[party]]\nkey = "p{n}"\nname = "Party {n}"\ncontacts = ["{contact(n)}"]\n' for n in range(count)
    )
    return stage.registry(*asked, group=GROUP, parties=parties)


def contact(number: int) -> str:
    return f"c{number}{PARTY}"


async def until(true: Callable[[], Awaitable[Any] | Any]) -> None:
    """Another process is waited for by looking, again and again."""
    while True:
        found = true()
        if await found if asyncio.iscoroutine(found) else found:
            return
        await asyncio.sleep(PAUSE)


class Holding(Server):
    """Keeps whoever brings a letter for a party waiting: before the letter, or after it was taken and before its 250."""

    def __init__(self) -> None:
        super().__init__(keep=2000)
        self.listens, self.answers = asyncio.Event(), asyncio.Event()
        self.listens.set()
        self.answers.set()
        self.knocked: set[str] = set()  #: parties whose letter is offered, as many as there are connections

    @property
    def asked(self) -> list[str]:
        """Message-IDs of what was taken for parties, each time."""
        return [mail.header("Message-ID") for mail in self.mails if mail.to[0].endswith(PARTY)]

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if address.endswith(PARTY):
            self.knocked.add(address)
            await self.listens.wait()
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, line: Any, session: Any, envelope: Any) -> str:
        reply = await super().handle_DATA(line, session, envelope)
        if envelope.rcpt_tos[0].endswith(PARTY):
            await self.answers.wait()
        return reply


@dataclass
class Site:
    """A folder with a configuration, as an operator has one."""

    home: Path
    url: str
    mail_port: int
    lease: int  #: seconds
    processes: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def build(self, registry: str) -> None:
        await asyncio.to_thread(self._write, registry)

    def _write(self, registry: str) -> None:
        make_keys(self.home / "data" / "link.keys")
        (self.home / "registry.toml").write_text(registry, encoding="utf-8")
        (self.home / "config.toml").write_text(
            f'[database]\nurl = "{self.url}"\n'
            '[web]\nlisten = "127.0.0.1:0"\n'
            f'[mail]\nhost = "127.0.0.1"\nport = {self.mail_port}\ntls = "none"\nfrom = "itaku@group.example"\n'
            f"lease = {self.lease}\n"
            '[probe]\nnameservers = ["127.0.0.1"]\n',
            encoding="utf-8",
        )

    async def start(self, *command: str) -> asyncio.subprocess.Process:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ITAKU_")}
        log = await asyncio.to_thread((self.home / f"{len(self.processes)}.log").open, "wb")
        with closing(log):
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "monitor", *command),
                cwd=ROOT, env=kept | {"ITAKU_CONFIG": str(self.home / "config.toml")}, stdout=log, stderr=log)  # fmt: skip
        self.processes.append(process)
        return process

    async def serve(self) -> asyncio.subprocess.Process:
        return await self.start("serve")

    async def apply(self) -> asyncio.subprocess.Process:
        return await self.start("apply", str(self.home / "registry.toml"), "--yes")

    async def applied(self) -> None:
        process = await self.apply()
        assert await process.wait() == 0, self.said()

    def said(self) -> str:
        return "\n".join(file.read_text() for file in sorted(self.home.glob("*.log")))

    async def writing(self) -> bool:
        """Whether another process is in the middle of a transaction now."""
        if not is_postgres(self.url):
            return await asyncio.to_thread(self._locked)
        connection = await asyncpg.connect(self.url)
        try:
            busy = "SELECT count(*) FROM pg_locks JOIN pg_class ON relation = pg_class.oid WHERE mode = 'RowExclusiveLock' AND relname = 'engagement'"
            return bool(await connection.fetchval(busy))
        finally:
            await connection.close()

    def _locked(self) -> bool:
        with closing(sqlite3.connect(sqlite_path(self.url) or "", timeout=0)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
        return False

    async def ask(self, question: Callable[[], Awaitable[Any]]) -> Any:
        """Ask the database from this process."""
        async with opened(self.url):
            return await question()


async def kill(process: asyncio.subprocess.Process) -> None:
    """As `kill -9` does, or the end of the power."""
    process.kill()
    await process.wait()


async def end(process: asyncio.subprocess.Process) -> int:
    """As a service manager does; one that ended of itself is asked what it ended with."""
    if process.returncode is None:
        process.terminate()
    return await process.wait()


@asynccontextmanager
async def site(home: Path, url: str, mail_port: int, registry: str, lease: int = 2) -> AsyncIterator[Site]:
    found = Site(home, url, mail_port, lease)
    await found.build(registry)
    try:
        yield found
    finally:
        for process in found.processes:
            if process.returncode is None:
                await kill(process)
