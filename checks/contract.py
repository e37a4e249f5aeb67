"""What a look is, in the words that checks, the probe and the stages share.

A check looks at one endpoint of a party from outside and needs nobody's help. It is split in two so that deciding
can be tested without a network: `observe` asks the world through the probe that it is handed, `judge` is a pure
function from what was seen to findings. What could not be seen is not a finding: it is `UNKNOWN` with a reason,
and is never counted against the party.

The vocabulary lives here and not in `monitor`, because the speaker defines the sentence: `monitor` reads it, a check
never imports `monitor`.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Severity(enum.IntEnum):
    """How much a finding matters; it decides the ladder (`low`: digest only ... `critical`: at once, at any hour)."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        """As written in output, registry files and the ledger: `low`, `medium`, `high`, `critical`."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Severity:
        """The severity of that name; `KeyError` for a word that is none."""
        return cls[word.upper()]


class Verdict(enum.StrEnum):
    """What one look concludes. `UNKNOWN` is neither good nor bad: not assessed, or our own fault."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong. Two findings are the same thing when rule and key are equal, however detail and severity move."""

    rule: str  #: starts with the check's kind: `tls.expired`
    severity: Severity = field(compare=False)
    detail: str = field(compare=False)  #: one English sentence of fact for people; never a response body
    key: str = ""  #: tells two findings of one rule apart, for example the name of a cookie


@dataclass(frozen=True, slots=True)
class Look:
    """One finished look: verdict, findings, what was observed, and how long it took.

    `reason` is a token when the verdict is `UNKNOWN` (`guard.address`, `refused-monitor`, `dns.servfail`, ...), else
    empty. `observed` holds JSON-ready evidence with ASCII keys. `fault` is true when the reason is our own trouble
    (no network here, resolver away) and not the party's: such looks feed the canary.
    """

    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    observed: Mapping[str, Any] = field(default_factory=dict)
    took_ms: float = 0.0
    reason: str = ""
    fault: bool = False

    @property
    def severity(self) -> Severity | None:
        """The highest severity among the findings, or none."""
        return max((finding.severity for finding in self.findings), default=None)
