"""Looks that were just made, written as rows; what they saw is written once for all that saw the same."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.tables.plain import insert_each
from monitor.tables.store import connection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from checks.contract import Look

PHASES = ("dns", "connect", "tls", "first_byte", "body")
UNTIL_PACKED = timedelta(days=3)  #: what was seen is kept so long by itself; a block that names it keeps it longer
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_SUSPECT = re.compile(r"\\u(?:0000|d[89a-f])")
_UPSERT = (
    "INSERT INTO look_evidence (sha256, body, keep_until) VALUES ({0}, {1}, {2}) ON CONFLICT (sha256)"
    " DO UPDATE SET keep_until = excluded.keep_until WHERE look_evidence.keep_until < excluded.keep_until"
)


@dataclass(frozen=True, slots=True)
class Made:
    """A look that was made of a watch. `attempt`: the how-manieth in a row that says what is not settled yet."""

    watch_id: int
    look: Look
    attempt: int = 1
    ruleset: int = 0
    lag_ms: float | None = None


async def enter(made: Sequence[Made], at: datetime) -> None:
    """Write them, inside the caller's transaction; for any number of looks a handful of statements."""
    bodies = [_body(one) for one in made]
    keys = [hashlib.sha256(body.encode()).hexdigest() for body in bodies]
    known = await _evidence(dict(zip(keys, bodies, strict=True)), at.date())
    await insert_each(tables.LookRow, [_row(one, known[key], at) for one, key in zip(made, keys, strict=True)])


def _row(made: Made, evidence: int, at: datetime) -> dict[str, Any]:
    look = made.look
    spans: Mapping[str, float] = look.observed.get("ms") or {}
    return {
        "watch_id": made.watch_id,
        "at": at,
        "verdict": str(look.verdict),
        "reason": look.reason,
        "took_ms": look.took_ms,
        "phases": " ".join(str(round(spans[name] * 10)) for name in PHASES) if spans else "",
        "lag_ms": made.lag_ms,
        "attempt": made.attempt,
        "evidence_id": evidence,
    }


def _body(made: Made) -> str:
    """What a look saw, without what differs every time: the same is the same text."""
    look = made.look
    said = {
        "findings": [{"rule": one.rule, "key": one.key, "severity": one.severity.word} for one in look.findings],
        "observed": {name: value for name, value in look.observed.items() if name != "ms"},
        "ruleset": made.ruleset,
    }
    body = _text(said)
    return _text(keepable(said)) if _SUSPECT.search(body) else body


def _text(said: Any) -> str:
    return json.dumps(said, sort_keys=True, separators=(",", ":"))


def keepable(evidence: Any) -> Any:
    """Evidence as a database can hold it: a stranger's server may say what is no text, and PostgreSQL refuses it."""
    if isinstance(evidence, str):
        return _NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", evidence)
    if isinstance(evidence, dict):
        return {keepable(name): keepable(value) for name, value in evidence.items()}
    return [keepable(value) for value in evidence] if isinstance(evidence, list | tuple) else evidence


async def _evidence(bodies: Mapping[str, str], today: date) -> dict[str, int]:
    """The numbers under which it is kept; what is new is written, and what is about to go is kept on."""
    found = {key: number for key, number, until in await _known(bodies) if until > today}
    missing = sorted(set(bodies) - set(found))  # in one order, so that two replicas never wait for each other
    if missing:
        client = connection()
        marks = ("$1", "$2", "$3") if client.capabilities.dialect == "postgres" else ("?",) * 3
        until = today + UNTIL_PACKED
        await client.execute_many(_UPSERT.format(*marks), [[key, bodies[key], until] for key in missing])
        found |= {key: number for key, number, _ in await _known(missing)}
    return found


async def _known(keys: Iterable[str]) -> list[tuple[str, int, date]]:
    rows = tables.LookEvidence.filter(sha256__in=list(keys))
    return await rows.values_list("sha256", "id", "keep_until")
