"""証跡: files that strangers hand in. Judged by content, kept under their hash, their names treated as data.

`EvidenceStore.take` is the way in: it counts and hashes while a file arrives, refuses what cannot be looked into or is
not what it says, and keeps the rest. This is no virus scanner and does not replace one: what it promises is that a file
is of a known kind, is whole, and holds none of the ways known here to hide something or to start it on opening. A house
that has a scanner (clamd) names it, and nothing is kept that it has not looked at.
Formulas in a CSV are taken as they are: a leading `=` or `+` is honest there, and it is for the program that opens the
table to ask before one of them reaches outside.
"""

from monitor.evidence.judgement import ALLOWED, judge
from monitor.evidence.names import clean, content_disposition
from monitor.evidence.refusal import Code, RefusedFile
from monitor.evidence.store import EvidenceAway, EvidenceMissing, EvidenceStore, Stored

__all__ = [
    "ALLOWED",
    "Code",
    "EvidenceAway",
    "EvidenceMissing",
    "EvidenceStore",
    "RefusedFile",
    "Stored",
    "clean",
    "content_disposition",
    "judge",
]
