"""Cases of conduct that is not as promised: opened by what happened, closed by what puts it right or by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.contract import Severity
from checks.detail import parts_of
from monitor import ledger, tables
from monitor.cases.closing import close
from monitor.cases.opening import LADDERS
from monitor.cases.standing import event
from monitor.conduct import rule_of
from monitor.reasons import keep
from monitor.refusal import need
from monitor.schedule import as_text
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.registry.roster import Roster
    from monitor.tables import Case


async def breach(rule: str, detail: str, at: datetime, present: Roster, **about: Any) -> Case:
    """Conduct against a rule was found: a case of the responsible company (`company_id`; none: the privacy office),
    within the caller's transaction. `detail`: what was found, a `checks.detail.Detail`. What is open for the same
    matter (rule, company, party, engagement, `ref`) already goes on and is given back, under the version of the rule
    with which it was opened. Its party hears of it only with `tell_vendor`.
    """
    same = {name: about.get(name) for name in ("company_id", "party_id", "engagement_id")} | {
        "ref": about.get("ref", "")
    }
    going = await tables.Case.filter(rule=rule, closed_at=None, **same).first()
    if going is not None:
        return going
    known = rule_of(rule)
    severity = known.severity
    dated: dict[str, Any] = {"rule_version": known.version, "rule_since": known.since}
    case = await tables.Case.create(
        rule=rule,
        check_kind="",
        said=parts_of(detail),
        severity=severity,
        ladder=as_text(LADDERS[severity]),
        opened_at=at,
        opened_on=present.calendar.day_of(at),
        since=at,
        next_at=at if severity > Severity.LOW else None,
        **{"tell_vendor": False} | dated | about,
    )
    await ledger.write([event("opened", case)], at)
    return case


async def mended(rule: str, at: datetime, **about: Any) -> int:
    """What was wrong is put right by what has happened: its cases close, within the caller's transaction. How many."""
    going = await tables.Case.filter(rule=rule, closed_at=None, **about).order_by("id").select_for_update()
    for case in going:
        await close(case, at)
    return len(going)


async def conclude(case_id: int, at: datetime, actor: str, reason: str) -> None:
    """A named person says how it was put right, and the case is closed. Not for what a look sees: that has to pass."""
    need(actor.startswith("person/"), "by-missing", "Say who decides.")
    need(reason.strip(), "reason-missing", "Write how it was put right: auditors read it.")
    async with transaction():
        case = await tables.Case.filter(id=case_id).select_for_update().get()
        need(case.rule, "seen-by-looks", "This case closes by itself when the check passes again.")
        need(case.closed_at is None, "not-open", "This case is closed already.")
        await close(case, at, actor, **await keep(reason, at))
