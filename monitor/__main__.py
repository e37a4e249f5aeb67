"""`itaku` and `python -m monitor`: a table of commands, each imported only when it is named."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from monitor import __version__

INTERRUPTED = 130

COMMANDS = {
    "check": "monitor.cli.check:check",
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
def itaku() -> None:
    """Supervise the trustees of a group: ask them, look at them, and make sure that somebody answers for them."""


def main() -> None:
    """Run one command and leave with its exit code."""
    try:
        sys.exit(itaku.main(standalone_mode=False, prog_name="itaku"))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
