"""What a party has done about an owner's request: its word for one leg, and the last of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.duties.owing import met, owe
from monitor.hearing.holders import Holders, Saying
from monitor.language import Message
from monitor.own_duties import JOINT_REQUEST, OWNER_ANSWER, OWNER_REQUEST
from monitor.registry.roster import roster

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.tables import Obligation, OwnerRequest

LEG = "owner-request-leg"
RESULT, REASON = "leg.result", "leg.reason"
DONE, HOLDS_NONE, REFUSED, KEEPS = "done", "holds_none", "refused", "law_requires_keeping"
RESULTS = (DONE, HOLDS_NONE, REFUSED, KEEPS)
EXPLAINED = frozenset({REFUSED, KEEPS})

_SAYING = Saying(
    RESULT, REASON, RESULTS, EXPLAINED, Message("Say what was done about the request."),
    Message("Say why the request is not carried out: the owner has to be told the reason."),
)  # fmt: skip
checked = _SAYING.checked
_HOLDERS = Holders(LEG, JOINT_REQUEST)
joint, silent, withdrawn = _HOLDERS.companies, _HOLDERS.silent, _HOLDERS.still_asked


async def answered(duty: Obligation, at: datetime, actor: str) -> None:
    """One leg has answered. With the last one nothing more is waited for, and the owner is to be answered: the company
    is told so at once, and reminded until it says on which day it has. Within the caller's transaction.
    """
    await heard(duty.subject, at, actor)


async def heard(ref: str, at: datetime, actor: str) -> None:
    """The same, whoever has answered: a party, or a company that uses the data jointly."""
    request = await held(ref)
    if request is None or request.state != "open" or await silent(request.ref):
        return
    await tables.OwnerRequest.filter(id=request.id).update(state="settled")
    await ledger.write([event("settled", request, actor)], at)
    waiting = tables.OwnDuty.filter(kind=OWNER_REQUEST, ref=request.ref, state="open").select_for_update()
    for own in await waiting:
        await met(own, at)
    await owe(OWNER_ANSWER, request.due_on, at, await roster(), company_id=request.company_id, ref=request.ref)


async def held(ref: str) -> OwnerRequest | None:
    """The request, locked within the caller's transaction."""
    return await tables.OwnerRequest.filter(ref=ref).select_for_update().first()


def event(kind: str, request: OwnerRequest, actor: str = ledger.SYSTEM, **data: str) -> ledger.Event:
    """A line of the ledger about a request of an owner."""
    return ledger.Event(
        f"owner-request.{kind}", f"owner-request/{request.id}", {"ref": request.ref} | data, request.company_id, actor
    )
