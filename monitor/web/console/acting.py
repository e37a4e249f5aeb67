"""What managers do: accept, return, waive, acknowledge, extend, make links void. Every act has a named person.
What a company owes itself, and conduct that is not as promised, are acted on in `deciding` and `conduct`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiohttp import web

from monitor import cases, reviewing, tables
from monitor.obligations import acts, findings
from monitor.obligations.pleas import decide
from monitor.refusal import Refused
from monitor.reviewing import Seen
from monitor.web.console import complete
from monitor.web.console.act import LONGEST, act_of, unsigned, wrong
from monitor.web.console.colleagues import decide_colleague
from monitor.web.console.looking import case_of, duty_of, show_case, show_duty
from monitor.web.console.remedying import finding_of, show_finding
from monitor.web.console.rolling import filled_in, stays
from monitor.web.console.session import reader
from monitor.web.fields import said, whole_number
from monitor.web.pages import language_of, see_other
from monitor.web.site import SITE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from monitor.tables import Case, Obligation, Remediation
    from monitor.web.console.act import Act


async def on_duty(request: web.Request) -> web.StreamResponse:
    """One act on one request; what is wrong comes back with the page, and nothing that was typed is lost."""
    who, deed = await reader(request), request.match_info["deed"]
    duty = await duty_of(request, who)
    sent = await said(request, LONGEST)
    plea = whole_number(sent.get("plea", "")) or 0  # a page may hold several of these
    form = f"plea{plea}" if deed == "plea" else deed
    review = request.app[SITE].review
    try:
        await complete.duty(deed, duty, unsigned(who, form, sent, review))
        await _DEEDS[deed](duty, replace(await act_of(who, form, sent), review=review))
    except Refused as refusal:
        fresh, typed = await tables.Obligation.get(id=duty.id), filled_in(sent, form, refusal)
        return await show_duty(request, who, fresh, wrong(refusal.every, form, typed, language_of(request)))
    return see_other(f"/duty/{duty.id}")


async def on_case(request: web.Request) -> web.StreamResponse:
    """Take a case until a day, mute it until a day, or end that."""
    who, deed = await reader(request), request.match_info["deed"]
    case = await case_of(request, who)
    if deed not in _CASE_DEEDS:  # conduct is put right by a person, a check by passing
        raise web.HTTPNotFound
    sent = await said(request, LONGEST)
    try:
        complete.case(deed, unsigned(who, deed, sent, request.app[SITE].review))
        await _CASE_DEEDS[deed](case, await act_of(who, deed, sent))
    except Refused as refusal:
        fresh = await tables.Case.get(id=case.id)
        return await show_case(request, who, fresh, wrong(refusal.every, deed, sent, language_of(request)))
    return see_other(f"/case/{case.id}")


async def on_finding(request: web.Request) -> web.StreamResponse:
    """One act on a finding: its owner, its risk, that it is put right or in doubt again."""
    who, deed = await reader(request), request.match_info["deed"]
    finding = await finding_of(request, who)
    sent = await said(request, LONGEST)
    review = request.app[SITE].review
    try:
        await complete.finding(deed, finding, unsigned(who, deed, sent, review))
        await _FINDING_DEEDS[deed](finding, replace(await act_of(who, deed, sent), review=review))
    except Refused as refusal:
        fresh = await finding_of(request, who)
        return await show_finding(request, who, fresh, wrong(refusal.every, deed, sent, language_of(request)))
    return see_other(f"/finding/{finding.id}")


async def _accept(duty: Obligation, act: Act) -> None:
    await reviewing.accept(duty.id, act.at, act.actor, act.review, Seen(act.read))


async def _return(duty: Obligation, act: Act) -> None:
    await reviewing.return_(duty.id, act.at, act.actor, act.reason, Seen(act.read))


async def _waive(duty: Obligation, act: Act) -> None:
    await acts.waive(duty.id, act.at, act.actor, act.reason, act.until, authority=act.who.authority(duty.company_id))


async def _acknowledge(duty: Obligation, act: Act) -> None:
    await acts.acknowledge(duty.id, act.at, act.actor, act.pause)


async def _extend(duty: Obligation, act: Act) -> None:
    stays(duty, act.new_day, act.who.present.calendar)
    leave = act.who.authority(duty.company_id)
    await acts.extend(duty.id, act.at, act.actor, act.new_day, act.reason, authority=leave)


async def _plea(duty: Obligation, act: Act) -> None:
    made = act.decision
    authority = act.who.authority(duty.company_id)
    if made.verdict in {"other-date", "asked-again"}:
        stays(duty, made.day, act.who.present.calendar)
    await decide(duty.id, act.plea, act.at, act.actor, made, authority=authority)


async def _colleague(duty: Obligation, act: Act) -> None:
    await decide_colleague(duty.id, act.said, act.at, act.actor)


async def _revoke(duty: Obligation, act: Act) -> None:
    await acts.revoke_links(duty.id, act.at, act.actor, fresh=bool(act.said.get("fresh")))


async def _take_case(case: Case, act: Act) -> None:
    await cases.acknowledge(case.id, act.at, act.actor, act.pause)


async def _mute(case: Case, act: Act) -> None:
    await cases.mute(case.id, act.at, act.actor, cases.Mute(act.until, act.reason))


async def _unmute(case: Case, act: Act) -> None:
    await cases.unmute(case.id, act.at, act.actor)


async def _own(finding: Remediation, act: Act) -> None:
    email, name = act.owner
    await findings.own(finding.id, act.at, act.actor, await acts.person(email, act.at, name))


async def _accept_risk(finding: Remediation, act: Act) -> None:
    leave = act.who.authority(finding.company_id)
    await findings.accept_risk(finding.id, act.at, act.actor, act.reason, act.until, authority=leave)


async def _end_risk(finding: Remediation, act: Act) -> None:
    await findings.end_risk(finding.id, act.at, act.actor)


async def _verify(finding: Remediation, act: Act) -> None:
    leave, pairs = act.who.authority(finding.company_id), act.review.second_person
    await findings.verify(finding.id, act.at, act.actor, act.reason, authority=leave, pairs=pairs)


async def _reopen(finding: Remediation, act: Act) -> None:
    await findings.reopen(finding.id, act.at, act.actor, act.reason)


_FINDING_DEEDS: dict[str, Callable[[Remediation, Act], Awaitable[None]]] = {
    "own": _own,
    "risk": _accept_risk,
    "end-risk": _end_risk,
    "verify": _verify,
    "reopen": _reopen,
}
_CASE_DEEDS: dict[str, Callable[[Case, Act], Awaitable[None]]] = {
    "acknowledge": _take_case,
    "mute": _mute,
    "unmute": _unmute,
}
_DEEDS: dict[str, Callable[[Obligation, Act], Awaitable[None]]] = {
    "accept": _accept,
    "return": _return,
    "waive": _waive,
    "acknowledge": _acknowledge,
    "extend": _extend,
    "plea": _plea,
    "revoke": _revoke,
    "colleague": _colleague,
}
