"""A name server on loopback that says what a test wants, silence and failure included."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset


class Zone(asyncio.DatagramProtocol):
    """Answers from `records`: (name, type) -> texts. `fails`: names that get SERVFAIL. `silent`: names that get nothing."""

    def __init__(self, records=(), *, fails=(), silent=(), signed=False):
        self.records, self.fails, self.silent, self.signed = dict(records), set(fails), set(silent), signed
        self.asked = []

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, sender):
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if name not in self.silent:
            self.transport.sendto(self._answer(query, question, name, kind).to_wire(max_size=4096), sender)

    def _answer(self, query, question, name, kind):
        answer = dns.message.make_response(query, recursion_available=True)
        if name in self.fails:
            answer.set_rcode(dns.rcode.SERVFAIL)
            return answer
        if self.signed:
            answer.flags |= dns.flags.AD
        at = name
        while (at, "CNAME") in self.records and kind != "CNAME":
            target = self.records[at, "CNAME"][0]
            answer.answer.append(dns.rrset.from_text(at + ".", 60, "IN", "CNAME", target))
            at = target.rstrip(".")
        texts = self.records.get((at, kind), ())
        if texts:
            answer.answer.append(dns.rrset.from_text_list(at + ".", 60, "IN", kind, texts))
        elif not any(there == at for there, _ in self.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer


@asynccontextmanager
async def serving(zone):
    """The zone at an address as `nameservers` writes it."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: zone, local_addr=("127.0.0.1", 0))
    try:
        yield f"127.0.0.1:{transport.get_extra_info('sockname')[1]}"
    finally:
        transport.close()
