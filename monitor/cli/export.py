"""`itaku export`: what leaves the product as files."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.border import bordered, config_option, say, settings_of, store_of


@click.command()
@click.argument("what", type=click.Choice(["registry"]))
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
    what: str,  # noqa: ARG001 - one kind so far
    company: str | None,
    party: str | None,
    output: Path,
    config_file: Path | None,
) -> None:
    """Write the registry as TOML; applying it again changes nothing."""
    from monitor.registry.export import export as run

    async with store_of(settings_of(config_file, context)):
        text = await run(company, party)
    if str(output) == "-":
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
        say(f"wrote {output}")
