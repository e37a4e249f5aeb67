"""再委託先: who works below a work, as rows of a sheet of its own; a literal table, as that of the works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.language import Message, listed
from monitor.letters.words import named
from monitor.promises.states import CHAIN_STATES
from monitor.promises.trustees.wording import AUTHORISED, DAY, NARROW, USUAL, WIDE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from monitor.hearing.chain.tree import Node
    from monitor.promises.trustees.reading import Line

    Value = str | int | date | None


@dataclass(frozen=True, slots=True)
class Rung:
    """One party below, with the work at the top and whoever entrusted it."""

    line: Line
    node: Node
    above: Node


@dataclass(frozen=True, slots=True)
class Column:
    head: Message
    width: int
    of: Callable[[Rung, str], Value]


def rungs(line: Line) -> Iterator[Rung]:
    """All below a work, from above. Of a work that hangs below another nothing: its top has it already."""
    if line.entry.under is None:
        yield from _below(line, line.node)


def _below(line: Line, above: Node) -> Iterator[Rung]:
    for node in above.below:
        yield Rung(line, node, above)
        yield from _below(line, node)


def _state(rung: Rung, language: str) -> str:
    """What was decided on it; of one that an old ledger had and nobody asked for, how its work stands."""
    if rung.node.request:
        return Message(CHAIN_STATES[rung.node.request.state]).in_(language)
    return rung.line.below[rung.node.entry.key].words(language) if rung.node.entry else ""


def _work(rung: Rung, _: str) -> Value:
    entry, asked = rung.node.entry, rung.node.request
    return (entry.title if entry else None) or (asked.work if asked else None)


def _items(rung: Rung, language: str) -> Value:
    entry, asked = rung.node.entry, rung.node.request
    return listed(entry.items, language) if entry and entry.items else asked.items if asked else None


def _authorised(rung: Rung, language: str) -> Value:
    return AUTHORISED[rung.node.request.authorisation].in_(language) if rung.node.request else None


def _begins(rung: Rung, _: str) -> Value:
    entry, asked = rung.node.entry, rung.node.request
    return entry.starts_on if entry else asked.starts_on if asked else None


def _ends(rung: Rung, _: str) -> Value:
    entry, asked = rung.node.entry, rung.node.request
    return (asked.ended_on if asked else None) or (entry.ends_on if entry else None)


COLUMNS: tuple[Column, ...] = (
    Column(Message("Key of the work"), USUAL, lambda rung, _: rung.line.entry.key),
    Column(Message("Responsible company"), USUAL, lambda rung, language: named(rung.line.company, language)),
    Column(Message("Party"), WIDE, lambda rung, language: named(rung.line.party, language)),
    Column(Message("Level"), NARROW, lambda rung, _: rung.node.depth),
    Column(Message("Entrusted by"), WIDE, lambda rung, _: rung.above.name),
    Column(Message("Party below"), WIDE, lambda rung, _: rung.node.name),
    Column(
        Message("Its work in the registry"), USUAL, lambda rung, _: rung.node.entry.key if rung.node.entry else None,
    ),
    Column(Message("Postal address"), WIDE, lambda rung, _: rung.node.request.address if rung.node.request else None),
    Column(Message("Countries"), USUAL, lambda rung, language: listed(rung.node.countries or ("?",), language)),
    Column(Message("What is done"), WIDE, _work),
    Column(Message("Items of personal data"), WIDE, _items),
    Column(Message("State"), USUAL, _state),
    Column(Message("Entrusting further"), USUAL, _authorised),
    Column(Message("Asked on"), DAY, lambda rung, _: rung.node.request.requested_on if rung.node.request else None),
    Column(Message("Decided on"), DAY, lambda rung, _: rung.node.request.decided_on if rung.node.request else None),
    Column(
        Message("First entruster's consent"), DAY,
        lambda rung, _: rung.node.request.consent_on if rung.node.request else None,
    ),
    Column(
        Message("Conditions, or the reason"), WIDE,
        lambda rung, _: rung.node.request.conditions if rung.node.request else None,
    ),
    Column(Message("Begins on"), DAY, _begins),
    Column(Message("Last day"), DAY, _ends),
)  # fmt: skip
