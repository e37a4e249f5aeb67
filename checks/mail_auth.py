"""Whether strangers can write in the party's name, and whether mail to it arrives: SPF, DMARC, MX and MTA-STS.

Whoever has a trustee's domain on the envelope gets at personal data with one letter. What a domain publishes about its
mail is looked at as receivers look at it. The keys of DKIM stand under names that only the mails tell, so they are
looked at where somebody has named them. MTA-STS and reports of TLS are noted; that there are none is nobody's fault,
but what is there has to work.

Each part is judged by itself. Where a name could not be asked about, what rests on it is left open: nothing new is held
against the party for it, and what was found there before stands for some days more. After that the look as a whole
says nothing, rather than that it has gone: no finding goes away because its owner keeps us from seeing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from checks.answers import RecordType, Trouble
from checks.contract import NOTHING, Look, Scope, Severity, Words
from checks.detail import Detail, parts_of, plain
from checks.dkim import ENOUGH, REFUSED, SELECTOR, read_keys
from checks.mail_policies import Dmarc, Sts, dmarc_texts, read_dmarc, read_sts, versioned, wrong_with_sts_record
from checks.mail_published import MOST_HOSTS, Part, Published, answers, key_name
from checks.names import host_of, is_address, is_shared, registrable
from checks.rulebook import rules, title
from checks.spf import HOST, LOOKUPS, VOIDS, Reading, is_spf, walk

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from checks.contract import Finding, Probe, Rule
    from checks.dkim import Key

TITLE, RULES = title("mail-auth"), rules("mail-auth")
GUARDED = frozenset({Trouble.GUARD_ADDRESS, Trouble.GUARD_PORT})
STANDS = timedelta(days=7)  # what was found, where it cannot be looked at again
BRIEFEST = 86_400  # seconds for which a policy has to be remembered to be of any use
TEXT = 400
OK = 200


@dataclass(frozen=True, slots=True)
class MailAuth:
    """Options: the domain that the party's mails come from, where it is another than that of its site; and the names
    under which the keys of its DKIM signatures stand.
    """

    domain: str = ""
    selectors: tuple[str, ...] = ()

    kind: ClassVar[str] = "mail-auth"
    every: ClassVar[timedelta] = timedelta(days=1)
    scope: ClassVar[Scope] = Scope.DOMAIN
    named_only: ClassVar[bool] = False
    ruleset: ClassVar[int] = 2
    title: ClassVar[Words] = TITLE
    rules: ClassVar[Mapping[str, Rule]] = RULES

    def __post_init__(self) -> None:
        if self.domain and (not HOST.fullmatch(self.domain) or is_address(self.domain)):
            raise ValueError("domain: it is no domain as it stands behind the @ of an address")
        if wrong := [one for one in self.selectors if not SELECTOR.fullmatch(one)]:
            raise ValueError(f"selectors: {wrong[0]!r} is none, as it stands in a mail's DKIM-Signature behind s=")
        if len(self.selectors) > MOST_HOSTS:
            raise ValueError(f"selectors: there are more than {MOST_HOSTS}")

    def suits(self, url: str) -> bool:
        host = host_of(url)
        return (
            urlsplit(url).scheme in {"http", "https"} and "." in host and not is_address(host) and not is_shared(host)
        )

    async def observe(self, url: str, probe: Probe) -> Published:
        exchange = await probe.fetch(url)
        domain = self.domain.lower().rstrip(".") or registrable(host_of(url))
        if exchange.first.trouble in GUARDED:
            return Published(exchange, domain, {})
        seen = Published(exchange, domain, await answers(domain, probe, self.selectors), selectors=self.selectors)
        if not versioned(seen.texts("_mta-sts."), "STSv1"):
            return seen
        policy = await probe.fetch(f"https://mta-sts.{domain}/.well-known/mta-sts.txt")
        return replace(seen, policy=policy)

    def gist(self, observed: Mapping[str, Any]) -> str:
        spf = " ".join(observed.get("spf", ["none"])).rpartition(" ")[2]
        said = [f"SPF {spf}", f"DMARC {(observed.get('dmarc') or {}).get('policy', 'none')}"]
        return ", ".join([*said, f"MX {len(observed.get('mx', []))}", f"MTA-STS {observed.get('mta_sts') or 'none'}"])

    def judge(self, seen: Published, at: datetime, before: Mapping[str, Any] = NOTHING) -> Look:
        unjudged = _unjudged(seen)
        if unjudged is not None:
            return unjudged
        spf, sts, unseen = walk(seen.domain, seen.known), _sts(seen), seen.unseen()
        place, texts = dmarc_texts(seen.domain, registrable(seen.domain), seen.known)
        dmarc = read_dmarc(texts[0], seen.domain, place) if len(texts) == 1 else None
        found = [*_spf(seen, spf), *_dkim(seen), *_mx(seen), *_mta_sts(seen, sts)]
        found += [] if Part.DMARC in unseen else _dmarc(seen, texts, dmarc)
        now = _rows(found, at)
        earlier = _earlier(before, unseen, now)
        lapsed = [row for row in earlier if at - datetime.fromisoformat(row["at"]) >= STANDS]
        rows = now + earlier
        if unseen and (lapsed or not rows):
            return unseen[Part.of(lapsed[0]["rule"])] if lapsed else next(iter(unseen.values()))
        took = round(seen.exchange.took_ms + sum(records.took_ms for records in seen.known.values()), 2)
        left = {"not_assessed": sorted(unseen)} if unseen else {}
        keep = {"found": rows} if rows or before.get("found") else None
        return Look.of(map(_again, rows), _evidence(seen, spf, dmarc, sts) | left, took, keep)


def _unjudged(seen: Published) -> Look | None:
    trouble = seen.exchange.first.trouble
    if trouble in GUARDED:
        return seen.exchange.unknown(trouble.value)
    own = seen.known[seen.domain, RecordType.TXT]
    if own.trouble:
        return own.unknown(domain=seen.domain)
    if not own.exists:
        why = Detail("{name} does not exist.", name=seen.domain)
        return seen.exchange.unknown("no-answer", domain=seen.domain, detail=why)
    return None


def _rows(found: Iterable[Finding], at: datetime) -> list[dict[str, Any]]:
    """Findings as they are kept, each with the instant at which it was seen."""
    return [
        {
            "rule": one.rule,
            "key": one.key,
            "severity": int(one.severity),
            "said": parts_of(one.detail),
            "at": at.isoformat(),
        }
        for one in found
    ]


def _again(row: Mapping[str, Any]) -> Finding:
    return RULES[row["rule"]].found(Detail.read(row["said"]), key=row["key"], severity=Severity(row["severity"]))


def _earlier(
    before: Mapping[str, Any], unseen: Collection[Part], now: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """What was found before in the parts that cannot be seen now."""
    known = {(row["rule"], row["key"]) for row in now}
    found = [row for row in before.get("found", ()) if Part.of(row["rule"]) in unseen]
    return [row for row in found if (row["rule"], row["key"]) not in known]


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


def _dkim(seen: Published) -> Iterator[Finding]:
    for selector in seen.selectors:
        texts, name = seen.keys(selector), key_name(selector, seen.domain)
        if texts == ():
            yield RULES["mail-auth.dkim-missing"].found("{name} has no record.", name=name, key=selector)
        elif texts:
            yield from _key(read_keys(texts), name, selector)


def _key(key: Key, name: str, selector: str) -> Iterator[Finding]:
    if key.wrong:
        yield RULES["mail-auth.dkim-broken"].found("{name}: {wrong}", name=name, wrong=key.wrong, key=selector)
    elif key.kind == "rsa" and key.bits < ENOUGH:
        severity = None if key.bits < REFUSED else Severity.LOW
        words = "{name}: the key has {bits} bits."
        yield RULES["mail-auth.dkim-weak"].found(words, name=name, bits=key.bits, key=selector, severity=severity)


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
    lost = [host for host in named if is_address(host) or seen.is_lost(host)]
    severity = Severity.HIGH if lost == named else None
    for host in lost:
        yield RULES["mail-auth.mx-broken"].found("{host} has no address.", host=host, key=host, severity=severity)


def _sts(seen: Published) -> Sts | None:
    """The policy, or what is wrong with it; nothing where none is published or it was not shown to us."""
    if seen.policy is None or (seen.policy.first.trouble is not None and seen.policy.first.trouble.unseen):
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
    if seen.selectors:
        noted["dkim"] = [one for one in seen.selectors if seen.keys(one)]
    if dmarc is not None:
        noted["dmarc"] = {
            "at": dmarc.at,
            "record": plain(dmarc.text, TEXT),
            "policy": dmarc.policy,
            "reports": dmarc.reports,
            "testing": dmarc.testing,
        }
    return noted
