"""`itaku status`: what is open, overdue, failing, by responsible company; and how the promises stand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.border import TROUBLED, bordered, config_option, json_option, put, settings_of, store_of
from monitor.cli.misspelt import registered

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command()
@click.option("--company", help="Only this company.")
@click.option("--overdue", is_flag=True, help="Only what is overdue or failing.")
@click.option("--promises", is_flag=True, help="How each promise stands, with the age of its freshest evidence.")
@click.option("--texts", is_flag=True, help="The group's own published texts: when each was last seen, what changed.")
@click.option(
    "--exit-status",
    is_flag=True,
    help="Exit 4 when something is overdue or failing, a promise is red, or a text changed.",
)
@config_option
@json_option
@click.pass_context
@bordered
async def status(  # noqa: PLR0913 - one parameter for each option
    context: click.Context,
    company: str | None,
    config_file: Path | None,
    *,
    overdue: bool,
    promises: bool,
    texts: bool,
    exit_status: bool,
    as_json: bool,
) -> None:
    """Show what is open, overdue and failing, by responsible company."""
    if promises and texts:
        raise click.UsageError("--promises and --texts show two different things: name one of them.")
    async with store_of(settings_of(config_file, context)):
        shown = _promises if promises else _texts if texts else _board
        troubled = await shown(company, only_trouble=overdue, as_json=as_json)
    if exit_status and troubled:
        context.exit(TROUBLED)


async def _board(company: str | None, *, only_trouble: bool, as_json: bool) -> bool:
    """Whether something is overdue or failing."""
    from monitor import clock
    from monitor.board import board
    from monitor.registry.roster import roster

    registered("company", company, (await roster()).companies)
    rows = await board(clock.now(), company)
    troubled = [row for row in rows if row["trouble"]]
    shown = troubled if only_trouble else rows
    if as_json:
        for row in shown:
            put(row)
    else:
        _show(shown)
    return bool(troubled)


async def _promises(company: str | None, *, only_trouble: bool, as_json: bool) -> bool:
    """Whether a promise is red."""
    from monitor import clock
    from monitor.cli.promises import line, red, show
    from monitor.promises.matrix.table import matrix
    from monitor.registry.roster import roster

    registered("company", company, (await roster()).companies)
    found = await matrix(clock.now(), [company] if company else None)
    cells = [cell for each in found.values() for cell in each]
    if as_json:
        for cell in cells:
            if red(cell) or not only_trouble:
                put(line(cell))
    else:
        show(found, only_red=only_trouble)
    return any(red(cell) for cell in cells)


async def _texts(company: str | None, *, only_trouble: bool, as_json: bool) -> bool:
    """Whether one has changed and nobody has decided on it, or cannot be read any more."""
    from monitor import clock
    from monitor.cli.texts import line, show
    from monitor.promises.watching import TROUBLE, standings
    from monitor.registry.roster import roster
    from monitor.registry.texts import spoken_for

    present = await roster()
    registered("company", company, present.companies)
    day = present.calendar.day_of(clock.now())
    found = [one for one in await standings(day) if company in {None, *spoken_for(one.text, present, day)}]
    troubled = [one for one in found if one.state in TROUBLE]
    if not as_json:
        await show(troubled if only_trouble else found, present.calendar.zone)
    for one in (troubled if only_trouble else found) if as_json else ():
        put(line(one, present.calendar.zone))
    return bool(troubled)


def _show(rows: Sequence[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    if not rows:
        click.echo("Nothing is open.")
        return
    console = Console(highlight=False)
    for company in dict.fromkeys(row["company"] or "-" for row in rows):
        table = Table(
            "state",
            "what",
            "party",
            "due / since",
            "next",
            title=company,
            title_justify="left",
            box=None,
            pad_edge=False,
        )
        for row in rows:
            if (row["company"] or "-") == company:
                what = row.get("engagement") or row.get("ref") or row.get("url") or ""
                kind = row.get("obligation") or row.get("rule") or row.get("check") or ""
                state = f"[bold red]{row['state']}[/]" if row["trouble"] else row["state"]
                table.add_row(
                    state,
                    f"{kind} {what}",
                    row["party"] or "-",
                    row.get("due_on") or row.get("since") or "",
                    row.get("next_at") or "",
                )
        console.print(table)
