"""`itaku export`: what leaves the product as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.border import bordered, config_option, say, settings_of, store_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection


@click.command()
@click.argument("what", type=click.Choice(["registry", "reviews", "promises"]))
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
    """Write the registry as TOML, which may be applied again, the reviews of answers as JSON lines, or how the promises
    stand as a workbook (.xlsx).
    """
    from monitor.registry.apply import known_keys

    _suits(what, party, output)
    settings = settings_of(config_file, context)
    async with store_of(settings):
        known = await known_keys()
        for kind, key in (("company", company), ("party", party)):
            _known(kind, key, known[kind])
        if what == "promises":
            content = await _promises(company, settings.web.base_url)
        else:
            content = (await _TEXTS[what](company, party)).encode()
    if str(output) == "-":
        click.echo(content, nl=False)
    else:
        output.write_bytes(content)
        say(f"wrote {output}")


def _suits(what: str, party: str | None, output: Path) -> None:
    """A workbook is no text for a screen, and promises are a company's: said before anything is read."""
    if what != "promises":
        return
    if party is not None:
        raise click.BadParameter("promises are a company's; leave it out.", param_hint="--party")
    if str(output) == "-":
        raise click.BadParameter("a workbook needs a file: -o promises.xlsx", param_hint="--output")


async def _promises(company: str | None, base: str) -> bytes:
    from monitor import clock
    from monitor.letters.words import named
    from monitor.promises.matrix.sheet import workbook
    from monitor.promises.matrix.table import matrix
    from monitor.registry.roster import roster

    found, present = await matrix(clock.now(), [company] if company else None), await roster()
    language = present.group.language
    return workbook(found, {key: named(present.companies[key], language) for key in found}, base, language)


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
