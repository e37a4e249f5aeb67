"""`itaku status --promises`: how the group's promises stand, as a table or as lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.promises.matrix.judging import Cell

SHORT = {"trouble": "TROUBLE", "missing": "NONE", "stale": "old", "proved": "ok", "nothing": "-"}
_STYLES = {"trouble": "bold red", "missing": "bold red", "stale": "yellow", "proved": "", "nothing": "dim"}
_COLUMN = 12


def line(cell: Cell) -> dict[str, Any]:
    """A cell as an object of `--json`."""
    one = cell.freshest
    return {
        "company": cell.company,
        "promise": cell.clause.code,
        "title": cell.clause.title.in_("en"),
        "state": cell.state.value,
        "red": red(cell),
        "on": one.row.on.isoformat() if one else None,
        "age_days": cell.age,
        "evidence": one.source.title.in_("en") if one else None,
        "href": one.row.href if one else None,
        "missing": _missing(cell),
        "why": cell.why.in_("en") if cell.why else None,
        "count": sum(seen.count for seen in cell.seen),
        "open": [row.href for _, row in cell.troubles],
    }


def _missing(cell: Cell) -> list[str]:
    """One line for each thing that has to be there; of what stands in it, one is enough."""
    return [" / ".join(source.title.in_("en") for source in need) for need in cell.lacks]


def red(cell: Cell) -> bool:
    from monitor.promises.matrix.judging import RED

    return cell.state in RED


def show(found: Mapping[str, Sequence[Cell]], *, only_red: bool = False) -> None:
    """One company with its evidence, several beside each other. `only_red`: promises that are red somewhere."""
    if not found:
        click.echo("No company belongs to the group today.")
    elif len(found) == 1:
        _one(*found.items(), only_red=only_red)
    else:
        _several(found, only_red=only_red)
    click.echo(
        "ok: proved, with the days since; old: evidence too old; NONE: evidence missing; TROUBLE: something is open;"
    )
    click.echo("-: nothing to show. NONE and TROUBLE are red. This is no legal advice.")


def _several(found: Mapping[str, Sequence[Cell]], *, only_red: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("promise", no_wrap=True)
    for key in found:
        table.add_column(key, overflow="fold", max_width=_COLUMN)
    rows = zip(*found.values(), strict=True)
    for row in (row for row in rows if not only_red or any(map(red, row))):
        table.add_row(row[0].clause.code, *(_cell(cell) for cell in row))
    # Columns that do not fit are not cut off: whoever reads it can scroll, as in a list that is longer than the screen.
    Console(highlight=False, width=max(Console().width, 9 + (_COLUMN + 1) * len(found))).print(table)


def _cell(cell: Cell) -> str:
    style, age = _STYLES[cell.state], "" if cell.age is None else f" {cell.age}d"
    text = f"{SHORT[cell.state]}{age if cell.state in ('proved', 'stale') else ''}"
    return f"[{style}]{text}[/]" if style else text


def _one(only: tuple[str, Sequence[Cell]], *, only_red: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    company, cells = only
    table = Table(
        "promise", "state", "evidence", "where", title=company, title_justify="left", box=None, pad_edge=False
    )
    for cell in (cell for cell in cells if red(cell) or not only_red):
        seen, why = cell.freshest, cell.why.in_("en") if cell.why else ""
        where = cell.troubles[0][1].href if cell.troubles else seen.row.href if seen else ""
        said = f"{seen.source.title.in_('en')}, {seen.row.on}" if seen and not why else why
        if cell.lacks and cell.state.value == "missing":
            said = f"missing: {'; '.join(_missing(cell))}"
        table.add_row(f"{cell.clause.code} {cell.clause.title.in_('en')}", _cell(cell), said, where)
    Console(highlight=False).print(table)
