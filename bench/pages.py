"""A site with many requests behind it, and a reader who asks for its pages one after the other."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

import aiohttp

from bench import places
from bench.daemon import house, settings, site
from bench.figure import Figure
from bench.process import Failed, Meter, companion, memory_of, percentile, say, told, words
from bench.questions import large
from monitor import clock, links, tables
from monitor.escalation import advance
from monitor.keys import read_keys
from monitor.questionnaire import freeze

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator

SECRET = "bench"
LAG_EVERY = 0.01


async def ask_all(home: Path, url: str, engagements: int, readers: int) -> list[str]:
    """Ask so many parties, through the stages, for 200 answers each; the tokens of the first `readers` of them."""
    at = clock.now()
    async with house(home, url) as (made, _):
        await places.register(home, places.registry(engagements, 12, at, spread_days=15), at)
        while await made.obligations(at) + await advance(at):
            pass
        frozen = freeze(large())
        await tables.FrozenRequest.create(sha256=frozen.sha256, body=frozen.text, first_sent_at=at)
        await tables.Obligation.filter(state="open").update(request_id=frozen.sha256)
        asked = await tables.Obligation.filter(state="open").order_by("id")
        if len(asked) < engagements:
            raise Failed(f"{len(asked)} of {engagements} parties were asked")
        await _sign_in()
        keyring = read_keys(settings(home, url).at_home(made.settings.links.keys))
        return [await links.issue(keyring, duty, at) for duty in asked[:readers]]


async def _sign_in() -> None:
    """A session of the privacy office, for the managers' pages."""
    now = clock.now()
    person = await tables.Person.create(email="privacy-office@group.example", seen_at=now)
    key = hashlib.sha256(SECRET.encode()).hexdigest()
    times = {"opened_at": now, "seen_at": now, "expires_at": now + timedelta(hours=2)}
    await tables.Session.create(id=key, person_id=person.id, **times)


async def serve(home: str, url: str) -> dict[str, Any]:
    """The daemon with its site. To every word it answers what it has cost since the one before."""
    logging.disable(logging.INFO)
    async with site(Path(home), url) as (_, port):
        lags: list[float] = []
        watching = asyncio.create_task(_watch(lags))
        say(port=port)
        meter = Meter()
        async for _ in words():
            late = lags.copy() or [0.0]
            say(cpu=meter.cpu, memory=memory_of(), lag=percentile(late, 0.99), longest=max(late))
            lags.clear()
            meter = Meter()
        watching.cancel()
    return {}


async def _watch(lags: list[float]) -> None:
    """By how much the loop is late, again and again."""
    while True:
        began = perf_counter()
        await asyncio.sleep(LAG_EVERY)
        lags.append(perf_counter() - began - LAG_EVERY)


@asynccontextmanager
async def serving(home: Path, url: str) -> AsyncIterator[tuple[Process, str]]:
    async with companion("bench.pages:serve", home=str(home), url=url) as (process, said):
        yield process, f"http://127.0.0.1:{said['port']}"


class Reader:
    """Asks for pages, one at a time, and notes by name how long each took until its last octet was there."""

    def __init__(self, process: Process, session: aiohttp.ClientSession) -> None:
        self._process, self._session = process, session
        self.took: dict[str, list[float]] = {}
        self.cpu: dict[str, float] = {}

    async def get(self, name: str, path: str) -> str:
        return await self._ask(name, self._session.get(path, allow_redirects=False), 200)

    async def post(self, name: str, path: str, fields: dict[str, str], *, files: bool = False) -> None:
        """As a browser would; `files`: from a page on which a file can be chosen."""
        form = aiohttp.FormData(fields, default_to_multipart=files)
        await self._ask(name, self._session.post(path, data=form, allow_redirects=False), 303)

    async def _ask(self, name: str, request: Any, status: int) -> str:
        began = perf_counter()
        async with request as answer:
            text: str = await answer.text()
        self.took.setdefault(name, []).append((perf_counter() - began) * 1000)
        if answer.status != status:
            raise Failed(f"{name}: {answer.status}\n{text[:2000]}")
        return text

    async def weigh(self, name: str) -> None:
        """Book what the server has spent since the last time."""
        self.cpu[name] = self.cpu.get(name, 0.0) + (await told(self._process, "cost"))["cpu"] * 1000

    def figures(self, limit: float) -> list[Figure]:
        return [self._figure(name, limit) for name in self.took]

    def _figure(self, name: str, limit: float) -> Figure:
        took = self.took[name]
        note = (
            f"p50 {median(took):.1f} ms, server {self.cpu.get(name, 0.0) / len(took):.1f} CPU-ms, {len(took)} requests"
        )
        return Figure(f"{name}, p99", percentile(took, 0.99), "ms", limit, "limit", note=note)
