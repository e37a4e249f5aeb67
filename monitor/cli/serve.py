"""`itaku serve`: the daemon."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.border import FAILED, INVALID, TEMPORARY, config_option, give_up


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
    context.exit(_demo() if demo else _daemon(config_file or context.find_root().params.get("config_file")))


def _demo() -> int:
    from monitor.language import reader
    from monitor.mistakes import Invalid

    try:
        from monitor.demo import run_demo
    except ModuleNotFoundError as error:
        give_up([f"The demonstration needs {error.name}: pip install 'itaku[demo]'"], FAILED)
    try:
        return run_demo()
    except Invalid as error:
        give_up((mistake.in_(reader()) for mistake in error.mistakes), INVALID)
    return INVALID


def _daemon(config_file: Path | None) -> int:
    from monitor.config import check_files, load
    from monitor.daemon import run
    from monitor.evidence import EvidenceAway
    from monitor.language import reader
    from monitor.mistakes import Invalid

    try:
        check_files(load(config_file))
        return run(config_file)
    except Invalid as error:
        give_up((mistake.in_(reader()) for mistake in error.mistakes), INVALID)
    except EvidenceAway as error:
        give_up([f"The store for evidence cannot be used: {error}. See [evidence] url."], TEMPORARY)
    except OSError as error:
        give_up([f"itaku cannot run: {error}. See `itaku doctor`."], FAILED)
    return INVALID
