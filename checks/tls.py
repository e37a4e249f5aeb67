"""Is the connection private, and is the other side who it says?

Whether a chain is trusted was decided by OpenSSL during the handshake; everything else is read from the certificate
here, so that a certificate that is expired *and* for another name is told to be both. Days are counted at `at`.

Old versions are asked for with a handshake of their own: a server that also speaks TLS 1.3 would never show them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from checks.contract import NOTHING, Exchange, Handshake, Look, Offer, Scope, Severity, Tls, Trouble
from checks.rulebook import rules, title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from checks.certificate import Facts
    from checks.contract import Finding, Hop, Probe, Rule, Words

TITLE, RULES = title("tls"), rules("tls")

UNVERIFIED = frozenset({Trouble.CERTIFICATE, Trouble.TLS_FAILED})
OLD = frozenset({"SSLv3", "TLSv1", "TLSv1.1"})
# OpenSSL's verdicts (x509_vfy.h). What is in none of these sets means that the chain is not trusted.
NOT_YET, EXPIRED, SELF_SIGNED = 9, 10, 18
WRONG_NAME = frozenset({62, 64})
WEAK_KEY = frozenset({66, 67})
WEAK_SIGNATURE = 68
NO_ISSUER = frozenset({20, 21})
NOT_ABOUT_TRUST = frozenset({0, NOT_YET, EXPIRED, WEAK_SIGNATURE}) | WRONG_NAME | WEAK_KEY


@dataclass(frozen=True, slots=True)
class Secured:
    """What was seen: the visit, and the answer to the offer of old versions (none where no connection came about)."""

    exchange: Exchange
    old: Handshake | None = None


@dataclass(frozen=True, slots=True)
class TlsCheck:
    """Options: how many days before the end a certificate is worth a notice, a high one and a critical one."""

    notice_days: int = 30
    high_days: int = 14
    critical_days: int = 3

    kind: ClassVar[str] = "tls"
    every: ClassVar[timedelta] = timedelta(hours=1)
    scope: ClassVar[Scope] = Scope.ADDRESS
    named_only: ClassVar[bool] = False
    ruleset: ClassVar[int] = 1
    title: ClassVar[Words] = TITLE
    rules: ClassVar[Mapping[str, Rule]] = RULES

    def suits(self, url: str) -> bool:
        return urlsplit(url).scheme == "https"

    async def observe(self, url: str, probe: Probe) -> Secured:
        exchange = await probe.fetch(url)
        first = exchange.first
        if first.tls is None and first.trouble is not Trouble.TLS_FAILED:
            return Secured(exchange)
        return Secured(exchange, await probe.shake(url, Offer.OLD_VERSIONS))

    def judge(self, seen: Secured, at: datetime, before: Mapping[str, Any] = NOTHING) -> Look:  # noqa: ARG002
        hop = seen.exchange.first
        if hop.tls is None and hop.trouble is not Trouble.TLS_FAILED:
            unseen = hop.trouble is not None and hop.trouble.unseen
            return seen.exchange.unknown(hop.trouble.value if unseen and hop.trouble else "no-answer")
        shown = hop.tls or (seen.old.tls if seen.old else None)
        leaf = read(shown.chain[0]) if shown and shown.chain else None
        findings = [*_agreement(hop, seen.old), *(self._certificate(hop, shown, leaf, at) if shown else ())]
        return Look.of(findings, _evidence(seen, hop, leaf), seen.exchange.took_ms)

    def _certificate(self, hop: Hop, shown: Tls, leaf: Facts | None, at: datetime) -> Iterator[Finding]:
        code = shown.verify_code
        # Servers send along certificates that no client uses. Only the server's own is held against it, unless
        # OpenSSL itself stumbled over one of the others.
        links = [facts for facts in map(read, shown.chain) if facts]
        yield from _trust(shown, leaf)
        yield from self._validity(links, code, at)
        host = urlsplit(hop.url).hostname or ""
        if code in WRONG_NAME or (hop.trouble in UNVERIFIED and leaf is not None and not leaf.covers(host)):
            names = ", ".join(leaf.names[:5]) if leaf and leaf.names else "no name at all"
            yield RULES["tls.hostname"].found(f"The certificate is for {names}, not for {host}.")
        yield from _strength(links, code)

    def _validity(self, links: list[Facts], code: int, at: datetime) -> Iterator[Finding]:
        ended = next((link for link in (links if code == EXPIRED else links[:1]) if link.ends_at <= at), None)
        if ended or code == EXPIRED:
            when = f" on {ended.ends_at:%Y-%m-%d} ({ended.subject})" if ended else ""
            yield RULES["tls.expired"].found(f"A certificate of the chain expired{when}.")
        future = next((link for link in (links if code == NOT_YET else links[:1]) if link.begins_at > at), None)
        if future or code == NOT_YET:
            when = f" begins on {future.begins_at:%Y-%m-%d} ({future.subject})" if future else " lies in the future"
            yield RULES["tls.not-yet-valid"].found(f"The validity of a certificate{when}.")
        if links and not ended and (severity := self._urgency(links[0].ends_at - at)):
            detail = f"The certificate expires on {links[0].ends_at:%Y-%m-%d}, in {(links[0].ends_at - at).days} days."
            yield RULES["tls.expires-soon"].found(detail, key=links[0].serial, severity=severity)

    def _urgency(self, left: timedelta) -> Severity | None:
        if left <= timedelta(days=self.critical_days):
            return Severity.CRITICAL
        if left <= timedelta(days=self.high_days):
            return Severity.HIGH
        return Severity.MEDIUM if left <= timedelta(days=self.notice_days) else None


def read(der: bytes) -> Facts | None:
    """The facts of a certificate. Imported late: whoever wants the words of the contract passes by this module, and
    the library for certificates takes longer to load than all the rest together.
    """
    from checks.certificate import read as read_certificate

    return read_certificate(der)


def _strength(links: list[Facts], code: int) -> Iterator[Finding]:
    weak = next((link for link in (links if code in WEAK_KEY else links[:1]) if link.weak_key), None)
    if weak or code in WEAK_KEY:
        size = f" ({weak.key} with {weak.bits} bits)" if weak else ""
        yield RULES["tls.weak-key"].found(f"A key of the chain is too short{size}.")
    frail = next((link for link in (links if code == WEAK_SIGNATURE else links[:1]) if link.weak_signature), None)
    if frail or code == WEAK_SIGNATURE:
        hashed = f" ({frail.signature})" if frail else ""
        yield RULES["tls.weak-signature"].found(f"A certificate of the chain is signed with a weak hash{hashed}.")


def _agreement(hop: Hop, old: Handshake | None) -> Iterator[Finding]:
    taken = [tls.version for tls in (hop.tls, old.tls if old else None) if tls and tls.version in OLD]
    if taken:
        yield RULES["tls.old-protocol"].found(f"The server accepts {taken[-1]}.")
    if hop.trouble is Trouble.TLS_FAILED:
        if hop.tls is None and not taken:
            yield RULES["tls.none"].found(hop.detail)
        else:
            yield RULES["tls.no-agreement"].found(hop.detail)


def _trust(shown: Tls, leaf: Facts | None) -> Iterator[Finding]:
    if shown.verify_code in NOT_ABOUT_TRUST:
        return
    yield RULES["tls.untrusted"].found(f"OpenSSL: {shown.verify_text} ({shown.verify_code}).")
    if shown.verify_code == SELF_SIGNED:
        yield RULES["tls.self-signed"].found("The certificate vouches for itself.")
    # An issuer that is missing may be an intermediate or a private root. Only a certificate that tells where to fetch
    # its issuer's shows which: roots are not fetched.
    elif shown.verify_code in NO_ISSUER and len(shown.chain) == 1 and leaf and leaf.points_to_issuer:
        yield RULES["tls.incomplete-chain"].found(f"The certificate of {leaf.issuer} is not sent along.")


def _evidence(seen: Secured, hop: Hop, leaf: Facts | None) -> dict[str, Any]:
    evidence = seen.exchange.evidence() | {"old_versions": _told(seen.old)}
    if hop.tls:
        evidence |= {"tls": hop.tls.version, "cipher": hop.tls.cipher, "certificate": hop.tls.sha256}
        evidence |= {"chain_length": len(hop.tls.chain), "verify_code": hop.tls.verify_code}
    if leaf:
        evidence |= {
            "subject": leaf.subject,
            "issuer": leaf.issuer,
            "serial": leaf.serial,
            "names": list(leaf.names[:20]),
            "not_before": leaf.begins_at.isoformat(),
            "not_after": leaf.ends_at.isoformat(),
            "key": f"{leaf.key} {leaf.bits}".removesuffix(" 0"),
            "signature": leaf.signature,
        }
    return evidence


def _told(old: Handshake | None) -> str:
    """The answer to the offer of old versions: the version taken, `refused`, or `not-assessed`."""
    if old is not None and old.tls is not None:
        return old.tls.version
    return "refused" if old is not None and old.trouble is Trouble.TLS_FAILED else "not-assessed"
