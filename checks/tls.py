"""Is the connection private, and is the other side who it says?

Whether a chain is trusted was decided by OpenSSL during the handshake; everything else is read from the certificate
here, so that a certificate that is expired *and* for another name is told to be both. Days are counted at `at`.

What else a server would agree to is asked once a day with handshakes of their own (`tls_offers`). That TLS 1.3 is
missing is a note: RFC 9325 requires TLS 1.2 and recommends 1.3, and a well-kept 1.2 is as private.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from checks.answers import Exchange, Tls, Trouble
from checks.contract import NOTHING, Look, Scope, Severity
from checks.detail import Detail
from checks.renewal import followed
from checks.rulebook import rules, title
from checks.tls_offers import BROKEN, NOT_ASSESSED, REFUSED, STATIC_RSA, TRIPLE_DES, Answers, asked, due
from checks.tls_offers import OLD as OLD_VERSIONS
from checks.tls_offers import kept as kept_answers
from checks.tls_offers import words as words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from checks.answers import Hop
    from checks.certificate import Facts
    from checks.contract import Finding, Probe, Rule, Words

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
TAKEN = {
    BROKEN: "tls.broken-suite",
    TRIPLE_DES: "tls.weak-suite",
    STATIC_RSA: "tls.static-rsa",
}


@dataclass(frozen=True, slots=True)
class Secured:
    """What was seen: the visit, and what the server said to other offers (none where they were not made this time)."""

    exchange: Exchange
    said: Answers | None = None


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
    ruleset: ClassVar[int] = 2
    quick: ClassVar[bool] = True  # a handshake is small
    title: ClassVar[Words] = TITLE
    rules: ClassVar[Mapping[str, Rule]] = RULES

    def suits(self, url: str) -> bool:
        return urlsplit(url).scheme == "https"

    async def observe(self, url: str, probe: Probe) -> Secured:
        """With all offers, as for somebody who looks once."""
        exchange = await probe.fetch(url)
        if _unreached(exchange.first):
            return Secured(exchange)
        return Secured(exchange, await asked(url, probe, _agreed(exchange.first)))

    async def observe_again(self, url: str, probe: Probe, at: datetime, before: Mapping[str, Any]) -> Secured:
        """With the offers only where their day has come."""
        if due(before, at):
            return await self.observe(url, probe)
        return Secured(await probe.fetch(url))

    def gist(self, observed: Mapping[str, Any]) -> str:
        return f"{observed.get('tls', '')}, {observed.get('key', '')}, until {observed.get('not_after', '')[:10]}"

    def judge(self, seen: Secured, at: datetime, before: Mapping[str, Any] = NOTHING) -> Look:
        hop = seen.exchange.first
        if _unreached(hop):
            unseen = hop.trouble is not None and hop.trouble.unseen
            return seen.exchange.unknown(hop.trouble.value if unseen and hop.trouble else "no-answer")
        leaf = read(hop.tls.chain[0]) if hop.tls and hop.tls.chain else None
        keep = dict(before) | {"offers": kept_answers(before, seen.said, at)}
        if hop.tls and leaf:
            keep = {"offers": keep["offers"]} | followed(before, leaf, hop.tls.sha256, at)
        said = words_of(keep["offers"])
        findings = [*_agreement(hop, said), *_offers(said), *_changed(keep)]
        if hop.tls:
            findings += self._certificate(hop, hop.tls, leaf, at)
        return Look.of(findings, _evidence(seen, hop, leaf, keep), seen.exchange.took_ms, keep)

    def _certificate(self, hop: Hop, shown: Tls, leaf: Facts | None, at: datetime) -> Iterator[Finding]:
        code = shown.verify_code
        # Servers send along certificates that no client uses. Only the server's own is held against it, unless
        # OpenSSL itself stumbled over one of the others.
        links = [facts for facts in map(read, shown.chain) if facts]
        yield from _trust(shown, leaf)
        yield from self._validity(links, code, at)
        host = urlsplit(hop.url).hostname or ""
        if code in WRONG_NAME or (hop.trouble in UNVERIFIED and leaf is not None and not leaf.covers(host)):
            names = ", ".join(leaf.names[:5]) if leaf and leaf.names else Detail("no name at all")
            yield RULES["tls.hostname"].found("The certificate is for {names}, not for {host}.", names=names, host=host)
        yield from _strength(links, code)

    def _validity(self, links: list[Facts], code: int, at: datetime) -> Iterator[Finding]:
        ended = next((link for link in (links if code == EXPIRED else links[:1]) if link.ends_at <= at), None)
        if ended or code == EXPIRED:
            detail = (
                Detail("A certificate of the chain expired.")
                if ended is None
                else Detail(
                    "A certificate of the chain expired on {day} ({subject}).",
                    day=ended.ends_at.date(),
                    subject=ended.subject,
                )
            )
            yield RULES["tls.expired"].found(detail)
        future = next((link for link in (links if code == NOT_YET else links[:1]) if link.begins_at > at), None)
        if future or code == NOT_YET:
            detail = (
                Detail("The validity of a certificate lies in the future.")
                if future is None
                else Detail(
                    "The validity of a certificate begins on {day} ({subject}).",
                    day=future.begins_at.date(),
                    subject=future.subject,
                )
            )
            yield RULES["tls.not-yet-valid"].found(detail)
        if links and not ended and (severity := self._urgency(links[0].ends_at - at)):
            detail = Detail(
                "The certificate expires on {day}, in {days} days.",
                day=links[0].ends_at.date(),
                days=(links[0].ends_at - at).days,
            )
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
        detail = (
            Detail("A key of the chain is too short.")
            if weak is None
            else Detail("A key of the chain is too short ({key} with {bits} bits).", key=weak.key, bits=weak.bits)
        )
        yield RULES["tls.weak-key"].found(detail)
    frail = next((link for link in (links if code == WEAK_SIGNATURE else links[:1]) if link.weak_signature), None)
    if frail or code == WEAK_SIGNATURE:
        detail = (
            Detail("A certificate of the chain is signed with a weak hash.")
            if frail is None
            else Detail(
                "A certificate of the chain is signed with a weak hash ({signature}).", signature=frail.signature
            )
        )
        yield RULES["tls.weak-signature"].found(detail)


def _unreached(hop: Hop) -> bool:
    """Whether TLS did not come into it: no connection, or none that we were let make."""
    return hop.tls is None and hop.trouble is not Trouble.TLS_FAILED


def _agreed(hop: Hop) -> str:
    """The version that a current client gets; empty if it gets none."""
    return hop.tls.version if hop.tls and hop.trouble is not Trouble.TLS_FAILED else ""


def _agreement(hop: Hop, said: Answers) -> Iterator[Finding]:
    taken = [word for word in (hop.tls.version if hop.tls else "", said[OLD_VERSIONS]) if word.partition(" ")[0] in OLD]
    if taken:
        yield RULES["tls.old-protocol"].found("The server accepts {what}.", what=taken[-1].partition(" ")[0])
    if hop.trouble is Trouble.TLS_FAILED:
        if hop.tls is None and not taken:
            yield RULES["tls.none"].found(hop.detail)
        else:
            yield RULES["tls.no-agreement"].found(hop.detail)


def _offers(said: Answers) -> Iterator[Finding]:
    for name, rule in TAKEN.items():
        if said[name] not in {REFUSED, NOT_ASSESSED}:
            yield RULES[rule].found("The server accepts {what}.", what=said[name].partition(" ")[2])


def _changed(keep: Mapping[str, Any]) -> Iterator[Finding]:
    change = keep.get("change")
    if change and change["why"]:
        yield RULES["tls.certificate-changed"].found(Detail.read(change["why"]), key=change["to"])


def _trust(shown: Tls, leaf: Facts | None) -> Iterator[Finding]:
    if shown.verify_code in NOT_ABOUT_TRUST:
        return
    yield RULES["tls.untrusted"].found(
        "OpenSSL: {verify_text} ({verify_code}).", verify_text=shown.verify_text, verify_code=shown.verify_code
    )
    if shown.verify_code == SELF_SIGNED:
        yield RULES["tls.self-signed"].found("The certificate vouches for itself.")
    # An issuer that is missing may be an intermediate or a private root. Only a certificate that tells where to fetch
    # its issuer's shows which: roots are not fetched.
    elif shown.verify_code in NO_ISSUER and len(shown.chain) == 1 and leaf and leaf.points_to_issuer:
        yield RULES["tls.incomplete-chain"].found("The certificate of {issuer} is not sent along.", issuer=leaf.issuer)


def _evidence(seen: Secured, hop: Hop, leaf: Facts | None, keep: Mapping[str, Any]) -> dict[str, Any]:
    said = words_of(keep["offers"])
    evidence = seen.exchange.evidence() | {
        "old_versions": said[OLD_VERSIONS].partition(" ")[0],
        "offers": said | {"asked_at": keep["offers"]["at"]},
        "notes": list(_notes(hop, said, keep)),
    }
    if hop.tls:
        evidence |= {"tls": hop.tls.version, "cipher": hop.tls.cipher, "certificate": hop.tls.sha256}
        evidence |= {"chain_length": len(hop.tls.chain), "verify_code": hop.tls.verify_code}
    return evidence | (leaf.as_seen() if leaf else {})


def _notes(hop: Hop, said: Answers, keep: Mapping[str, Any]) -> Iterator[str]:
    """Worth knowing, and nothing to hold against anybody."""
    if _agreed(hop) == "TLSv1.2":
        yield "TLS 1.3 is not offered"
    if "change" in keep:
        yield f"the certificate changed from {keep['change']['from']} to {keep['change']['to']}"
    if open_questions := [name for name, word in said.items() if word == NOT_ASSESSED]:
        yield f"not assessed: {', '.join(open_questions)}"
