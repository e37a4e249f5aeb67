"""The chained record: every change that anybody or anything makes, written in the change's own transaction.

A line's `hash` is the SHA-256 of its RFC 8785 form without `hash`, and `prev` is the hash of the line before, so an
edit, an insertion, a removal or another order shows; a cut tail shows against a head that was anchored outside. Keys
are ASCII and numbers integers, which lets the standard JSON encoder produce the canonical form (a test holds it
against a reference implementation).

`actor`, `subject` and `data` hold ids and hashes only. People live in a table of their own, where they can be erased.
Not promised: that somebody who owns the database server could not rebuild a whole chain. That is what anchors are for.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import TYPE_CHECKING, Any

from monitor.tables import LedgerLine
from monitor.tables.store import alone, last_of_all

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from monitor.tables import Obligation

GENESIS = "0" * 64
SYSTEM = "system"
_KEYS = ("seq", "at", "type", "actor", "company", "subject", "data", "prev", "hash")
_LOCK = 0x17A60  # PostgreSQL's advisory lock of the chain's single writer
_CHUNK = 1000
_GREATEST = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `subject` is what it happened to (`obligation/12`), `actor` who did it (`system`,
    `person/..`).
    """

    type: str
    subject: str
    data: Mapping[str, Any] = field(default_factory=dict)
    company: str | None = None
    actor: str = SYSTEM


async def note(kind: str, duty: Obligation, at: datetime, actor: str, **data: Any) -> None:
    """One line of what belongs to a duty, such as a link or a draft of it: placed by the work that it is about."""
    facts = {"engagement": duty.engagement_id, **data}
    await write([Event(kind, f"obligation/{duty.id}", facts, duty.company_id, actor)], at)


def canonical(value: Any) -> str:
    """The RFC 8785 form of what may stand in a line: text, integers, booleans, null, lists, objects with ASCII keys."""
    _refuse_strange(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _refuse_strange(value: Any) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            if not (isinstance(key, str) and key.isascii()):
                raise TypeError(f"a key of the ledger is ASCII text, not {key!r}")
            _refuse_strange(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_strange(inner)
    elif not (value is None or isinstance(value, str | bool | int)):
        raise TypeError(f"the ledger holds text, integers, booleans and null, not {type(value).__name__}")
    elif isinstance(value, int) and abs(value) > _GREATEST:
        raise ValueError("an integer of the ledger has at most 53 bits, as every reader of JSON can hold")


def digest(line: Mapping[str, Any]) -> str:
    """The hash of a line, from all of it but its hash."""
    return hashlib.sha256(canonical({k: v for k, v in line.items() if k != "hash"}).encode()).hexdigest()


def _chain(events: Iterable[tuple[Event, datetime]], seq: int, prev: str) -> Iterator[LedgerLine]:
    for event, at in events:
        seq, stamp = seq + 1, at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        line = {
            "seq": seq,
            "at": stamp,
            "type": event.type,
            "actor": event.actor,
            "company": event.company or "",
            "subject": event.subject,
            "data": dict(event.data),
            "prev": prev,
        }
        prev = digest(line)
        yield LedgerLine(**{**line, "data": canonical(event.data), "hash": prev})


async def write(events: Sequence[Event], at: datetime) -> None:
    """Append events. Must be called inside the transaction of the change that they record, at whose end they are
    written: the chain has one writer at a time, and who waits for it must hold up nobody who has it.
    """
    said = [(replace(event, data=dict(event.data)), at) for event in events]
    for event, _ in said:
        _refuse_strange(event.data)
    if said and not last_of_all(_append, said):
        await _append([said])


async def _append(batches: Sequence[Sequence[tuple[Event, datetime]]]) -> None:
    await alone(_LOCK)
    seq, prev = await head()
    await LedgerLine.bulk_create(_chain((line for batch in batches for line in batch), seq, prev))


async def head() -> tuple[int, str]:
    """Number and hash of the last line; (0, 64 zeros) when there is none."""
    last = await LedgerLine.all().order_by("-seq").first().values_list("seq", "hash")
    return (int(last[0]), str(last[1])) if last else (0, GENESIS)


class Broken(Exception):  # noqa: N818 - what the ledger then is
    """The chain does not hold; the message says where and why."""


def as_line(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the object that is exported and hashed; `Broken` when what it holds is no JSON any more."""
    try:
        return {**{key: row[key] for key in _KEYS}, "data": json.loads(row["data"])}
    except ValueError as error:
        raise Broken(f"seq {row['seq']}: the content is no JSON (edited)") from error


async def lines(since: int = 1) -> AsyncIterator[dict[str, Any]]:
    """All lines from `since` on, in order, read in chunks so that a long ledger needs no memory.

    Each chunk goes on from the line that was really read: a gap of whatever width ends nothing, and shows.
    """
    while chunk := await LedgerLine.filter(seq__gte=since).order_by("seq").limit(_CHUNK).values():
        for row in chunk:
            yield as_line(row)
        since = chunk[-1]["seq"] + 1


@dataclass
class Verifier:
    """Checks lines as they come. `seq` and `prev` are what the next line must continue.

    `anchor` is a head (number, hash) that was noted outside earlier; against it a cut or rewritten tail shows.
    """

    seq: int = 0
    prev: str = GENESIS
    anchor: tuple[int, str] | None = None

    def take(self, line: Mapping[str, Any]) -> None:
        """Accept the next line or raise `Broken`."""
        where = f"line after seq {self.seq}"
        if set(line) != set(_KEYS):
            raise Broken(f"{where}: keys are {sorted(map(str, line))}, expected {sorted(_KEYS)}")
        if line["seq"] != self.seq + 1 or isinstance(line["seq"], bool):
            raise Broken(f"{where}: seq is {line['seq']}, expected {self.seq + 1} (a line is missing, added or moved)")
        if line["prev"] != self.prev:
            raise Broken(f"seq {line['seq']}: prev does not name the line before")
        self._check_hash(line)
        self.seq, self.prev = line["seq"], line["hash"]
        if self.anchor and self.anchor[0] == self.seq and self.anchor[1] != self.prev:
            raise Broken(f"seq {self.seq} is not the line that was anchored: the chain was rewritten")

    def finish(self) -> None:
        """All lines were taken."""
        if self.anchor and self.anchor[0] > self.seq:
            raise Broken(f"the chain ends at seq {self.seq}, but seq {self.anchor[0]} was anchored: its tail was cut")

    @staticmethod
    def _check_hash(line: Mapping[str, Any]) -> None:
        try:
            expected = digest(line)
        except (TypeError, ValueError, RecursionError) as error:
            raise Broken(f"seq {line['seq']}: {error}") from error
        if line["hash"] != expected:
            raise Broken(f"seq {line['seq']}: the content does not match its hash (edited)")


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def parse(text: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Lines of an export; `Broken` names the line of the file that is no JSON object."""
    for number, raw in enumerate(text, 1):
        if not raw.strip():
            continue
        try:
            line = json.loads(raw, object_pairs_hook=_no_doubles)
        except (ValueError, RecursionError) as error:
            raise Broken(f"line {number} of the file: {error}") from error
        if not isinstance(line, dict):
            raise Broken(f"line {number} of the file is no object")
        yield line


async def verify() -> Verifier:
    """Check the whole chain in the database; `Broken` says where it does not hold."""
    verifier = Verifier()
    async for line in lines():
        verifier.take(line)
    return verifier
