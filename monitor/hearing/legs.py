"""What a party has done about an owner's request: its word for one leg, and the last of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.duties.owing import met, owe
from monitor.own_duties import JOINT_REQUEST, OWNER_ANSWER, OWNER_REQUEST
from monitor.refusal import need
from monitor.registry.roster import roster
from monitor.tables.duty import LIVE, SILENT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.questionnaire import Answer
    from monitor.tables import Obligation, OwnDuty, OwnerRequest

LEG = "owner-request-leg"
RESULT, REASON = "leg.result", "leg.reason"
DONE, HOLDS_NONE, REFUSED, KEEPS = "done", "holds_none", "refused", "law_requires_keeping"
RESULTS = (DONE, HOLDS_NONE, REFUSED, KEEPS)
EXPLAINED = frozenset({REFUSED, KEEPS})


def result_of(answers: Mapping[str, Answer]) -> str:
    """What was done; a simulation's answer that says nothing stands for its being done."""
    value = answers[RESULT].value if RESULT in answers else DONE
    return str(value)


def checked(answers: Mapping[str, Answer]) -> str:
    """The result, with its reason where one is needed."""
    result = result_of(answers)
    need(result in RESULTS, "no-such-result", "Say what was done about the request.")
    explained = REASON in answers and not answers[REASON].blank
    need(
        result not in EXPLAINED or explained,
        "reason-missing",
        "Say why the request is not carried out: the owner has to be told the reason.",
    )
    return result


async def joint(ref: str) -> list[OwnDuty]:
    """What is asked of the companies of the group that use the data jointly."""
    return await tables.OwnDuty.filter(kind=JOINT_REQUEST, ref=ref).order_by("company_id")


async def silent(ref: str) -> list[str]:
    """Who has not answered yet: the engagements of parties, and companies that use the data jointly."""
    legs = tables.Obligation.filter(kind=LEG, subject=ref, state__in=SILENT).order_by("engagement_id")
    works = [str(key) for key in await legs.values_list("engagement_id", flat=True)]
    return works + [str(duty.company_id) for duty in await joint(ref) if duty.state == "open"]


async def answered(duty: Obligation, at: datetime, actor: str) -> None:
    """One leg has answered. With the last one nothing more is waited for, and the owner is to be answered: the company
    is told so at once, and reminded until it says on which day it has. Within the caller's transaction.
    """
    await heard(duty.subject, at, actor)


async def heard(ref: str, at: datetime, actor: str) -> None:
    """The same, whoever has answered: a party, or a company that uses the data jointly."""
    request = await tables.OwnerRequest.filter(ref=ref, state="open").select_for_update().first()
    if request is None or await silent(request.ref):
        return
    await tables.OwnerRequest.filter(id=request.id).update(state="settled")
    await ledger.write([event("settled", request, actor)], at)
    waiting = tables.OwnDuty.filter(kind=OWNER_REQUEST, ref=request.ref, state="open").select_for_update()
    for own in await waiting:
        await met(own, at)
    await owe(OWNER_ANSWER, request.due_on, at, await roster(), company_id=request.company_id, ref=request.ref)


async def withdrawn(ref: str) -> list[Obligation]:
    """The legs that nobody has to answer any more."""
    return await tables.Obligation.filter(kind=LEG, subject=ref, state__in=LIVE).select_for_update()


def event(kind: str, request: OwnerRequest, actor: str = ledger.SYSTEM, **data: str) -> ledger.Event:
    """A line of the ledger about a request of an owner."""
    return ledger.Event(
        f"owner-request.{kind}", f"owner-request/{request.id}", {"ref": request.ref} | data, request.company_id, actor
    )
