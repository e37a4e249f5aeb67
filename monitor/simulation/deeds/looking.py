"""What looks from outside see."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal

from checks import CHECKS
from checks.contract import Finding, Look, Severity, Verdict
from monitor import cases, tables
from monitor.duties import changes
from monitor.language import Message
from monitor.obligations import acts
from monitor.promises.revising import revised
from monitor.refusal import Refused, need
from monitor.registry.places import AGAIN, GONE
from monitor.registry.roster import roster
from monitor.registry.texts import policies
from monitor.registry.values import Day
from monitor.simulation.event import Event, Instant, ThroughUs
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.simulation.event import Deed


class Observe(ThroughUs):
    do: Literal["observe"]
    url: str
    check: str
    verdict: Literal["pass", "fail", "unknown"]
    severity: Literal["low", "medium", "high", "critical"] | None = None


async def _observe(event: Observe, at: datetime) -> None:
    watches = await tables.Watch.filter(url=event.url, check_kind=event.check, retired_at=None)
    if not watches:
        raise Refused("no-such-watch", Message("The registry has no such check on such an endpoint."))
    severity = Severity.of(event.severity or "high")
    findings = (Finding(f"{event.check}.observed", severity, ""),) if event.verdict == "fail" else ()
    await cases.take([cases.Seen(watch, Look(Verdict(event.verdict), findings)) for watch in watches], at)


class ServedAgain(ThroughUs):
    do: Literal["served_again"]
    url: str


async def _served_again(event: ServedAgain, at: datetime) -> None:
    """A look that is confirmed already: one event stands for as many as the patrol would make."""
    watches = await tables.Watch.filter(url=event.url, check_kind=GONE, retired_at=None)
    if not watches:
        raise Refused("nothing-certified", Message("No deletion was confirmed for this address."))
    look = Look.of([CHECKS[GONE].rules[AGAIN].found("Content was served.")], {}, 0.0)
    await cases.take([cases.Seen(watch, look) for watch in watches], at, confirm=1)


class Mute(Event):
    do: Literal["mute"]
    url: str
    check: str
    company: str | None = None
    by: str | None = None
    until: Instant | None = None
    reason: str = ""


async def _mute(event: Mute, at: datetime) -> None:
    if event.until is None:
        raise Refused("until-missing", Message("Say until when."))
    about = tables.Case.filter(watch__url=event.url, check_kind=event.check).order_by("closed_at", "-id")
    case = await (about.filter(company_id=event.company) if event.company else about).first()
    if case is None:
        raise Refused("no-such-case", Message("There was no such case."))
    actor = await acts.person(event.by, at) if event.by else ""
    await cases.mute(case.id, at, actor, cases.Mute(event.until, event.reason))


class PolicyChanged(ThroughUs):
    do: Literal["policy_changed"]
    url: str
    on: Day


async def _policy_changed(event: PolicyChanged, at: datetime) -> None:
    """The change as a patrol would have confirmed it. Where nobody looks, the decision is owed all the same; and of the
    group's own texts, as somebody of the privacy office tells it.
    """
    theirs = tables.Watch.filter(url=event.url, retired_at=None, party_id__not_isnull=True)
    watches = await theirs.order_by("id")
    if not watches:
        own = any(one.url == event.url for one in (await policies()).values())
        need(own, "no-such-watch", "The registry has no such check on such an endpoint.")
        await revised(event.url, event.on, at)
        return
    key = " ".join(hashlib.sha256(said.encode()).hexdigest()[:32] for said in (event.url, f"{event.url} {event.on}"))
    looked = [watch for watch in watches if watch.check_kind == changes.CHECK]
    look = Look.of([CHECKS[changes.CHECK].rules[changes.RULE].found("The text has changed.", key=key)], {}, 0.0)
    await cases.take([cases.Seen(watch, look) for watch in looked], at, confirm=1)
    async with transaction():
        for watch in {watch.party_id: watch for watch in [*watches, *looked]}.values():
            await changes.begin_reviews(watch, key, event.on, at, await roster())


DEEDS: Mapping[type[Event], Deed] = {
    Observe: _observe,
    ServedAgain: _served_again,
    Mute: _mute,
    PolicyChanged: _policy_changed,
}

LINES: Mapping[str, str] = {
    "case.opened": "case_opened",
    "case.reopened": "case_opened",
    "case.closed": "case_closed",
    "case.muted": "muted",
    "case.unmuted": "unmuted",
}
