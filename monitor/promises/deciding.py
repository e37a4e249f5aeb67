"""A named person says how something ended that a company owed itself: what follows, by kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.duties import changes, owing
from monitor.own_duties import (
    BACKUP_PURGE,
    CHANGE_REVIEW,
    CLASS_REVIEW,
    COMPLAINT_ACK,
    CONTRACT_RENEWAL,
    CONTRACT_REVIEW,
    COPIES_ERASURE,
    CORRECTION,
    CORRECTIVE_ACTION,
    DISCLOSURE_REVIEW,
    EFFECT_CHECK,
    EXPOSURE_ROUND,
    FINAL_REPORT,
    HANDLER_LIST,
    HOLD_REVIEW,
    JOINT_REQUEST,
    LACKING,
    MANAGEMENT_REVIEW,
    NECESSITY_REVIEW,
    OWNER_ANSWER,
    OWNER_REQUEST,
    PRELIMINARY_REPORT,
    SPOT_CHECK,
    SUB_ENTRUSTMENT_DECISION,
    SUCCESSOR_DECISION,
    TIER_REVIEW,
    TRANSFER_CHECK,
    TRANSFER_MEASURES,
    own_kind,
)
from monitor.promises import complaints, contracts, disclosures, disposal, reviews, sub_entrustment, transfers
from monitor.promises.improving import actions, yearly
from monitor.promises.incidents import exposing, following
from monitor.promises.membership.leaving import settled
from monitor.promises.owners import correcting, requesting
from monitor.promises.sub_entrustment.deciding import Verdict
from monitor.refusal import need
from monitor.registry.roster import roster

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import date, datetime

    from monitor.tables import OwnDuty

    Deed = Callable[[OwnDuty, datetime, str, "Decision"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Decision:
    """`outcome`: one of the kind's, none for the usual one. `on`: the day on which it was done, if not today. `read`:
    the hash of the text that the person had before them, where there is one.
    """

    outcome: str | None = None
    reason: str = ""
    on: date | None = None
    read: str = ""

    def of(self, kind: str) -> str:
        return self.outcome or next(iter(own_kind(kind).outcomes))


async def decide(duty: OwnDuty, at: datetime, actor: str, decision: Decision) -> None:
    """In a transaction of its own. Raises `Refused`."""
    today = (await roster()).calendar.day_of(at)
    outcomes = own_kind(duty.kind).outcomes
    need(decision.of(duty.kind) in outcomes, "no-such-outcome", "Choose one of the ways in which this can end.")
    need(decision.on is None or decision.on <= today, "on-future", "Name today or a day before it.")
    await _DECIDE.get(duty.kind, _settle)(duty, at, actor, decision)


async def _settle(duty: OwnDuty, at: datetime, actor: str, decision: Decision) -> None:
    await owing.settle(duty.id, at, actor, decision.of(duty.kind), decision.reason, decision.on)


async def _change(duty: OwnDuty, at: datetime, actor: str, decision: Decision) -> None:
    await changes.decide(duty.id, at, actor, decision.of(duty.kind), decision.reason, decision.read)


async def _review(duty: OwnDuty, at: datetime, actor: str, decision: Decision) -> None:
    await reviews.reviewed(duty.id, at, actor, decision.of(duty.kind), decision.reason, decision.on)


async def _listed(duty: OwnDuty, at: datetime, actor: str, decision: Decision) -> None:
    await reviews.list_done(duty.id, at, actor, decision.reason)


async def _sub_entrustment(duty: OwnDuty, at: datetime, actor: str, decision: Decision) -> None:
    verdict = Verdict(decision.of(duty.kind), decision.reason, decision.on)
    await sub_entrustment.decide(duty.id, at, actor, verdict)


async def _disposal(duty: OwnDuty, at: datetime, actor: str, decision: Decision) -> None:
    await disposal.decide(duty.id, at, actor, decision.of(duty.kind), decision.reason, decision.on)


async def _reported(duty: OwnDuty, at: datetime, actor: str, decision: Decision) -> None:
    await following.reported(duty, at, actor, decision.of(duty.kind), decision.reason, decision.on)


async def _owner_request(duty: OwnDuty, at: datetime, actor: str, decision: Decision) -> None:
    await requesting.answer(duty, at, actor, decision.of(duty.kind), decision.reason, decision.on)


async def _round(duty: OwnDuty, at: datetime, actor: str, decision: Decision) -> None:
    await exposing.close(duty.id, at, actor, decision.reason)


async def _owner_answer(duty: OwnDuty, at: datetime, actor: str, decision: Decision) -> None:
    await requesting.answered(duty, at, actor, decision.on)


async def _successor(duty: OwnDuty, at: datetime, actor: str, decision: Decision) -> None:
    await settled(duty, at)
    await _settle(duty, at, actor, decision)


def _saying(end: Callable[[OwnDuty, datetime, str, str, str, date | None], Awaitable[None]]) -> Deed:
    """What ends by its outcome, the reason and the day alone."""

    async def said(duty: OwnDuty, at: datetime, actor: str, decision: Decision) -> None:
        await end(duty, at, actor, decision.of(duty.kind), decision.reason, decision.on)

    return said


_DECIDE: Mapping[str, Deed] = {
    CHANGE_REVIEW: _change,
    NECESSITY_REVIEW: _review,
    CLASS_REVIEW: _review,
    CONTRACT_REVIEW: _review,
    CONTRACT_RENEWAL: _saying(contracts.decided),
    HANDLER_LIST: _review,
    LACKING: _listed,
    PRELIMINARY_REPORT: _reported,
    FINAL_REPORT: _reported,
    CORRECTIVE_ACTION: _saying(actions.followed),
    EFFECT_CHECK: _saying(actions.followed),
    MANAGEMENT_REVIEW: _saying(yearly.signed),
    CORRECTION: _saying(correcting.ended),
    OWNER_REQUEST: _owner_request,
    OWNER_ANSWER: _owner_answer,
    JOINT_REQUEST: _saying(requesting.shared),
    EXPOSURE_ROUND: _round,
    SUB_ENTRUSTMENT_DECISION: _sub_entrustment,
    BACKUP_PURGE: _disposal,
    HOLD_REVIEW: _disposal,
    COPIES_ERASURE: _disposal,
    SPOT_CHECK: _disposal,
    SUCCESSOR_DECISION: _successor,
    DISCLOSURE_REVIEW: _saying(disclosures.review),
    TRANSFER_CHECK: _saying(transfers.decide_check),
    TRANSFER_MEASURES: _saying(transfers.decide_measures),
    COMPLAINT_ACK: _saying(complaints.acknowledged),
    TIER_REVIEW: _saying(complaints.reviewed),
}
