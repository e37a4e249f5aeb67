"""受領証: proof for whoever answered, which holds without us.

A receipt is one JSON file in canonical form (RFC 8785): what was asked, what was answered, by whom and when, which
files went with it, and the line that the ledger has of it; each part with its SHA-256, and all of it signed (Ed25519).
Whoever has it can show years later, without this product, its database or its makers, that nothing in it was changed
since, and hold it against a ledger.

What it does not hold is the chain from its line to the next head that was anchored outside: the lines between are
about other parties, whose names are not the holder's to read. Whoever may read the ledger has an export for that.
"""

from __future__ import annotations

from monitor.receipt.document import CONTENT_TYPE, FILE_NAME, Matter, compose, fingerprint
from monitor.receipt.examining import Finding, Verdict, examine
from monitor.receipt.gathering import Source, gather, in_ledger
from monitor.receipt.signing import Signing, public_of, spelled

__all__ = [
    "CONTENT_TYPE",
    "FILE_NAME",
    "Finding",
    "Matter",
    "Signing",
    "Source",
    "Verdict",
    "compose",
    "examine",
    "fingerprint",
    "gather",
    "in_ledger",
    "public_of",
    "spelled",
]
