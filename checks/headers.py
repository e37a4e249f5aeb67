"""Does the answer tell browsers to protect its visitors?

The questions are those of the MDN HTTP Observatory; each is one named finding instead of a share in a grade. What is
merely nice to have is a note among what was observed. Only a page that was really served is judged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from checks.contract import NOTHING, Exchange, Look, Scope, Severity, Trouble, plain
from checks.csp import Policy, in_page, policies_of, ways_in
from checks.rulebook import rules, title

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from checks.contract import Finding, Hop, Probe, Rule, Words

TITLE, RULES = title("headers"), rules("headers")

STRANGER = "https://stranger.invalid"  # an origin that nobody can own (RFC 6761)
HALF_A_YEAR = 15_768_000
ERRORS = 400
MOST_COOKIES = 20
LEAKY_REFERRERS = frozenset({"unsafe-url", "origin", "origin-when-cross-origin", "no-referrer-when-downgrade"})
REFERRERS = LEAKY_REFERRERS | {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
SESSION_LIKE = re.compile(r"sess|auth|token|login|(^|[._-])sid($|[._-])|jwt|^sid|csrf|xsrf", re.IGNORECASE)
READ_BY_SCRIPTS = re.compile(r"csrf|xsrf", re.IGNORECASE)  # such cookies work only if the page's script can read them


@dataclass(frozen=True, slots=True)
class Served:
    """What was seen: the page, and the same page asked for on behalf of a stranger's site (none if not served)."""

    exchange: Exchange
    to_stranger: Exchange | None = None


@dataclass(frozen=True, slots=True)
class Headers:
    kind: ClassVar[str] = "headers"
    every: ClassVar[timedelta] = timedelta(hours=6)
    scope: ClassVar[Scope] = Scope.ADDRESS
    named_only: ClassVar[bool] = False
    ruleset: ClassVar[int] = 1
    title: ClassVar[Words] = TITLE
    rules: ClassVar[Mapping[str, Rule]] = RULES

    def suits(self, url: str) -> bool:
        return urlsplit(url).scheme in {"http", "https"}

    async def observe(self, url: str, probe: Probe) -> Served:
        exchange = await probe.fetch(url)
        if _unjudged(exchange):
            return Served(exchange)
        return Served(exchange, await probe.fetch(url, headers={"Origin": STRANGER}))

    def judge(self, seen: Served, at: datetime, before: Mapping[str, Any] = NOTHING) -> Look:  # noqa: ARG002
        reason = _unjudged(seen.exchange)
        if reason:
            return seen.exchange.unknown(reason)
        hop = seen.exchange.final
        policies = policies_of((*hop.header("content-security-policy"), *in_page(hop.body)))
        findings = [*_transport(hop), *_content(hop, policies), *_cookies(hop), *_cors(seen.to_stranger)]
        evidence = seen.exchange.evidence() | {"headers": _kept(hop), "notes": _notes(hop, policies)}
        return Look.of(findings, evidence, seen.exchange.took_ms)


def _unjudged(exchange: Exchange) -> str:
    trouble = exchange.trouble
    if trouble is None:
        if exchange.refused_us:
            return "refused-monitor"
        return "" if exchange.final.status < ERRORS else "no-answer"
    return trouble.value if trouble.unseen or trouble is Trouble.CERTIFICATE else "no-answer"


def _transport(hop: Hop) -> Iterator[Finding]:
    if urlsplit(hop.url).scheme != "https":
        yield RULES["headers.no-https-redirect"].found(f"The page is served at {hop.url}.")
        return  # browsers ignore HSTS on plain HTTP
    fields = hop.header("strict-transport-security")
    if not fields:
        yield RULES["headers.hsts-missing"].found("There is no Strict-Transport-Security.")
        return
    age = hsts_age(fields[0])  # browsers read the first field only
    if not age:
        yield RULES["headers.hsts-missing"].found(f"Strict-Transport-Security is without effect: {fields[0]}")
    elif age < HALF_A_YEAR:
        yield RULES["headers.hsts-short"].found(f"max-age is {age} seconds.")


def hsts_age(field: str) -> int:
    """The seconds of an HSTS field, 0 if it is not valid: max-age is required and no directive may come twice."""
    given: dict[str, str] = {}
    for directive in field.split(";"):
        name, _, value = directive.partition("=")
        name = name.strip().lower()
        if name in given:
            return 0
        if name:
            given[name] = value.strip().strip('"')
    age = given.get("max-age", "")
    return int(age) if re.fullmatch(r"[0-9]{1,12}", age) else 0


def _content(hop: Hop, policies: list[Policy]) -> Iterator[Finding]:
    if not policies:
        yield RULES["headers.csp-missing"].found("There is no Content-Security-Policy that is enforced.")
    elif openings := ways_in(policies):
        yield RULES["headers.csp-unsafe"].found("; ".join(openings) + ".")
    if _last(hop, "x-content-type-options") != "nosniff":
        yield RULES["headers.nosniff-missing"].found("X-Content-Type-Options is not nosniff.")
    framed = _last(hop, "x-frame-options") in {"deny", "sameorigin"}
    sent = policies_of(hop.header("content-security-policy"))  # in a page's own head, frame-ancestors has no effect
    if not framed and not any("frame-ancestors" in policy for policy in sent):
        yield RULES["headers.framing"].found("Neither frame-ancestors nor X-Frame-Options limits framing.")
    wanted = _referrer(hop)
    if wanted in LEAKY_REFERRERS:
        yield RULES["headers.referrer-policy"].found(f"Referrer-Policy is {wanted}.")


def _last(hop: Hop, name: str) -> str:
    """The one value of a field; what is sent twice must be the same twice, or browsers take neither."""
    values = {value.strip().lower() for field in hop.header(name) for value in field.split(",")}
    return values.pop() if len(values) == 1 else ""


def _referrer(hop: Hop) -> str:
    """The policy in force: the last word of the list that browsers know."""
    words = [word.strip().lower() for field in hop.header("referrer-policy") for word in field.split(",")]
    return next((word for word in reversed(words) if word in REFERRERS), "")


def _cookies(hop: Hop) -> Iterator[Finding]:
    for name, attributes in sorted(dict(map(_cookie, hop.header("set-cookie")[:MOST_COOKIES])).items()):
        session = SESSION_LIKE.search(name) is not None
        lacks = [] if "secure" in attributes else ["Secure"]
        if session and "httponly" not in attributes and not READ_BY_SCRIPTS.search(name):
            lacks.append("HttpOnly")
        if lacks:
            severity = None if session else Severity.LOW
            detail = f"The cookie {plain(name, 60)} lacks {' and '.join(lacks)}."
            yield RULES["headers.cookie-flags"].found(detail, key=name, severity=severity)


def _cookie(field: str) -> tuple[str, frozenset[str]]:
    """Name and attributes; never the value, which belongs to a visitor."""
    pair, *attributes = field.split(";")
    return pair.partition("=")[0].strip(), frozenset(word.partition("=")[0].strip().lower() for word in attributes)


def _cors(to_stranger: Exchange | None) -> Iterator[Finding]:
    if to_stranger is None:
        return
    hop = to_stranger.final
    allowed = _last(hop, "access-control-allow-origin")
    if allowed in {STRANGER, "null"} and _last(hop, "access-control-allow-credentials") == "true":
        yield RULES["headers.cors-open"].found(f"Access-Control-Allow-Origin answers a stranger with {allowed}.")


KEPT = (
    "strict-transport-security",
    "content-security-policy",
    "content-security-policy-report-only",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "permissions-policy",
    "cross-origin-opener-policy",
    "access-control-allow-origin",
    "server",
)


def _kept(hop: Hop) -> dict[str, str]:
    return {name: plain(", ".join(hop.header(name)), 2000) for name in KEPT if hop.header(name)}


def _notes(hop: Hop, policies: Iterable[Policy]) -> list[str]:
    """Recommended, but nothing to hold against anybody."""
    notes = {
        "referrer-policy is left to the browser's default": not _referrer(hop),
        "permissions-policy is not set": not hop.header("permissions-policy"),
        "style-src allows 'unsafe-inline'": any(
            "'unsafe-inline'" in policy.get("style-src", ()) for policy in policies
        ),
        "base-uri is not limited": not any("base-uri" in given for given in policies),
        "hsts leaves subdomains out": "includesubdomains" not in _last(hop, "strict-transport-security"),
    }
    return [note for note, holds in notes.items() if holds]
