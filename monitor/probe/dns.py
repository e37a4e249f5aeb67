"""Asking DNS for records, honestly: "there is nothing" is believed only when nobody who was asked knows better.

dnspython rather than c-ares, which serves the connections: it tells every answer apart (no such name, no such record,
a server that fails, one that is silent) and says whether DNSSEC held.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from time import monotonic, perf_counter
from typing import TYPE_CHECKING

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver
from dns.rdtypes.ANY.TXT import TXT

from checks.answers import Records, RecordType, Trouble
from checks.detail import Detail
from monitor.probe.settings import resolver_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dns.rdata import Rdata

AT_ONCE = 20  # a burst of hundreds of questions loses packets, and then answers late
ATTEMPT_SECONDS = 2.0
ATTEMPTS = 2
SHUNNED = 60.0  # seconds for which a silent resolver is asked last, and after some silences in a row not at all
SILENCES = 3  # one name whose servers are dead can silence a resolver that is well
VOICES = 2  # resolvers that must agree that there is nothing, where there are as many
MOST_VALUES = 100
NO_NAMESERVER = Detail("No resolver is configured on this machine.")


class Directory:
    """The resolvers, asked in turn. One for the process."""

    def __init__(self, nameservers: Sequence[str] = ()) -> None:
        self._servers = [resolver_at(text) for text in nameservers] or _of_the_system()
        self._silent: dict[tuple[str, int], _Silence] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def query(self, name: str, kind: RecordType) -> Records:
        """The records, or what became of the question. The first answer with records wins."""
        began = perf_counter()
        try:
            full = dns.name.from_text(name)
        except dns.exception.DNSException as error:
            return Records(name, kind, exists=False, detail=str(error))
        found = Records(name, kind, trouble=Trouble.LOCAL_FAULT, detail=NO_NAMESERVER)
        for server in self._voices():
            found = await self._asked(server, full, name, kind)
            if found.values:
                break
        return replace(found, took_ms=round((perf_counter() - began) * 1000, 2))

    def _voices(self) -> list[tuple[str, int]]:
        """Who is asked, those that were silent last. One that is long silent is no voice while another is left: it
        would leave every absence in doubt for as long as it is dead.
        """
        silent = {server: one for server, one in self._silent.items() if one.lasts}
        heard = [server for server in self._servers if server not in silent or not silent[server].for_long]
        return sorted(heard or self._servers, key=silent.__contains__)[:VOICES]

    async def _asked(self, server: tuple[str, int], full: dns.name.Name, name: str, kind: RecordType) -> Records:
        question = dns.message.make_query(full, kind.value, want_dnssec=True)
        question.flags |= dns.flags.AD
        try:
            async with self._slots:
                answer = await self._heard(question, server)
        except (dns.exception.Timeout, TimeoutError):
            return Records(
                name, kind, trouble=Trouble.DNS_TIMEOUT, detail=Detail("{host} did not answer.", host=server[0])
            )
        except dns.exception.DNSException as error:
            return Records(name, kind, trouble=Trouble.SERVFAIL, detail=_why(server, error))
        except OSError as error:
            return Records(name, kind, trouble=Trouble.LOCAL_FAULT, detail=_why(server, error))
        return _read(answer, full, name, kind)

    async def _heard(self, question: dns.message.Message, server: tuple[str, int]) -> dns.message.Message:
        silence = self._silent.get(server)
        if silence and silence.lasts and silence.for_long:
            raise TimeoutError
        try:
            answer = await _tried(question, server)
        except (dns.exception.Timeout, TimeoutError):
            known = self._silent.get(server)
            self._silent[server] = _Silence(monotonic() + SHUNNED, (known.times if known else 0) + 1)
            raise
        self._silent.pop(server, None)
        return answer


@dataclass(frozen=True, slots=True)
class _Silence:
    """How often in a row a resolver did not answer, and until when that counts."""

    until: float
    times: int

    @property
    def lasts(self) -> bool:
        return monotonic() < self.until

    @property
    def for_long(self) -> bool:
        return self.times >= SILENCES


async def _tried(question: dns.message.Message, server: tuple[str, int]) -> dns.message.Message:
    """Over UDP, over TCP where the answer is too long; once more where nobody answered."""
    for attempt in range(ATTEMPTS):
        try:
            answer, _ = await dns.asyncquery.udp_with_fallback(question, server[0], ATTEMPT_SECONDS, server[1])
        except dns.exception.Timeout:
            if attempt + 1 == ATTEMPTS:
                raise
        else:
            return answer
    raise TimeoutError


def _why(server: tuple[str, int], error: Exception) -> Detail:
    return Detail("{host}: {why}", host=server[0], why=error)


def _read(answer: dns.message.Message, full: dns.name.Name, name: str, kind: RecordType) -> Records:
    code = answer.rcode()
    if code not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
        said = Detail("The resolver says {code}.", code=dns.rcode.to_text(code))
        return Records(name, kind, trouble=Trouble.SERVFAIL, detail=said)
    wanted, at = dns.rdatatype.from_text(kind.value), full
    aliases: list[str] = []
    links = {rrset.name: rrset[0].target for rrset in answer.answer if rrset.rdtype == dns.rdatatype.CNAME}
    while wanted != dns.rdatatype.CNAME and at in links and len(aliases) < len(links):
        at = links[at]
        aliases.append(at.to_text(omit_final_dot=True))
    values = [_text(data) for rrset in answer.answer if rrset.rdtype == wanted and rrset.name == at for data in rrset]
    return Records(
        name,
        kind,
        tuple(sorted(values)[:MOST_VALUES]),
        tuple(aliases),
        exists=code == dns.rcode.NOERROR,
        validated=bool(answer.flags & dns.flags.AD),
    )


def _text(data: Rdata) -> str:
    if isinstance(data, TXT):
        return b"".join(data.strings).decode("utf-8", "replace")
    return data.to_text()


def _of_the_system() -> list[tuple[str, int]]:
    try:
        return [(server, 53) for server in map(str, dns.resolver.Resolver().nameservers)]
    except dns.exception.DNSException:
        return []
