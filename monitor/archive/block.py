"""All looks of a watch on one day as one small piece of bytes, and back. Pure.

Ten thousand watches that look every five minutes make more than a thousand million looks in 400 days; as rows they
would fill a hundred gigabytes. A block spends some four bytes on a look:

- what hardly changes (verdict, reason, attempt, what was seen) is written once for each state that differs;
- instants are whole seconds, as what is left of a steady rhythm: a look begins some time within the second after its
  turn anyway;
- durations are tenths of milliseconds with five significant binary digits, that is within three per cent. More digits
  are noise, and noise cannot be compressed;
- the columns stand one after the other and are compressed together.

What was exact (figures of the day, findings) is taken from the looks before they are packed. Packing what was unpacked
gives the same bytes again.
"""

from __future__ import annotations

import json
import lzma
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

VERSION = 1
DIGITS = 5  #: binary, of a duration
PHASES = 5  #: DNS, connecting, TLS, first byte, body
LONGEST = 1 << 34  #: tenths of milliseconds: twenty days, which no look takes
_SEVEN = 0x7F
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# No context bits: numbers without a grammar are guessed best by how often each occurs.
_LZMA = {"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 1 << 16, "lc": 0, "lp": 0, "pb": 0}
_FILTERS: list[dict[str, Any]] = [_LZMA]


@dataclass(frozen=True, slots=True)
class Entry:
    """One look as it is kept. Durations are tenths of milliseconds, our own loop's lag is hundredths of a second;
    `evidence` is the SHA-256 of what was seen, in hex, or empty.
    """

    at: datetime
    verdict: str
    reason: str = ""
    took: int = 0
    phases: tuple[int, ...] = ()
    lag: int | None = None
    attempt: int = 1
    evidence: str = ""


def pack(entries: Sequence[Entry]) -> bytes:
    """The looks, at least one, in their order."""
    seconds = [round((one.at - _EPOCH).total_seconds()) for one in entries]
    gaps = [after - before for before, after in pairwise(seconds)]
    rhythm = sorted(gaps)[len(gaps) // 2] if gaps else 0
    states: dict[tuple[str, str, int, str], int] = {}
    which = [states.setdefault(_state(one), len(states)) for one in entries]
    columns = [
        [_folded(gap - rhythm) for gap in gaps],
        which,
        [_own_time(one) for one in entries],
        [0 if one.lag is None else _code(one.lag) + 1 for one in entries],
        *zip(*(_phases(one) for one in entries), strict=True),
    ]
    text = json.dumps([VERSION, len(entries), seconds[0], rhythm, [*states]], separators=(",", ":"))
    raw = text.encode() + b"\n" + b"".join(map(_written, columns))
    return lzma.compress(raw, lzma.FORMAT_RAW, filters=_FILTERS)


def unpack(body: bytes) -> list[Entry]:
    """What was packed. `ValueError` for what no `pack` has made."""
    try:
        text, _, rest = lzma.decompress(body, lzma.FORMAT_RAW, filters=_FILTERS).partition(b"\n")
        return list(_entries(json.loads(text), _read(rest)))
    except (lzma.LZMAError, LookupError, TypeError, StopIteration, RuntimeError) as error:
        raise ValueError(f"not a block of looks: {error!r}") from error


def _entries(head: list[Any], numbers: Iterator[int]) -> Iterator[Entry]:
    version, looks, second, rhythm, states = head
    if version != VERSION:
        raise ValueError(f"a block of version {version} is not known here")
    gaps = [0, *(_unfolded(next(numbers)) + rhythm for _ in range(looks - 1))]
    which, own, lags, *phases = ([next(numbers) for _ in range(looks)] for _ in range(3 + PHASES))
    for gap, state, took, lag, codes in zip(gaps, which, own, lags, zip(*phases, strict=True), strict=True):
        second += gap
        verdict, reason, attempt, evidence = states[state]
        spans = tuple(map(_meant, codes))
        yield Entry(
            at=_EPOCH + timedelta(seconds=second),
            verdict=verdict,
            reason=reason,
            took=_meant(took - 1) if took else sum(spans),
            phases=spans if any(spans) else (),
            lag=_meant(lag - 1) if lag else None,
            attempt=attempt,
            evidence=evidence,
        )


def _state(one: Entry) -> tuple[str, str, int, str]:
    return one.verdict, one.reason, one.attempt, one.evidence


def _phases(one: Entry) -> tuple[int, ...]:
    return tuple(map(_code, one.phases)) or (0,) * PHASES


def _own_time(one: Entry) -> int:
    """How long it took, plus one; 0 where the phases say it."""
    said = sum(map(_meant, _phases(one)))
    return 0 if one.took in {sum(one.phases), said} or _meant(_code(one.took)) == said else _code(one.took) + 1


def _code(number: int) -> int:
    """A duration with as many significant digits as are kept, as a small number: short ones as they are, then sixteen
    steps from each power of two to the next.
    """
    number = min(max(number, 0), LONGEST)
    beyond = max(0, number.bit_length() - DIGITS)
    return (number + (1 << beyond >> 1) >> beyond) + (beyond << DIGITS - 1)


def _meant(code: int) -> int:
    beyond = max(0, (code >> DIGITS - 1) - 1)
    return code - (beyond << DIGITS - 1) << beyond


def _folded(number: int) -> int:
    """0, -1, 1, -2, 2 … as 0, 1, 2, 3, 4 …"""
    return -2 * number - 1 if number < 0 else 2 * number


def _unfolded(number: int) -> int:
    return -(number + 1) // 2 if number % 2 else number // 2


def _written(column: Iterable[int]) -> bytes:
    """Numbers as bytes of seven bits, the last of each below 128."""
    out = bytearray()
    for number in column:
        while number > _SEVEN:
            out.append(number & _SEVEN | _SEVEN + 1)
            number >>= 7  # noqa: PLW2901 - what is left of it
        out.append(number)
    return bytes(out)


def _read(raw: bytes) -> Iterator[int]:
    number = shift = 0
    for octet in raw:
        number |= (octet & _SEVEN) << shift
        shift += 7
        if octet <= _SEVEN:
            yield number
            number = shift = 0
