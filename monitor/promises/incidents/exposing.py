"""Leak mode (影響確認): all trustees of chosen purposes are asked at once whether they are affected, by the hour.

A round is a duty of whoever asks: of a company, or of the privacy office where all companies' trustees are asked. It is
over when a person closes it; what is unanswered then is withdrawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.calendar import Roll
from monitor.duties import owing
from monitor.hearing.exposures import EXPOSURE
from monitor.obligations.contract import Owed
from monitor.obligations.demanding import demand, withdraw_demands
from monitor.own_duties import EXPOSURE_ROUND
from monitor.promises import lifecycle
from monitor.promises.owners.holding import holders
from monitor.promises.owners.references import sound
from monitor.reasons import harmless
from monitor.refusal import Refused, need
from monitor.registry.apply import ONE_AT_A_TIME
from monitor.registry.roster import roster
from monitor.tables.duty import LIVE
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from monitor.registry.roster import Roster
    from monitor.tables import Obligation, OwnDuty

REF = "exposure/"  #: how the reference of a round begins, where whoever asks gives none of their own


@dataclass(frozen=True, slots=True)
class Asked:
    """`what` has happened, in words that every party asked will read. `company`: whose trustees; none for all."""

    what: str
    purposes: Sequence[str]
    company: str = ""
    ref: str = ""


async def ask(asked: Asked, at: datetime, actor: str) -> OwnDuty:
    """Ask them all, in one transaction. What is told twice by its reference is one round."""
    given = sound(asked.ref) if asked.ref else ""
    async with transaction():
        await alone(ONE_AT_A_TIME)  # many works are asked, and many change with the registry
        present = await roster()
        _check(asked, present)
        keys = await _concerned(asked, present, present.calendar.day_of(at))
        need(keys, "nobody-concerned", "No trustee works for these purposes now.")
        ref = given or f"{REF}{await tables.OwnDuty.filter(kind=EXPOSURE_ROUND).count() + 1}"
        owed = _owed(asked, ref, at, present)
        company = asked.company or None
        going = await tables.OwnDuty.filter(kind=EXPOSURE_ROUND, ref=ref).first()
        if going is not None:
            need(going.company_id == company, "ref-taken", "Another round has this reference.")
            return going
        about = {"what": asked.what.strip(), "purposes": " ".join(asked.purposes)}
        round_ = await owing.owe(EXPOSURE_ROUND, owed.nominal_on, at, present, company_id=company, ref=ref, about=about)
        await ledger.write([_event("asked", round_, actor, count=len(keys))], at)
        for key in keys:
            await demand(EXPOSURE, key, owed, at, present, actor)
    return round_


def _check(asked: Asked, present: Roster) -> None:
    need(asked.what.strip(), "what-missing", "Write what has happened, so that the parties can look for it.")
    harmless(asked.what, reason="what-my-number")
    need(asked.purposes, "purposes-missing", "Choose at least one purpose of use.")
    need(set(asked.purposes) <= present.purposes.keys(), "purposes-unknown", "The registry has no such purpose.")
    need(
        not asked.company or asked.company in present.companies, "no-such-company", "The registry has no such company."
    )


async def _concerned(asked: Asked, present: Roster, day: date) -> list[str]:
    """The trustees' engagements in force, and all that hang below them."""
    companies = [asked.company] if asked.company else sorted(present.companies)
    found = {key for one in companies for key in await holders(one, (), asked.purposes, day, present)}
    entries = await present.engagements(found)
    return sorted(key for key in found if entries[key].kind == "trustee")


def _owed(asked: Asked, ref: str, at: datetime, present: Roster) -> Owed:
    """At once, and again by the hour; T is the day on which the last hour runs out."""
    hours = present.group.incidents.on(present.calendar.day_of(at)).exposure_hours
    due_on = present.calendar.day_of(at + timedelta(hours=hours[-1]))
    cause = {"reason": EXPOSURE, "request": asked.what.strip()}
    return Owed(due_on, opens_at=at, cause=cause, subject=ref, roll=Roll.NONE, statutory=True, hours=hours)


async def close(duty_id: int, at: datetime, actor: str, reason: str = "") -> None:
    """Enough is known: whoever has not answered need not any more, and is told so."""
    async with transaction():
        round_ = await owing.held(duty_id)
        open_ones = tables.Obligation.filter(kind=EXPOSURE, subject=round_.ref, state__in=LIVE).order_by("id")
        await withdraw_demands(await open_ones.select_for_update(), "round-closed", at)
        await owing.done(round_, at, actor, "done", reason)


async def answers_of(round_: OwnDuty) -> list[Obligation]:
    """What was asked of each, in the order of parties."""
    return await tables.Obligation.filter(kind=EXPOSURE, subject=round_.ref).order_by("party_id", "engagement_id")


async def suspend(keys: Iterable[str], at: datetime, actor: str, reason: str) -> list[str]:
    """No data goes to any of these works until a person makes each of them active again. Those that cannot be suspended
    (they are so already, or have ended) are left as they are: which were.
    """
    need(reason.strip(), "reason-missing", "Write the reason: auditors read it.")
    done = []
    for key in keys:
        try:
            await lifecycle.step(key, "suspended", at, actor, reason)
        except Refused:
            continue
        done.append(key)
    need(done, "nothing-suspended", "None of these works can be suspended now.")
    return done


def _event(kind: str, round_: OwnDuty, actor: str, **data: int) -> ledger.Event:
    """A line of the ledger about a round."""
    return ledger.Event(
        f"exposure.{kind}", f"own-duty/{round_.id}", {"ref": round_.ref} | data, round_.company_id, actor
    )
