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
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from checks.detail import Detail, plain
from checks.names import host_of, origin_of, registrable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, timedelta

    from checks.answers import Exchange, Handshake, Offer, Records, RecordType
    from checks.browsed import Browsed


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
    detail: str = field(compare=False)  #: one sentence of fact for people, mostly a `Detail`; never a response body
    key: str = ""  #: tells two findings of one rule apart, for example the name of a cookie


@dataclass(frozen=True, slots=True)
class Look:
    """One finished look: verdict, findings, what was observed, and how long it took.

    `reason` is a token when the verdict is `UNKNOWN` (`guard.address`, `refused-monitor`, `dns.servfail`, ...), else
    empty. `observed` holds JSON-ready evidence with ASCII keys. `fault` is true when the reason is our own trouble
    (no network here, resolver away) and not the party's: such looks feed the canary. `keep` is what the next look at
    the same endpoint is handed as `before`; none leaves what was kept. `texts` are kept for people to read, once each
    under their hash.
    """

    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    observed: Mapping[str, Any] = field(default_factory=dict)
    took_ms: float = 0.0
    reason: str = ""
    fault: bool = False
    keep: Mapping[str, Any] | None = None
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def severity(self) -> Severity | None:
        """The highest severity among the findings, or none."""
        return max((finding.severity for finding in self.findings), default=None)

    @classmethod
    def of(
        cls,
        findings: Iterable[Finding],
        observed: Mapping[str, Any],
        took_ms: float,
        keep: Mapping[str, Any] | None = None,
    ) -> Look:
        """A look that could judge: it fails exactly when something was found, the worst first."""
        ranked = tuple(sorted(findings, key=lambda finding: (-finding.severity, finding.rule, finding.key)))
        return cls(Verdict.FAIL if ranked else Verdict.PASS, ranked, observed, took_ms, keep=keep)


@dataclass(frozen=True, slots=True)
class Words:
    """One text in the two languages of the house."""

    ja: str
    en: str

    def said(self, language: str) -> str:
        """In that language; English for every language that is not Japanese."""
        return self.ja if language == "ja" else self.en


@dataclass(frozen=True, slots=True)
class Rule:
    """What a check holds a party to: what it is called, why it matters, what to do, and where the standard says so."""

    name: str
    severity: Severity
    title: Words
    explanation: Words
    remedy: Words
    reference: str

    def found(self, words: str, *, key: str = "", severity: Severity | None = None, **values: Any) -> Finding:
        """This rule, broken, told in a sentence of ours with `{placeholders}` for the values, or in a whole `Detail`.
        `severity` departs from the rule's own where the degree decides (days left, say).
        """
        detail = words if isinstance(words, Detail) else Detail(words, **values)
        return Finding(self.name, severity or self.severity, detail, plain(key, 100))


class Probe(Protocol):
    """The only door to the outside, as a check sees it. World trouble is a value; a bad URL is a `ValueError`."""

    async def fetch(self, url: str, *, headers: Mapping[str, str] | None = None, again: bool = False) -> Exchange:
        """GET, with redirects. `again`: a text that is read again and again, and to a greater length than other bodies;
        where the site says that it has not changed, it is not sent again. Not for what is judged by its headers.
        """
        ...

    async def shake(self, url: str, offer: Offer) -> Handshake:
        """A TLS handshake with that host and nothing after it."""
        ...

    async def query(self, name: str, kind: RecordType) -> Records:
        """What DNS says. Where it says "nothing", a second resolver has said so too."""
        ...

    async def browse(self, url: str) -> Browsed:
        """The page in a real browser, if the operator has given one."""
        ...


Seen = TypeVar("Seen")
NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})  #: what the first look of an endpoint is handed as `before`


class Scope(enum.StrEnum):
    """What a look at a URL is about. Where several endpoints of a party share it, one of them is looked at."""

    ADDRESS = "address"  #: this very URL
    SITE = "site"  #: scheme, host and port
    HOST = "host"
    DOMAIN = "domain"  #: what somebody registered

    def of(self, url: str) -> str:
        if self is Scope.ADDRESS:
            return url
        if self is Scope.SITE:
            return origin_of(url)
        host = host_of(url)
        return host if self is Scope.HOST else registrable(host)


class Check(Protocol[Seen]):
    """One kind of look. Its fields are its options, which an endpoint may set in the registry.

    `judge` is pure, so that every verdict can be had again later: from what was seen, the instant, and what an earlier
    look of the same endpoint has kept (`before`; empty at first).
    """

    @property
    def kind(self) -> str: ...

    @property
    def title(self) -> Words:
        """What people call it."""
        ...

    @property
    def every(self) -> timedelta:
        """How often, unless the registry says otherwise."""
        ...

    @property
    def scope(self) -> Scope: ...

    @property
    def named_only(self) -> bool:
        """Whether it is made only where an endpoint or a command names it: it needs to be told something first."""
        ...

    @property
    def ruleset(self) -> int:
        """Raised whenever the same observation comes to be judged otherwise: no verdict moves without a cause."""
        ...

    @property
    def rules(self) -> Mapping[str, Rule]: ...

    def suits(self, url: str) -> bool:
        """Whether this look makes sense for such a URL; it is the registry's default."""
        ...

    async def observe(self, url: str, probe: Probe) -> Seen: ...

    def judge(self, seen: Seen, at: datetime, before: Mapping[str, Any] = NOTHING) -> Look: ...
