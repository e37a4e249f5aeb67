"""A year of 1,000 engagements through the real stages over a virtual clock."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench import places
from bench.figure import Figure
from bench.process import Meter, child, folder
from monitor import plugins
from monitor.registry.read import read
from monitor.simulation.deeds.asking import Accept, Submit
from monitor.simulation.run import simulate

ENGAGEMENTS, COMPANIES = 1000, 12
BEGIN = datetime.fromisoformat("2026-04-01T00:00:00+09:00")
YEAR = timedelta(days=365)
GROUP = places.GROUP.replace('"none"\nany_hour = true', '"JP"')
ANSWERS = 0.9  #: share of the parties that answer, between two weeks before the due date and two weeks after it


async def run() -> list[Figure]:
    async with folder() as home:
        silent = await child("bench.simulate:year", home=str(home), answers=0.0)
        usual = await child("bench.simulate:year", home=str(home), answers=ANSWERS)
    return [
        _figure(f"{ENGAGEMENTS} engagements, {ANSWERS:.0%} answer", usual),
        _figure(f"{ENGAGEMENTS} engagements, nobody answers", silent),
        Figure("memory", max(usual["rss_mb"], silent["rss_mb"]), "MB"),
    ]


def _figure(what: str, said: dict[str, Any]) -> Figure:
    note = f"{said['mail']:,} mails, {said['lines']:,} events; {said['wall']:.0f} s by the clock on the wall"
    return Figure(what, said["cpu"], "CPU-s", 60, "limit", note=note)


async def year(home: str, answers: float) -> dict[str, Any]:
    file = Path(home) / "year.toml"
    file.write_text(places.registry(ENGAGEMENTS, COMPANIES, BEGIN, spread_days=350, group=GROUP), encoding="utf-8")
    meter, told = Meter(), Counter[str]()
    lines = simulate(read([file], plugins.known()), (BEGIN, BEGIN + YEAR), _script(answers), plugins.equipment())
    async for line in lines:
        told[line["what"]] += 1
    return {"cpu": meter.cpu, "wall": meter.wall, "mail": told["mail"], "lines": told.total()}


def _script(answers: float) -> list[Submit | Accept]:
    """Most parties hand in around their due date, and are accepted some days later."""
    events: list[Submit | Accept] = []
    for number in range(int(ENGAGEMENTS * answers)):
        due = BEGIN + timedelta(days=15 + 350 * number // ENGAGEMENTS, hours=9 + number % 9, minutes=number % 60)
        handed_in = due + timedelta(days=number % 28 - 14)
        events.append(Submit(do="submit", at=handed_in, engagement=f"engagement-{number}"))
        events.append(
            Accept(
                do="accept",
                at=handed_in + timedelta(days=3),
                engagement=f"engagement-{number}",
                by="reviewer@x.example",
            )
        )
    return sorted(events, key=lambda event: event.at)
