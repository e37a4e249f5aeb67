"""Corrections that a company makes of its own accord, and what whoever holds the data does about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from monitor import tables
from monitor.asked import frozen
from monitor.hearing.corrections import (
    CORRECTED,
    CORRECTION_LEG,
    REASON,
    RECIPIENTS,
    RESULT,
    TOLD,
    UNTIL,
    WHY_LATER,
)
from monitor.language import Message
from monitor.obligations import acts
from monitor.promises.owners.correcting import Made, enter_correction
from monitor.questionnaire import Answer, freeze_answers
from monitor.refusal import Refused
from monitor.registry.roster import roster
from monitor.registry.values import Day
from monitor.simulation.event import ThroughUs
from monitor.simulation.who import acting
from monitor.tables.duty import ASKED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.simulation.event import Deed, Event


class Correction(ThroughUs):
    do: Literal["correction"]
    ref: str
    company: str | None = None
    service: str | None = None
    source: Literal["found", "told", "changed"] = "found"
    known_on: Day | None = None
    purposes: tuple[str, ...] = ()
    by: str | None = None


async def _correction(event: Correction, at: datetime) -> None:
    present = await roster()
    actor = await acting(event.by, event.company, at)
    known_on = event.known_on or present.calendar.day_of(at)
    made = Made(event.ref, event.source, known_on, event.company or "", event.service or "", event.purposes)
    await enter_correction(made, at, actor)


class CorrectionLeg(ThroughUs):
    do: Literal["correction_leg"]
    ref: str
    engagement: str
    result: Literal["corrected", "holds_none", "not_yet", "refused"]
    reason: str = ""
    until: Day | None = None


async def _leg(event: CorrectionLeg, at: datetime) -> None:
    """What the party says in its form."""
    legs = tables.Obligation.filter(kind=CORRECTION_LEG, subject=event.ref, engagement_id=event.engagement)
    leg = await legs.filter(state__in=ASKED).order_by("-id").first() or await legs.order_by("-id").first()
    if leg is None:
        raise Refused("no-such-leg", Message("Nobody has been asked about this correction there."))
    if leg.request_id is None:
        raise Refused("not-open", Message("This request is not open for an answer."))
    handed_in = freeze_answers(await frozen(leg.request_id), _answers(event))
    await acts.submit(leg.id, at, acts.Declaration(handed_in.text, handed_in.sha256))


def _answers(event: CorrectionLeg) -> dict[str, Answer]:
    """Those of questions that are not asked are left out when the answers are frozen."""
    said = {
        RESULT: event.result,
        RECIPIENTS: TOLD if event.result == CORRECTED else None,
        UNTIL: event.until.isoformat() if event.until else None,
        WHY_LATER: event.reason,
        REASON: event.reason,
    }
    return {question: Answer(value=value) for question, value in said.items() if value}


DEEDS: Mapping[type[Event], Deed] = {Correction: _correction, CorrectionLeg: _leg}

LINES: Mapping[str, str] = {}
