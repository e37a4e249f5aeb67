"""Does the endpoint answer as a visitor would need it to?

Down is what the party can change: no such name, no connection, no answer in time, an answer that nobody can read, or
one that says no. That the site turned us away, that its certificate stopped us, or that our own side failed is not
down: the look could not judge.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from checks.contract import NOTHING, Exchange, Look, Scope, Trouble
from checks.rulebook import rules, title

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from checks.contract import Finding, Probe, Rule, Words

TITLE, RULES = title("availability"), rules("availability")

DOWN = {
    Trouble.NO_SUCH_NAME: "availability.no-such-name",
    Trouble.REFUSED: "availability.no-connection",
    Trouble.UNREACHABLE: "availability.no-connection",
    Trouble.CONNECT_TIMEOUT: "availability.no-connection",
    Trouble.TLS_FAILED: "availability.no-connection",
    Trouble.CLOSED: "availability.no-connection",
    Trouble.TIMEOUT: "availability.timeout",
    Trouble.MALFORMED: "availability.malformed",
    Trouble.REDIRECTS: "availability.redirect-loop",
}
ERRORS = 400
SERVER_ERRORS = 500
UNAUTHORIZED = 401  # a server that asks for a password that we do not have is up and does what it is there for
GONE = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Availability:
    kind: ClassVar[str] = "availability"
    every: ClassVar[timedelta] = timedelta(minutes=5)
    scope: ClassVar[Scope] = Scope.ADDRESS
    named_only: ClassVar[bool] = False
    ruleset: ClassVar[int] = 1
    title: ClassVar[Words] = TITLE
    rules: ClassVar[Mapping[str, Rule]] = RULES

    def suits(self, url: str) -> bool:
        return urlsplit(url).scheme in {"http", "https"}

    async def observe(self, url: str, probe: Probe) -> Exchange:
        return await probe.fetch(url)

    def judge(self, seen: Exchange, at: datetime, before: Mapping[str, Any] = NOTHING) -> Look:  # noqa: ARG002
        reason = _unjudged(seen)
        if reason:
            return seen.unknown(reason)
        return Look.of(_faults(seen), seen.evidence(), seen.took_ms)


def _unjudged(seen: Exchange) -> str:
    trouble = seen.trouble
    if trouble is None:
        return "refused-monitor" if seen.refused_us else ""
    # TLS that works, only not with us: the tls check tells what is wrong, and one fault is one case.
    spoke_tls = trouble is Trouble.CERTIFICATE or (trouble is Trouble.TLS_FAILED and seen.final.tls is not None)
    return trouble.value if trouble.unseen or spoke_tls else ""


def _faults(seen: Exchange) -> list[Finding]:
    if seen.trouble is not None:
        return [RULES[DOWN[seen.trouble]].found(seen.final.detail)]
    status = seen.final.status
    if status < ERRORS or status == UNAUTHORIZED:
        return []
    return [RULES[_rule_for(status)].found(f"The server answers with status {status}.")]


def _rule_for(status: int) -> str:
    if status >= SERVER_ERRORS:
        return "availability.server-error"
    return "availability.gone" if status in GONE else "availability.client-error"
