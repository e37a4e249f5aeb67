"""`itaku status --texts`: the group's own published texts, when each was seen last, and what has changed in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from monitor.passages import Passage, Piece
    from monitor.promises.watching import Standing


def line(one: Standing, zone: ZoneInfo) -> dict[str, Any]:
    """A text as an object of `--json`."""
    seen, (known, changed) = one.watch.last_at if one.watch else None, one.hashes
    return {
        "policy": one.text.key,
        "url": one.text.url,
        "effective_from": one.text.effective_from.isoformat(),
        "state": one.state,
        "seen_at": seen.astimezone(zone).isoformat() if seen else None,
        "changed_at": one.change.first_seen_at.astimezone(zone).isoformat() if one.change else None,
        "before": known or None,
        "after": changed or None,
    }


async def show(found: Sequence[Standing], zone: ZoneInfo) -> None:
    """Each text in a line, and below one that has changed what went (-) and what came (+)."""
    from monitor.promises.watching import State

    if not found:
        click.echo("No text of the group is in effect: the registry has no [[policy]] table for today.")
    for one in found:
        said = line(one, zone)
        click.echo(f"{one.state}  {one.text.key}  {one.text.url}  last seen: {said['seen_at'] or 'not yet'}")
        if one.state is State.CHANGED:
            click.echo("".join(f"  {row}\n" for row in await _difference(*one.hashes)), nl=False)


async def _difference(known: str, changed: str) -> list[str]:
    from monitor import tables
    from monitor.passages import passages

    texts = [await tables.PageText.filter(sha256__startswith=one).first() for one in (known, changed)]
    if texts[0] is None or texts[1] is None:
        return [f"only the hashes are known: {known}, {changed}"]
    return [row for one in passages(texts[0].text, texts[1].text) if one.changed for row in _lines(one)]


def _lines(one: Passage) -> list[str]:
    return [f"{sign} {_said(pieces)}" for sign, pieces in (("-", one.old), ("+", one.new)) if pieces]


def _said(pieces: Sequence[Piece]) -> str:
    """A stranger wrote it: nothing in it may steer a terminal."""
    return "".join(letter for text, _ in pieces for letter in text if letter.isprintable())
