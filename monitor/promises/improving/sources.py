"""What a corrective action comes from: a finding, a case, a complaint, an incident."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.language import Message
from monitor.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHAPE = re.compile(r"(finding|case|complaint|incident)/([0-9]{1,9})")
_TABLES: Mapping[str, Any] = {
    "finding": tables.Remediation,
    "case": tables.Case,
    "complaint": tables.Complaint,
    "incident": tables.Incident,
}
#: What a source is called; its page is its reference with a slash before it.
KINDS: Mapping[str, Message] = {
    "finding": Message("Finding"),
    "case": Message("Case"),
    "complaint": Message("Complaint"),
    "incident": Message("Incident"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """`ref`: empty where the company acts of its own accord. No company: the privacy office's."""

    ref: str
    company: str | None
    party: str | None = None
    engagement: str | None = None

    @property
    def kind(self) -> str:
        return self.ref.partition("/")[0]


async def source_of(ref: str) -> Source | None:
    """What that reference names; none where there is no such thing."""
    shape = _SHAPE.fullmatch(ref)
    if shape is None:
        return None
    row = await _TABLES[shape[1]].get_or_none(id=int(shape[2]))
    return Source(ref, row.company_id, row.party_id, getattr(row, "engagement_id", None)) if row else None


async def held(ref: str) -> Source:
    """The same for an act, which something that is over refuses: a closed incident is not opened by it again."""
    found = await source_of(ref)
    if found is None:
        raise Refused("no-such-source", Message("There is no such entry from which an action could come."))
    closed = found.kind == "incident" and await tables.Incident.exists(id=int(ref.partition("/")[2]), state="closed")
    if closed:
        raise Refused("not-open", Message("This incident is closed."))
    return found
