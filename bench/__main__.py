"""`python -m bench [NAME…] [--json]`: measure, and say what was reached."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
from importlib import import_module
from time import perf_counter
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from bench.figure import Figure

#: Every scenario: its name, its module, and what it answers.
SCENARIOS = {
    "poll": ("bench.poll", "What does one look cost?"),
    "patrol-scale": ("bench.patrol_scale", "Thousands of endpoints: in time, without bursts?"),
    "idle": ("bench.idle", "What do 100,000 watches cost while nothing is due?"),
    "history": ("bench.history", "What do looks cost on the disk?"),
    "simulate": ("bench.simulate", "How long does a simulated year take?"),
    "mail": ("bench.mail", "How many letters leave in a second?"),
    "form": ("bench.form", "How long do readers wait for a page?"),
    "uploads": ("bench.uploads", "What do 200 vendors do to us who hand in a file at once?"),
}


def main() -> int:
    chosen = _arguments()
    figures: dict[str, list[Figure]] = {}
    talk = Console(stderr=True)
    for name in chosen.name or SCENARIOS:
        module, question = SCENARIOS[name]
        talk.print(f"[bold]{name}[/bold]: {question}")
        began = perf_counter()
        figures[name] = asyncio.run(import_module(module).run())
        talk.print(f"  {perf_counter() - began:.0f} s")
        if not chosen.json:
            Console().print(_table(name, figures[name]))
    if chosen.json:
        print(json.dumps(_data(figures), ensure_ascii=False, indent=1))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", nargs="*", choices=[[], *SCENARIOS], help=", ".join(SCENARIOS))
    parser.add_argument("--json", action="store_true", help="figures as JSON on stdout")
    return parser.parse_args()


def _data(figures: dict[str, list[Figure]]) -> dict[str, Any]:
    machine = {"python": platform.python_version(), "system": platform.platform(), "cores": os.cpu_count()}
    return {"machine": machine, "figures": {name: [one.as_data() for one in found] for name, found in figures.items()}}


def _table(name: str, figures: list[Figure]) -> Table:
    table = Table(title=name, title_justify="left", caption_justify="left")
    for column in ("what", "measured", "ratio", "may be", "against", "note"):
        table.add_column(column, justify="right" if column in {"measured", "ratio", "may be"} else "left")
    for one in figures:
        table.add_row(*_row(one), style={True: "green", False: "bold red", None: ""}[one.reached])
    return table


def _row(one: Figure) -> tuple[str, ...]:
    if one.absent and one.bar is None and not one.value:
        return one.what, "absent", "", "", "", one.absent
    measured, ratio = f"{one.value:,.3g} {one.unit}" if one.value < 1000 else f"{one.value:,.0f} {one.unit}", one.ratio
    against = f"{one.against} {one.bar:,.4g}" if one.bar else one.against
    spread = f" ({min(one.ratios):.2f}-{max(one.ratios):.2f})" if one.ratios else ""
    may = f"{'≥' if one.floor else '≤'} {one.most:g}" if one.bar else ""
    said = "" if ratio is None else f"{ratio:.2f}{spread}"
    return one.what, measured, said, may, against, " · ".join(part for part in (one.note, one.absent) if part)


if __name__ == "__main__":
    sys.exit(main())
