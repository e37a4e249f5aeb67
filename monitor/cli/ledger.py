"""`itaku ledger`: verify the chain, show its head, export its lines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.border import BROKEN, bordered, config_option, give_up, put, say, settings_of, store_of

if TYPE_CHECKING:
    from monitor.ledger import Verifier


@click.group()
def ledger() -> None:
    """The chained record: verify, head, export."""


@ledger.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@click.option(
    "--head", "anchor", metavar="SEQ:HASH", help="A head that was noted earlier: a tail cut since then shows."
)
@click.option(
    "--looks", is_flag=True, help="Compare the looks that the database keeps with the lines of their days, too."
)
@config_option
@click.pass_context
@bordered
async def verify(
    context: click.Context, file: Path | None, anchor: str | None, config_file: Path | None, *, looks: bool
) -> None:
    """Check every line of the chain, of an export (needs no database) or of the database."""
    from monitor.ledger import Broken, Verifier

    verifier = Verifier(anchor=_anchor(anchor))
    try:
        if file:
            _read(file, verifier)
        else:
            await _walk(verifier, context, config_file, looks=looks)
        verifier.finish()
    except Broken as error:
        give_up([f"The ledger is broken. {error}"], BROKEN)
    say(f"The ledger holds: {verifier.seq} lines.")
    click.echo(f"{verifier.seq}:{verifier.prev}")


def _anchor(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    seq, _, value = text.partition(":")
    if not seq.isdecimal() or len(value) != 64:  # noqa: PLR2004 - SHA-256 in hex
        raise click.BadParameter("write SEQ:HASH, as `itaku ledger head` prints it")
    return int(seq), value


def _read(file: Path, verifier: Verifier) -> None:
    from monitor.ledger import parse

    with click.open_file(str(file), encoding="utf-8", errors="surrogateescape") as lines:
        for line in parse(lines):
            verifier.take(line)


async def _walk(verifier: Verifier, context: click.Context, config_file: Path | None, *, looks: bool) -> None:
    from monitor.archive.proof import Proof
    from monitor.ledger import lines

    async with store_of(settings_of(config_file, context)):
        proof = await Proof.begin() if looks else None
        async for line in lines():
            verifier.take(line)
            if proof:
                await proof.take(line)
    if proof:
        say(proof.summary)


@ledger.command()
@config_option
@click.pass_context
@bordered
async def head(context: click.Context, config_file: Path | None) -> None:
    """Print SEQ:HASH of the last line, to be noted somewhere else."""
    from monitor.ledger import head as last

    async with store_of(settings_of(config_file, context)):
        seq, value = await last()
    click.echo(f"{seq}:{value}")


@ledger.command()
@click.option("--since", default=1, show_default=True, type=click.IntRange(min=1), help="The first line to print.")
@config_option
@click.pass_context
@bordered
async def export(context: click.Context, since: int, config_file: Path | None) -> None:
    """Print the lines, one JSON object each."""
    from monitor.ledger import lines

    async with store_of(settings_of(config_file, context)):
        async for line in lines(since):
            put(line)
