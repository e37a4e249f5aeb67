"""Whether the contact addresses that the party publishes are there, and whether mail to them can arrive.

Data subjects turn to the address in the privacy policy; one that went away in a redesign, or whose domain takes no
mail, leaves them without an answer. Whether a mailbox exists is never asked of its server: to begin a delivery and not
make it is what collectors of addresses do. That is learnt from our own mails and what comes back.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from checks.addresses import Page, folded, is_address
from checks.answers import Exchange, RecordType
from checks.contract import NOTHING, Look, Scope, Words
from checks.detail import plain
from checks.page_text import decoded
from checks.rulebook import REASONS, rules, title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from checks.answers import Records
    from checks.contract import Finding, Probe, Rule

TITLE, RULES = title("contacts"), rules("contacts")
MOST = 20
OK = 200
NO_MAIL = "."  # the host of a null MX
KINDS = (RecordType.MX, RecordType.A, RecordType.AAAA)


@dataclass(frozen=True, slots=True)
class Reachable:
    """The page, and what DNS says of the domains of the addresses: MX, then A and AAAA where there is none."""

    exchange: Exchange
    page: Page
    domains: Mapping[str, tuple[Records, ...]]


@dataclass(frozen=True, slots=True)
class Contacts:
    """Options: the addresses that have to be on the page, without which those are taken that stand there; and whether
    it is a finding that another one stands there.
    """

    addresses: tuple[str, ...] = ()
    no_others: bool = False

    kind: ClassVar[str] = "contacts"
    every: ClassVar[timedelta] = timedelta(days=1)
    scope: ClassVar[Scope] = Scope.ADDRESS
    named_only: ClassVar[bool] = True
    ruleset: ClassVar[int] = 1
    title: ClassVar[Words] = TITLE
    rules: ClassVar[Mapping[str, Rule]] = RULES

    def __post_init__(self) -> None:
        wrong = [address for address in self.addresses if not is_address(address)]
        if wrong:
            raise ValueError(f"addresses: {wrong[0]!r} is no mail address")
        if len(self.addresses) > MOST:
            raise ValueError(f"addresses: there are more than {MOST}")
        if self.no_others and not self.addresses:
            raise ValueError("no_others: it needs addresses, from which the others are told")

    def suits(self, url: str) -> bool:
        return urlsplit(url).scheme in {"http", "https"}

    async def observe(self, url: str, probe: Probe) -> Reachable:
        exchange = await probe.fetch(url, again=True)
        page = await asyncio.to_thread(_read, exchange)
        if _unjudged(exchange):
            return Reachable(exchange, page, {})
        names = sorted({_domain(address) for address in self._asked(page)})
        answers = await asyncio.gather(*(_mail(name, probe) for name in names))
        return Reachable(exchange, page, dict(zip(names, answers, strict=True)))

    def judge(self, seen: Reachable, at: datetime, before: Mapping[str, Any] = NOTHING) -> Look:  # noqa: ARG002
        reason = _unjudged(seen.exchange)
        if reason:
            return seen.exchange.unknown(reason)
        failed = next((one for records in seen.domains.values() for one in records if one.trouble), None)
        if failed is not None:
            return failed.unknown()
        asked = self._asked(seen.page)
        absent = [address for address in self.addresses if not seen.page.names(address)]
        if absent and _in_part(seen.exchange):
            return seen.exchange.unknown("unread-body")
        findings = [*_absent(absent, seen), *_dead(asked, seen), *self._others(seen.page)]
        took = seen.exchange.took_ms + sum(one.took_ms for records in seen.domains.values() for one in records)
        return Look.of(findings, _evidence(asked, seen), round(took, 2))

    def _asked(self, page: Page) -> list[str]:
        return [folded(address) for address in self.addresses] or page.all(MOST)

    def _others(self, page: Page) -> Iterator[Finding]:
        if not self.no_others:
            return
        known = {folded(address) for address in self.addresses}
        for address in page.all(MOST):
            if address not in known:
                yield RULES["contacts.another"].found("The page also names {address}.", address=address, key=address)


def _read(exchange: Exchange) -> Page:
    hop = exchange.final
    return Page(decoded(hop.body, ", ".join(hop.header("content-type"))))


def _unjudged(exchange: Exchange) -> str:
    trouble = exchange.trouble
    if trouble is not None:
        return trouble.value if trouble.value in REASONS else "no-answer"
    if exchange.refused_us:
        return "refused-monitor"
    return "" if exchange.final.status == OK else "no-answer"


def _in_part(exchange: Exchange) -> bool:
    """We were not sent all of the page, or in a packing that we did not ask for."""
    return exchange.final.truncated or any(value.strip() for value in exchange.final.header("content-encoding"))


async def _mail(name: str, probe: Probe) -> tuple[Records, ...]:
    answers = []
    for kind in KINDS:
        answers.append(await probe.query(name, kind))
        if answers[-1].values or answers[-1].trouble:
            break
    return tuple(answers)


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _hosts(records: tuple[Records, ...]) -> list[str]:
    return [value.rpartition(" ")[2].rstrip(".") or NO_MAIL for value in records[0].values]


def _absent(absent: list[str], seen: Reachable) -> Iterator[Finding]:
    where = plain(seen.exchange.final.url, 120)
    for address in absent:
        yield RULES["contacts.not-on-page"].found(
            "{address} is not on {where}.", address=address, where=where, key=folded(address)
        )


def _dead(asked: list[str], seen: Reachable) -> Iterator[Finding]:
    for address in asked:
        domain = _domain(address)
        records = seen.domains[domain]
        if not records[-1].values:
            words = "{address}: {domain} does not exist."
            if records[0].exists:
                words = "{address}: {domain} has neither MX nor address."
            yield RULES["contacts.no-mail"].found(words, address=address, domain=domain, key=address)
        elif _hosts(records) == [NO_MAIL]:
            yield RULES["contacts.no-mail"].found(
                "{address}: {domain} says that it takes no mail.", address=address, domain=domain, key=address
            )


def _evidence(asked: list[str], seen: Reachable) -> dict[str, Any]:
    """How mail to each address travels: by MX, or to the domain's own address, which works and is poor practice."""
    via = {domain: "mx" if records[0].values else "address" for domain, records in seen.domains.items()}
    ways = [{"address": plain(one, 254), "via": via[_domain(one)]} for one in asked]
    return seen.exchange.evidence() | {"contacts": ways}
