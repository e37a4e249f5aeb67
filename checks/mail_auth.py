"""Whether strangers can write in the party's name, and whether mail to it arrives: SPF, DMARC, MX and MTA-STS.

Whoever has a trustee's domain on the envelope gets at personal data with one letter. What a domain publishes about its
mail is looked at as receivers look at it. DKIM is not: its keys stand under names that only the mails tell. MTA-STS
and reports of TLS are noted; that there are none is nobody's fault, but what is there has to work.

A look judges all or nothing. If one of the names could not be asked about, nothing is said, because a finding that goes
away while nobody can see is worse than one that comes a day late.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from checks.answers import RecordType, Trouble
from checks.contract import NOTHING, Look, Scope, Severity, Words
from checks.detail import Detail, plain
from checks.mail_policies import Dmarc, Sts, dmarc_texts, places, read_dmarc, read_sts, versioned, wrong_with_sts_record
from checks.names import host_of, is_address, is_shared, registrable
from checks.rulebook import rules, title
from checks.spf import HOST, LOOKUPS, VOIDS, Reading, is_spf, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from checks.answers import Exchange, Records
    from checks.contract import Finding, Probe, Rule
    from checks.spf import Question

TITLE, RULES = title("mail-auth"), rules("mail-auth")
GUARDED = frozenset({Trouble.GUARD_ADDRESS, Trouble.GUARD_PORT})
MOST_QUESTIONS = 80  # what a stranger's records may make us ask; an honest domain needs a dozen
MOST_HOSTS = 10
BRIEFEST = 86_400  # seconds for which a policy has to be remembered to be of any use
TEXT = 400
OK = 200


@dataclass(frozen=True, slots=True)
class Published:
    """What DNS says of the domain and of all that its records lead to, and the policy of MTA-STS if one is named."""

    exchange: Exchange
    domain: str
    known: Mapping[Question, Records]
    policy: Exchange | None = None

    def texts(self, name: str = "") -> tuple[str, ...]:
        return self._values(f"{name}{self.domain}", RecordType.TXT)

    @property
    def hosts(self) -> list[str]:
        """The domain's mail hosts; a null MX is `.`, which says that there are none."""
        return _hosts(self.domain, self.known)

    @property
    def receives(self) -> bool:
        return self.hosts not in ([], ["."])

    def is_there(self, host: str) -> bool:
        return bool(self._values(host, RecordType.A) or self._values(host, RecordType.AAAA))

    def _values(self, name: str, kind: RecordType) -> tuple[str, ...]:
        said = self.known.get((name, kind))
        return said.values if said is not None else ()


@dataclass(frozen=True, slots=True)
class MailAuth:
    """Option: the domain that the party's mails come from, where it is another than that of its site."""

    domain: str = ""

    kind: ClassVar[str] = "mail-auth"
    every: ClassVar[timedelta] = timedelta(days=1)
    scope: ClassVar[Scope] = Scope.DOMAIN
    named_only: ClassVar[bool] = False
    ruleset: ClassVar[int] = 1
    title: ClassVar[Words] = TITLE
    rules: ClassVar[Mapping[str, Rule]] = RULES

    def __post_init__(self) -> None:
        if self.domain and (not HOST.fullmatch(self.domain) or is_address(self.domain)):
            raise ValueError("domain: it is no domain as it stands behind the @ of an address")

    def suits(self, url: str) -> bool:
        host = host_of(url)
        return urlsplit(url).scheme == "https" and "." in host and not is_address(host) and not is_shared(host)

    async def observe(self, url: str, probe: Probe) -> Published:
        exchange = await probe.fetch(url)
        domain = self.domain.lower().rstrip(".") or registrable(host_of(url))
        if exchange.first.trouble in GUARDED:
            return Published(exchange, domain, {})
        seen = Published(exchange, domain, await _answers(domain, probe))
        if not versioned(seen.texts("_mta-sts."), "STSv1"):
            return seen
        policy = await probe.fetch(f"https://mta-sts.{domain}/.well-known/mta-sts.txt")
        return Published(exchange, domain, seen.known, policy)

    def gist(self, observed: Mapping[str, Any]) -> str:
        spf = " ".join(observed.get("spf", ["none"])).rpartition(" ")[2]
        said = [f"SPF {spf}", f"DMARC {(observed.get('dmarc') or {}).get('policy', 'none')}"]
        return ", ".join([*said, f"MX {len(observed.get('mx', []))}", f"MTA-STS {observed.get('mta_sts') or 'none'}"])

    def judge(self, seen: Published, at: datetime, before: Mapping[str, Any] = NOTHING) -> Look:  # noqa: ARG002
        unjudged = _unjudged(seen)
        if unjudged is not None:
            return unjudged
        spf, sts = walk(seen.domain, seen.known), _sts(seen)
        place, texts = dmarc_texts(seen.domain, registrable(seen.domain), seen.known)
        dmarc = read_dmarc(texts[0], seen.domain, place) if len(texts) == 1 else None
        findings = [*_spf(seen, spf), *_dmarc(seen, texts, dmarc), *_mx(seen), *_mta_sts(seen, sts)]
        took = round(seen.exchange.took_ms + sum(records.took_ms for records in seen.known.values()), 2)
        return Look.of(findings, _evidence(seen, spf, dmarc, sts), took)


async def _answers(domain: str, probe: Probe) -> Mapping[Question, Records]:
    """What the records say leads to the next questions, until there are none or too many, or one cannot be answered."""
    known: dict[Question, Records] = {}
    while not _failed(known) and (wanted := list(_questions(domain, known))[: MOST_QUESTIONS - len(known)]):
        known.update(zip(wanted, await asyncio.gather(*(probe.query(*one) for one in wanted)), strict=True))
    return known


def _questions(domain: str, known: Mapping[Question, Records]) -> Iterator[Question]:
    """What is still to be asked. The domain itself comes first: what does not exist has no mail either."""
    own = known.get((domain, RecordType.TXT))
    if own is None:
        yield domain, RecordType.TXT
    elif own.exists and own.trouble is None:
        top = registrable(domain)
        above = (
            []
            if dmarc_texts(domain, top, known)[1]
            else [(f"_dmarc.{one}", RecordType.TXT) for one in places(domain, top)]
        )
        others = [(f"{name}.{domain}", RecordType.TXT) for name in ("_mta-sts", "_smtp._tls")]
        asked = [(domain, RecordType.MX), *above, *others, *_host_questions(domain, known)]
        asked += sorted(walk(domain, known).open)
        yield from dict.fromkeys(one for one in asked if one not in known)


def _failed(known: Mapping[Question, Records]) -> list[Records]:
    """The answers without which nothing can be said. Reports of TLS are noted only, and may be missing."""
    return [one for (name, _), one in known.items() if one.trouble and not name.startswith("_smtp.")]


def _host_questions(domain: str, known: Mapping[Question, Records]) -> Iterator[Question]:
    for host in _hosts(domain, known)[:MOST_HOSTS]:
        if host == "." or is_address(host):
            continue
        yield host, RecordType.A
        said = known.get((host, RecordType.A))
        if said is not None and not said.values:
            yield host, RecordType.AAAA


def _hosts(domain: str, known: Mapping[Question, Records]) -> list[str]:
    said = known.get((domain, RecordType.MX))
    names = [value.rpartition(" ")[2].lower() for value in said.values] if said is not None else []
    return [name.rstrip(".") or "." for name in names]


def _unjudged(seen: Published) -> Look | None:
    trouble = seen.exchange.first.trouble
    if trouble in GUARDED:
        return seen.exchange.unknown(trouble.value)
    if failed := _failed(seen.known):
        return failed[0].unknown(domain=seen.domain)
    if not seen.known[seen.domain, RecordType.TXT].exists:
        return seen.exchange.unknown("no-answer", domain=seen.domain, detail=f"{seen.domain} does not exist.")
    gone = seen.policy.first.trouble if seen.policy is not None else None
    if seen.policy is not None and gone is not None and gone.unseen:
        return seen.policy.unknown(gone.value, domain=seen.domain)
    return None


def _spf(seen: Published, spf: Reading) -> Iterator[Finding]:
    records = [text for text in seen.texts() if is_spf(text)]
    if not records:
        severity = None if seen.receives else Severity.LOW
        yield RULES["mail-auth.spf-missing"].found(
            "{domain} publishes no SPF record.", domain=seen.domain, severity=severity
        )
        return
    if len(records) > 1:
        yield RULES["mail-auth.spf-several"].found(
            "{domain} publishes {count} SPF records.", domain=seen.domain, count=len(records)
        )
        return
    if spf.wrong:
        yield RULES["mail-auth.spf-broken"].found("Receivers cannot read it: {wrong}", wrong=spf.wrong[0])
    if spf.lookups > LOOKUPS:
        yield RULES["mail-auth.spf-lookups"].found(
            "The record takes {lookups} look-ups; {allowed} are allowed.", lookups=spf.lookups, allowed=LOOKUPS
        )
    if spf.voids > VOIDS:
        yield RULES["mail-auth.spf-voids"].found(
            "{voids} of its look-ups find nothing; {allowed} may.", voids=spf.voids, allowed=VOIDS
        )
    if spf.lets_all:
        yield RULES["mail-auth.spf-open"].found(
            "The record of {domain} lets mail from anywhere pass.", domain=spf.lets_all
        )
    elif spf.end in {"", "?all"}:
        yield RULES["mail-auth.spf-undecided"].found("The record ends in {end}.", end=spf.end or Detail("nothing"))


def _dmarc(seen: Published, texts: tuple[str, ...], dmarc: Dmarc | None) -> Iterator[Finding]:
    if not texts:
        yield RULES["mail-auth.dmarc-missing"].found("_dmarc.{domain} has no record.", domain=seen.domain)
    elif dmarc is None:
        yield RULES["mail-auth.dmarc-several"].found(
            "There are {count} records; receivers heed none of them.", count=len(texts)
        )
    elif not dmarc.policy:
        yield RULES["mail-auth.dmarc-broken"].found("It says no usable policy: {text}", text=plain(dmarc.text, 150))
    elif dmarc.policy == "none":
        yield RULES["mail-auth.dmarc-none"].found("The policy at _dmarc.{at} is none.", at=dmarc.at)


def _mx(seen: Published) -> Iterator[Finding]:
    hosts = seen.hosts
    if "." in hosts and len(hosts) > 1:
        yield RULES["mail-auth.mx-broken"].found("A null MX stands beside mail hosts.", key=".")
    named = [host for host in hosts[:MOST_HOSTS] if host != "."]
    lost = [host for host in named if is_address(host) or not seen.is_there(host)]
    severity = Severity.HIGH if lost == named else None
    for host in lost:
        yield RULES["mail-auth.mx-broken"].found("{host} has no address.", host=host, key=host, severity=severity)


def _sts(seen: Published) -> Sts | None:
    """The policy, or what is wrong with it; nothing where none is published or it was not shown to us."""
    if seen.policy is None:
        return None
    hop, wrong = seen.policy.first, wrong_with_sts_record(versioned(seen.texts("_mta-sts."), "STSv1"))
    if wrong:
        return Sts(wrong=wrong)
    if len(seen.policy.hops) > 1:
        return Sts(wrong=Detail("The policy is behind a redirect, which senders do not follow."))
    if hop.trouble is None and seen.policy.refused_us:
        return None
    if hop.trouble is not None or hop.status != OK:
        why = hop.detail or Detail("The server answers with status {status}.", status=hop.status)
        return Sts(wrong=Detail("The policy cannot be fetched: {why}", why=why))
    return read_sts(hop.body.decode("utf-8", "replace"))


def _mta_sts(seen: Published, sts: Sts | None) -> Iterator[Finding]:
    if sts is None:
        return
    if sts.wrong:
        yield RULES["mail-auth.mta-sts-broken"].found(sts.wrong)
        return
    if sts.mode == "none":
        return
    severity = None if sts.mode == "enforce" else Severity.LOW
    for host in seen.hosts[:MOST_HOSTS]:
        if host != "." and not sts.covers(host):
            yield RULES["mail-auth.mta-sts-host"].found(
                "The policy leaves {host} out.", host=host, key=host, severity=severity
            )
    if sts.max_age < BRIEFEST:
        yield RULES["mail-auth.mta-sts-brief"].found(
            "Senders may forget the policy after {seconds} seconds.", seconds=sts.max_age
        )


def _evidence(seen: Published, spf: Reading, dmarc: Dmarc | None, sts: Sts | None) -> dict[str, Any]:
    noted: dict[str, Any] = {
        "domain": seen.domain,
        "mx": [plain(host, 255) for host in seen.hosts[:MOST_HOSTS]],
        "spf": [plain(text, TEXT) for text in seen.texts() if is_spf(text)][:MOST_HOSTS],
        "spf_lookups": spf.lookups,
        "tls_reports": bool(versioned(seen.texts("_smtp._tls."), "TLSRPTv1")),
        "mta_sts": sts.mode if sts and not sts.wrong else "",
    }
    if dmarc is not None:
        noted["dmarc"] = {
            "at": dmarc.at,
            "record": plain(dmarc.text, TEXT),
            "policy": dmarc.policy,
            "reports": dmarc.reports,
            "testing": dmarc.testing,
        }
    return noted
