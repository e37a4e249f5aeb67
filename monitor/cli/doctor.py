"""`itaku doctor`: what is wrong, before somebody asks; and what to do about it."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.border import FAILED, bordered, config_option, json_option, put, settings_of

_MARKS = {"ok": ("✓", "green"), "note": ("·", "yellow"), "bad": ("✗", "red")}


@click.command()
@config_option
@json_option
@click.pass_context
@bordered
async def doctor(context: click.Context, config_file: Path | None, *, as_json: bool) -> None:
    """Examine configuration, keys, database, mail server, name resolution, clock and backup."""
    from monitor import clock
    from monitor.examination import examine

    settings = settings_of(config_file, context)
    found = [ailment async for ailment in examine(settings, clock.now())]
    for ailment in found:
        if as_json:
            put({"what": ailment.what, "state": ailment.state, "says": ailment.says, "remedy": ailment.remedy})
        else:
            mark, colour = _MARKS[ailment.state]
            click.echo(click.style(f"{mark} {ailment.what}", fg=colour) + f": {ailment.says}")
            if ailment.remedy:
                click.echo(f"    → {ailment.remedy}")
    if any(ailment.state == "bad" for ailment in found):
        context.exit(FAILED)
