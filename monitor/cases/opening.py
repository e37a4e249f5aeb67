"""A check fails, and that was confirmed: the case that there is goes on, another is joined, one comes back, or one
opens.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tortoise.expressions import F, Q

from checks.contract import Look, Severity
from monitor import ledger, tables
from monitor.cases.muting import muted_before
from monitor.cases.standing import announced, cases_of, concerned, event, host_down, speak_of
from monitor.ladder import CaseLadder
from monitor.notices import VENDOR, withdraw
from monitor.schedule import as_text, edit

if TYPE_CHECKING:
    from monitor.cases.settling import Damping
    from monitor.registry.roster import Roster
    from monitor.tables import Case, Watch

LONGEST_HOLD = timedelta(hours=1)  #: the first mail about a new endpoint waits no longer for its other checks
LADDERS = {
    Severity.LOW: CaseLadder(after=()),
    Severity.MEDIUM: CaseLadder(after=(0,)),
    Severity.HIGH: CaseLadder(),
    Severity.CRITICAL: CaseLadder(),
}


@dataclass(frozen=True)
class _Failure:
    """One confirmed failure. `host` is the host that does not answer, if it is that."""

    watch: Watch
    look: Look
    host: str
    at: datetime

    @property
    def severity(self) -> Severity:
        return self.look.severity or Severity.HIGH

    @property
    def rules(self) -> list[str]:
        return sorted({found.rule for found in self.look.findings})


async def fails(watch: Watch, look: Look, present: Roster, at: datetime, damping: Damping) -> None:
    """One case for each company with an engagement in force today, or one for the group's privacy office."""
    failure = _Failure(watch, look, host_down(watch, look), at)
    going = await cases_of(watch)
    for case in going:
        await _go_on(case, failure)
    known = {case.company_id for case in going}
    missing = [company for company in await concerned(watch, present, at) if company not in known]
    for company in missing:
        if not await _taken_in(company, failure, damping):
            await _open(company, failure, present.calendar.day_of(at))


async def _go_on(case: Case, failure: _Failure) -> None:
    """A case that is open. It fails again before it was held to be well, or became worse, or now the host is down."""
    fields: dict[str, Any] = {}
    if failure.host and not case.host:
        fields |= edit(case, host=failure.host)
    if case.closes_at:
        fields |= await _resumed(case, failure)
        await ledger.write([event("relapsed", case)], failure.at)
    if fields:
        await tables.Case.filter(id=case.id).update(**fields, version=F("version") + 1)
    await worsen(case, failure.severity, failure.at)


async def worsen(case: Case, severity: Severity, at: datetime, **why: Any) -> None:
    """A case has the highest severity found in it; the ladder of the higher one holds from then on. In the caller's
    transaction; one that is closed, or as high by now, is left alone.
    """
    lower = tables.Case.filter(id=case.id, closed_at=None, severity__lt=severity)
    higher = {"severity": severity, "ladder": as_text(LADDERS[severity]), "next_at": at}
    if severity >= Severity.CRITICAL:
        higher |= {"muted_until": None, "muted_by": None, "muted_why": ""}
    if await lower.update(**higher, version=F("version") + 1):
        edit(case, **higher)
        await ledger.write([event("worsened", case, **why)], at)


async def _taken_in(company: str | None, failure: _Failure, damping: Damping) -> bool:
    """Whether it is part of another case: that of its host, while that is down, or its own, which was closed lately."""
    if case := await _of_the_host(company, failure):
        await _join(case, failure)
        return True
    if case := await _closed_lately(company, failure, damping):
        await _reopen(case, failure)
        return True
    return False


async def _of_the_host(company: str | None, failure: _Failure) -> Case | None:
    if not failure.host:
        return None
    watch = failure.watch
    going = tables.Case.filter(party_id=watch.party_id, company_id=company, host=failure.host, closed_at=None)
    return await going.filter(tell_vendor=watch.tell_vendor).order_by("id").first()


async def _closed_lately(company: str | None, failure: _Failure, damping: Damping) -> Case | None:
    watch = failure.watch
    joined = await tables.Joined.filter(watch_id=watch.id).values_list("case_id", flat=True)
    same = Q(watch_id=watch.id) | Q(id__in=joined)
    if failure.host:
        same |= Q(party_id=watch.party_id, host=failure.host, tell_vendor=watch.tell_vendor)
    closed = tables.Case.filter(same, company_id=company, mended=True, closed_at__gt=failure.at - damping.within)
    return await closed.order_by("-closed_at", "-id").first()


async def _join(case: Case, failure: _Failure) -> None:
    """Another address of a host that is down. Nobody is told of it alone; the mails of the case name it."""
    if case.closes_at:
        await _go_on(case, failure)
        return
    facts = {"joined_at": failure.at, "well_at": None}
    await tables.Joined.update_or_create(facts, case_id=case.id, watch_id=failure.watch.id)
    await ledger.write([event("joined", case, url=failure.watch.url)], failure.at)
    await worsen(case, failure.severity, failure.at)


async def _reopen(case: Case, failure: _Failure) -> None:
    """The same case again: what was told stays told, its ladder goes on, and that it passes again is not said."""
    await withdraw(failure.at, case_id=case.id, kind="resolved")
    fields = await _resumed(case, failure) | edit(case, closed_at=None, mended=False, host=failure.host or case.host)
    await tables.Case.filter(id=case.id).update(**fields, version=F("version") + 1)
    await ledger.write([event("reopened", case, rules=failure.rules, returns=case.returns)], failure.at)
    await worsen(case, failure.severity, failure.at)


async def _resumed(case: Case, failure: _Failure) -> dict[str, Any]:
    """What goes on in a case that passed for a while. The first mail goes now only if it was withdrawn unsent."""
    at = failure.at
    fields = await speak_of(case, failure.watch, at)
    fields |= edit(case, closes_at=None, returns=case.returns + 1, returned_at=at, announced=await announced(case))
    fields |= edit(case, next_at=at if case.severity > Severity.LOW else None)
    if case.announced:
        mark = f"/C+0/{Severity(case.announced).word}"
        unsent = tables.Notice.filter(case_id=case.id, side=VENDOR, kind="rung", state="dropped", key__endswith=mark)
        await unsent.update(state="waiting", letters=0, send_at=at, made_at=at)
    return fields


async def _open(company: str | None, failure: _Failure, today: Any) -> None:
    watch, severity, at = failure.watch, failure.severity, failure.at
    hold = await _held_until(watch, at)
    case = await tables.Case.create(
        watch_id=watch.id,
        party_id=watch.party_id,
        company_id=company,
        url=watch.url,
        check_kind=watch.check_kind,
        host=failure.host,
        severity=severity,
        ladder=as_text(LADDERS[severity]),
        opened_at=at,
        opened_on=today,
        since=at,
        tell_vendor=watch.tell_vendor,
        held_until=hold,
        next_at=_first_look(severity, hold, at),
        **await muted_before(watch.id, company, severity, at),
    )
    await ledger.write([event("opened", case, rules=failure.rules)], at)


def _first_look(severity: Severity, hold: datetime | None, at: datetime) -> datetime | None:
    if severity <= Severity.LOW:
        return None
    return at if severity >= Severity.CRITICAL else hold or at


async def _held_until(watch: Watch, at: datetime) -> datetime | None:
    """On a newly seen endpoint: until its other checks have settled too, or an hour; none if nothing is awaited."""
    return at + LONGEST_HOLD if watch.first_round and await _awaited(watch) else None


async def _awaited(watch: Watch) -> bool:
    """Whether another check of the endpoint is still in its first round: scheduled, or seen once and not yet
    confirmed.
    """
    others = await tables.Watch.filter(
        party_id=watch.party_id, url=watch.url, first_round=True, retired_at=None
    ).exclude(id=watch.id)
    return any(other.next_at or other.fails or other.passes for other in others)


async def release(watch: Watch, at: datetime) -> None:
    """The last check of a new endpoint has settled: the first mail about it waits no longer."""
    if not await _awaited(watch):
        held = tables.Case.filter(party_id=watch.party_id, url=watch.url, closed_at=None, held_until__gt=at)
        await held.update(held_until=None, next_at=at)
