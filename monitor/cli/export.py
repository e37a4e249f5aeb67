"""`itaku export`: what leaves the product as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.border import bordered, config_option, say, settings_of, store_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection


@click.command()
@click.argument("what", type=click.Choice(["registry", "reviews"]))
@click.option("--company", help="Only what concerns this company.")
@click.option("--party", help="Only what concerns this party.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    default=Path("-"),
    help="The file to write.",
)
@config_option
@click.pass_context
@bordered
async def export(
    context: click.Context,
    what: str,
    company: str | None,
    party: str | None,
    output: Path,
    config_file: Path | None,
) -> None:
    """Write the registry as TOML, which may be applied again, or the reviews of answers as JSON lines."""
    from monitor.registry.apply import known_keys

    async with store_of(settings_of(config_file, context)):
        known = await known_keys()
        for kind, key in (("company", company), ("party", party)):
            _known(kind, key, known[kind])
        text = await _TEXTS[what](company, party)
    if str(output) == "-":
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
        say(f"wrote {output}")


async def _registry(company: str | None, party: str | None) -> str:
    from monitor.registry.export import export as run

    return await run(company, party)


async def _reviews(company: str | None, party: str | None) -> str:
    import json

    from monitor.reviewing.export import lines

    return "".join([json.dumps(line, ensure_ascii=False) + "\n" async for line in lines(company, party)])


_TEXTS: dict[str, Callable[[str | None, str | None], Awaitable[str]]] = {"registry": _registry, "reviews": _reviews}


def _known(kind: str, key: str | None, keys: Collection[str]) -> None:
    """A misspelt key must not make a file in which that company or party has nothing."""
    if key is None or key in keys:
        return
    import difflib

    near = difflib.get_close_matches(key, keys, 1)
    remedy = f"did you mean {near[0]}?" if near else "itaku export registry shows them all."
    raise click.BadParameter(f"there is no {kind} {key} in the registry; {remedy}", param_hint=f"--{kind}")
