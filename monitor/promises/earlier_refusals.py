"""Refusals of mail that came before a party sent any: it acknowledges them as well, before its first mailing.

A refusal holds without end (Specified E-mail Act 3(3)), whoever comes to send the company's mail later. All that came
before are one list, and so one question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.calendar import Roll
from monitor.obligations.contract import Owed
from monitor.obligations.demanding import demand
from monitor.obligations.opt_out_ack import OPT_OUT_ACK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from monitor.promises.agenda import Work
    from monitor.registry.roster import Roster
    from monitor.tables import Obligation, OptOut

ALL = "opt-outs/"  #: before the number of the last one: what a party acknowledges that came late to it


async def catch_up(work: Work, present: Roster, at: datetime) -> Iterator[datetime]:
    """Ask for what it has never been asked for, within the caller's transaction; when it has to be looked at again."""
    entry, today = work.entry, work.known.today
    if entry.sends_mail and work.lasts and entry.starts_on <= today:
        unheard = await _unheard(entry.key, entry.company)
        if unheard:
            days = present.group.opt_outs.on(today).acknowledge_days
            due_on = present.calendar.shift(today, days)
            owed = Owed(
                due_on, (due_on - today).days, opens_at=at, cause={"reason": "opt-out", "listed": "yes"},
                subject=f"{ALL}{unheard[-1]}", roll=Roll.NONE, statutory=True,
            )  # fmt: skip
            await demand(OPT_OUT_ACK, entry.key, owed, at, present)
    begins = present.calendar.instant(entry.starts_on)
    return iter([begins] if entry.sends_mail and begins > at else [])


async def _unheard(engagement: str, company: str) -> list[int]:
    refusals = await tables.OptOut.filter(company_id=company).order_by("id").values_list("id", "ref")
    if not refusals:
        return []
    asked = tables.Obligation.filter(kind=OPT_OUT_ACK, engagement_id=engagement).exclude(state="cancelled")
    subjects = {str(subject) for subject in await asked.values_list("subject", flat=True)}
    heard = up_to(subjects)
    return [number for number, ref in refusals if number > heard and ref not in subjects]


def up_to(subjects: Iterable[str]) -> int:
    """The number of the last refusal that was on a list of all. Pure."""
    lists = [one.removeprefix(ALL) for one in subjects if one.startswith(ALL)]
    return max((int(one) for one in lists if one.isdecimal()), default=0)


def of(ack: Obligation, refusal: OptOut) -> bool:
    """Whether a party acknowledges that refusal by it, alone or among all that came before. Pure."""
    listed = ack.company_id == refusal.company_id and refusal.id <= up_to([ack.subject])
    return ack.subject == refusal.ref or listed
