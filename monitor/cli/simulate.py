"""`itaku simulate`: the real stages over a virtual clock. Nothing is sent."""

from __future__ import annotations

from contextlib import aclosing
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.border import bordered, config_option, files_argument, json_option, put, settings_of

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_INSTANT = "an ISO 8601 instant (2026-09-01T09:00:00+09:00) or a day in the group's zone"


@click.command()
@click.option(
    "--registry", "registries", multiple=True, type=click.Path(path_type=Path), help="A registry file; may be repeated."
)
@files_argument
@click.option("--from", "begin", required=True, help=f"The first instant: {_INSTANT}.")
@click.option("--until", "end", required=True, help=f"The last instant, included: {_INSTANT}.")
@click.option("--script", type=click.Path(path_type=Path), help="What people do and what is seen, as [[event]] tables.")
@config_option
@json_option
@click.pass_context
@bordered
async def simulate(  # noqa: PLR0913, PLR0917 - one parameter for each option
    context: click.Context,
    registries: tuple[Path, ...],
    files: tuple[Path, ...],
    begin: str,
    end: str,
    script: Path | None,
    config_file: Path | None,
    *,
    as_json: bool,
) -> None:
    """Print what would happen: openings, mails, what becomes overdue, cases. Nothing is sent."""
    from monitor import plugins
    from monitor.mistakes import together
    from monitor.registry.read import read
    from monitor.simulation.run import simulate as run
    from monitor.simulation.script import read_script

    if not (registries or files):
        raise click.UsageError("Name a registry: --registry FILE")
    declaration, events, equipment = together(
        lambda: read([*registries, *files], _known(context, config_file)),
        lambda: read_script(script) if script else [],
        lambda: plugins.equipment(settings_of(config_file, context)),
    )
    span = _span(begin, end, _zone(declaration))
    lines = run(declaration, span, events, equipment)
    async with aclosing(lines):
        async for line in lines:
            put(line) if as_json else click.echo(_sentence(line))


def _known(context: click.Context, config_file: Path | None) -> Any:
    """What the registry may refer to; without the group's own where the configuration is broken, told beside it."""
    from monitor import plugins
    from monitor.mistakes import Invalid

    try:
        return plugins.known(settings=settings_of(config_file, context))
    except Invalid:
        return plugins.known()


def _zone(declaration: Any) -> ZoneInfo:
    from zoneinfo import ZoneInfo

    return ZoneInfo(declaration.group.entry.timezone if declaration.group else "UTC")


def _span(begin: str, end: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    first, last = _instant(begin, zone), _instant(end, zone)
    if last < first:
        raise click.BadParameter(f"{end} is before {begin}", param_hint="--until")
    return first, last


def _instant(text: str, zone: ZoneInfo) -> datetime:
    """A day means its 00:00 in the group's zone; an instant without an offset is taken in that zone too."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        pass
    else:
        return datetime(day.year, day.month, day.day, tzinfo=zone)
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text} is not {_INSTANT}") from error
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _sentence(line: dict[str, Any]) -> str:
    """One line for people: when, what, about what, to whom."""
    what = line.get("rung") or line.get("notice") or line["what"]
    about = line.get("engagement") or line.get("url") or ""
    parts = [
        line["at"][:16],
        f"{line['what'] if line['what'] != 'mail' else 'mail ' + what:<22}",
        about,
        line.get("obligation") or line.get("rule") or line.get("check") or "",
        line.get("ref") or "",
    ]
    if line.get("due_on"):
        parts.append(f"due {line['due_on']}")
    if line.get("to"):
        parts.append("-> " + ", ".join(line["to"]))
    why = line.get("reason") or line.get("state")
    if why:
        parts.append(f"({why})")
    return "  ".join(part for part in parts if part)
