"""From a submission in the database to the matter of its receipt."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor import __version__
from monitor.asked import frozen
from monitor.ledger import as_line
from monitor.receipt.document import Matter
from monitor.tables import LedgerLine, Submission

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.registry.format import Company, Engagement, Group, Party
    from monitor.registry.roster import Roster
    from monitor.tables import Obligation

SUBMITTED = "obligation.submitted"
_WIDTH = 6


@dataclass(frozen=True)
class Source:
    """What a receipt is gathered from, beside the submission. `verify`: the page that tells genuine ones."""

    duty: Obligation
    engagement: Engagement
    party: Party
    present: Roster
    verify: str


async def gather(handed_in: Submission, source: Source) -> Matter | None:
    """The matter of a receipt. None where the ledger has no line of it: then there is nothing to prove."""
    line = await line_of(handed_in)
    if line is None or not handed_in.sha256 or source.duty.request_id is None:
        return None
    asked = await frozen(source.duty.request_id)
    return Matter(
        product=f"itaku {__version__}",
        issuer=_issuer(source, str(line["company"])),
        party=_entity(source.party),
        engagement=_engagement(source.engagement),
        request=_request(source.duty)
        | {"questionnaire": asked.id, "version": asked.version, "sha256": source.duty.request_id},
        questionnaire=asked,
        answers=handed_in.answers,
        sha256=handed_in.sha256,
        submission=handed_in.id,
        name=handed_in.signer_name,
        title=handed_in.signer_title,
        line=line,
    )


async def line_of(handed_in: Submission) -> Mapping[str, Any] | None:
    """The line that the ledger has of a submission."""
    rows = LedgerLine.filter(subject=f"obligation/{handed_in.obligation_id}", type=SUBMITTED).order_by("-seq")
    for row in await rows.values():
        if json.loads(row["data"]).get("submission") == handed_in.id:
            return as_line(row)
    return None


async def in_ledger(line: Mapping[str, Any]) -> bool:
    """Whether our own ledger has that line, at that place and with that hash."""
    seq, said = line.get("seq"), line.get("hash")
    if not isinstance(seq, int) or not isinstance(said, str):
        return False
    return await LedgerLine.exists(seq=seq, hash=said)


def _issuer(source: Source, asking: str) -> dict[str, Any]:
    """The company that asked, as the ledger has it: another one may answer for the work since."""
    group, company = source.present.group, source.present.companies.get(asking)
    named = _entity(company) if company else {"key": asking}
    return {"group": _names(group), "company": named, "verify": source.verify}


def _entity(entity: Party | Company) -> dict[str, Any]:
    return {"key": entity.key} | _names(entity)


def _names(entity: Party | Company | Group) -> dict[str, str]:
    return {"name": entity.name} | ({"name_ja": entity.name_ja} if entity.name_ja else {})


def _engagement(engagement: Engagement) -> dict[str, Any]:
    return {"key": engagement.key, "kind": engagement.kind} | ({"title": engagement.title} if engagement.title else {})


def _request(duty: Obligation) -> dict[str, Any]:
    return {"reference": f"ITK-{duty.id:0{_WIDTH}d}", "kind": duty.kind, "due_on": duty.due_on.isoformat()}
