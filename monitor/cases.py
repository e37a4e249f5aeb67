"""Stage: what looks concluded -> settled verdicts, findings, cases opened and closed.

One failed look is not a finding: a check must fail `confirm` times in a row to open a case, and pass as often to close
it. `unknown` is neither, and breaks no row. Each company with an engagement in force with the party that day gets its
own case; where there is none, the group's privacy office does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tortoise.expressions import F

from checks.contract import Look, Severity, Verdict
from monitor import ledger, tables
from monitor.ladder import CaseLadder
from monitor.notices import COMPANY, VENDOR, about_case, tell, withdraw
from monitor.reasons import keep
from monitor.refusal import need
from monitor.registry.roster import Roster, roster
from monitor.schedule import as_text, case_next, edit
from monitor.tables.store import transaction, write_each

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from tortoise.queryset import QuerySet

    from monitor.pause import Pause
    from monitor.tables import Case, Watch

CONFIRM = 2
LONGEST_HOLD = timedelta(hours=1)  #: the first mail about a new endpoint waits no longer for its other checks
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
LADDERS = {
    Severity.LOW: CaseLadder(after=()),
    Severity.MEDIUM: CaseLadder(after=(0,)),
    Severity.HIGH: CaseLadder(),
    Severity.CRITICAL: CaseLadder(),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A watch, what its look concluded, and when it looks again (none: nobody looks, a simulation says what is
    seen).
    """

    watch: Watch
    look: Look
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What one look does to the row of looks before it. `turned`: the settled verdict changed just now."""

    fails: int
    passes: int
    verdict: str | None
    turned: bool


def settle(watch: Watch, verdict: Verdict, confirm: int = CONFIRM) -> Settled:
    """The row continued by one look. Pure."""
    if verdict is Verdict.UNKNOWN:
        return Settled(watch.fails, watch.passes, watch.settled, turned=False)
    fails = watch.fails + 1 if verdict is Verdict.FAIL else 0
    passes = watch.passes + 1 if verdict is Verdict.PASS else 0
    reached = verdict if max(fails, passes) >= confirm else watch.settled
    return Settled(fails, passes, reached, turned=reached != watch.settled)


async def take(seen: Sequence[Seen], at: datetime, confirm: int = CONFIRM) -> None:
    """Take the results of some looks, in one transaction: raw rows, settled verdicts, findings, cases."""
    async with transaction():
        mine = await _still_ours(seen)
        present = await roster()
        settled = [settle(one.watch, one.look.verdict, confirm) for one in mine]
        told = {one.watch.id: _told(one, now, at) for one, now in zip(mine, settled, strict=True)}
        await write_each(tables.Watch, told)
        await write_each(tables.Watch, {one.watch.id: _kept(one.look) for one in mine if one.look.keep is not None})
        await tables.LookRow.bulk_create([_row(one.watch, one.look, at) for one in mine])
        for one, now in zip(mine, settled, strict=True):
            await _take(one.watch, one.look, now, present, at)


async def _still_ours(seen: Sequence[Seen]) -> list[Seen]:
    """Those whose lease still holds, locked for us: a late worker's result is dropped."""
    ids = [one.watch.id for one in seen]
    rows = tables.Watch.filter(id__in=ids, retired_at=None).order_by("id").only("id", "lease")
    leases = {row.id: row.lease for row in await rows.select_for_update()}
    return [one for one in seen if one.watch.id in leases and leases[one.watch.id] == one.watch.lease]


def _told(seen: Seen, now: Settled, at: datetime) -> dict[str, Any]:
    """What the watch's own row says after a look."""
    watch, look = seen.watch, seen.look
    return {
        "fails": now.fails,
        "passes": now.passes,
        "settled": now.verdict,
        "first_round": watch.first_round and now.verdict is None,
        "last_verdict": look.verdict,
        "last_reason": look.reason,
        "last_at": at,
        "next_at": seen.next_at,
        "lease": None,
        "lease_until": None,
    }


def _kept(look: Look) -> dict[str, Any]:
    return {"memory": _keepable(dict(look.keep or {}))}


def _row(watch: Watch, look: Look, at: datetime) -> tables.LookRow:
    findings = [{"rule": found.rule, "key": found.key, "severity": found.severity.word} for found in look.findings]
    return tables.LookRow(
        watch_id=watch.id,
        at=at,
        verdict=look.verdict,
        reason=look.reason,
        took_ms=look.took_ms,
        detail=_keepable({"findings": findings, "observed": dict(look.observed)}),
    )


def _keepable(evidence: Any) -> Any:
    """Evidence as a database can hold it: a stranger's server may say what is no text, and PostgreSQL refuses it."""
    if isinstance(evidence, str):
        return _NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", evidence)
    if isinstance(evidence, dict):
        return {_keepable(name): _keepable(value) for name, value in evidence.items()}
    return [_keepable(value) for value in evidence] if isinstance(evidence, list | tuple) else evidence


async def _take(watch: Watch, look: Look, now: Settled, present: Roster, at: datetime) -> None:
    if now.verdict == Verdict.FAIL and look.verdict is Verdict.FAIL:
        await _note_findings(watch, look, at)
        if not now.turned:
            await _worsen(watch, look, at)
        await _open(watch, look, present, at)
    elif now.turned and now.verdict == Verdict.PASS:
        await tables.FindingRow.filter(watch_id=watch.id, closed_at=None).update(closed_at=at)
        await _close(watch, at)
    if watch.first_round and now.verdict is not None:
        await _release(watch, at)


async def _note_findings(watch: Watch, look: Look, at: datetime) -> None:
    """Findings by identity: is it new, is it still true?"""
    known = {(row.rule, row.key): row for row in await tables.FindingRow.filter(watch_id=watch.id, closed_at=None)}
    fresh = []
    for found in look.findings:
        row = known.pop((found.rule, found.key), None)
        if row is None:
            fresh.append(
                tables.FindingRow(
                    watch_id=watch.id,
                    rule=found.rule,
                    key=found.key,
                    severity=found.severity,
                    detail=found.detail,
                    first_seen_at=at,
                    last_seen_at=at,
                )
            )
        else:
            await tables.FindingRow.filter(id=row.id).update(
                severity=found.severity, detail=found.detail, last_seen_at=at
            )
    await tables.FindingRow.bulk_create(fresh)
    await tables.FindingRow.filter(id__in=[row.id for row in known.values()]).update(closed_at=at)


async def _open(watch: Watch, look: Look, present: Roster, at: datetime) -> None:
    """One case for each company with an engagement in force today, or one for the group's privacy office; those that
    have theirs keep it.
    """
    today = present.calendar.day_of(at)
    known = {case.company_id for case in await tables.Case.filter(watch_id=watch.id, closed_at=None)}
    missing = [company for company in await _concerned(watch.party_id, present, today) if company not in known]
    if not missing:
        return
    severity = look.severity or Severity.HIGH
    hold = await _held_until(watch, at)
    events = []
    for company in missing:
        case = await tables.Case.create(
            watch_id=watch.id,
            party_id=watch.party_id,
            company_id=company,
            url=watch.url,
            check_kind=watch.check_kind,
            severity=severity,
            ladder=as_text(LADDERS[severity]),
            opened_at=at,
            opened_on=today,
            since=at,
            tell_vendor=watch.tell_vendor,
            held_until=hold,
            next_at=_first_look(severity, hold, at),
        )
        events.append(_event("opened", case, rules=sorted({found.rule for found in look.findings})))
    await ledger.write(events, at)


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


async def _release(watch: Watch, at: datetime) -> None:
    if not await _awaited(watch):
        held = tables.Case.filter(party_id=watch.party_id, url=watch.url, closed_at=None, held_until__gt=at)
        await held.update(held_until=None, next_at=at)


async def _concerned(party: str, present: Roster, today: date) -> list[str | None]:
    """Who answers for a party's endpoints that day; none is the group's privacy office."""
    rows = await tables.Engagement.filter(party_id=party, retired_at=None).values_list("key", "company_id")
    entries = await present.engagements(key for key, _ in rows)
    in_force = [company for key, company in rows if entries[key].in_force_on(today, await present.last_day(key))]
    return [*sorted(dict.fromkeys(in_force))] or [None]


async def _worsen(watch: Watch, look: Look, at: datetime) -> None:
    """A case has the highest severity found in it; the ladder of the higher one holds from then on."""
    severity = look.severity or Severity.HIGH
    for case in await tables.Case.filter(watch_id=watch.id, closed_at=None, severity__lt=severity):
        case.severity = severity
        await tables.Case.filter(id=case.id).update(
            severity=severity, ladder=as_text(LADDERS[severity]), next_at=at, version=F("version") + 1
        )
        await ledger.write([_event("worsened", case)], at)


async def _close(watch: Watch, at: datetime) -> None:
    """The check passes again: whoever was told is told, and nobody else."""
    for case in await tables.Case.filter(watch_id=watch.id, closed_at=None):
        if not await _end(case, at):
            continue
        notices = []
        if case.told:
            roles = ["privacy_office"] if case.announced >= Severity.CRITICAL else []
            notices.append(about_case(case, "resolved", COMPANY, at, level=case.told, roles=roles))
        if case.vendor_told:
            notices.append(about_case(case, "resolved", VENDOR, at))
        await tell(notices)
        await ledger.write([_event("closed", case)], at)


async def _end(case: Case, at: datetime) -> bool:
    """False: another replica was quicker."""
    case.closed_at = at
    still = tables.Case.filter(id=case.id, closed_at=None)
    changed = await still.update(closed_at=at, next_at=None, version=F("version") + 1)
    await withdraw(at, case_id=case.id)
    return bool(changed)


async def lapse(at: datetime) -> int:
    """Stage: close the cases that nobody is to answer for any more, because the endpoint has left the registry or the
    company's last engagement with the party has ended. Nothing was mended, so nobody is told that it was. How many.
    """
    over = await _lapsed(tables.Case.filter(closed_at=None), at)
    if not over:
        return 0
    async with transaction():
        reasons = await _lapsed(tables.Case.filter(id__in=[case.id for case in over], closed_at=None), at, lock=True)
        for case in reasons:
            await _end(case, at)
        retired = {case.watch_id for case in reasons if case.watch.retired_at}
        await tables.FindingRow.filter(watch_id__in=retired, closed_at=None).update(closed_at=at)
        await ledger.write([_event("closed", case, reason=reason) for case, reason in reasons.items()], at)
    return len(reasons)


async def _lapsed(which: QuerySet[Case], at: datetime, *, lock: bool = False) -> dict[Case, str]:
    """Those that are nobody's any more, and why. The registry is read when the rows are locked."""
    cases = await (which.select_for_update() if lock else which).order_by("id").prefetch_related("watch")
    if not cases:
        return {}
    present = await roster()
    today = present.calendar.day_of(at)
    concerned = {party: await _concerned(party, present, today) for party in {case.party_id for case in cases}}
    return {
        case: "retired" if case.watch.retired_at else "no-engagement"
        for case in cases
        if case.watch.retired_at or case.company_id not in concerned[case.party_id]
    }


def _event(kind: str, case: Case, **data: Any) -> ledger.Event:
    facts = {
        "party": case.party_id,
        "url": case.url,
        "check": case.check_kind,
        "severity": Severity(case.severity).word,
    }
    return ledger.Event(f"case.{kind}", f"case/{case.id}", facts | data, case.company_id)


async def acknowledge(case_id: int, at: datetime, actor: str, pause: Pause) -> None:
    """A person takes a case: the company's levels pause until then, and nothing is closed."""
    async with transaction():
        calendar = (await roster()).calendar
        pause.check(actor, calendar, at)
        case = await tables.Case.filter(id=case_id).select_for_update().get()
        need(case.closed_at is None, "closed", "This case is closed already.")
        fields = edit(case, paused_until=pause.until, paused_by=actor, paused_why=pause.why, company_queued=None)
        fields |= edit(case, next_at=case_next(case, calendar, at))
        await withdraw(at, case_id=case_id, side=COMPANY, kind="rung")
        await tables.Case.filter(id=case_id).update(**fields, version=F("version") + 1)
        data = {"party": case.party_id, "until": pause.until.isoformat()} | await keep(pause.why, at)
        await ledger.write([ledger.Event("case.acknowledged", f"case/{case_id}", data, case.company_id, actor)], at)
