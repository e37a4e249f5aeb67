"""What the party itself says of its service: the incidents that its status page has open.

The party knows first, and whoever entrusts data to it should not learn from its customers. A page for people is not
read; the usual providers serve the same for machines beside it. Announced maintenance is noted and held against nobody.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from checks.answers import OWN_WORD, Exchange
from checks.contract import NOTHING, Look, Rule, Scope, Words
from checks.detail import Detail, plain
from checks.incidents import going_on
from checks.names import origin_of
from checks.rulebook import rules, title

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.contract import Finding, Probe
    from checks.incidents import Incident

TITLE, RULES = title("status-page"), rules("status-page")
SUMMARY = "/api/v2/summary.json"
SHORTER = "/api/v2/incidents/unresolved.json"  # where a summary names more components than we read
OK = 200
MOST = 20  # what a page may have us remember of it at once, the worst first


@dataclass(frozen=True, slots=True)
class Told:
    """The page that the registry names, and the answers for machines beside it where that was none."""

    exchange: Exchange
    beside: tuple[Exchange, ...] = ()

    @property
    def readable(self) -> Exchange | None:
        """The first answer that is whole enough to be read."""
        return next((one for one in (self.exchange, *self.beside) if _tells(one)), None)


@dataclass(frozen=True, slots=True)
class StatusPage:
    """Option: the components to heed, as the page names them; without it all of them."""

    components: tuple[str, ...] = ()

    kind: ClassVar[str] = "status-page"
    every: ClassVar[timedelta] = timedelta(minutes=15)
    scope: ClassVar[Scope] = Scope.ADDRESS
    named_only: ClassVar[bool] = True
    ruleset: ClassVar[int] = 1
    title: ClassVar[Words] = TITLE
    rules: ClassVar[Mapping[str, Rule]] = RULES

    def suits(self, url: str) -> bool:
        return urlsplit(url).scheme in {"http", "https"}

    async def observe(self, url: str, probe: Probe) -> Told:
        told = Told(await probe.fetch(url, again=True))
        for path in (SUMMARY, SHORTER):
            if await asyncio.to_thread(_readable, told) or not _answered(told.exchange):
                break
            told = Told(
                told.exchange, (*told.beside, await probe.fetch(origin_of(told.exchange.final.url) + path, again=True))
            )
        return told

    def judge(self, seen: Told, at: datetime, before: Mapping[str, Any] = NOTHING) -> Look:  # noqa: ARG002
        shown = seen.readable
        if shown is None:
            return _unread(seen)
        incidents = going_on(shown.final.body, at) or ()
        heeded = [one for one in incidents if one.concerns(self.components)]
        heeded.sort(key=lambda one: -one.severity)
        findings = [_found(one) for one in heeded if not one.planned][:MOST]
        noted = {
            "incidents": [plain(one.name, 200) for one in heeded if not one.planned][:MOST],
            "maintenance": [plain(one.name, 200) for one in heeded if one.planned][:MOST],
        }
        return Look.of(findings, shown.evidence() | noted, shown.took_ms)


def _readable(told: Told) -> bool:
    return told.readable is not None


def _tells(exchange: Exchange) -> bool:
    """Whether a machine can read it. An instant is needed for what is open, not for what form it has."""
    hop = exchange.final
    return _answered(exchange) and hop.status == OK and going_on(hop.body, datetime.max.replace(tzinfo=UTC)) is not None


def _answered(exchange: Exchange) -> bool:
    """Something came that is the party's own word, be it that there is nothing."""
    return not exchange.unjudged(OWN_WORD)


def _unread(seen: Told) -> Look:
    """Nothing for a machine to read. That is held against the party only where all that was asked for was answered."""
    missed = next((one for one in (seen.exchange, *seen.beside) if not _answered(one)), None)
    if missed is None:
        unreadable = RULES["status-page.unreadable"].found(_why(seen.exchange))
        return Look.of([unreadable], seen.exchange.evidence(), seen.exchange.took_ms)
    return missed.unknown(missed.unjudged(OWN_WORD))


def _why(exchange: Exchange) -> Detail:
    if exchange.final.status != OK:
        return Detail("{url} is not there (status {status}).", url=exchange.url, status=exchange.final.status)
    return Detail("{url} is neither a status page's JSON nor an RSS or Atom feed.", url=exchange.url)


def _found(incident: Incident) -> Finding:
    if incident.ailing:
        rule, said = RULES["status-page.component"], Detail("The page shows trouble of {name}.", name=incident.name)
    else:
        rule, said = RULES["status-page.incident"], Detail("Open now: {name}", name=incident.name)
    return rule.found(said, key=incident.key, severity=incident.severity)
