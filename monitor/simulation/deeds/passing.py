"""Personal data that goes to others, and complaints about parties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from monitor import tables
from monitor.promises.complaints import Complained, complain
from monitor.promises.disclosures import Disclosed, enter_disclosure
from monitor.promises.provision import Given, delete, record
from monitor.promises.transfers import Looked, checked
from monitor.registry.values import Day
from monitor.simulation.event import ThroughUs
from monitor.simulation.who import acting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.simulation.event import Deed, Event


class Provision(ThroughUs):
    """`made_on`: when the record was made, today where nothing is said; `last_on`: when data went last. `anyway`: it
    has gone, though the work was suspended, for this `reason`.
    """

    do: Literal["provision"]
    ref: str
    record: Literal["single", "batch", "contract"]
    engagement: str | None = None
    company: str | None = None
    to: str | None = None
    made_on: Day | None = None
    last_on: Day | None = None
    way: Literal["provision", "receipt"] = "provision"
    basis: Literal["consent", "opt_out", "personal_related"] = "consent"
    anyway: bool = False
    reason: str = ""
    by: str | None = None


async def _provision(event: Provision, at: datetime) -> None:
    given = Given(
        event.ref, event.record, event.engagement or "", event.company or "", event.to or "", event.made_on,
        event.last_on, event.way, event.basis, anyway=event.anyway, reason=event.reason,
    )  # fmt: skip
    await record(given, at, await _actor(event.by, event.engagement, event.company, at))


class DeleteRecord(ThroughUs):
    """`on`: the day on which it is to be erased, today where nothing is said."""

    do: Literal["delete_record"]
    ref: str
    on: Day | None = None
    by: str | None = None


async def _delete_record(event: DeleteRecord, at: datetime) -> None:
    row = await tables.ProvisionRecord.get_or_none(ref=event.ref)
    await delete(event.ref, event.on, at, await _actor(event.by, None, row.company_id if row else None, at))


class Disclosure(ThroughUs):
    """`by`: who decided on it."""

    do: Literal["disclosure"]
    basis: Literal["emergency", "law"]
    engagement: str | None = None
    company: str | None = None
    by: str = ""
    why: str = ""
    what: str = ""
    to: str = ""
    authority: str = ""
    statute: str = ""
    reported_on: Day | None = None


async def _disclosure(event: Disclosure, at: datetime) -> None:
    said = {name: str(getattr(event, name)) for name in ("by", "why", "what", "to", "authority", "statute")}
    told = Disclosed(event.basis, said, event.engagement or "", event.company or "", event.reported_on)
    await enter_disclosure(told, at, await _actor(None, event.engagement, event.company, at))


class TransferChecked(ThroughUs):
    do: Literal["transfer_checked"]
    engagement: str
    on: Day | None = None
    result: Literal["ok", "trouble", "cannot_continue"] = "ok"
    reason: str = ""
    by: str | None = None


async def _transfer_checked(event: TransferChecked, at: datetime) -> None:
    looked = Looked(event.engagement, event.result, event.on, event.reason)
    await checked(looked, at, await _actor(event.by, event.engagement, None, at))


class Complaint(ThroughUs):
    do: Literal["complaint"]
    party: str
    company: str
    ref: str = ""
    by: str | None = None


async def _complaint(event: Complaint, at: datetime) -> None:
    said = Complained(event.company, event.party, event.ref)
    await complain(said, at, await _actor(event.by, None, event.company, at))


async def _actor(by: str | None, engagement: str | None, company: str | None, at: datetime) -> str:
    row = await tables.Engagement.get_or_none(key=engagement) if engagement else None
    return await acting(by, row.company_id if row else company, at)


DEEDS: Mapping[type[Event], Deed] = {
    Provision: _provision,
    DeleteRecord: _delete_record,
    Disclosure: _disclosure,
    TransferChecked: _transfer_checked,
    Complaint: _complaint,
}

LINES: Mapping[str, str] = {
    "transfer.due": "deadline",
    "transfer.confirmed": "accepted",
    "transfer.dropped": "cancelled",
    "transfer.stopped": "state",
    "provision.recorded": "accepted",
    "provision.erased": "accepted",
    "provision.erasure-ordered": "accepted",
}
