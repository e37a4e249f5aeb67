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

from checks.names import host_of, origin_of, registrable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, timedelta

    from checks.browsed import Browsed

DETAIL_LENGTH = 300
CHALLENGE_HEADERS = {"cf-mitigated": ("challenge",), "x-amzn-waf-action": ("challenge", "captcha")}
CHALLENGE_MARKS = (b"/cdn-cgi/challenge-platform/", b"captcha-delivery.com", b".awswaf.com", b"_Incapsula_Resource")
TURNED_AWAY = frozenset({403, 406, 429, 451, 511})


def plain(text: str, limit: int = DETAIL_LENGTH) -> str:
    """The text on one printable line. What a stranger's server says goes to terminals, mails and databases only so."""
    line = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text[: limit + 1])
    return line if len(line) <= limit else line[: limit - 1] + "\N{HORIZONTAL ELLIPSIS}"


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

    def found(self, detail: str, *, key: str = "", severity: Severity | None = None) -> Finding:
        """This rule, broken. `severity` departs from the rule's own where the degree decides (days left, say)."""
        return Finding(self.name, severity or self.severity, plain(detail), plain(key, 100))


class Trouble(enum.StrEnum):
    """Why an answer did not come, or not whole. A value and not an exception: it is what the world said."""

    NO_SUCH_NAME = "dns.no-such-name"
    SERVFAIL = "dns.servfail"
    DNS_TIMEOUT = "dns.timeout"
    GUARD_ADDRESS = "guard.address"
    GUARD_PORT = "guard.port"
    REFUSED = "connect.refused"
    UNREACHABLE = "connect.unreachable"
    CONNECT_TIMEOUT = "connect.timeout"
    CERTIFICATE = "certificate-refused"  #: TLS was spoken, but the chain or the name did not hold
    TLS_FAILED = "tls-failed"  #: no handshake that a current client would accept
    TIMEOUT = "timeout"
    CLOSED = "closed"
    MALFORMED = "malformed-answer"
    REDIRECTS = "too-many-redirects"
    ASKED_TO_WAIT = "asked-to-wait"  #: the host has said until when it wants to be left alone
    NO_BROWSER = "browser.missing"
    NO_SANDBOX = "browser.no-sandbox"  #: the browser has no cage here, and is not let out without one
    BROWSER_FAILED = "browser.failed"
    LOCAL_FAULT = "local-fault"

    @property
    def ours(self) -> bool:
        """Our own side failed (no network, no resolver answers): nothing about the party, but food for the canary."""
        return self in {Trouble.LOCAL_FAULT, Trouble.DNS_TIMEOUT}

    @property
    def unseen(self) -> bool:
        """We did not get to see the party, so there is nothing to hold against it."""
        return self.ours or self in {
            Trouble.NO_BROWSER,
            Trouble.NO_SANDBOX,
            Trouble.BROWSER_FAILED,
            Trouble.SERVFAIL,
            Trouble.GUARD_ADDRESS,
            Trouble.GUARD_PORT,
            Trouble.ASKED_TO_WAIT,
        }


@dataclass(frozen=True, slots=True)
class Phases:
    """Milliseconds of one hop. Waiting for our own turn is in none of them."""

    dns: float = 0.0
    connect: float = 0.0
    tls: float = 0.0
    first_byte: float = 0.0
    body: float = 0.0

    @property
    def total(self) -> float:
        return self.dns + self.connect + self.tls + self.first_byte + self.body


@dataclass(frozen=True, slots=True)
class Tls:
    """What a handshake showed. Where trust failed, the chain comes from a second handshake that trusts anybody.

    `chain` is DER, the server's own certificate first; a chain that was trusted is kept as that first one alone.
    """

    version: str
    cipher: str
    chain: tuple[bytes, ...]
    sha256: str  #: of the server's own certificate
    verify_code: int = 0  #: OpenSSL's X509_V_ERR_*; 0 where nothing was held against the chain
    verify_text: str = ""


@dataclass(frozen=True, slots=True)
class Hop:
    """One request and what came back; `trouble` is none when all of it came. Headers keep order and repetition."""

    url: str
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""  #: as sent, not decompressed, up to the probe's limit
    truncated: bool = False
    kept: bool = False  #: the host said that nothing has changed, and the body is the one that it sent before
    peer: str = ""
    tls: Tls | None = None
    phases: Phases = Phases()
    trouble: Trouble | None = None
    detail: str = ""

    def header(self, name: str) -> tuple[str, ...]:
        """Every field of that lower-case name, in order."""
        return tuple(value for field_name, value in self.headers if field_name.lower() == name)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One visit to a URL: the hops that its redirects led over, at least one, the last being the answer."""

    url: str
    hops: tuple[Hop, ...]

    @property
    def first(self) -> Hop:
        return self.hops[0]

    @property
    def final(self) -> Hop:
        return self.hops[-1]

    @property
    def trouble(self) -> Trouble | None:
        return self.final.trouble

    @property
    def took_ms(self) -> float:
        return round(sum(hop.phases.total for hop in self.hops), 2)

    @property
    def refused_us(self) -> bool:
        """The site turned the monitor away or set it a riddle: we know that it lives, and nothing else."""
        return self.final.status in TURNED_AWAY or self.challenged

    @property
    def challenged(self) -> bool:
        """A riddle stands where the page would. The marks in a body count only beside an error status, because the
        same scripts ride along on healthy pages.
        """
        hop = self.final
        if any(value.lower() in words for name, words in CHALLENGE_HEADERS.items() for value in hop.header(name)):
            return True
        return hop.status >= 400 and any(mark in hop.body for mark in CHALLENGE_MARKS)  # noqa: PLR2004 - HTTP's errors

    def evidence(self) -> dict[str, Any]:
        """What is worth keeping of every visit, whatever the verdict; JSON-ready, and never a body."""
        hop = self.final
        seen: dict[str, Any] = {"url": plain(hop.url, 2000), "peer": hop.peer, "ms": _milliseconds(hop.phases)}
        if hop.status:
            seen["status"] = hop.status
        if hop.kept:
            seen["unchanged"] = True
        if hop.trouble:
            seen |= {"trouble": hop.trouble.value, "detail": plain(hop.detail)}
        if hop.tls:
            seen |= {"tls": hop.tls.version, "cipher": hop.tls.cipher, "certificate": hop.tls.sha256}
        if len(self.hops) > 1:
            seen["via"] = [{"url": plain(before.url, 2000), "status": before.status} for before in self.hops[:-1]]
        return seen

    def unknown(self, reason: str, **more: Any) -> Look:
        """The look that could not judge, with what was seen of the world all the same."""
        fault = self.trouble is not None and self.trouble.ours
        return Look(Verdict.UNKNOWN, (), self.evidence() | more, self.took_ms, reason, fault)


def _milliseconds(phases: Phases) -> dict[str, float]:
    names = ("dns", "connect", "tls", "first_byte", "body")
    return {name: round(getattr(phases, name), 2) for name in names}


class Offer(enum.Enum):
    """What a handshake made only to learn the answer puts on the table. Such looks are rare, one connection each."""

    OLD_VERSIONS = "TLS 1.0 and 1.1 only"
    UP_TO_TLS_1_2 = "every suite, and no version above TLS 1.2"
    WEAK_SUITES = "all of the following, to see whether any is taken"
    BROKEN_SUITES = "no encryption, no authentication, RC4, DES, export"
    TRIPLE_DES = "3DES"
    STATIC_RSA = "keys exchanged with the certificate's own RSA key"


@dataclass(frozen=True, slots=True)
class Handshake:
    """The answer to an offer: `tls` if it was taken; else `trouble`, `TLS_FAILED` being the plain no."""

    tls: Tls | None = None
    trouble: Trouble | None = None
    detail: str = ""


class RecordType(enum.StrEnum):
    """Kinds of DNS records that checks ask for."""

    A = "A"
    AAAA = "AAAA"
    CAA = "CAA"
    CNAME = "CNAME"
    DNSKEY = "DNSKEY"
    DS = "DS"
    MX = "MX"
    NS = "NS"
    SOA = "SOA"
    TXT = "TXT"


@dataclass(frozen=True, slots=True)
class Records:
    """What DNS says about a name. Nothing found and no `trouble` means that there is nothing, and if `exists` is false
    not even the name; with two resolvers, both have said so.
    """

    name: str
    type: RecordType
    values: tuple[str, ...] = ()  #: as zone files write them, sorted; a TXT's strings joined and without quotes
    aliases: tuple[str, ...] = ()  #: the names that CNAMEs led over, in order
    exists: bool = True
    validated: bool = False  #: the resolver vouches that DNSSEC held
    trouble: Trouble | None = None
    detail: str = ""
    took_ms: float = 0.0

    def unknown(self, **more: Any) -> Look:
        """The look that could not judge because the name could not be asked."""
        trouble = self.trouble or Trouble.SERVFAIL
        seen = {
            "name": plain(self.name),
            "type": self.type.value,
            "trouble": trouble.value,
            "detail": plain(self.detail),
        }
        return Look(Verdict.UNKNOWN, (), seen | more, self.took_ms, trouble.value, trouble.ours)


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
