"""200 vendors hand in 5 MB each at the same moment: nobody is refused, the loop stays awake, memory stays small."""

from __future__ import annotations

import asyncio
from collections import Counter
from time import perf_counter
from typing import TYPE_CHECKING, Any

import aiohttp

from bench import databases
from bench.figure import Figure
from bench.pages import ask_all, serving
from bench.process import child, folder, told

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

VENDORS, FILE = 200, 5 * 1024 * 1024
LINE = b"2026-04-01,checked,rule 4,no deviation found\r\n"
MEMORY, LAG = 256, 0.25  #: MB of growth, seconds


async def run() -> list[Figure]:
    async with folder() as home:
        url = await databases.sqlite(home)
        tokens = await ask_all(home, url, VENDORS, VENDORS)
        async with serving(home, url) as (process, base):
            before = await told(process, "cost")
            crowd = asyncio.create_task(child("bench.uploads:crowd", base=base, tokens=tokens))
            highest = before["memory"]
            lags = []
            while not crowd.done():
                await asyncio.wait({crowd}, timeout=0.2)
                now = await told(process, "cost")
                highest = max(highest, now["memory"])
                lags.append(now)
            said = await crowd
    return _figures(said, highest - before["memory"], lags)


def _figures(said: dict[str, Any], growth: float, lags: list[dict[str, Any]]) -> list[Figure]:
    cpu, late = sum(one["cpu"] for one in lags), sorted(one["longest"] for one in lags)
    said_late = f"worst {late[-1]:.2f} s"
    note = f"{VENDORS} files of 5 MB in {said['wall']:.1f} s; {cpu / VENDORS * 1000:.0f} CPU-ms a file"
    return [
        Figure("files accepted", said["accepted"], "files", VENDORS, "all", floor=True, note=note),
        Figure("growth of memory", growth, "MB", MEMORY, "limit", note="1 GB came in"),
        Figure("loop late, longest of each 0.2 s, median", late[len(late) // 2], "s", LAG, "limit", note=said_late),
    ]  # fmt: skip


async def crowd(base: str, tokens: list[str]) -> dict[str, Any]:
    """All vendors at once."""
    began = perf_counter()
    timeout = aiohttp.ClientTimeout(total=500)
    async with aiohttp.ClientSession(base, connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as session:
        statuses = await asyncio.gather(*(_hand_in(session, number, token) for number, token in enumerate(tokens)))
    counted = Counter(statuses)
    return {
        "accepted": counted[303],
        "statuses": {str(key): n for key, n in counted.items()},
        "wall": perf_counter() - began,
    }


async def _hand_in(session: aiohttp.ClientSession, number: int, token: str) -> int:
    form = aiohttp.FormData()
    form.add_field("q0.0", "yes")
    form.add_field("q0.0_file", _content(number), filename="records.csv", content_type="text/csv")
    async with session.post(f"/f/{token}/en/s/part-0", data=form, allow_redirects=False) as answer:
        await answer.read()
        return answer.status


async def _content(number: int) -> AsyncIterator[bytes]:
    """5 MB that differ from vendor to vendor."""
    yield f"{number},vendor,,\r\n".encode()
    block = LINE * (65536 // len(LINE))
    for _ in range(FILE // len(block)):
        yield block
