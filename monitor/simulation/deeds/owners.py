"""What owners of personal data ask for, and what parties do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from monitor import tables
from monitor.asked import frozen
from monitor.hearing.legs import LEG, REASON, RESULT
from monitor.language import Message
from monitor.obligations import acts
from monitor.promises.opt_outs import refuse_mail, seed_mailed
from monitor.promises.owners.requesting import Asked, enter_request
from monitor.questionnaire import Answer, freeze_answers
from monitor.reasons import harmless
from monitor.refusal import Refused
from monitor.registry.values import Day
from monitor.simulation.event import ThroughUs
from monitor.simulation.who import acting
from monitor.tables.duty import ASKED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.simulation.event import Deed, Event


class OwnerRequest(ThroughUs):
    do: Literal["owner_request"]
    ref: str
    request: str
    arrived_on: Day
    company: str | None = None
    service: str | None = None
    verified_on: Day | None = None
    purposes: tuple[str, ...] = ()
    by: str | None = None


async def _owner_request(event: OwnerRequest, at: datetime) -> None:
    asked = Asked(
        event.ref,
        event.request,
        event.arrived_on,
        event.company or "",
        event.service or "",
        event.purposes,
        event.verified_on,
    )
    await enter_request(asked, at, await acting(event.by, event.company, at))


class Leg(ThroughUs):
    do: Literal["leg"]
    obligation: ClassVar[str] = LEG
    ref: str
    engagement: str
    result: Literal["done", "holds_none", "refused", "law_requires_keeping"]
    reason: str = ""


async def _leg(event: Leg, at: datetime) -> None:
    """What the party says in its form."""
    legs = tables.Obligation.filter(kind=LEG, subject=event.ref, engagement_id=event.engagement).order_by("-id")
    leg = await legs.filter(state__in=ASKED).first() or await legs.first()
    if leg is None:
        raise Refused("no-such-leg", Message("Nobody has been asked about this request there."))
    if leg.request_id is None:
        raise Refused("not-open", Message("This request is not open for an answer."))
    harmless(event.reason)
    answers = {RESULT: Answer(value=event.result), REASON: Answer(value=event.reason)}
    handed_in = freeze_answers(await frozen(leg.request_id), answers)
    await acts.submit(leg.id, at, acts.Declaration(handed_in.text, handed_in.sha256))


class OptOut(ThroughUs):
    do: Literal["opt_out"]
    company: str
    ref: str = ""
    channel: Literal["mail", "post"] = "mail"
    by: str | None = None


async def _opt_out(event: OptOut, at: datetime) -> None:
    await refuse_mail(event.company, at, await acting(event.by, event.company, at), event.ref, event.channel)


class SeedMail(ThroughUs):
    do: Literal["seed_mail"]
    engagement: str
    by: str | None = None


async def _seed_mail(event: SeedMail, at: datetime) -> None:
    row = await tables.Engagement.get_or_none(key=event.engagement)
    await seed_mailed(event.engagement, at, await acting(event.by, row.company_id if row else None, at))


DEEDS: Mapping[type[Event], Deed] = {
    OwnerRequest: _owner_request,
    Leg: _leg,
    OptOut: _opt_out,
    SeedMail: _seed_mail,
}

LINES: Mapping[str, str] = {}
