"""`itaku person`: erasing a person's data without a browser."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.border import FAILED, bordered, config_option, give_up, json_option, put, say, settings_of, store_of
from monitor.cli.misspelt import registered

if TYPE_CHECKING:
    from collections.abc import Mapping


@click.group()
def person() -> None:
    """People whom the product knows: erase one who has left. The ledger knows people by number, and stays whole."""


@person.command()
@click.argument("address", required=False, default="")
@click.option("--name", default="", help="The name under which the person signed, beside an address or without one.")
@click.option("--party", default="", help="For which party the person signed under that name.")
@click.option("--dry-run", is_flag=True, help="Only show what would be erased.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@config_option
@json_option
@click.pass_context
@bordered
async def erase(
    context: click.Context,
    config_file: Path | None,
    *,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    **whose: str,
) -> None:
    """Erase what is kept of a person who has left, for good: first shown, then asked. Whoever still has a role is not
    erased, and all roles are named.
    """
    from monitor import clock, ledger
    from monitor.language import reader
    from monitor.promises.keeping.people import Whom, erase_person, would_erase
    from monitor.refusal import Refused

    whom, erased = Whom(**whose), False
    async with store_of(settings_of(config_file, context)):
        await _known(whom.party)
        try:
            counts = await would_erase(whom, clock.now())
            if not as_json:
                _show(counts)
            if dry_run or not _agreed(yes=yes):
                say("Nothing was erased.")
            else:
                counts = await erase_person(whom, clock.now(), ledger.SYSTEM)
                erased = True
                say("Erased. Backups hold it for as long as you keep them.")
        except Refused as refusal:
            give_up((one.message.in_(reader()) for one in refusal.every), FAILED)
    if as_json:
        put({"erased": erased, **counts})


async def _known(party: str) -> None:
    from monitor import tables

    if party:
        keys = {str(key) for key in await tables.Party.all().values_list("key", flat=True)}
        registered("party", party, keys)


def _agreed(*, yes: bool) -> bool:
    """It cannot be taken back: a script has to say --yes."""
    if yes:
        return True
    if not sys.stdin.isatty():
        raise click.UsageError("This cannot be taken back: say --yes, or --dry-run to look only.")
    return click.confirm("Erase it for good?", err=True)


def _show(counts: Mapping[str, int]) -> None:
    for name, count in sorted(counts.items()):
        click.echo(f"{name:<12} {count}")
