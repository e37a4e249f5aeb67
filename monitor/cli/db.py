"""`itaku db`: migrations, online backup, restore."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.border import FAILED, TEMPORARY, bordered, config_option, give_up, say, settings_of

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
        give_up([f"{file} exists already. Name a file that does not."], FAILED)
    file.touch(mode=0o600)
    try:
        _copy(source, file)
        _check(file, f"{source} is no sound itaku database; nothing was backed up.")
    except BaseException:
        file.unlink()
        raise
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
    _check(file, f"{file} is no sound itaku database.")
    if target.exists() and not (yes or click.confirm(f"Put {file} in the place of {target}?", err=True)):
        raise click.Abort
    kept = target.with_suffix(target.suffix + ".before-restore")
    if target.exists():
        _copy(target, kept)
    target.parent.mkdir(parents=True, exist_ok=True)
    _copy(file, target)
    say(f"Restored {target}." + (f" The database before is {kept}." if kept.exists() else ""))


def _sqlite(settings: Settings) -> Path:
    from monitor.tables.store import sqlite_path

    path = sqlite_path(settings.database_url)
    if path is None:
        give_up(["This is PostgreSQL: use pg_dump and pg_restore, which know how to do it online."], FAILED)
    assert path is not None  # noqa: S101 - give_up does not return
    return path


def _reading(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)


def _copy(source: Path, target: Path) -> None:
    try:
        target.touch(mode=0o600)
        with closing(_reading(source)) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy)
    except sqlite3.OperationalError as error:  # locked, full, away
        give_up([f"{source} cannot be copied to {target}: {error}. Try again."], TEMPORARY)
    except sqlite3.DatabaseError as error:
        give_up([f"{source} cannot be copied: {error}."], FAILED)


def _check(file: Path, otherwise: str) -> None:
    try:
        with closing(_reading(file)) as copy:
            whole = copy.execute("pragma integrity_check").fetchone()[0] == "ok"
            sound = whole and copy.execute(_OURS).fetchone()[0] == 3  # noqa: PLR2004 - tables
    except sqlite3.DatabaseError:
        sound = False
    if not sound:
        give_up([otherwise], FAILED)
