"""Does the answer tell browsers to protect its visitors?

The questions are those of the MDN HTTP Observatory, and so are the answers, but for a few where browsers do otherwise
(its tests say which); each is one named finding instead of a share in a grade. What is merely nice to have is a note
among what was observed. Only a page that was really served is judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from checks.answers import ANY_PAGE, Exchange
from checks.contract import NOTHING, Look, Scope, Severity
from checks.cookie_flags import SESSION_LIKE, cookies_set, lacking, open_to_scripts
from checks.csp import Policy, in_page, policies_of, repeated, ways_in
from checks.detail import Detail, plain
from checks.header_fields import LEAKY_REFERRERS, hsts_age, last, referrer, referrer_fields
from checks.names import host_of
from checks.page_scripts import unbound
from checks.rulebook import rules, title

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from checks.answers import Hop
    from checks.contract import Finding, Probe, Rule, Words

TITLE, RULES = title("headers"), rules("headers")

STRANGER = "https://stranger.invalid"  # an origin that nobody can own (RFC 6761)
HALF_A_YEAR = 15_552_000  # 180 days: what many take for it, and nobody is safer for the five that are missing
MOST_COOKIES = 20
SHARING = frozenset({"", "same-origin", "same-site", "cross-origin"})


TOLD = 5  #: hosts of scripts that are named


@dataclass(frozen=True, slots=True)
class Served:
    """What was seen: the page, the same asked for on behalf of a stranger's site, and without encryption (none where it
    was not asked for).
    """

    exchange: Exchange
    to_stranger: Exchange | None = None
    unencrypted: Exchange | None = None


@dataclass(frozen=True, slots=True)
class Headers:
    kind: ClassVar[str] = "headers"
    every: ClassVar[timedelta] = timedelta(hours=6)
    scope: ClassVar[Scope] = Scope.ADDRESS
    named_only: ClassVar[bool] = False
    ruleset: ClassVar[int] = 2
    title: ClassVar[Words] = TITLE
    rules: ClassVar[Mapping[str, Rule]] = RULES

    def suits(self, url: str) -> bool:
        return urlsplit(url).scheme in {"http", "https"}

    async def observe(self, url: str, probe: Probe) -> Served:
        exchange = await probe.fetch(url)
        if exchange.unjudged(ANY_PAGE):
            return Served(exchange)
        stranger = await probe.fetch(url, headers={"Origin": STRANGER})
        return Served(exchange, stranger, await probe.fetch(_unencrypted(url)) if _unencrypted(url) else None)

    def judge(self, seen: Served, at: datetime, before: Mapping[str, Any] = NOTHING) -> Look:  # noqa: ARG002
        reason = seen.exchange.unjudged(ANY_PAGE)
        if reason:
            return seen.exchange.unknown(reason)
        hop = seen.exchange.final
        stated = (*hop.header("content-security-policy"), *in_page(hop.body))
        policies = policies_of(stated)
        findings = [
            *_redirection(seen),
            *_transport(hop),
            *_policy(hop, policies, repeated(stated)),
            *_content(hop),
            *_scripts(hop),
            *_cookies(seen.exchange, at),
            *_cors(seen.to_stranger),
        ]
        evidence = seen.exchange.evidence() | {"headers": _kept(hop), "notes": _notes(seen.exchange, policies, at)}
        return Look.of(findings, evidence, seen.exchange.took_ms)


def _unencrypted(url: str) -> str:
    """Where visitors who type the name alone arrive first; empty where the address is nothing that is typed."""
    parts = urlsplit(url)
    usual = parts.scheme == "https" and parts.port in {None, 443}
    host = f"[{host_of(url)}]" if ":" in host_of(url) else host_of(url)
    return parts._replace(scheme="http", netloc=host, query="", fragment="").geturl() if usual else ""


def _redirection(seen: Served) -> Iterator[Finding]:
    """Where nothing answers without encryption, nobody needs to be led away from it."""
    way = seen.exchange if urlsplit(seen.exchange.url).scheme == "http" else seen.unencrypted
    if way is None or way.first.trouble is not None or way.first.status == 0 or way.refused_us:
        return
    if not _secure(way.final.url):
        if way.trouble is None:
            served = way.final.status in ANY_PAGE
            words = "{url} is served; it does not lead to https."
            if not served:
                words = "{url} answers with status {status}; it does not lead to https."
            detail = Detail(words, url=way.final.url, status=way.final.status)
            yield RULES["headers.no-https-redirect"].found(detail)
    elif len(way.hops) > 1 and not (_secure(way.hops[1].url) and host_of(way.hops[1].url) == host_of(way.first.url)):
        detail = Detail(
            "{url} leads to {there} first.", url=plain(way.first.url, 120), there=plain(way.hops[1].url, 120)
        )
        yield RULES["headers.redirect-detour"].found(detail)


def _secure(url: str) -> bool:
    return urlsplit(url).scheme == "https"


def _transport(hop: Hop) -> Iterator[Finding]:
    if not _secure(hop.url):
        return  # browsers ignore HSTS on plain HTTP
    fields = hop.header("strict-transport-security")
    if not fields:
        yield RULES["headers.hsts-missing"].found("There is no Strict-Transport-Security.")
        return
    age = hsts_age(fields[0])  # browsers read the first field only
    if not age:
        yield RULES["headers.hsts-missing"].found(
            "Strict-Transport-Security is without effect: {field}", field=fields[0]
        )
    elif age < HALF_A_YEAR:
        yield RULES["headers.hsts-short"].found("max-age is {age} seconds.", age=age)


def _policy(hop: Hop, policies: list[Policy], twice: list[str]) -> Iterator[Finding]:
    openings = ways_in(policies, secure=_secure(hop.url))
    if not policies:
        yield RULES["headers.csp-missing"].found("There is no Content-Security-Policy that is enforced.")
    elif openings or twice:
        yield RULES["headers.csp-unsafe"].found(
            Detail.listed([*openings, *(Detail("{name} stands twice", name=name) for name in twice)])
        )


def _content(hop: Hop) -> Iterator[Finding]:
    if last(hop, "x-content-type-options") != "nosniff":
        yield RULES["headers.nosniff-missing"].found("X-Content-Type-Options is not nosniff.")
    limit = last(hop, "x-frame-options")
    framed = limit in {"deny", "sameorigin"} or limit.startswith("allow-from")
    sent = policies_of(hop.header("content-security-policy"))  # in a page's own head, frame-ancestors has no effect
    if not framed and not any("frame-ancestors" in policy for policy in sent):
        yield RULES["headers.framing"].found("Neither frame-ancestors nor X-Frame-Options limits framing.")
    wanted = referrer(hop)
    if wanted in LEAKY_REFERRERS:
        yield RULES["headers.referrer-policy"].found("Referrer-Policy is {wanted}.", wanted=wanted)
    elif not wanted and any(map(str.strip, referrer_fields(hop))):
        yield RULES["headers.referrer-policy"].found("Referrer-Policy is none that browsers know.")
    sharing = last(hop, "cross-origin-resource-policy")
    if sharing not in SHARING or (not sharing and hop.header("cross-origin-resource-policy")):
        yield RULES["headers.corp-invalid"].found("Cross-Origin-Resource-Policy is none that browsers know.")


def _scripts(hop: Hop) -> Iterator[Finding]:
    if hosts := unbound(hop):
        words = "Scripts without a hash come from {hosts}."
        if len(hosts) > TOLD:
            words = "Scripts without a hash come from {hosts} and {more} more."
        detail = Detail(words, hosts=", ".join(hosts[:TOLD]), more=len(hosts) - TOLD)
        yield RULES["headers.sri-missing"].found(detail)


def _cookies(exchange: Exchange, at: datetime) -> Iterator[Finding]:
    """Those of the redirects as well: they are set on the same visit."""
    for name, cookie in list(cookies_set(exchange, at).items())[:MOST_COOKIES]:
        lacks = lacking(cookie)
        if lacks:
            severity = None if SESSION_LIKE.search(name) and lacks != ["SameSite"] else Severity.LOW
            detail = Detail("The cookie {name} lacks {lacks}.", name=plain(name, 60), lacks=", ".join(lacks))
            yield RULES["headers.cookie-flags"].found(detail, key=name, severity=severity)


def _cors(to_stranger: Exchange | None) -> Iterator[Finding]:
    if to_stranger is None:
        return
    hop = to_stranger.final
    allowed = last(hop, "access-control-allow-origin")
    if allowed in {STRANGER, "null"} and last(hop, "access-control-allow-credentials") == "true":
        yield RULES["headers.cors-open"].found(
            "Access-Control-Allow-Origin answers a stranger with {allowed}.", allowed=allowed
        )


KEPT = (
    "strict-transport-security",
    "content-security-policy",
    "content-security-policy-report-only",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "permissions-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "access-control-allow-origin",
    "server",
)


def _kept(hop: Hop) -> dict[str, str]:
    return {name: plain(", ".join(hop.header(name)), 2000) for name in KEPT if hop.header(name)}


def _notes(exchange: Exchange, policies: Iterable[Policy], at: datetime) -> list[str]:
    """Recommended, but nothing to hold against anybody."""
    hop = exchange.final
    bare = [name for name, cookie in cookies_set(exchange, at).items() if open_to_scripts(cookie)]
    notes = {
        "referrer-policy is left to the browser's default": not referrer(hop),
        "permissions-policy is not set": not hop.header("permissions-policy"),
        "style-src allows 'unsafe-inline'": any(
            "'unsafe-inline'" in policy.get("style-src", ()) for policy in policies
        ),
        "base-uri is not limited": not any("base-uri" in given for given in policies),
        "hsts leaves subdomains out": "includesubdomains" not in last(hop, "strict-transport-security"),
        "x-frame-options allow-from is heeded by no browser of today": "allow-from" in last(hop, "x-frame-options"),
        f"scripts can read {', '.join(plain(name, 60) for name in bare[:5])}": bool(bare),
        "the page is longer than what was read of it": hop.truncated,
    }
    return [note for note, holds in notes.items() if holds]
