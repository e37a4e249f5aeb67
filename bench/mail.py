"""Letters written and sent: from notices in SQLite, in real words, over SMTP to a server in another process.

The floor is Python's own library: build a message of the same text and HTML, and hand it over on one connection.
"""

from __future__ import annotations

import asyncio
import email.policy
import smtplib
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from bench import databases, places
from bench.daemon import house
from bench.figure import Figure, Rounds
from bench.process import Failed, Meter, child, companion, folder, say, told, words
from monitor import clock
from monitor.demo.sink import MailSink
from monitor.escalation import advance
from monitor.tables.store import opened

LETTERS, COMPANIES, ROUNDS = 600, 12, 3


async def run() -> list[Figure]:
    rounds = Rounds()
    async with folder() as home, companion("bench.mail:sink") as (process, at):
        sample = home / "letter.eml"
        for _ in range(ROUNDS):
            url = await databases.sqlite(home)
            async with opened(url):
                toml = places.registry(LETTERS, COMPANIES, clock.now(), spread_days=15)
                await places.register(home, toml, clock.now())
            ours = await child("bench.mail:tell", url=url, home=str(home), port=at["port"])
            received = await told(process, str(sample))
            if received["letters"] != ours["letters"] or ours["letters"] < LETTERS:
                raise Failed(f"{ours['letters']} letters left, {received['letters']} arrived")
            bare = await child("bench.mail:bare", port=at["port"], sample=str(sample), letters=LETTERS)
            await told(process, str(sample))
            for name in ("rate", "ms", "cpu_rate"):
                rounds.note(name, ours[name])
            rounds.note("stages", ours["stages"])
            rounds.note("bare", bare["ms"])
    return _figures(rounds)


def _figures(rounds: Rounds) -> list[Figure]:
    note = f"median of {ROUNDS} × {LETTERS} letters, each with link, text, HTML and a ledger line"
    return [
        Figure("letters written and sent", rounds.median("rate"), "letters/s", 120, "limit", floor=True, note=note),
        Figure("the same by CPU time", rounds.median("cpu_rate"), "letters a CPU-s", 120, "limit", floor=True),
        Figure("a letter", rounds.median("ms"), "CPU-ms", 7, "limit"),
        Figure(
            "a letter against the floor", rounds.median("ms"), "CPU-ms", rounds.median("bare"), "email + smtplib", 3,
            ratios=rounds.against("ms", "bare"), note="the floor renders nothing and keeps nothing",
        ),
        Figure("from registry to notices", rounds.median("stages"), "CPU-ms a letter", note="planned, opened, climbed"),
    ]  # fmt: skip


async def sink() -> dict[str, Any]:
    """A real SMTP server. Told a file's name, it writes the last letter there and says how many came since."""
    async with MailSink(keep=1) as server:
        say(port=server.port)
        before = 0
        async for file in words():
            await asyncio.to_thread(Path(file).write_bytes, server.mails[-1].raw)
            say(letters=server.offered - before)
            before = server.offered
    return {}


async def tell(url: str, home: str, port: int) -> dict[str, Any]:
    """All stages up to the notices, then the letters, which are measured."""
    mail = {"host": "127.0.0.1", "port": port, "tls": "none", "from": "itaku@group.example"}
    at = clock.now() + timedelta(seconds=1)
    async with house(Path(home), url, mail=mail) as (made, _):
        stages = Meter()
        while await made.obligations(at) + await advance(at):
            pass
        made_in = stages.cpu
        while not (first := await _sent()):  # templates are compiled once in the life of a daemon
            await made.outbox(at)
        meter = Meter()
        while await made.outbox(at):
            pass
        cpu, wall = meter.cpu, meter.wall
        letters = await _sent() - first
    return {
        "letters": letters + first,
        "rate": letters / wall,
        "cpu_rate": letters / cpu,
        "ms": cpu / letters * 1000,
        "stages": made_in / (letters + first) * 1000,
    }


async def _sent() -> int:
    from monitor import tables

    return await tables.Mail.filter(state="sent").count()


async def bare(port: int, sample: str, letters: int) -> dict[str, Any]:
    """The same letter by the standard library alone."""
    raw = await asyncio.to_thread(Path(sample).read_bytes)
    model = email.message_from_bytes(raw, policy=email.policy.SMTP)
    text, html = (str(model.get_body(preferencelist=(kind,)).get_content()) for kind in ("plain", "html"))
    meter = Meter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number in range(letters):
            message = EmailMessage(policy=email.policy.SMTP)
            message["From"], message["To"] = "itaku@group.example", f"privacy@party-{number}.example"
            message["Subject"], message["Message-ID"] = str(model["Subject"]), f"<{number}@group.example>"
            message.set_content(text)
            message.add_alternative(html, subtype="html")
            server.send_message(message)
    return {"ms": meter.cpu / letters * 1000}
