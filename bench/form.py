"""How long a vendor waits for the pages of the form, and a manager for the board.

10,000 requests lie open in a SQLite database, each with the same questionnaire of 200 questions; the daemon runs with
all its stages. One reader asks for one page after the other over HTTP on loopback, so what is measured is the server's
time, plus what the reader's own client and the machine's other work add. It begins once the daemon has worked through
what a start brings, the whole registry anew: some twenty seconds, once after each upgrade.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp

from bench import databases
from bench.pages import SECRET, Reader, ask_all, serving
from bench.process import at_rest, folder
from bench.questions import SECTIONS, answers

if TYPE_CHECKING:
    from pathlib import Path

    from bench.figure import Figure

REQUESTS, READERS = 10_000, 120
BOARD, BOARD_READS = 1_000, 40
FORM_LIMIT, CONSOLE_LIMIT = 25, 50  #: ms


async def run() -> list[Figure]:
    async with folder() as home:
        return [*await _form(home), *await _board(home)]


async def _form(home: Path) -> list[Figure]:
    url = await databases.sqlite(home)
    tokens = await ask_all(home, url, REQUESTS, READERS)
    async with serving(home, url) as (process, base), aiohttp.ClientSession(base) as session:
        for token in (tokens[0], tokens[1]):
            await _answered(Reader(process, session), token)
        await at_rest(process.pid)
        reader = Reader(process, session)
        for token in tokens[2:]:
            await _answered(reader, token)
        return reader.figures(FORM_LIMIT)


async def _answered(reader: Reader, token: str) -> None:
    """One vendor: reads, answers all ten parts, checks, declares, hands in."""
    base = f"/f/{token}/ja"
    await reader.weigh("")
    for name, path in (("start", "/"), ("parts", "/tasks")):
        await reader.get(name, base + path)
        await reader.weigh(name)
    for number in range(SECTIONS):
        await reader.get("one part", f"{base}/s/part-{number}")
        await reader.weigh("one part")
        await reader.post("save a part", f"{base}/s/part-{number}", answers(number), files=True)
        await reader.weigh("save a part")
    listed = await reader.get("200 answers to check", f"{base}/check")
    await reader.weigh("200 answers to check")
    seen = listed.partition("/declare?seen=")[2][:64]
    await reader.get("declaration", f"{base}/declare?seen={seen}")
    await reader.weigh("declaration")
    await reader.post(
        "hand in", f"{base}/declare", {"seen": seen, "name": "A. Reader", "title": "Office", "declared": "agreed"}
    )
    await reader.weigh("hand in")
    await reader.get("receipt", f"{base}/")
    await reader.weigh("receipt")


async def _board(home: Path) -> list[Figure]:
    url, name = await databases.sqlite(home), f"board of {BOARD:,} engagements"
    await ask_all(home, url, BOARD, 0)
    cookies = {"itaku": SECRET}
    async with serving(home, url) as (process, base), aiohttp.ClientSession(base, cookies=cookies) as session:
        await Reader(process, session).get(name, "/")
        await at_rest(process.pid)
        reader = Reader(process, session)
        await reader.weigh("")
        for _ in range(BOARD_READS):
            await reader.get(name, "/")
        await reader.weigh(name)
        for number in range(1, BOARD_READS + 1):
            await reader.get("one request, for its manager", f"/duty/{number}")
        await reader.weigh("one request, for its manager")
        return reader.figures(CONSOLE_LIMIT)
