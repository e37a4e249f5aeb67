"""What an event of a script does: the same acts as a page or a command, called by the same names."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from checks import CHECKS
from checks.contract import Finding, Look, Severity, Verdict
from monitor import cases, tables
from monitor.duties import changes
from monitor.inbound.acts import Bounce, bounced
from monitor.inbound.lost import latest_to
from monitor.language import Message
from monitor.obligations import acts
from monitor.obligations.authority import Authority
from monitor.obligations.declining import Declining, decline
from monitor.pause import Pause
from monitor.refusal import Refused
from monitor.registry.apply import set_fields
from monitor.registry.places import AGAIN, GONE
from monitor.registry.roster import roster
from monitor.simulation import script
from monitor.tables.duty import LIVE
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime


async def _submit(event: script.Submit, at: datetime) -> None:
    await acts.submit(await _live(event), at)


async def _accept(event: script.Accept, at: datetime) -> None:
    await acts.accept(await _live(event), at, await _who(event, at))


async def _return(event: script.Return, at: datetime) -> None:
    await acts.return_(await _live(event), at, await _who(event, at), event.reason)


async def _waive(event: script.Waive, at: datetime) -> None:
    actor = await acts.person(event.by, at) if event.by else ""
    await acts.waive(await _live(event), at, actor, event.reason, _until(event), authority=Authority.SCRIPT)


async def _acknowledge(event: script.Acknowledge, at: datetime) -> None:
    desks = {address.lower() for address in (await roster()).group.privacy_office}
    pause = Pause(_until(event), event.reason, office=(event.by or "").lower() in desks)
    await acts.acknowledge(await _live(event), at, await _who(event, at), pause)


async def _decline(event: script.Decline, at: datetime) -> None:
    said = Declining(event.reason, event.offered, event.price_consulted_on)
    await decline(await _live(event), at, "vendor", said)


async def _close_day(event: script.CloseDay, at: datetime) -> None:
    closed = (await roster()).group.extra_closed
    await set_fields("group", "group", {"extra_closed": sorted({*closed, event.day})}, at)


async def _end(event: script.End, at: datetime) -> None:
    if not await tables.Engagement.exists(key=event.engagement):
        raise Refused("no-such-engagement", Message("There is no such engagement."))
    await set_fields("engagement", event.engagement, {"ends_on": event.on}, at)


async def _observe(event: script.Observe, at: datetime) -> None:
    watches = await tables.Watch.filter(url=event.url, check_kind=event.check, retired_at=None)
    if not watches:
        raise Refused("no-such-watch", Message("The registry has no such check on such an endpoint."))
    severity = Severity.of(event.severity or "high")
    findings = (Finding(f"{event.check}.observed", severity, ""),) if event.verdict == "fail" else ()
    await cases.take([cases.Seen(watch, Look(Verdict(event.verdict), findings)) for watch in watches], at)


async def _served_again(event: script.ServedAgain, at: datetime) -> None:
    """A look that is confirmed already: one event stands for as many as the patrol would make."""
    watches = await tables.Watch.filter(url=event.url, check_kind=GONE, retired_at=None)
    if not watches:
        raise Refused("nothing-certified", Message("No deletion was confirmed for this address."))
    look = Look.of([CHECKS[GONE].rules[AGAIN].found("Content was served.")], {}, 0.0)
    await cases.take([cases.Seen(watch, look) for watch in watches], at, confirm=1)


async def _policy_changed(event: script.PolicyChanged, at: datetime) -> None:
    """The change as a patrol would have confirmed it. Where nobody looks, the decision is owed all the same."""
    watches = await tables.Watch.filter(url=event.url, retired_at=None).order_by("id")
    if not watches:
        raise Refused("no-such-watch", Message("The registry has no such check on such an endpoint."))
    key = " ".join(hashlib.sha256(said.encode()).hexdigest()[:32] for said in (event.url, f"{event.url} {event.on}"))
    looked = [watch for watch in watches if watch.check_kind == changes.CHECK]
    look = Look.of([CHECKS[changes.CHECK].rules[changes.RULE].found("The text has changed.", key=key)], {}, 0.0)
    await cases.take([cases.Seen(watch, look) for watch in looked], at, confirm=1)
    async with transaction():
        for watch in {watch.party_id: watch for watch in [*watches, *looked]}.values():
            await changes.begin_reviews(watch, key, event.on, at, await roster())


async def _done(event: script.Done, at: datetime) -> None:
    company = event.company
    if event.engagement:
        company = (await (await roster()).engagement(event.engagement)).company
    duty = await tables.OwnDuty.filter(kind=event.obligation, company_id=company, state="open").order_by("id").first()
    if duty is None:
        raise Refused("nothing-owed", Message("Nothing of this kind is owed there."))
    actor = await acts.person(event.by or await _manager(company, at), at)
    await changes.decide(duty.id, at, actor, changes.ACCEPTABLE)


async def _bounce(event: script.Bounce, at: datetime) -> None:
    """The last letter to that address comes back, as its server would send it back."""
    mail = await latest_to(event.to)
    if mail is None:
        raise Refused("nothing-sent", Message("No mail was sent to this address."))
    said = Bounce(event.to.lower(), event.hard, "5.1.1" if event.hard else "4.2.2")
    async with transaction():
        await bounced(mail, said, await roster(), at)


async def _mute(event: script.Mute, at: datetime) -> None:
    if event.until is None:
        raise Refused("until-missing", Message("Say until when."))
    about = tables.Case.filter(watch__url=event.url, check_kind=event.check).order_by("closed_at", "-id")
    case = await (about.filter(company_id=event.company) if event.company else about).first()
    if case is None:
        raise Refused("no-such-case", Message("There was no such case."))
    actor = await acts.person(event.by, at) if event.by else ""
    await cases.mute(case.id, at, actor, cases.Mute(event.until, event.reason))


DEEDS: Mapping[type[script.Event], Callable[[Any, datetime], Awaitable[None]]] = {
    script.Submit: _submit,
    script.Accept: _accept,
    script.Return: _return,
    script.Waive: _waive,
    script.Acknowledge: _acknowledge,
    script.Decline: _decline,
    script.CloseDay: _close_day,
    script.End: _end,
    script.Observe: _observe,
    script.Mute: _mute,
    script.Bounce: _bounce,
    script.ServedAgain: _served_again,
    script.PolicyChanged: _policy_changed,
    script.Done: _done,
}


def _until(event: script.Waive | script.Acknowledge) -> datetime:
    if event.until is None:
        raise Refused("until-missing", Message("Say until when."))
    return event.until


async def _live(event: script.DutyEvent) -> int:
    duty = (
        await tables.Obligation.filter(engagement_id=event.engagement, kind=event.obligation, state__in=LIVE)
        .order_by("-id")
        .first()
    )
    if duty is None:
        raise Refused("nothing-owed", Message("Nothing of this kind is owed there."))
    return duty.id


async def _who(event: Any, at: datetime) -> str:
    """Whoever acts in a script; where it names nobody, the first reviewer of the responsible company."""
    if event.by:
        return await acts.person(event.by, at)
    company = (await (await roster()).engagement(event.engagement)).company
    return await acts.person(await _manager(company, at), at)


async def _manager(company: str | None, at: datetime) -> str:
    """The first of a company's people who decide."""
    present = await roster()
    readers = present.audience(company, ["reviewer"], present.calendar.day_of(at))
    return next((people[0] for people in readers.values()), "nobody@unknown.example")
