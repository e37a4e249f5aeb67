"""A running house for tests: real database, real SMTP, real HTTP; the stages beat when the test says so."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import ClientSession, CookieJar
from stage import PARTY, PURPOSE, engagement

from monitor import building, clock
from monitor.building import build, start_site
from monitor.config import Settings
from monitor.demo.sink import MailSink
from monitor.escalation import advance
from monitor.evidence import EvidenceStore
from monitor.keys import make_keys
from monitor.registry.apply import apply
from monitor.registry.read import read

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from monitor.demo.sink import ReceivedMail
    from monitor.house import House

GROUP = """
[group]
name = "Example Group"
name_ja = "例示グループ"
timezone = "Asia/Tokyo"
closed_days = "none"
any_hour = true
privacy_office = ["privacy-office@group.example"]
"""
COMPANIES = """
[[company]]
key = "impress"
name = "Impress"
name_ja = "株式会社インプレス"
managers = ["managers@impress.example"]
reviewers = ["reviewers@impress.example"]
pi_manager = ["pi@impress.example"]

[[company]]
key = "sister"
name = "Sister"
managers = ["managers@sister.example"]
"""
building.DOORS = 1.0  # an upload that never ends is waited for ten seconds by a house, and shorter by a test's
FORM = re.compile(r"http://127\.0\.0\.1:\d+/f/\S+")
CODE = re.compile(r"\b(\d{8})\b")


class Never:
    """Nobody asks the house to stop."""

    on_reload = None

    async def wait(self, seconds: float | None = None) -> bool:
        raise AssertionError(f"the database was away ({seconds})")


@dataclass
class Running:
    """The house, its mail server and its address."""

    house: House
    sink: MailSink
    base: str
    home: Path

    async def work(self, at: datetime | None = None) -> None:
        """Let the stages run until none has anything to do."""
        for _ in range(200):
            at = at or clock.now()
            done = await self.house.obligations(at) + await advance(at) + await self.house.outbox(at)
            if not done:
                return
        raise AssertionError("the stages do not come to rest")

    def mails(self, to: str) -> list[ReceivedMail]:
        return [mail for mail in self.sink.mails if to in mail.to]

    def link(self, to: str = "privacy@acme.example") -> str:
        """The latest link that was mailed to somebody."""
        found = [FORM.search(mail.text) for mail in reversed(self.mails(to))]
        return next(match.group() for match in found if match)

    def code(self, to: str = "privacy@acme.example") -> str:
        """The latest code that was mailed to somebody."""
        found = [CODE.search(mail.text) for mail in reversed(self.mails(to))]
        return next(match.group(1) for match in found if match)

    def house_evidence(self) -> EvidenceStore:
        return EvidenceStore(self.house.settings.evidence_url)

    def client(self) -> ClientSession:
        return ClientSession(self.base, cookie_jar=CookieJar(unsafe=True))


@dataclass
class Ground:
    """Builds a running house in a folder; use as an async context manager."""

    home: Path
    database_url: str
    engagements: tuple[str, ...] = ()
    parties: str = PARTY

    async def __aenter__(self) -> Running:
        self._stack = AsyncExitStack()
        await self._stack.__aenter__()
        sink = await self._stack.enter_async_context(MailSink())
        settings = self._settings(sink.port)
        make_keys(settings.at_home(settings.links.keys))
        house = await build(settings, self._stack, Never())  # type: ignore[arg-type]
        assert house is not None
        await apply(self._declared(), clock.now(), house.tools.looks)
        port = await start_site(house, self._stack, settings)
        base = f"http://127.0.0.1:{port}"
        assert house.letters is not None
        object.__setattr__(house.letters, "base_url", base)
        running = Running(house, sink, base, self.home)
        await running.work()
        return running

    async def __aexit__(self, *trouble: object) -> None:
        await self._stack.__aexit__(None, None, None)

    def _settings(self, port: int) -> Settings:
        return Settings.model_validate(
            {
                "database": {"url": self.database_url},
                "web": {"listen": "127.0.0.1:0", "base_url": "http://127.0.0.1"},
                "mail": {"host": "127.0.0.1", "port": port, "tls": "none", "from": "itaku@group.example"},
                "evidence": {"url": f"file://{self.home}/evidence", "file_mb": 1, "form_mb": 3},
                "links": {"keys": str(self.home / "link.keys")},
                "home": self.home,
            }
        )

    def _declared(self):
        file = self.home / "registry.toml"
        due_soon = (clock.now() - timedelta(days=345)).date().isoformat()
        usual = engagement("dm", attestation=f"last_accepted_on = {due_soon}", title="Direct mail")
        file.write_text(
            "\n".join([GROUP, COMPANIES, PURPOSE, self.parties, *(self.engagements or (usual,))]), encoding="utf-8"
        )
        return read([file])


__all__ = ["Ground", "Running"]
