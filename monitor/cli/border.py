"""Where errors become words and exit codes, and options that several commands share.

stdout is data and stderr is talk. An error of the house carries its exit code; whatever else comes up is a bug, is said
to be one, and shows its traceback only to whoever asked for it with `ITAKU_DEBUG`.
"""

from __future__ import annotations

import functools
import json
import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
    from types import TracebackType

    from monitor.config import Settings

FAILED, DIFFERENT, TROUBLED, BROKEN, INVALID, TEMPORARY = 1, 3, 4, 5, 6, 75
Result = TypeVar("Result")


def say(text: str) -> None:
    click.echo(text, err=True)


def put(value: Any) -> None:
    """One JSON object a line, with stable keys."""
    click.echo(json.dumps(value, ensure_ascii=False))


def give_up(lines: Iterable[str], code: int) -> None:
    for line in lines:
        say(line)
    raise click.exceptions.Exit(code)


config_option = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    help="The configuration (else ITAKU_CONFIG, else ./config.toml).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="JSON, one object a line.")
files_argument = click.argument("files", nargs=-1, type=click.Path(path_type=Path, dir_okay=False))


def bordered(command: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Runs an async command and translates the house's errors."""

    @functools.wraps(command)
    def run(*args: Any, **options: Any) -> None:
        import asyncio

        asyncio.run(_translated(command(*args, **options)))

    return run


async def _translated(work: Coroutine[Any, Any, Result]) -> Result:
    from tortoise.exceptions import OperationalError

    from monitor.language import reader
    from monitor.mistakes import Invalid
    from monitor.registry.roster import NoRegistry
    from monitor.tables.store import AWAY, StoreAway, locked

    try:
        return await work
    except Invalid as error:
        give_up((mistake.in_(reader()) for mistake in error.mistakes), INVALID)
    except BrokenPipeError:
        raise  # whoever reads has seen enough; click ends quietly
    except OSError as error:
        if error.filename is None:
            _away(error)
        give_up([f"{error.filename}: {error.strerror}"], FAILED)
    except (StoreAway, *AWAY) as error:
        _away(error)
    except OperationalError as error:
        if not locked(error):
            raise
        _away(error)
    except NoRegistry:
        give_up(["There is no registry yet. Write one and apply it: itaku apply registry.toml"], INVALID)
    raise AssertionError


def _away(error: Exception) -> None:
    give_up([f"The database cannot be reached: {error}. Try again, or see `itaku doctor`."], TEMPORARY)


def settings_of(config_file: Path | None, context: click.Context) -> Settings:
    """The configuration named on the command or on `itaku` itself."""
    from monitor.config import load

    return load(config_file or context.find_root().params.get("config_file"))


@asynccontextmanager
async def store_of(settings: Settings) -> AsyncIterator[None]:
    """The database of the configuration, open and usable by this release.

    One that was never used gets its tables now; one of an older release is not touched unasked.
    """
    from monitor.tables.store import opened, pending, upgrade

    async with opened(settings.database_url):
        missing = await pending()
        if missing and (missing == ["all"] or missing[0].startswith("0001")):
            await upgrade()
        elif missing:
            raise click.ClickException(
                f"The database is of an older release ({', '.join(missing)} missing). Run: itaku db upgrade"
            )
        yield


def registry_files(files: tuple[Path, ...], settings: Settings) -> tuple[Path, ...]:
    """The files named, else `registry.toml` beside the configuration."""
    return files or (settings.home / "registry.toml",)


def last_resort(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Nobody who uses a command ever sees a traceback unasked."""
    if os.environ.get("ITAKU_DEBUG") or issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    say(f"itaku met an error of its own ({kind.__name__}). Run it again with ITAKU_DEBUG=1, and please report it.")
