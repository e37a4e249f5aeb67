"""`itaku receipt`: is a receipt genuine, and which keys sign them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.border import (
    BROKEN,
    FAILED,
    bordered,
    config_option,
    give_up,
    json_option,
    put,
    say,
    settings_of,
)

if TYPE_CHECKING:
    from monitor.receipt import Finding

_ENOUGH = 16 * 1024 * 1024  #: octets; whatever is longer is no receipt


@click.group()
def receipt() -> None:
    """Receipts that parties hold: verify one offline, show or change the keys that sign them."""


@receipt.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@click.option("--key", "keys", multiple=True, metavar="PUBKEY", help="A public key to trust (64 hexadecimal digits).")
@click.option(
    "--ledger",
    "export",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="An export of the ledger that has to hold the receipt's line.",
)
@json_option
@click.pass_context
def verify(context: click.Context, file: Path, keys: tuple[str, ...], export: Path | None, *, as_json: bool) -> None:
    """Recompute every hash and the signature of a receipt. Needs no database, no configuration and no network.

    Without a key to trust it can say that nothing was changed, and not who signed it.
    """
    from monitor.receipt import Verdict, examine

    found = examine(_text(file), _trusted(keys))
    if export and found.unrefuted:
        _hold_against(export, found)
    (_as_json if as_json else _in_words)(found)
    codes = {Verdict.GENUINE: 0, Verdict.SOUND: 0, Verdict.UNREADABLE: FAILED}
    context.exit(codes.get(found.verdict, BROKEN))


def _text(file: Path) -> str:
    with click.open_file(str(file), "rb") as source:
        octets: bytes = source.read(_ENOUGH)
    return octets.decode("utf-8", "replace")


def _trusted(keys: tuple[str, ...]) -> list[str]:
    from monitor.receipt import spelled

    found = [spelled(key) for key in keys]
    if not all(found):
        raise click.BadParameter("a public key has 64 hexadecimal digits, as the page /verify shows it")
    return [key for key in found if key]


def _hold_against(export: Path, found: Finding) -> None:
    """The whole export has to hold, and the receipt's line to be in it."""
    from monitor.ledger import Broken, Verifier, parse

    line, verifier, there = found.line, Verifier(), False
    try:
        with export.open(encoding="utf-8", errors="surrogateescape") as lines:
            for one in parse(lines):
                verifier.take(one)
                there = there or one == line
    except Broken as error:
        give_up([f"The ledger is broken. {error}"], BROKEN)
    found.held_against_ledger(there=there)


def _as_json(found: Finding) -> None:
    from monitor.language import reader

    steps = [{"step": step.name, "holds": step.holds, "says": step.says.in_(reader())} for step in found.steps]
    put({"verdict": str(found.verdict), "key": found.key, "steps": steps} | _about(found))


def _about(found: Finding) -> dict[str, Any]:
    """What the receipt is about, where it can be believed."""
    if not found.unrefuted:
        return {}
    said = found.receipt
    return {
        "company": said["issuer"]["company"].get("key"),
        "party": said["party"].get("key"),
        "engagement": said["engagement"].get("key"),
        "reference": said["request"].get("reference"),
        "submitted_at": said["submission"].get("at"),
        "sha256": said["submission"].get("sha256"),
        "ledger": f"{found.line.get('seq')}:{found.line.get('hash')}",
    }


def _in_words(found: Finding) -> None:
    from monitor.language import reader

    for step in found.steps:
        mark, colour = ("✓", "green") if step.holds else ("✗", "red")
        click.echo(click.style(f"{mark} ", fg=colour) + step.says.in_(reader()))
    for name, value in _about(found).items():
        click.echo(f"  {name}: {value}")
    say(found.says.in_(reader()))


@receipt.command()
@click.option("--new", is_flag=True, help="Put a new key in front; the old ones go on to verify.")
@config_option
@click.pass_context
@bordered
async def key(context: click.Context, config_file: Path | None, *, new: bool) -> None:
    """Print the public keys that tell genuine receipts, the one that signs first: an id and the key."""
    from monitor.keys import make_keys, read_keys, renew_keys
    from monitor.receipt import public_of

    settings = settings_of(config_file, context)
    path = settings.at_home(settings.links.receipt_keys)
    if new and not make_keys(path):
        renew_keys(path)
        say(f"{path} has a new key in front. Restart every daemon that uses it.")
    for name, seed in read_keys(path).keys.items():
        click.echo(f"{name} {public_of(seed)}")
