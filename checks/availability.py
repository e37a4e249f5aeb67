"""Does the endpoint answer as a visitor would need it to?

Down is what the party can change: no such name, no connection, no answer in time, an answer that nobody can read, or
one that says no. That the site turned us away, that its certificate stopped us, or that our own side failed is not
down: the look could not judge.

An endpoint may say more about what counts as an answer: its status, what the body says or must not say, how long it
may take. A condition of which only the beginning of a long body was seen is judged as far as that goes, and no further.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from checks.answers import ANSWERS, Exchange, Trouble
from checks.contract import NOTHING, Look, Scope
from checks.detail import Detail, plain
from checks.jsonpath import condition
from checks.patterns import compiled
from checks.replied import Reply, reply
from checks.rulebook import rules, title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
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
    """Options: what the body must say (`text`, `pattern`, `json`), what it must not (`absent`), which statuses are good
    ones, and from how many milliseconds on an answer is a slow one. An empty one asks for nothing.
    """

    text: str = ""
    absent: str = ""
    pattern: str = ""
    json: str = ""
    status: tuple[int, ...] = ()
    slower_than_ms: int = 0

    kind: ClassVar[str] = "availability"
    every: ClassVar[timedelta] = timedelta(minutes=5)
    scope: ClassVar[Scope] = Scope.ADDRESS
    named_only: ClassVar[bool] = False
    ruleset: ClassVar[int] = 2
    title: ClassVar[Words] = TITLE
    rules: ClassVar[Mapping[str, Rule]] = RULES

    def __post_init__(self) -> None:
        for name, read in (("pattern", compiled), ("json", condition)):
            wanted = getattr(self, name)
            try:
                wanted and read(wanted)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
        if strange := [status for status in self.status if not 100 <= status <= 599]:  # noqa: PLR2004 - RFC 9110
            raise ValueError(f"status: {strange[0]} is no HTTP status")

    def suits(self, url: str) -> bool:
        return urlsplit(url).scheme in {"http", "https"}

    async def observe(self, url: str, probe: Probe) -> Exchange:
        """A body that is asked for something is read at greater length, and not sent again while it is the same."""
        if self._asks_for_a_body:
            return await probe.fetch(url, again=True)
        return await probe.fetch(url)

    @property
    def quick(self) -> bool:
        return not self._asks_for_a_body

    def gist(self, observed: Mapping[str, Any]) -> str:
        phases = ", ".join(f"{name.replace('_', ' ')} {took:.0f}" for name, took in observed.get("ms", {}).items())
        return f"{observed.get('status', '')} ({phases} ms)"

    def judge(self, seen: Exchange, at: datetime, before: Mapping[str, Any] = NOTHING) -> Look:  # noqa: ARG002
        reason = self._unjudged(seen)
        if reason:
            return seen.unknown(reason)
        findings = self._faults(seen)
        if findings:
            return Look.of(findings, seen.evidence(), seen.took_ms)
        said = reply(seen.final) if self._asks_for_a_body else None
        findings = [*self._unmet(said), *self._slow(seen)]
        if not findings and said is not None and self._cannot_tell(said):
            return seen.unknown("unread-body")
        return Look.of(findings, seen.evidence(), seen.took_ms)

    @property
    def _asks_for_a_body(self) -> bool:
        return bool(self.text or self.absent or self.pattern or self.json)

    def _unjudged(self, seen: Exchange) -> str:
        trouble = seen.trouble
        if trouble is None:
            # An endpoint that is known to say no (a service that wants a password, say) does not turn us away by it.
            refused = seen.challenged if seen.final.status in self.status else seen.refused_us
            return "refused-monitor" if refused else ""
        # TLS that works, only not with us: the tls check tells what is wrong, and one fault is one case.
        spoke_tls = trouble is Trouble.CERTIFICATE or (trouble is Trouble.TLS_FAILED and seen.final.tls is not None)
        return trouble.value if trouble.unseen or spoke_tls else ""

    def _faults(self, seen: Exchange) -> list[Finding]:
        if seen.trouble is not None:
            return [RULES[DOWN[seen.trouble]].found(seen.final.detail)]
        status = seen.final.status
        good = status in self.status if self.status else ANSWERS <= status < ERRORS or status == UNAUTHORIZED
        return (
            [] if good else [RULES[_rule_for(status)].found("The server answers with status {status}.", status=status)]
        )

    def _unmet(self, said: Reply | None) -> Iterator[Finding]:
        """What the body does not say and should, or says and should not. What it says is repeated nowhere."""
        if said is None:
            return
        if self.text and said.lacks(self.text):
            yield RULES["availability.text-missing"].found(
                "The page does not say '{text}'.", text=plain(self.text, 100)
            )
        if self.absent and said.says(self.absent):
            yield RULES["availability.text-present"].found("The page says '{absent}'.", absent=plain(self.absent, 100))
        if self.pattern and said.fits(self.pattern) is False:
            yield RULES["availability.pattern-missing"].found(
                "Nothing fits '{pattern}'.", pattern=plain(self.pattern, 100)
            )
        if self.json and said.meets(self.json) is False:
            yield RULES["availability.json-unmet"].found(
                "It does not hold: {condition}", condition=plain(self.json, 150)
            )

    def _cannot_tell(self, said: Reply) -> bool:
        """Whether what was seen leaves one of the conditions open."""
        met = (
            not self.text or said.says(self.text),
            not self.absent or said.lacks(self.absent),
            not self.pattern or said.fits(self.pattern),
            not self.json or said.meets(self.json),
        )
        return not all(met)

    def _slow(self, seen: Exchange) -> Iterator[Finding]:
        if self.slower_than_ms and seen.took_ms > self.slower_than_ms:
            detail = Detail(
                "The answer took {took} ms, more than {most} ms.",
                took=round(seen.took_ms),
                most=self.slower_than_ms,
            )
            yield RULES["availability.slow"].found(detail)


def _rule_for(status: int) -> str:
    if status >= SERVER_ERRORS:
        return "availability.server-error"
    if status in GONE:
        return "availability.gone"
    if status < ANSWERS:
        return "availability.malformed"
    return "availability.client-error" if status >= ERRORS else "availability.unexpected-status"
