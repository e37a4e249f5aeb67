"""A post office under a virtual clock: the real stages, the real writer, real SMTP; only time is ours."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from functools import cache
from typing import TYPE_CHECKING, Any

import stage
from tortoise.backends.base.client import TransactionalDBClient
from tortoise.functions import Min

from monitor import escalation, ledger, plugins, tables
from monitor.demo.sink import MailSink
from monitor.letters import Letters
from monitor.links import Keyring
from monitor.obligations import planning, turning
from monitor.outbox.compose import compose
from monitor.outbox.deliver import LEASE, deliver
from monitor.registry.apply import apply
from monitor.registry.read import read
from monitor.registry.roster import roster
from monitor.tables.store import connection
from notifiers.email import Email, EmailSettings

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from pathlib import Path

    from notifiers.contract import Letter, Receipt

OPENS = stage.instant("2026-09-01T09:00")  #: when the usual engagement's request leaves; T is 1 October
USUAL = stage.engagement(attestation=stage.last_accepted("2025-10-01"))
LETTERS = Letters("https://itaku.example", Keyring({"k1": b"a key of the tests, and of no other use"}), "itaku.example")


@cache
def tools() -> Any:
    return plugins.equipment()


def message_id(raw: bytes | None) -> str:
    return str(message_from_bytes(raw or b"")["Message-ID"])


class Server(MailSink):
    """A mail server that remembers every letter that it was offered, and answers as the test says."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.heard: list[tuple[str, str]] = []  #: Message-ID and answer
        self.answer = self._listen
        self.says: Any = lambda _mail, _number: "250 OK"

    def _listen(self, envelope: Any, number: int) -> str:
        found = message_id(envelope.original_content or envelope.content)
        reply: str = self.says(envelope, number)
        self.heard.append((found, reply))
        return reply

    @property
    def taken(self) -> list[str]:
        """Message-IDs of what was taken, each time."""
        return [number for number, reply in self.heard if reply.startswith("2")]


class Carrier:
    """The e-mail channel, which swears that no transaction is open while it works."""

    def __init__(self, port: int) -> None:
        self.port, self.letters = port, 0
        self._open()

    def _open(self) -> None:
        settings = EmailSettings(host="127.0.0.1", port=self.port, tls="none", sender="itaku@itaku.example", pause=0.0)
        self.channel = Email(settings)

    async def send(self, letter: Letter) -> Receipt:
        self.letters += 1
        assert not isinstance(connection(), TransactionalDBClient), "a transaction is open while a letter is sent"
        return await self.channel.send(letter)

    async def check(self) -> None:
        await self.channel.check()

    async def aclose(self) -> None:
        await self.channel.aclose()


@dataclass
class Office:
    """The stages at instants that the test chooses."""

    home: Path
    server: Server
    carrier: Any
    writer: Any = LETTERS
    lease: timedelta = LEASE
    _revisions: int = field(default=0)

    async def declare(self, toml: str, at: datetime) -> None:
        self._revisions += 1
        file = self.home / f"registry-{self._revisions}.toml"
        await asyncio.to_thread(file.write_text, toml, "utf-8")
        await apply(read([file], plugins.known()), at, tools().looks)

    async def plan(self, at: datetime) -> int:
        """Everything before the letters."""
        worked = await planning.plan(at, tools().policy) + await turning.turn(at, tools().shelf, tools().policy)
        return worked + await escalation.advance(at)

    async def deliver(self, at: datetime) -> int:
        return await deliver(at, self.writer, self.carrier, self.lease)

    async def queue(self, at: datetime) -> None:
        """Until all that is to be said is in letters, and none of them is sent."""
        while await self.plan(at) + await compose(at):
            pass

    async def work(self, at: datetime) -> None:
        """Until nothing is left to do at that instant."""
        for _ in range(500):
            if not await self.plan(at) + await compose(at) + await self.deliver(at):
                return
        raise AssertionError("the stages do not come to rest")

    async def live(self, begin: datetime, end: datetime) -> None:
        """From one thing due to the next."""
        at: datetime | None = begin
        while at is not None and at <= end:
            await self.work(at)
            at = await self.following(at)

    async def following(self, at: datetime) -> datetime | None:
        calendar = (await roster()).calendar
        found = [
            await _first(model.all(), column)
            for model, column in (
                (tables.Engagement, "plan_at"),
                (tables.Obligation, "turns_at"),
                (tables.Obligation, "next_at"),
                (tables.Case, "next_at"),
            )
        ]
        mails = tables.Mail.filter(state="queued")
        waits = [await _first(mails, "next_at"), await _first(mails, "lease_until")]
        if await tables.Notice.filter(state="waiting", letters=0).exists():
            waits.append(at)
        found += [calendar.next_sending(max(one, at)) for one in waits if one]
        return min((one for one in found if one and one > at), default=None)

    def to(self, address: str) -> list[Any]:
        return [mail for mail in self.server.mails if address in mail.to]

    async def duty(self) -> tables.Obligation:
        return await tables.Obligation.all().order_by("-id").first()  # type: ignore[return-value]

    async def lines(self, kind: str) -> list[dict[str, Any]]:
        return [line async for line in ledger.lines() if line["type"] == kind]


async def _first(query: Any, column: str) -> datetime | None:
    found = (
        await query.filter(**{f"{column}__isnull": False}).annotate(first=Min(column)).values_list("first", flat=True)
    )
    return tables.instant.InstantField().to_python_value(found[0]) if found and found[0] else None


async def there_is(query: Any) -> None:
    """Wait until such a row exists."""
    while not await query.exists():  # noqa: ASYNC110 - a row has no event
        await asyncio.sleep(0)


@asynccontextmanager
async def office(home: Path, toml: str = "", at: datetime = OPENS) -> Any:
    """An office over whatever database is open, its registry applied at that instant."""
    async with Server() as server:
        carrier = Carrier(server.port)
        made = Office(home, server, carrier)
        await made.declare(toml or stage.registry(USUAL), at)
        try:
            yield made
        finally:
            await carrier.aclose()


def only(replies: dict[str, str], otherwise: str = "250 OK") -> Any:
    """An answer for each recipient."""
    return lambda address: replies.get(address, otherwise)
