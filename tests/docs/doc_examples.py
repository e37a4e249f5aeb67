"""The examples of `docs/rules.md` as data, and what a simulation says to them."""

from __future__ import annotations

import re
from contextlib import aclosing
from itertools import groupby
from typing import TYPE_CHECKING

import tomlkit
from stage import instant

from monitor import plugins
from monitor.cli.simulate import _sentence
from monitor.registry.read import read
from monitor.simulation.run import simulate
from monitor.simulation.script import read_script

if TYPE_CHECKING:
    from pathlib import Path

SPAN = re.compile(r"# from (\S+) until (\S+)\n")
LEFT_OUT = "…"


def merged(base: str, example: str) -> tuple[str, str]:
    """The registry and the script of an example: the base, with the keys of the example over it."""
    registry, said = tomlkit.parse(base), tomlkit.parse(example)
    for kind in ("group", "company", "party", "engagement"):
        for table in said.get(kind, []):
            registry[kind][0].update(table)
    return tomlkit.dumps(registry), tomlkit.dumps({"event": said.get("event", [])})


async def played(base: str, example: str, folder: Path) -> list[str]:
    """What `itaku simulate` prints for an example."""
    found = SPAN.match(example)
    assert found, f"an example begins with `# from A until B`: {example[:60]}"
    registry, script = folder / "registry.toml", folder / "script.toml"
    for path, text in zip((registry, script), merged(base, example), strict=True):
        path.write_text(text, encoding="utf-8")
    span = instant(found[1]), instant(found[2])
    lines = simulate(read([registry], plugins.known()), span, read_script(script), plugins.equipment())
    async with aclosing(lines):
        return _in_order([_sentence(line) async for line in lines])


def _in_order(lines: list[str]) -> list[str]:
    """Mails that leave at one time have no order among them: here, that of their readers."""
    groups = groupby(lines, key=lambda line: (line[:16], line[18:23] == "mail "))
    return [line for (_, mails), group in groups for line in (sorted(group) if mails else group)]


def agrees(told: list[str], printed: list[str]) -> bool:
    """Whether the page shows what was printed; `…` stands for any lines left out, even none."""
    pattern = "".join(r"(?:.*\n)*?" if line == LEFT_OUT else re.escape(line) + "\n" for line in printed)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in told)) is not None
