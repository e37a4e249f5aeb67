"""Whether the party's name leads to the party: its addresses, its alias and the servers that answer for its domain.

An alias whose target is gone is the worst of it: whoever takes the target at the cloud provider serves his own page
under the party's name. That name servers change is no fault, but it is how a domain is stolen, so somebody has to know.
The change stays a finding for some days, long enough to be seen and asked about; then the new servers are the known
ones. Missing CAA or DNSSEC is noted and no finding: most honest domains have neither.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from checks.answers import RecordType, Trouble
from checks.contract import NOTHING, Look, Scope, Severity, Words
from checks.detail import Detail, plain
from checks.names import host_of, is_address, is_shared, registrable
from checks.rulebook import rules, title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.answers import Exchange, Records
    from checks.contract import Finding, Probe, Rule

TITLE, RULES = title("dns"), rules("dns")
GUARDED = frozenset({Trouble.GUARD_ADDRESS, Trouble.GUARD_PORT})
ADDRESSES = (RecordType.A, RecordType.AAAA)
SHOWN = 20
BY_HAND = Detail("The site was reached although DNS has no address for it.")


@dataclass(frozen=True, slots=True)
class State:
    """What DNS says of a host and its domain. `caa` is for the host first, then for the names above it."""

    exchange: Exchange
    addresses: tuple[Records, ...] = ()
    servers: Records | None = None
    signed: Records | None = None
    caa: tuple[Records, ...] = ()

    @property
    def lost(self) -> Records | None:
        """The answer that says that there is no address; nothing where there is one."""
        return None if any(one.values for one in self.addresses) else self.addresses[0]

    @property
    def nameservers(self) -> list[str]:
        values = self.servers.values if self.servers is not None else ()
        return sorted({value.lower().rstrip(".") for value in values})[:SHOWN]


@dataclass(frozen=True, slots=True)
class Dns:
    """Option: for how many days changed name servers are a finding."""

    settle_days: int = 7

    kind: ClassVar[str] = "dns"
    every: ClassVar[timedelta] = timedelta(hours=6)
    scope: ClassVar[Scope] = Scope.HOST
    named_only: ClassVar[bool] = False
    ruleset: ClassVar[int] = 1
    title: ClassVar[Words] = TITLE
    rules: ClassVar[Mapping[str, Rule]] = RULES

    def __post_init__(self) -> None:
        if not 0 < self.settle_days <= 365:  # noqa: PLR2004 - a year
            raise ValueError("settle_days: it is no number of days from 1 to 365")

    def suits(self, url: str) -> bool:
        host = host_of(url)
        return "." in host and not is_address(host)

    async def observe(self, url: str, probe: Probe) -> State:
        exchange = await probe.fetch(url)
        if exchange.first.trouble in GUARDED:
            return State(exchange)
        host = host_of(url)
        domain = registrable(host)
        addresses = await asyncio.gather(*(probe.query(host, kind) for kind in ADDRESSES))
        if not any(one.exists and not one.trouble for one in addresses):
            return State(exchange, tuple(addresses))
        servers = None if is_shared(host) else await probe.query(domain, RecordType.NS)
        signed = await probe.query(domain, RecordType.DS)
        return State(exchange, tuple(addresses), servers, signed, tuple(await _caa(host, domain, probe)))

    def gist(self, observed: Mapping[str, Any]) -> str:
        said = [", ".join(observed.get("addresses", [])), f"CAA {'yes' if observed.get('caa') else 'none'}"]
        return ", ".join([*said, f"DNSSEC {observed.get('dnssec', '')}"])

    def judge(self, seen: State, at: datetime, before: Mapping[str, Any] = NOTHING) -> Look:
        unjudged = _unjudged(seen)
        if unjudged is not None:
            return unjudged
        change = _change(seen.nameservers, at, before, timedelta(days=self.settle_days))
        findings = [*_lost(seen), *_moved(seen.nameservers, before, change)]
        every = [*seen.addresses, *seen.caa, *filter(None, (seen.servers, seen.signed))]
        took = round(seen.exchange.took_ms + sum(records.took_ms for records in every), 2)
        return Look.of(findings, _evidence(seen), took, change)


async def _caa(host: str, domain: str, probe: Probe) -> list[Records]:
    """Asked as an authority asks (RFC 8659 section 3): from the host upward, until there is one."""
    found: list[Records] = []
    while host and len(found) < SHOWN:
        found.append(await probe.query(host, RecordType.CAA))
        host = "" if found[-1].values or host == domain else host.partition(".")[2]
    return found


def _unjudged(seen: State) -> Look | None:
    trouble = seen.exchange.first.trouble
    if trouble in GUARDED:
        return seen.exchange.unknown(trouble.value)
    # Of two kinds of address one is enough: what became of the other question is then a note.
    needed = [*(seen.addresses if seen.lost else ()), *filter(None, [seen.servers])]
    failed = next((records for records in needed if records.trouble), None)
    if failed is not None:
        return failed.unknown()
    # Reached although DNS has no address: whoever runs us has set one by hand, and knows better than DNS.
    by_hand = seen.lost is not None and not _dangling(seen) and trouble is not Trouble.NO_SUCH_NAME
    return seen.exchange.unknown("no-answer", detail=BY_HAND) if by_hand else None


def _dangling(seen: State) -> bool:
    lost = seen.lost
    return lost is not None and bool(lost.aliases) and not lost.exists


def _lost(seen: State) -> Iterator[Finding]:
    lost = seen.lost
    if lost is None:
        return
    name = plain(lost.name, 100)
    if not _dangling(seen):
        words = "{name} has no address." if lost.exists else "{name} does not exist."
        yield RULES["dns.no-such-name"].found(words, name=name)
        return
    target = lost.aliases[-1].lower().rstrip(".")
    # Nobody else can take a name below the party's own domain; there the alias is broken and no more.
    severity = Severity.MEDIUM if registrable(target) == registrable(lost.name) else None
    detail = Detail("{name} is an alias of {target}, which does not exist.", name=name, target=plain(target, 150))
    yield RULES["dns.dangling-alias"].found(detail, key=target, severity=severity)


def _change(servers: list[str], at: datetime, before: Mapping[str, Any], settles: timedelta) -> dict[str, Any] | None:
    """What to keep: the known servers, and other ones since they were first seen, until they have become the known.

    Servers that differ from both begin their days anew; the old ones again end the change.
    """
    if not servers:
        return None
    known = before.get("servers")
    if known is None or known == servers:
        return {"servers": servers}
    since = before.get("since") if before.get("now") == servers else None
    if since is not None and at - datetime.fromisoformat(since) >= settles:
        return {"servers": servers}
    return {"servers": known, "now": servers, "since": since or at.isoformat()}


def _moved(servers: list[str], before: Mapping[str, Any], change: Mapping[str, Any] | None) -> Iterator[Finding]:
    """A change that could not be seen this time, because no servers are named, is still one."""
    kept = before if change is None else change
    if "now" not in kept:
        return
    known, now = kept["servers"], servers or kept["now"]
    same_hands = {registrable(one) for one in now} <= {registrable(one) for one in known}
    detail = Detail(
        "They were {known} and are {now}, first seen on {day}.",
        known=", ".join(known),
        now=", ".join(now),
        day=kept["since"][:10],
    )
    yield RULES["dns.nameservers-changed"].found(detail, severity=Severity.LOW if same_hands else None)


def _evidence(seen: State) -> dict[str, Any]:
    first = seen.addresses[0]
    caa = next((one.values for one in seen.caa if one.values), ())
    return {
        "name": plain(first.name, 255),
        "addresses": [plain(value, 60) for one in seen.addresses for value in one.values][:SHOWN],
        "ipv6": bool(seen.addresses[1].values),
        "aliases": [plain(name, 255) for name in first.aliases][:SHOWN],
        "nameservers": [plain(name, 255) for name in seen.nameservers],
        "caa": [plain(value, 100) for value in caa][:SHOWN],
        "dnssec": _dnssec(seen),
    }


def _dnssec(seen: State) -> str:
    """`validated` where our resolver vouches; `signed` where the domain is, and the resolver does not say."""
    if any(one.validated for one in seen.addresses if one.values):
        return "validated"
    if seen.signed is None or seen.signed.trouble is not None:
        return "unknown"
    return "signed" if seen.signed.values else "none"
