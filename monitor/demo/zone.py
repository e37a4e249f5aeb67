"""A name server on loopback for the stand-ins' domains, so that nobody outside is asked for names that do not exist."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from dns.rrset import RRset

    Address = tuple[str, int]

Key = tuple[str, str]  #: a name in lower case without its last dot, and a type
TTL = 60
MOST_ALIASES = 8


class Zone(asyncio.DatagramProtocol):
    """Answers from `records`, as zone files write them, with no trouble of any kind."""

    def __init__(self, records: Mapping[Key, Sequence[str]] = {}) -> None:
        self.records = dict(records)
        self.asked: list[Key] = []
        self.transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment] # a datagram endpoint has no other

    def datagram_received(self, data: bytes, sender: Address) -> None:
        try:
            query = dns.message.from_wire(data)
        except dns.exception.DNSException:
            return
        if not query.question:
            return
        question = query.question[0]
        key = (question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype))
        self.asked.append(key)
        answer = self.answer(query, *key)
        if answer is not None:
            self.transport.sendto(answer.to_wire(max_size=4096), sender)

    def answer(self, query: dns.message.Message, name: str, kind: str) -> dns.message.Message | None:
        """The answer to one question; none is silence."""
        answer = dns.message.make_response(query, recursion_available=True)
        answer.flags |= dns.flags.AA
        for _ in range(MOST_ALIASES):
            if kind == "CNAME" or (name, "CNAME") not in self.records:
                break
            answer.answer.append(self._rows(name, "CNAME"))
            name = self.records[name, "CNAME"][0].rstrip(".").lower()
        if (name, kind) in self.records:
            answer.answer.append(self._rows(name, kind))
        elif not any(known == name or known.endswith(f".{name}") for known, _ in self.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer

    def _rows(self, name: str, kind: str) -> RRset:
        return dns.rrset.from_text_list(f"{name}.", TTL, "IN", kind, self.records[name, kind])


@asynccontextmanager
async def serving(zone: Zone) -> AsyncIterator[str]:
    """The zone at an address, as `nameservers` of a probe has it."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: zone, local_addr=("127.0.0.1", 0))
    try:
        yield f"127.0.0.1:{transport.get_extra_info('sockname')[1]}"
    finally:
        transport.close()
