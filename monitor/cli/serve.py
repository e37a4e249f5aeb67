"""`itaku serve`: the daemon."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.border import config_option


@click.command()
@click.option(
    "--demo",
    is_flag=True,
    help="A sample group on scratch data, with stand-in sites and mails to read. Needs no setting.",
)
@config_option
@click.pass_context
def serve(context: click.Context, config_file: Path | None, *, demo: bool) -> None:
    """Run the daemon: ask, look, escalate, and serve the pages."""
    from monitor.daemon import run

    context.exit(run(config_file or context.find_root().params.get("config_file"), demo=demo))
