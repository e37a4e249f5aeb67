"""`itaku plan` and `itaku apply`: what registry files would change, and making it so."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.border import (
    DIFFERENT,
    bordered,
    config_option,
    files_argument,
    json_option,
    put,
    registry_files,
    say,
    settings_of,
    store_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from monitor.registry.apply import Change

_SIGNS = {"add": "+", "change": "~", "restore": "+", "retire": "-"}
_SHOWN = 20


@click.command()
@files_argument
@click.option("--prune", is_flag=True, help="Also let go what the files do not name.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 3 when something would change.")
@config_option
@json_option
@click.pass_context
@bordered
async def plan(
    context: click.Context,
    files: tuple[Path, ...],
    config_file: Path | None,
    *,
    prune: bool,
    detailed_exitcode: bool,
    as_json: bool,
) -> None:
    """Show what would change in the registry, and which mails that would cause in the next weeks."""
    from monitor import clock, plugins
    from monitor.registry import apply as registry
    from monitor.registry.intake import declared
    from monitor.simulation.forecast import caused

    settings, at = settings_of(config_file, context), clock.now()
    async with store_of(settings):
        known = plugins.known(await registry.known_keys(), settings)
        declaration = await declared(registry_files(files, settings), known, at)
        changes = await registry.plan(declaration, at, prune=prune)
        mails = []
        if changes:
            mails = await caused(declaration, at, plugins.equipment(settings), prune=prune)
    if as_json:
        put({"changes": [_as_json(change) for change in changes], "mails": mails})
    else:
        _show(changes, mails)
    if changes and detailed_exitcode:
        context.exit(DIFFERENT)


@click.command()
@files_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--prune", is_flag=True, help="Also let go what the files do not name.")
@config_option
@click.pass_context
@bordered
async def apply(
    context: click.Context, files: tuple[Path, ...], config_file: Path | None, *, yes: bool, prune: bool
) -> None:
    """Make the registry what the files say, in one transaction. A second time nothing changes."""
    from monitor import clock, plugins
    from monitor.registry import apply as registry
    from monitor.registry.intake import declared

    settings, at = settings_of(config_file, context), clock.now()
    async with store_of(settings):
        known = plugins.known(await registry.known_keys(), settings)
        declaration = await declared(registry_files(files, settings), known, at)
        changes = await registry.plan(declaration, at, prune=prune)
        _show(changes, None)
        if changes and _agreed(changes, yes=yes):
            if changes != await registry.plan(declaration, clock.now(), prune=prune):
                raise click.ClickException("The registry changed while you read. Nothing was applied: look again.")
            await registry.apply(declaration, clock.now(), plugins.looks(), prune=prune)
            say("Applied.")


def _agreed(changes: Sequence[Change], *, yes: bool) -> bool:
    """Somebody at a terminal is asked. A script is not, unless something would leave: then it must say --yes."""
    if yes:
        return True
    if sys.stdin.isatty():
        return click.confirm("Apply these changes?", err=True)
    if any(change.action == "retire" for change in changes):
        raise click.UsageError("Entries would leave the registry: say --yes.")
    return True


def _as_json(change: Change) -> dict[str, Any]:
    fields = {name: {"old": old, "new": new} for name, (old, new) in change.fields.items()}
    return {"action": change.action, "kind": change.kind, "key": change.key, "fields": fields}


def _show(changes: Sequence[Change], mails: Sequence[dict[str, Any]] | None) -> None:
    for change in changes:
        click.echo(f"{_SIGNS[change.action]} {change.kind} {change.key}{_fields(change)}")
    if not changes:
        say("Nothing to change.")
        return
    say(", ".join(f"{count} to {action}" for action, count in Counter(change.action for change in changes).items()))
    if mails is not None:
        _show_mails(mails)


def _fields(change: Change) -> str:
    if change.action != "change":
        return ""
    return ": " + ", ".join(f"{name} {_brief(old)} -> {_brief(new)}" for name, (old, new) in change.fields.items())


def _brief(value: Any) -> str:
    text = "(none)" if value is None else str(value)
    return text if len(text) <= 40 else text[:39] + "…"  # noqa: PLR2004 - a column


def _show_mails(mails: Iterable[dict[str, Any]]) -> None:
    letters: dict[str, list[dict[str, Any]]] = {}
    for line in mails:
        letters.setdefault(line["mail"], []).append(line)
    if not letters:
        say("No mail would go because of this in the next five weeks.")
        return
    say(f"{len(letters)} mails would go because of this in the next five weeks:")
    for lines in list(letters.values())[:_SHOWN]:
        first = lines[0]
        click.echo(f"✉ {first['at'][:16]} {', '.join(first['to'])}: {first['subject']}")
    if len(letters) > _SHOWN:
        click.echo(f"✉ ... and {len(letters) - _SHOWN} more (--json lists all)")
