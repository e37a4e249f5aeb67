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

    from monitor.registry.differences import Change
    from monitor.registry.since import Deed

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
    from monitor.registry.since import kept, taken_back
    from monitor.simulation.forecast import caused

    settings, at = settings_of(config_file, context), clock.now()
    async with store_of(settings):
        known = plugins.known(await registry.known_keys(), settings)
        declaration = await declared(registry_files(files, settings), known, at)
        changes = await registry.plan(declaration, at, prune=prune)
        undone, stays = await taken_back(changes), await kept(declaration)
        mails = []
        if changes:
            mails = await caused(declaration, at, plugins.equipment(settings), prune=prune)
    if as_json:
        put(
            {
                "changes": [_as_json(change) for change in changes],
                "mails": mails,
                "takes_back": [_deed(one) for one in undone],
                "keeps": [_deed(one) for one in stays],
            }
        )
    else:
        _show(changes, mails)
        _show_deeds(undone, stays)
    if changes and detailed_exitcode:
        context.exit(DIFFERENT)


@click.command()
@files_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--prune", is_flag=True, help="Also let go what the files do not name.")
@click.option("--take-back", is_flag=True, help="Also undo what people have done since, where the files say otherwise.")
@config_option
@click.pass_context
@bordered
async def apply(
    context: click.Context,
    files: tuple[Path, ...],
    config_file: Path | None,
    *,
    yes: bool,
    prune: bool,
    take_back: bool,
) -> None:
    """Make the registry what the files say, in one transaction. A second time nothing changes."""
    from monitor import clock, plugins
    from monitor.registry import apply as registry
    from monitor.registry.intake import declared
    from monitor.registry.since import kept, taken_back

    settings, at = settings_of(config_file, context), clock.now()
    async with store_of(settings):
        known = plugins.known(await registry.known_keys(), settings)
        declaration = await declared(registry_files(files, settings), known, at)
        changes = await registry.plan(declaration, at, prune=prune)
        undone = await taken_back(changes)
        _show(changes, None)
        _show_deeds(undone, await kept(declaration))
        if undone and not take_back:
            raise click.UsageError(
                "Nothing was applied: it would take back what people have done. If that is meant, say --take-back; "
                "else write down what holds (itaku export registry) and change that."
            )
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


def _deed(one: Deed) -> dict[str, Any]:
    at = one.at.isoformat() if one.at else None
    return {"kind": one.kind, "key": one.key, "field": one.field, "at": at, "by": one.by}


def _show_deeds(undone: Sequence[Deed], stays: Sequence[Deed]) -> None:
    """What people did meanwhile: what this would undo, all of it, and what of it the files do not know."""
    for one in undone:
        click.echo(f"! {one.kind} {one.key}: {one.field} would take back what was done{_when(one)}")
    for one in stays[:_SHOWN]:
        say(f"{one.kind} {one.key}: {one.field} stays as it was changed{_when(one)}; the files say otherwise.")
    if len(stays) > _SHOWN:
        say(f"... and {len(stays) - _SHOWN} more (itaku plan --json lists all)")


def _when(one: Deed) -> str:
    """On which day, and who by the ledger's id, since no name leaves the database."""
    return (f" on {one.at.astimezone().date()}" if one.at else "") + (f" by {one.by}" if one.by else "")


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
