"""What a change of the notice asks for: beforehand, or without delay (APPI 27(6)), and what was seen on the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks.detail import Detail
from monitor import ledger, tables
from monitor.calendar import DAY
from monitor.cases.conduct import breach, mended
from monitor.conduct import NOT_BEFOREHAND, NOTICE_INCOMPLETE
from monitor.duties.owing import due_in, met, owe
from monitor.own_duties import JOINT_USE_NOTICE
from monitor.promises.joint_use.register import ITEMS, joint_uses
from monitor.refusal import need
from monitor.registry.apply import ONE_AT_A_TIME, set_many
from monitor.registry.roster import roster
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from typing import Any

    from monitor.registry.format import JointUse
    from monitor.registry.roster import Roster

USUAL_DAYS = 10  #: business days that "without delay" is taken for, where the register says no other number


@dataclass(frozen=True, slots=True)
class Handing:
    """The management goes to another company: from when, since when the notice says so, and to whom, if that is known
    already.
    """

    on: date
    shown_on: date | None = None
    to: str | None = None


async def representative_changed(
    company: str, on: date, at: datetime, actor: str = ledger.SYSTEM, name: str | None = None
) -> None:
    """The representative of a company is another one. Each notice that names the company as responsible has to say so
    without delay; the register's own page does at once, where `name` is given.
    """
    async with transaction():
        await alone(ONE_AT_A_TIME)
        present, uses = await roster(), await joint_uses()
        need(company in present.companies, "company-unknown", "There is no such company.")
        named = [use for use in uses.values() if use.responsible_on(max(on, present.calendar.day_of(at))) == company]
        need(named or not uses, "company-not-responsible", "No joint use names this company as responsible.")
        if name:
            await set_many([("company", company, {"representative": name})], at, actor)
        told = Handing(on)
        await ledger.write([_line("representative-changes", use.key, company, told, actor) for use in named], at)
        for ref, days in [(use.key, use.notice_days) for use in named] or [("", USUAL_DAYS)]:
            about = {"company_id": company, "ref": ref, "about": {"why": "representative", "on": on.isoformat()}}
            await _once(due_in(days, on, present.calendar), at, present, about)


async def renamed(company: str, on: date, at: datetime, present: Roster) -> None:
    """The responsible company has another name: its notices follow without delay. In the caller's transaction."""
    for use in (await joint_uses()).values():
        if use.responsible_on(on) == company:
            about = {"company_id": company, "ref": use.key, "about": {"why": "name", "on": on.isoformat()}}
            await _once(due_in(use.notice_days, on, present.calendar), at, present, about)


async def succeeded(company: str, key: str, on: date, at: datetime, present: Roster) -> None:
    """The responsible company's business was taken over: the notice names the successor without delay. In the caller's
    transaction.
    """
    use = await _use(key)
    about = {"company_id": company, "ref": key, "about": {"why": "succession", "on": on.isoformat()}}
    await _once(due_in(use.notice_days, on, present.calendar), at, present, about)


async def _once(due: date, at: datetime, present: Roster, about: dict[str, Any]) -> None:
    """What was done for a change already is not owed again because somebody tells of it once more."""
    same = tables.OwnDuty.filter(kind=JOINT_USE_NOTICE, company_id=about["company_id"], ref=about["ref"])
    if not any(duty.about == about["about"] for duty in await same):
        await owe(JOINT_USE_NOTICE, due, at, present, **about)


async def responsible_changed(key: str, change: Handing, at: datetime, actor: str = ledger.SYSTEM) -> None:
    """Who is responsible for the management changes: to be notified or readily accessible beforehand. A notice that
    came later, or has not come by the day, is conduct of ours that is not as promised.
    """
    async with transaction():
        await alone(ONE_AT_A_TIME)
        present = await roster()
        use, today = await _use(key), present.calendar.day_of(at)
        need(change.to is None or change.to in present.companies, "company-unknown", "There is no such company.")
        need(
            change.to is None or present.companies[change.to].member_on(change.on),
            "company-not-member",
            "That company is not a member of the group on that day.",
        )
        before = use.responsible_on(min(change.on - DAY, today))
        if change.to:
            await set_many([("joint_use", key, _handed(use, change, today))], at, actor)
        late = change.on <= today if change.shown_on is None else change.shown_on >= change.on
        kind = "responsible-changes" if late or change.shown_on is None else "responsible-announced"
        await ledger.write([_line(kind, key, before, change, actor)], at)
        about = {"company_id": before, "ref": key}
        why = {"why": "responsible", "on": change.on.isoformat()}
        if late:
            await breach(NOT_BEFOREHAND, _found(change), at, present, **about)
        if change.shown_on is not None:
            await _shown(about, why, at)
        elif not late:
            due = max(present.calendar.preceding(change.on - DAY), today)
            await _once(due, at, present, about | {"about": why})


async def _shown(about: Mapping[str, Any], why: Mapping[str, str], at: datetime) -> None:
    """The notice says it now: what was owed for that change is done."""
    owed = tables.OwnDuty.filter(kind=JOINT_USE_NOTICE, state="open", **about)
    for duty in await owed.order_by("id").select_for_update():
        if duty.about == why:
            await met(duty, at)


def _handed(use: JointUse, change: Handing, today: date) -> dict[str, Any]:
    """The register's fields once the change is known: what is to come is announced on the page from now on."""
    if change.on <= today:
        return {"responsible": change.to, "next_responsible": None}
    following = {"company": change.to, "from": change.on}
    return {"responsible": use.responsible_on(today), "next_responsible": following}


def _found(change: Handing) -> Detail:
    if change.shown_on is None:
        return Detail("It changed on {on}, and the notice did not say so before.", on=change.on)
    return Detail("It changed on {on}, and the notice said so from {shown} on.", on=change.on, shown=change.shown_on)


async def notice_seen(
    key: str, on: date, missing: Sequence[str], at: datetime, actor: str = ledger.SYSTEM, sha256: str = ""
) -> None:
    """What the published notice said on a day. Items that are missing are a case of the responsible company; the first
    look that finds all of them closes it.
    """
    async with transaction():
        await alone(ONE_AT_A_TIME)
        present, use = await roster(), await _use(key)
        seen = {"sha256": sha256, "missing": list(missing), "seen_at": at}
        known = await tables.NoticeSeen.get_or_none(joint_use=key, on=on)
        if known is None or (known.sha256, known.missing) != (sha256, seen["missing"]):
            await tables.NoticeSeen.update_or_create(seen, joint_use=key, on=on)
            data = {"ref": key, "on": on.isoformat(), "sha256": sha256, "missing": len(missing)}
            await ledger.write([ledger.Event("joint-use.seen", f"joint-use/{key}", data, None, actor)], at)
        if missing:
            company = use.responsible_on(on)
            await breach(NOTICE_INCOMPLETE, _items(missing), at, present, company_id=company, ref=key)
        else:
            await mended(NOTICE_INCOMPLETE, at, ref=key)


def _items(missing: Sequence[str]) -> Detail:
    found = [Detail(ITEMS[name].text) if name in ITEMS else Detail("{name}", name=name) for name in missing]
    return Detail("It does not say: {items}.", items=Detail.listed(found))


async def _use(key: str) -> JointUse:
    use = (await joint_uses()).get(key)
    need(use, "joint-use-unknown", "There is no such joint use in the registry.")
    assert use is not None  # noqa: S101 - `need` has seen to it
    return use


def _line(kind: str, key: str, company: str | None, change: Handing, actor: str) -> ledger.Event:
    said = {"on": change.on, "shown_on": change.shown_on}
    data = {name: day.isoformat() for name, day in said.items() if day} | {"ref": key}
    return ledger.Event(f"joint-use.{kind}", f"joint-use/{key}", data, company, actor)
