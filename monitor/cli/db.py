"""`itaku db`: migrations, online backup, restore."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.border import bordered, config_option, give_up, say, settings_of

if TYPE_CHECKING:
    from monitor.config import Settings

_OURS = "select count(*) from sqlite_master where name in ('ledger', 'obligation', 'engagement')"


@click.group()
def db() -> None:
    """The database: upgrade, backup, restore."""


@db.command()
@config_option
@click.pass_context
@bordered
async def upgrade(context: click.Context, config_file: Path | None) -> None:
    """Bring the tables to this release."""
    from monitor.tables.store import opened
    from monitor.tables.store import upgrade as run

    async with opened(settings_of(config_file, context).database_url):
        applied = await run()
    say(f"Applied: {', '.join(applied)}" if applied else "The database is up to date.")


@db.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@config_option
@click.pass_context
@bordered
async def backup(context: click.Context, file: Path, config_file: Path | None) -> None:
    """Copy the database to FILE while the daemon runs; the copy is checked."""
    source = _sqlite(settings_of(config_file, context))
    if file.exists():
        give_up([f"{file} exists already. Name a file that does not."], 1)
    with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as live, sqlite3.connect(file) as copy:
        live.backup(copy)
        _check(copy, file)
    file.chmod(0o600)
    say(f"Backed up to {file}.")


@db.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--yes", is_flag=True, help="Do not ask.")
@config_option
@click.pass_context
@bordered
async def restore(context: click.Context, file: Path, config_file: Path | None, *, yes: bool) -> None:
    """Put a backup in the place of the database. The daemon must not run; the present database is kept beside it."""
    target = _sqlite(settings_of(config_file, context))
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as copy:
        _check(copy, file)
    if target.exists() and not (yes or click.confirm(f"Put {file} in the place of {target}?", err=True)):
        raise click.Abort
    kept = target.with_suffix(target.suffix + ".before-restore")
    if target.exists():
        with sqlite3.connect(target) as live, sqlite3.connect(kept) as old:
            live.backup(old)
    target.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as copy, sqlite3.connect(target) as live:
        copy.backup(live)
    say(f"Restored {target}." + (f" The database before is {kept}." if kept.exists() else ""))


def _sqlite(settings: Settings) -> Path:
    from monitor.tables.store import sqlite_path

    path = sqlite_path(settings.database_url)
    if path is None:
        give_up(["This is PostgreSQL: use pg_dump and pg_restore, which know how to do it online."], 1)
    assert path is not None  # noqa: S101 - give_up does not return
    return path


def _check(copy: sqlite3.Connection, file: Path) -> None:
    try:
        sound = copy.execute("pragma integrity_check").fetchone()[0] == "ok" and copy.execute(_OURS).fetchone()[0] == 3  # noqa: PLR2004 - tables
    except sqlite3.DatabaseError:
        sound = False
    if not sound:
        give_up([f"{file} is no sound itaku database."], 1)
