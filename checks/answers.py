"""What the world answered, as the probe brings it back: values with the trouble in them, for checks to judge."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checks.contract import Look, Verdict
from checks.detail import UNSAID, Detail, kept, plain

if TYPE_CHECKING:
    from collections.abc import Container

CHALLENGE_HEADERS = {"cf-mitigated": ("challenge",), "x-amzn-waf-action": ("challenge", "captcha")}
CHALLENGE_MARKS = (b"/cdn-cgi/challenge-platform/", b"captcha-delivery.com", b".awswaf.com", b"_Incapsula_Resource")
TURNED_AWAY = frozenset({403, 406, 429, 451, 511})
ANSWERS = 200  #: below are interim answers, and what is no status at all
OWN_WORD = frozenset({200, 404, 410})  #: statuses by which a party says what it has to say, or that there is nothing
ANY_PAGE = range(400)  #: statuses of a page that was meant to be seen; 0 where a browser could not say


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
    detail: Detail = UNSAID

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

    def unjudged(self, good: Container[int]) -> str:
        """Why nothing can be said of the answer, as a token; empty where it came with one of these statuses."""
        trouble = self.trouble
        if trouble is not None:
            return trouble.value if trouble.unseen or trouble is Trouble.CERTIFICATE else "no-answer"
        if self.refused_us:
            return "refused-monitor"
        return "" if self.final.status in good and self.final.status >= ANSWERS else "no-answer"

    def evidence(self) -> dict[str, Any]:
        """What is worth keeping of every visit, whatever the verdict; JSON-ready, and never a body."""
        hop = self.final
        seen: dict[str, Any] = {"url": plain(hop.url, 2000), "peer": hop.peer, "ms": _milliseconds(hop.phases)}
        if hop.status:
            seen["status"] = hop.status
        if hop.kept:
            seen["unchanged"] = True
        if hop.trouble:
            seen |= {"trouble": hop.trouble.value, "detail": kept(hop.detail)}
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
            "detail": kept(self.detail),
        }
        return Look(Verdict.UNKNOWN, (), seen | more, self.took_ms, trouble.value, trouble.ours)
