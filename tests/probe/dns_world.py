"""A name server on loopback that says what a test wants, silence and failure included."""

from __future__ import annotations

import dns.flags
import dns.rcode

from monitor.demo import zone
from monitor.demo.zone import serving

__all__ = ["Zone", "serving"]


class Zone(zone.Zone):
    """`fails`: names that get SERVFAIL. `silent`: names that get nothing. `signed`: it vouches for what it says."""

    def __init__(self, records=(), *, fails=(), silent=(), signed=False):
        super().__init__(dict(records))
        self.fails, self.silent, self.signed = set(fails), set(silent), signed

    def answer(self, query, name, kind):
        if name in self.silent:
            return None
        answer = super().answer(query, name, kind)
        if name in self.fails:
            answer.answer.clear()
            answer.set_rcode(dns.rcode.SERVFAIL)
        if self.signed:
            answer.flags |= dns.flags.AD
        return answer
