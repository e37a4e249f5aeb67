"""What the form of each act has to bring. All of it is looked at before the act, and all that is wrong is said at once.

The acts look once more, in their transaction: what is said here is what can be known of a form by itself, and of the
row as it was read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.asked import last_submission
from monitor.cases import WHY_MUTED, Mute
from monitor.obligations import acts, findings, pleas
from monitor.obligations.acts import Moving
from monitor.obligations.marks import points_of
from monitor.refusal import need, together
from monitor.web.console.colleagues import chosen
from monitor.web.console.remedying import may_own

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from monitor.refusal import Check
    from monitor.tables import Obligation, Remediation
    from monitor.web.console.act import Act

ANYBODY = "person/"  #: stands for whoever acts, who is not known before they have said their name


async def duty(deed: str, row: Obligation, act: Act) -> None:
    """Whether the form of an act on a request is complete."""
    more = _DUTY.get(deed)
    together(act.signs, *(await more(row, act) if more else ()))


def case(deed: str, act: Act) -> None:
    calendar = act.who.present.calendar
    if deed == "acknowledge":
        together(act.signs, lambda: act.pause.check(ANYBODY, calendar, act.at))
    elif deed == "mute" and act.day is not None:
        together(act.signs, lambda: Mute(act.until, act.reason).check(ANYBODY, calendar, act.at))
    elif deed == "mute":
        together(act.signs, lambda: act.until, lambda: act.says(WHY_MUTED))
    else:
        act.signs()


async def finding(deed: str, row: Remediation, act: Act) -> None:
    leave, calendar = act.who.authority(row.company_id), act.who.present.calendar
    tier = (await act.who.present.engagement(row.engagement_id)).effective_tier

    def risk() -> None:
        need(act.until > act.at, "until-past", findings.RISK_AHEAD)
        leave.may_accept_risk(row, act.until, calendar, act.at)

    more: dict[str, tuple[Check, ...]] = {
        "own": (lambda: _mailbox(row, act), lambda: need(act.owner[1], "name-missing", OWNER)),
        "risk": (lambda: act.says(findings.WHY_ACCEPTED), risk),
        "verify": (
            lambda: act.says(findings.WHAT_SEEN),
            lambda: leave.may_verify(row, pair=act.review.needs_second(tier)),
        ),
        "reopen": (lambda: act.says(findings.WHY_OPEN),),
    }
    together(act.signs, *more.get(deed, ()))


OWNER = "Enter the name of the owner: a mailbox may be shared, an owner is one person."


def _mailbox(row: Remediation, act: Act) -> None:
    need(may_own(row, act.owner[0], act.who), "owner-unknown", "Choose a mailbox of the responsible company.")


async def _returned(row: Obligation, act: Act) -> tuple[Check, ...]:
    last = await last_submission(row.id)
    points = await points_of(last.id) if last else {}
    return (lambda: need(act.reason or points, "reason-missing", acts.WHY_RETURNED),)


async def _waived(row: Obligation, act: Act) -> tuple[Check, ...]:
    leave, calendar = act.who.authority(row.company_id), act.who.present.calendar

    def until() -> None:
        need(act.until > act.at, "until-past", acts.WAIVER_AHEAD)
        leave.may_waive(row, act.until, calendar, act.at)

    return lambda: act.says(acts.WHY_WAIVED), until


async def _acknowledged(_: Obligation, act: Act) -> tuple[Check, ...]:
    calendar = act.who.present.calendar
    return (lambda: act.pause.check(ANYBODY, calendar, act.at),)


async def _extended(row: Obligation, act: Act) -> tuple[Check, ...]:
    leave, calendar = act.who.authority(row.company_id), act.who.present.calendar

    def later() -> object:
        return acts.later(row, calendar, Moving(act.new_day, act.reason, leave), act.at)

    return lambda: act.says(acts.WHY_EXTENDED), later


async def _decided(row: Obligation, act: Act) -> tuple[Check, ...]:
    plea = await tables.Plea.get_or_none(id=act.plea, obligation_id=row.id, decision=None)
    return (lambda: pleas.complete(plea.kind, act.decision),) if plea else ()


async def _colleague(_: Obligation, act: Act) -> tuple[Check, ...]:
    return (lambda: chosen(act.said),)


_DUTY: dict[str, Callable[[Obligation, Act], Awaitable[tuple[Check, ...]]]] = {
    "return": _returned,
    "waive": _waived,
    "acknowledge": _acknowledged,
    "extend": _extended,
    "plea": _decided,
    "colleague": _colleague,
}
