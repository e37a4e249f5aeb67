"""What a domain publishes about its mail: the questions that lead from one record to the next, and their answers.

Some names may not be to be asked about. What rests on them is left open, part by part, and the rest is said.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from checks.answers import RecordType
from checks.mail_policies import dmarc_texts, places
from checks.names import is_address, registrable
from checks.spf import walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from checks.answers import Exchange, Records
    from checks.contract import Look, Probe
    from checks.spf import Question

MOST_QUESTIONS = 80  # what a stranger's records may make us ask; an honest domain needs a dozen
MOST_HOSTS = 10


class Part(StrEnum):
    """What is judged by itself. The names of its rules begin so."""

    SPF = "spf"
    DMARC = "dmarc"
    MX = "mx"
    STS = "mta-sts"
    DKIM = "dkim"

    @classmethod
    def of(cls, rule: str) -> Part:
        name = rule.partition(".")[2]
        return next(part for part in cls if name.startswith(part))


@dataclass(frozen=True, slots=True)
class Published:
    """What DNS says of the domain and of all that its records lead to, and the policy of MTA-STS if one is named."""

    exchange: Exchange
    domain: str
    known: Mapping[Question, Records]
    policy: Exchange | None = None
    selectors: tuple[str, ...] = ()

    def keys(self, selector: str) -> tuple[str, ...] | None:
        """What stands at a selector; none where that could not be asked."""
        said = self.known.get((key_name(selector, self.domain), RecordType.TXT))
        return None if said is None or said.trouble else said.values

    def texts(self, name: str = "") -> tuple[str, ...]:
        return self._values(f"{name}{self.domain}", RecordType.TXT)

    @property
    def hosts(self) -> list[str]:
        """The domain's mail hosts; a null MX is `.`, which says that there are none."""
        return _hosts(self.domain, self.known)

    @property
    def receives(self) -> bool:
        return self.hosts not in ([], ["."])

    def is_there(self, host: str) -> bool:
        return bool(self._values(host, RecordType.A) or self._values(host, RecordType.AAAA))

    def is_lost(self, host: str) -> bool:
        """Whether DNS says that the host has no address. What could not be asked is no such word."""
        return not self.is_there(host) and not self._unheard(host)

    def unseen(self) -> dict[Part, Look]:
        """The parts that could not be seen as a whole, each with the look that says why."""
        failed = {question: one for question, one in self.known.items() if one.trouble}
        needed = {
            Part.SPF: [one for one in self._of_spf(failed) if one in failed],
            Part.DMARC: self._above(failed),
            Part.MX: [one for one in [(self.domain, RecordType.MX), *self._of_hosts()] if one in failed],
            Part.DKIM: [one for one in _key_questions(self.domain, self.selectors) if one in failed],
            Part.STS: [one for one in [(f"_mta-sts.{self.domain}", RecordType.TXT)] if one in failed],
        }
        looks = {part: failed[names[0]].unknown(domain=self.domain) for part, names in needed.items() if names}
        trouble = self.policy.first.trouble if self.policy is not None else None
        if self.policy is not None and trouble is not None and trouble.unseen:
            looks.setdefault(Part.STS, self.policy.unknown(trouble.value, domain=self.domain))
        if self.policy is not None and Part.MX in looks:
            looks.setdefault(Part.STS, looks[Part.MX])  # whether it covers the hosts
        return looks

    def _of_spf(self, failed: Mapping[Question, Records]) -> list[Question]:
        heard = {question: one for question, one in self.known.items() if question not in failed}
        return sorted(walk(self.domain, heard).open)

    def _above(self, failed: Mapping[Question, Records]) -> list[Question]:
        """The places that a policy may stand at before the one where it was found."""
        there, texts = dmarc_texts(self.domain, registrable(self.domain), self.known)
        asked = list(places(self.domain, registrable(self.domain)))
        before = asked[: asked.index(there)] if texts else asked
        return [one for one in ((f"_dmarc.{place}", RecordType.TXT) for place in before) if one in failed]

    def _of_hosts(self) -> list[Question]:
        lost = [host for host in self.hosts[:MOST_HOSTS] if not is_address(host) and not self.is_there(host)]
        return [(host, kind) for host in lost for kind in (RecordType.A, RecordType.AAAA)]

    def _unheard(self, host: str) -> bool:
        asked = (self.known.get((host, kind)) for kind in (RecordType.A, RecordType.AAAA))
        return any(one is not None and one.trouble is not None for one in asked)

    def _values(self, name: str, kind: RecordType) -> tuple[str, ...]:
        said = self.known.get((name, kind))
        return said.values if said is not None else ()


async def answers(domain: str, probe: Probe, selectors: Sequence[str] = ()) -> Mapping[Question, Records]:
    """What the records say leads to the next questions, until there are none or too many. Where the domain itself
    cannot be asked about, nothing else is asked.
    """
    known: dict[Question, Records] = {}
    while wanted := list(_questions(domain, known, selectors))[: MOST_QUESTIONS - len(known)]:
        known.update(zip(wanted, await asyncio.gather(*(probe.query(*one) for one in wanted)), strict=True))
    return known


def key_name(selector: str, domain: str) -> str:
    """Where the key of a selector stands (RFC 6376 section 3.6.2.1)."""
    return f"{selector.lower()}._domainkey.{domain}"


def _key_questions(domain: str, selectors: Iterable[str]) -> list[Question]:
    return [(key_name(selector, domain), RecordType.TXT) for selector in selectors]


def _questions(domain: str, known: Mapping[Question, Records], selectors: Sequence[str] = ()) -> Iterator[Question]:
    """What is still to be asked. The domain itself comes first: what does not exist has no mail either."""
    own = known.get((domain, RecordType.TXT))
    if own is None:
        yield domain, RecordType.TXT
    elif own.exists and own.trouble is None:
        top = registrable(domain)
        above = (
            []
            if dmarc_texts(domain, top, known)[1]
            else [(f"_dmarc.{one}", RecordType.TXT) for one in places(domain, top)]
        )
        others = [(f"{name}.{domain}", RecordType.TXT) for name in ("_mta-sts", "_smtp._tls")]
        asked = [(domain, RecordType.MX), *above, *others, *_host_questions(domain, known)]
        asked += _key_questions(domain, selectors)
        asked += sorted(walk(domain, known).open)
        yield from dict.fromkeys(one for one in asked if one not in known)


def _host_questions(domain: str, known: Mapping[Question, Records]) -> Iterator[Question]:
    for host in _hosts(domain, known)[:MOST_HOSTS]:
        if host == "." or is_address(host):
            continue
        yield host, RecordType.A
        said = known.get((host, RecordType.A))
        if said is not None and not said.values:
            yield host, RecordType.AAAA


def _hosts(domain: str, known: Mapping[Question, Records]) -> list[str]:
    said = known.get((domain, RecordType.MX))
    names = [value.rpartition(" ")[2].lower() for value in said.values] if said is not None else []
    return [name.rstrip(".") or "." for name in names]
