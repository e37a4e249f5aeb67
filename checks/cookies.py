"""Whom a page makes its visitors' browsers talk to, and which cookies it sets, beside what the party has published.

Article 27-12 of the Telecommunications Business Act wants everybody told what is sent from their terminal, to whom and
for what; the published table is where they are told. A host that the page uses and the table lacks is a finding for
each host, so that the case remembers since when. Where no table is known, nothing is held against anybody.

Markup and headers show what is there at the start. What scripts add shows only in a real browser, which an endpoint may
ask for; where that browser cannot be had, the look is not assessed rather than half made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from checks.answers import ANY_PAGE, TURNED_AWAY, Exchange, Trouble
from checks.contract import NOTHING, Look, Rule, Scope, Words
from checks.detail import Detail, plain
from checks.names import host_of, registrable
from checks.page_cookies import Cookie, cookies_of
from checks.page_hosts import PageHosts, hosts_in, text_of
from checks.rulebook import rules, title

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from checks.browsed import Browsed
    from checks.contract import Finding, Probe

TITLE, RULES = title("cookies"), rules("cookies")
MOST_FINDINGS = 50
MOST_KEPT = 100
NAME = re.compile(r"(?:\*?\.)?[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+|[0-9a-f:]{2,45}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Opened:
    """The page as it was sent, and as a browser showed it where that was asked for."""

    exchange: Exchange
    browsed: Browsed | None = None


@dataclass(frozen=True, slots=True)
class Cookies:
    """Options: the hosts of the published table and the cookies it names (none: nothing is known of them), further
    domains that are the party's own, and whether a real browser is to look.
    """

    published: tuple[str, ...] | None = None
    published_cookies: tuple[str, ...] | None = None
    own: tuple[str, ...] = ()
    browser: bool = False

    kind: ClassVar[str] = "cookies"
    every: ClassVar[timedelta] = timedelta(days=1)
    scope: ClassVar[Scope] = Scope.ADDRESS
    named_only: ClassVar[bool] = True
    ruleset: ClassVar[int] = 1
    title: ClassVar[Words] = TITLE
    rules: ClassVar[Mapping[str, Rule]] = RULES

    def __post_init__(self) -> None:
        for option, hosts in (("published", self.published or ()), ("own", self.own)):
            wrong = [host for host in hosts if not NAME.fullmatch(host)]
            if wrong:
                raise ValueError(f"{option}: {wrong[0]!r} is not a host name, like stats.example")

    def suits(self, url: str) -> bool:
        return urlsplit(url).scheme in {"http", "https"}

    async def observe(self, url: str, probe: Probe) -> Opened:
        exchange = await probe.fetch(url, again=True)
        if not self.browser or exchange.unjudged(ANY_PAGE):
            return Opened(exchange)
        return Opened(exchange, await probe.browse(url))

    def judge(self, seen: Opened, at: datetime, before: Mapping[str, Any] = NOTHING) -> Look:
        reason = seen.exchange.unjudged(ANY_PAGE) or _not_shown(seen.browsed)
        if reason:
            shown = {"browser": _shown(seen.browsed)} if seen.browsed else {}
            return seen.exchange.unknown(reason, **shown)
        asked, whole = self._asked(seen), _whole(seen)
        cookies = _distinct(seen, at)
        since = _since(asked.loaded, before, at)
        findings = [*self._hosts(asked), *self._cookies(cookies)]
        evidence = seen.exchange.evidence() | _evidence(asked, since) | {"whole": whole}
        evidence["cookies"] = [cookie.evidence(at) for cookie in cookies]
        unseen = self._unseen(asked) if whole else []
        if whole:
            evidence["published_unseen"] = unseen
        if seen.browsed:
            evidence["browser"] = _shown(seen.browsed)
        return Look.of(
            findings, evidence, _took(seen), keep={"since": since} | self._standing(unseen, before, at, whole)
        )

    def _asked(self, seen: Opened) -> PageHosts:
        """The hosts outside. The page's own domain is the one that it was asked at and the one it was served from."""
        inside = {registrable(host_of(url)) for url in (seen.exchange.url, seen.exchange.final.url)}
        inside |= {registrable(_bare(host)) for host in self.own}
        outside, markup = PageHosts(), hosts_in(seen.exchange.final)
        ways = [
            *((host_of(hop.url), "redirect") for hop in seen.exchange.hops),
            *markup.loaded.items(),
            *((host, "browser") for host in (seen.browsed.hosts if seen.browsed else ())),
        ]
        for host, way in ways:
            if host and registrable(host) not in inside:
                outside.add(host, way)
        for host, way in markup.mentioned.items():
            if registrable(host) not in inside and host not in outside.loaded:
                outside.add(host, way, weak=True)
        outside.full |= markup.full
        return outside

    def _hosts(self, asked: PageHosts) -> Iterator[Finding]:
        if self.published is None:
            return
        unlisted = sorted(host for host in asked.loaded if not _covered(host, self.published))
        for host in unlisted[:MOST_FINDINGS]:
            detail = Detail(
                "Browsers are made to talk to {host} ({way}), which the published table lacks.",
                host=host,
                way=asked.loaded[host],
            )
            yield RULES["cookies.unlisted-host"].found(detail, key=host)

    def _cookies(self, cookies: Iterable[Cookie]) -> Iterator[Finding]:
        if self.published_cookies is None:
            return
        for cookie in cookies:
            if not any(fnmatchcase(cookie.name, pattern) for pattern in self.published_cookies):
                detail = Detail(
                    "The cookie {name} of {domain} is not published.",
                    name=plain(cookie.name, 60),
                    domain=plain(cookie.domain, 100),
                )
                yield RULES["cookies.unlisted-cookie"].found(detail, key=cookie.name)

    def _unseen(self, asked: PageHosts) -> list[str]:
        """Published, but neither used nor mentioned any more: the table may be out of date, which harms nobody."""
        there = [*asked.loaded, *asked.mentioned]
        return [name for name in self.published or () if not any(_covered(host, (name,)) for host in there)][:MOST_KEPT]

    def _standing(self, unseen: Iterable[str], before: Mapping[str, Any], at: datetime, whole: bool) -> dict[str, Any]:
        """Which published names the page still uses, and since when it does not use the others. Of a page that was not
        seen whole, nothing new can be said of what it lacks.
        """
        known, names = before.get("unseen", {}), (self.published or ())[:MOST_KEPT]
        if not whole:
            there = [name for name in before.get("there", ()) if name in names]
            return {"there": there, "unseen": {name: day for name, day in known.items() if name in names}}
        gone = {name: known.get(name, at.isoformat()) for name in unseen}
        return {"there": [name for name in names if name not in gone], "unseen": gone}


def _not_shown(browsed: Browsed | None) -> str:
    """Why the browser's part cannot be judged; empty if it can, or was not asked for."""
    if browsed is None:
        return ""
    if browsed.trouble:
        known = browsed.trouble.unseen or browsed.trouble is Trouble.CERTIFICATE
        return browsed.trouble.value if known else "no-answer"
    if browsed.status in TURNED_AWAY:
        return "refused-monitor"
    return "" if browsed.status in ANY_PAGE else "no-answer"


def _whole(seen: Opened) -> bool:
    """Whether all of the page was seen, so that what is absent is really absent."""
    hop = seen.exchange.final
    if seen.browsed:
        return seen.browsed.settled
    return not hop.truncated and text_of(hop) is not None


def _covered(host: str, names: Iterable[str]) -> bool:
    """A name of the table stands for itself and for all below it."""
    return any(host == name or host.endswith(f".{name}") for name in map(_bare, names))


def _bare(name: str) -> str:
    return name.lower().removeprefix("*").removeprefix(".").rstrip(".")


def _distinct(seen: Opened, at: datetime) -> list[Cookie]:
    """Cookies by name and domain; what the browser kept says more than what was sent."""
    found = {(one.name, one.domain): one for hop in seen.exchange.hops for one in cookies_of(hop, at)}
    found |= {(one.name, one.domain): one for one in (seen.browsed.cookies if seen.browsed else ())}
    return [found[key] for key in sorted(found)][:MOST_KEPT]


def _since(loaded: Iterable[str], before: Mapping[str, Any], at: datetime) -> dict[str, str]:
    """The day on which each host was first seen; one that stays away loses it."""
    known = before.get("since", {})
    return {host: known.get(host, f"{at:%Y-%m-%d}") for host in sorted(loaded)[:MOST_KEPT]}


def _evidence(asked: PageHosts, since: Mapping[str, str]) -> dict[str, Any]:
    rows = [{"host": host, "way": asked.loaded[host], "since": day} for host, day in since.items()]
    seen: dict[str, Any] = {"hosts": rows, "mentioned": sorted(asked.mentioned)[:MOST_KEPT]}
    return seen | ({"more": len(asked.loaded)} if asked.full or len(asked.loaded) > MOST_KEPT else {})


def _shown(browsed: Browsed) -> dict[str, Any]:
    seen: dict[str, Any] = {"hosts": len(browsed.hosts), "settled": browsed.settled, "ms": browsed.took_ms}
    if browsed.kept_from:
        seen["kept_from"] = list(browsed.kept_from[:MOST_KEPT])
    if browsed.trouble:
        seen |= {"trouble": browsed.trouble.value, "detail": plain(browsed.detail)}
    return seen


def _took(seen: Opened) -> float:
    return round(seen.exchange.took_ms + (seen.browsed.took_ms if seen.browsed else 0.0), 2)
