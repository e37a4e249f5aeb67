"""Whether what was certified as deleted has stayed gone: an address that must not serve anything any more.

Gone is what says so: 404, 410, no such name, a connection that is refused, an answer without content, the way to the
home page, or the page that the site has for every address that never was (see `likeness`). What asks for a sign-in, or
leads to a page that is neither here nor home, may or may not hide what was deleted: we cannot tell, and say so. The
same goes for a server that is in trouble. Only content that is there for everybody to fetch is a finding; whether it
is the old data we do not judge, because nobody who was told to delete it should have to answer with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from checks.answers import Exchange, Trouble
from checks.contract import NOTHING, Look, Scope
from checks.detail import Detail, plain
from checks.likeness import like_nothing, made_up
from checks.rulebook import rules, title

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from checks.answers import Hop
    from checks.contract import Finding, Probe, Rule, Words

TITLE, RULES = title("erased"), rules("erased")

GONE = frozenset({404, 410})
NOBODY_THERE = frozenset({Trouble.NO_SUCH_NAME, Trouble.REFUSED})
SUCCESS, REDIRECTS, UNAUTHORIZED = 200, 300, 401
UNCOMPARED = frozenset({408, 425, 429, *range(500, 600)})  # a made-up name that was answered so tells us nothing
HOME = frozenset({"", "/", "/index.html", "/index.htm", "/index.php", "/ja", "/ja/", "/en", "/en/"})
SIGN_IN = re.compile(
    r"(^|[/._-])(log-?[io]n|sign-?[io]n|sso|oauth2?|auth|authorize|saml2?|cas)($|[/._-])", re.IGNORECASE
)
PASSWORD = re.compile(rb"""type\s*=\s*["']?password""", re.IGNORECASE)
PAGES = ("text/html", "application/xhtml+xml")
NO_ANSWER, REFUSED = "no-answer", "refused-monitor"
SIGN_IN_WANTED, ELSEWHERE = "sign-in-wanted", "leads-elsewhere"


@dataclass(frozen=True, slots=True)
class Visited:
    """The address, and where it served something, up to two made-up ones beside it."""

    exchange: Exchange
    beside: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True)
class Erased:
    kind: ClassVar[str] = "erased"
    every: ClassVar[timedelta] = timedelta(days=1)
    scope: ClassVar[Scope] = Scope.ADDRESS
    named_only: ClassVar[bool] = True
    ruleset: ClassVar[int] = 1
    title: ClassVar[Words] = TITLE
    rules: ClassVar[Mapping[str, Rule]] = RULES

    def suits(self, url: str) -> bool:
        return urlsplit(url).scheme in {"http", "https"}

    async def observe(self, url: str, probe: Probe) -> Visited:
        exchange = await probe.fetch(url)
        if _unjudged(exchange) or not _serves(exchange):
            return Visited(exchange)
        first, second = made_up(url)
        beside = await probe.fetch(first)
        if not _serves(beside):
            return Visited(exchange, (beside,))
        return Visited(exchange, (beside, await probe.fetch(second)))

    def judge(self, seen: Visited, at: datetime, before: Mapping[str, Any] = NOTHING) -> Look:  # noqa: ARG002
        exchange = seen.exchange
        reason = _unjudged(exchange) or _doubt(seen)
        if reason:
            return exchange.unknown(reason, **_compared(seen))
        findings = [] if _nothing_there(seen) else [_found(exchange)]
        return Look.of(findings, exchange.evidence() | _compared(seen), exchange.took_ms)


def _unjudged(exchange: Exchange) -> str:
    """Why nothing can be said of the answer itself."""
    if exchange.trouble is not None:
        return "" if exchange.trouble in NOBODY_THERE else _troubled(exchange.trouble, exchange.final)
    if exchange.final.status == UNAUTHORIZED:
        return SIGN_IN_WANTED
    if exchange.refused_us:
        return REFUSED
    return "" if exchange.final.status in GONE or _successful(exchange) else NO_ANSWER


def _troubled(trouble: Trouble, hop: Hop) -> str:
    spoke_tls = trouble is Trouble.CERTIFICATE or (trouble is Trouble.TLS_FAILED and hop.tls is not None)
    return trouble.value if trouble.unseen or spoke_tls else NO_ANSWER


def _successful(exchange: Exchange) -> bool:
    return exchange.trouble is None and SUCCESS <= exchange.final.status < REDIRECTS


def _serves(exchange: Exchange) -> bool:
    """Whether content came, from wherever the address led."""
    return _successful(exchange) and bool(exchange.final.body.strip())


def _nothing_there(seen: Visited) -> bool:
    return not _serves(seen.exchange) or _went_home(seen.exchange) or _like_nothing(seen)


def _doubt(seen: Visited) -> str:
    """Why content that came is no proof that what was deleted is back."""
    exchange = seen.exchange
    if not _serves(exchange) or _went_home(exchange):
        return ""
    away = _led_away(exchange)
    if away and (SIGN_IN.search(urlsplit(exchange.final.url).path) or PASSWORD.search(exchange.final.body)):
        return SIGN_IN_WANTED
    if any(beside.trouble is not None or beside.final.status in UNCOMPARED for beside in seen.beside[:1]):
        return NO_ANSWER
    if _like_nothing(seen):
        return SIGN_IN_WANTED if PASSWORD.search(exchange.final.body) else ""
    return ELSEWHERE if away else ""


def _went_home(exchange: Exchange) -> bool:
    return len(exchange.hops) > 1 and urlsplit(exchange.final.url).path in HOME and _led_away(exchange)


def _led_away(exchange: Exchange) -> bool:
    """Whether the redirects ended at another page. A file that came by a detour is the file, and so is what bears the
    same name: a slash more, another host, a store that hands it out.
    """
    asked, final = (urlsplit(url).path.rstrip("/").rpartition("/")[2] for url in (exchange.url, exchange.final.url))
    kind = ", ".join(exchange.final.header("content-type")).lower()
    return len(exchange.hops) > 1 and asked != final and (not kind or kind.startswith(PAGES))


def _like_nothing(seen: Visited) -> bool:
    """What answers otherwise than with content to a made-up name knows this one."""
    answers = [beside.final for beside in seen.beside if _serves(beside)]
    return bool(answers) and like_nothing(seen.exchange.final, (answers[0], answers[-1]))


def _found(exchange: Exchange) -> Finding:
    hop = exchange.final
    kind = ", ".join(hop.header("content-type")) or Detail("no stated type")
    return RULES["erased.served-again"].found(
        "The address answers with status {status} and {octets} bytes ({kind}).",
        status=hop.status,
        octets=len(hop.body),
        kind=kind,
    )


def _compared(seen: Visited) -> dict[str, Any]:
    """What a dispute would be about: which content it was, and what made-up names were answered."""
    body = seen.exchange.final.body
    told: dict[str, Any] = {"sha256": sha256(body).hexdigest()} if _serves(seen.exchange) else {}
    asked = [{"url": plain(beside.url, 2000), "status": beside.final.status} for beside in seen.beside]
    return told | ({"made_up": asked} if asked else {})
