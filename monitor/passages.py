"""Two states of a text, passage by passage: what stands in both, what went, what came. Pure.

Lines are compared first, and of two lines that took each other's place the words, so that a reader sees the one word
that was changed in a long paragraph. Both comparisons are bounded, each by itself and all together: beyond that whole
passages are marked. Who wrote the texts may have written them to be hard to compare.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_LINES = 2000  #: between the first and the last difference, up to which lines are paired
MOST_LETTERS = 1500  #: of a line, up to which its words are compared
MOST_PAIRS = 5_000_000  #: of words, compared over all lines; the hardest ones take about a second
AROUND = 1  #: lines that are shown before and after a difference
ALIKE = 0.3  #: share of two lines in common, below which one did not become the other
_WORDS = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)

Piece = tuple[str, bool]  #: some letters, and whether they are on this side only


@dataclass(frozen=True, slots=True)
class Passage:
    """One row of two columns. `skipped`: so many lines that stand in both are left out here."""

    old: tuple[Piece, ...] = ()
    new: tuple[Piece, ...] = ()
    skipped: int = 0

    @property
    def changed(self) -> bool:
        return any(mark for _, mark in (*self.old, *self.new))


@dataclass(slots=True)
class _Effort:
    """What may still be spent on comparing words."""

    left: int = MOST_PAIRS

    def allows(self, pairs: int) -> bool:
        """Whether so many may be compared still; if so, they are spent."""
        allowed = pairs <= self.left
        self.left -= pairs if allowed else 0
        return allowed


def passages(old: str, new: str) -> list[Passage]:
    """All differences with what stands around them, in order."""
    return [passage for block in _blocks(old.splitlines(), new.splitlines()) for passage in block]


def _blocks(old: Sequence[str], new: Sequence[str]) -> Iterator[list[Passage]]:
    first, last = _alike(old, new), 0
    last = _alike(old[first:][::-1], new[first:][::-1])
    yield _same(old[:first], begins=True, ends=first == len(old) == len(new))
    yield from _middle(old[first : len(old) - last], new[first : len(new) - last], _Effort())
    yield _same(old[len(old) - last :], begins=False, ends=True)


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """Lines from the beginning that are the same."""
    return next(
        (at for at, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), min(len(old), len(new))
    )


def _middle(old: Sequence[str], new: Sequence[str], effort: _Effort) -> Iterator[list[Passage]]:
    if max(len(old), len(new)) > MOST_LINES:
        yield _replaced(old, new, effort)
        return
    for what, begin, end, there, until in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            yield _same(old[begin:end], begins=False, ends=False)
        else:
            yield _replaced(old[begin:end], new[there:until], effort)


def _same(lines: Sequence[str], *, begins: bool, ends: bool) -> list[Passage]:
    """Lines in both: those next to a difference, and how many lie between."""
    head, tail = (0 if begins else AROUND), (0 if ends else AROUND)
    if len(lines) <= head + tail + 1:
        return [_both(line) for line in lines]
    between = len(lines) - head - tail
    return [*map(_both, lines[:head]), Passage(skipped=between), *map(_both, lines[len(lines) - tail :])]


def _both(line: str) -> Passage:
    return Passage(((line, False),), ((line, False),))


def _replaced(old: Sequence[str], new: Sequence[str], effort: _Effort) -> list[Passage]:
    """Lines that took each other's place in their order, the rest alone."""
    paired = min(len(old), len(new))
    found = [passage for pair in zip(old, new, strict=False) for passage in _became(*pair, effort)]
    found += [Passage(old=((line, True),)) for line in old[paired:]]
    return found + [Passage(new=((line, True),)) for line in new[paired:]]


def _became(old: str, new: str, effort: _Effort) -> list[Passage]:
    if max(len(old), len(new)) > MOST_LETTERS:
        return [Passage(((old, True),), ((new, True),))]
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if not effort.allows(len(before) * len(after)):
        return [Passage(((old, True),), ((new, True),))]
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < ALIKE:
        return [Passage(old=((old, True),)), Passage(new=((new, True),))]
    gone, came = list[Piece](), list[Piece]()
    for what, begin, end, there, until in matcher.get_opcodes():
        gone += [("".join(before[begin:end]), what != "equal")] if end > begin else []
        came += [("".join(after[there:until]), what != "equal")] if until > there else []
    return [Passage(tuple(gone), tuple(came))]
