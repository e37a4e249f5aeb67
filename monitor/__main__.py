"""`itaku` and `python -m monitor`: a table of commands, each imported only when it is named."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import click

from monitor import __version__

INTERRUPTED = 130

COMMANDS = {
    "init": "monitor.cli.init:init",
    "serve": "monitor.cli.serve:serve",
    "plan": "monitor.cli.registry:plan",
    "apply": "monitor.cli.registry:apply",
    "status": "monitor.cli.status:status",
    "check": "monitor.cli.check:check",
    "simulate": "monitor.cli.simulate:simulate",
    "questionnaire": "monitor.cli.questionnaire:questionnaire",
    "ledger": "monitor.cli.ledger:ledger",
    "export": "monitor.cli.export:export",
    "receipt": "monitor.cli.receipt:receipt",
    "person": "monitor.cli.person:person",
    "mail": "monitor.cli.mail:mail",
    "doctor": "monitor.cli.doctor:doctor",
    "db": "monitor.cli.db:db",
}


class Commands(click.Group):
    """The table as a click group. A command's module must be cheap to import: `--help` shows its first line."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=Commands)
@click.version_option(__version__, prog_name="itaku")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="The configuration, for every command.")
def itaku(config_file: Path | None) -> None:
    """Supervise the trustees of a group: ask them, look at them, and make sure that somebody answers for them."""


def main() -> None:
    """Run one command and leave with its exit code."""
    from monitor.cli.border import last_resort

    sys.excepthook = last_resort
    try:
        sys.exit(itaku.main(standalone_mode=False, prog_name="itaku"))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # whoever read our output had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


if __name__ == "__main__":
    main()
