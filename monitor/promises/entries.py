"""What the registers of this part have in common: references that script and page give, and the work they are about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from monitor import tables
from monitor.language import Message
from monitor.reasons import harmless
from monitor.refusal import Refused, need

if TYPE_CHECKING:
    from monitor.registry.format import Engagement, Party
    from monitor.registry.roster import Roster

REGISTER_LOCK = 0x17A62  #: PostgreSQL's lock of whoever enters something that is counted or must be there once
#: What stands before the stroke in all that the product numbers itself.
OURS = frozenset((
    "case", "certificate", "company", "complaint", "correction", "corrective-action", "disclosure", "disposal",
    "engagement", "erased", "exposure", "hand-over", "incident", "instruction", "joint-use", "link", "looks", "mail",
    "obligation", "opt-out", "opt-outs", "own-duty", "owner-request", "party", "person", "policy", "provision",
    "published", "remediation", "statistics", "sub-entrustment", "submission", "summary", "transfer-check", "watch",
))  # fmt: skip
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,59}")


def reference(ref: str) -> str:
    """A reference of the company's own."""
    text = ref.strip()
    need(
        REFERENCE.fullmatch(text),
        "ref-unreadable",
        "Write a number of your own, such as P-2026-001: up to 60 Latin letters, digits and . _ / -. Never a name.",
    )
    harmless(text)
    not_ours(text)
    return text


def not_ours(ref: str) -> None:
    """Nobody takes a reference that we give ourselves: the row that is to have it would find it taken, and stop."""
    need(
        ref.partition("/")[0].lower() not in OURS,
        "ref-ours",
        "References that begin like this one are given by the program: choose another, such as R-2026-001.",
    )


async def work_and_party(key: str, present: Roster) -> tuple[Engagement, Party]:
    """An engagement of the registry, and its party. One that left the registry is none."""
    row = await tables.Engagement.get_or_none(key=key, retired_at=None)
    if row is None:
        raise Refused("no-such-engagement", Message("There is no such engagement."))
    entry = await present.engagement(key)
    return entry, await present.party(entry.party)


def known_company(key: str, present: Roster) -> str:
    need(key, "company-missing", "Say which company, or which engagement, it is about.")
    need(key in present.companies, "no-such-company", "The registry has no such company.")
    return key
