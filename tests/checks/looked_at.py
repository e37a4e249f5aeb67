"""What the checks' tests hand to them: answers made by hand, and a probe that gives them out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from checks.answers import Exchange, Handshake, Hop, Phases, Records, RecordType, Tls, Trouble

AT = datetime(2026, 9, 1, tzinfo=UTC)
URL = "https://vendor.example/"
REFUSED_OLD = Handshake(None, Trouble.TLS_FAILED, "refused")
GOOD_HEADERS = (
    ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
    ("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
)


def served(*headers, url=URL, status=200, body=b"", **changes):
    """One answer without detours."""
    hop = Hop(url, status, tuple(headers), body, peer="192.0.2.7", phases=Phases(1, 2, 3, 4, 5))
    return Exchange(url, (replace(hop, **changes),))


def failed(trouble, url=URL, **changes):
    """A visit that came to nothing."""
    return Exchange(url, (Hop(url, trouble=trouble, detail="what happened", **changes),))


def shown(issued, *, code=0, text="", version="TLSv1.3", more=()):
    """What a handshake with that certificate shows."""
    return Tls(version, "TLS_AES_256_GCM_SHA384", (issued.der, *more), "0" * 64, code, text)


GOOD_RECORDS = {
    ("vendor.example", RecordType.A): ["192.0.2.7"],
    ("vendor.example", RecordType.NS): ["ns1.vendor.example.", "ns2.vendor.example."],
    ("vendor.example", RecordType.MX): ["10 mail.vendor.example."],
    ("mail.vendor.example", RecordType.A): ["192.0.2.25"],
    ("vendor.example", RecordType.TXT): ["v=spf1 mx -all"],
    ("_dmarc.vendor.example", RecordType.TXT): ["v=DMARC1; p=reject; rua=mailto:dmarc@vendor.example"],
}


class FakeProbe:
    """Gives out what it was given, and remembers what it was asked.

    `pages`: other answers by URL; `records`: what DNS says by name and type, nothing where nothing is given. Where the
    world could not be seen, DNS cannot be asked either.
    """

    def __init__(self, exchange, handshake=REFUSED_OLD, *, pages=(), records=(), browsed=None):
        self._exchange, self._handshake, self._browsed = exchange, handshake, browsed
        self.pages, self.records = dict(pages), dict(records)
        self.asked = []

    async def fetch(self, url, *, headers=None, again=False):
        self.asked.append(("fetch", url, headers))
        return self.pages.get(url, self._exchange)

    async def shake(self, url, offer):
        self.asked.append(("shake", url, offer))
        return self._handshake

    async def browse(self, url):
        self.asked.append(("browse", url))
        return self._browsed

    async def query(self, name, kind):
        self.asked.append(("query", name, kind))
        if self._exchange.trouble and self._exchange.trouble.unseen:
            return Records(name, kind, trouble=self._exchange.trouble, detail="what happened")
        found = self.records.get((name, kind))
        known = found is not None or any(there == name for there, _ in self.records)
        return Records(name, kind, tuple(sorted(found or ())), exists=known)


def rules(look):
    return {finding.rule for finding in look.findings}
