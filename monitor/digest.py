"""Stage: the weekly report, on the first business day of a week: to each company that has something, and always to the
privacy office, because a report that comes when all is well is how one notices that nothing comes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from tortoise.expressions import Q

from checks.contract import Severity, Verdict
from monitor import ledger, tables
from monitor.archive.recall import ended_how, made
from monitor.calendar import DAY
from monitor.cases import NOT_ASSESSED, all_concerned
from monitor.certificates import concerned as relying
from monitor.certificates import held
from monitor.ladder import CERTIFICATE
from monitor.letters.digest import Certified, Due, Failing, Head, Lacking, Unsteady, Week
from monitor.letters.words import STATISTICS
from monitor.notices import COMPANY, tell
from monitor.obligations.pleas import waiting as waiting_pleas
from monitor.promises.quiet import quiet
from monitor.promises.statistics import unsigned
from monitor.registry.roster import Roster, roster
from monitor.tables import Notice
from monitor.tables.duty import ASKED
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from monitor.calendar import Calendar

_STAMP = "digest"  #: the pulse that says for which week it was made
_WEEK = timedelta(days=7)
_AHEAD = 5  #: dates that come next
_SEEN, _SHARE = 10, 5  #: looks from which on it is told that one in so many failed


async def report(at: datetime) -> int:
    """Make this week's reports if it is time; always 0, because there is never more at once."""
    present = await roster()
    calendar = present.calendar
    today = calendar.day_of(at)
    monday = today - timedelta(days=today.weekday())
    if not calendar.sending(at) or today < calendar.following(monday):
        return 0
    stamp = await tables.Pulse.get_or_none(name=_STAMP)
    if stamp is None or stamp.at < calendar.instant(monday):
        notices = await _reports(present, monday, at)
        async with transaction():  # a replica that does the same makes the same keys, and none is told twice
            await tell(notices)
            await tables.Pulse.update_or_create({"at": calendar.instant(monday)}, name=_STAMP)
    return 0


async def _reports(present: Roster, monday: date, at: datetime) -> list[Notice]:
    found = []
    for company in sorted(present.companies):
        week = await _week(present, company, at)
        if week["overdue"] or week["findings"] or week.get("statistics"):
            found.append(_notice(company, "managers", monday, week, at))
    return [*found, await of_group(present, monday, at)]


async def of_group(present: Roster, monday: date, at: datetime) -> Notice:
    """The report to the privacy office, about the whole group."""
    return _notice(None, "privacy_office", monday, await _week(present, None, at), at)


def _notice(company: str | None, role: str, monday: date, week: Week, at: datetime) -> Notice:
    key = f"d/digest/{company or 'group'}/{monday.isoformat()}"
    data = dict(week)
    return Notice(
        key=key, kind="digest", side=COMPANY, company_id=company, roles=[role], data=data, send_at=at, made_at=at
    )


async def _week(present: Roster, company: str | None, at: datetime) -> Week:
    """The figures of a report; of one company, or of the whole group."""
    since, today = at - _WEEK, present.calendar.day_of(at)
    only = {"company_id": company} if company else {}
    asked = tables.Obligation.filter(state__in=ASKED, **only).order_by("due_on", "id")
    own = tables.OwnDuty.filter(state="open", **only).order_by("due_on", "id")
    cases = tables.Case.filter(closed_at=None, **only).order_by("-severity", "id")
    waiting = tables.Obligation.filter(state="submitted", **only).order_by("submitted_at", "id")
    waived = tables.Obligation.filter(state="waived", **only).order_by("waived_until", "id")
    pleaded = sorted((await waiting_pleas(company)).values(), key=attrgetter("made_at", "id"))
    seq, value = await ledger.head()
    return Week(
        begin=(today - _WEEK).isoformat(),
        until=(today - DAY).isoformat(),
        overdue=_by_day([*await asked.filter(overdue_on__isnull=False), *await own.filter(due_on__lt=today)]),
        findings=[_failing(row, present.calendar) for row in await cases],
        looks=await _looks(present.calendar, company, today),
        mails=await tables.Mail.filter(state="sent", sent_at__gte=since, sent_at__lte=at, **only).count(),
        head=Head(seq=seq, hash=value),
        dates=_by_day(
            [*await asked.filter(overdue_on=None).limit(_AHEAD), *await own.filter(due_on__gte=today).limit(_AHEAD)]
        )[:_AHEAD],
        reviews=[_due(row, present.calendar.day_of(row.submitted_at)) for row in await waiting if row.submitted_at],
        pleas=[_due(row.obligation, present.calendar.day_of(row.made_at)) for row in pleaded],
        waivers=[_due(row, present.calendar.day_of(row.waived_until)) for row in await waived if row.waived_until],
        undeliverable=[_due(row) for row in await asked.filter(undeliverable_at__isnull=False)],
        certificates=await _certificates(present, company, today),
        unassessed=await _unassessed(present, company, at),
        unsteady=await _unsteady(present, company, today),
        lacking=await _lacking(present, company, today),
        statistics=[_unsigned(row, present.calendar) for row in await unsigned([company] if company else None)],
    )


async def _lacking(present: Roster, company: str | None, today: date) -> Lacking | None:
    """What is missing from records of which nobody is reminded yet; after that it is a duty like others."""
    found = await quiet(company, present, today)
    return Lacking(points=found.points, works=found.works, on=found.on.isoformat()) if found else None


async def _certificates(present: Roster, company: str | None, today: date) -> list[Certified]:
    """The certificates that are warned of by now, of the parties that somebody is engaged with."""
    only = {"company_id": company} if company else {}
    engaged = tables.Engagement.filter(retired_at=None, **only).distinct()
    keys = {str(key) for key in await engaged.values_list("party_id", flat=True)}
    parties, engagements = await present.parties(keys), await present.engaged(keys)
    found = [
        one
        for key in keys
        if (companies := relying(engagements[key], today)) and (company is None or company in companies)
        for one in held(parties[key], today)
        if (one.expires_on - today).days <= max(CERTIFICATE.before)
    ]
    found.sort(key=lambda one: (one.expires_on, one.party, one.kind))
    return [Certified(party=one.party, kind=one.kind, on=one.expires_on.isoformat()) for one in found]


async def _unassessed(present: Roster, company: str | None, at: datetime) -> list[Failing]:
    """What could not be assessed for a week; of the companies concerned."""
    found = tables.FindingRow.filter(rule__endswith=f".{NOT_ASSESSED}", closed_at=None, watch__retired_at=None)
    watches = [finding.watch for finding in await found.order_by("id").prefetch_related("watch")]
    answering = await all_concerned(watches, present, at)
    return [
        Failing(
            company=key, party=watch.party_id or "", url=watch.url, check=watch.check_kind, severity=Severity.LOW.word
        )
        for watch in watches
        for key in answering[watch.id]
        if company in {None, key}
    ]


async def _unsteady(present: Roster, company: str | None, today: date) -> list[Unsteady]:
    """What failed again and again in the seven days before today, and never often enough in a row to be a case; the
    worst first. Of a party that has announced work on its systems nobody can say how much of it that was.
    """
    well = tables.Watch.filter(Q(settled=Verdict.PASS) | Q(settled=None), retired_at=None)
    if company:
        well = well.filter(party_id__in=await _engaged_with(company))
    ids: list[Any] = await well.order_by("id").values_list("id", flat=True)
    looks = {number: how for number, how in (await ended_how(ids, today - _WEEK, today)).items() if _often(*how)}
    told = tables.FindingRow.filter(watch_id__in=list(looks), last_seen_at__gte=present.calendar.instant(today - _WEEK))
    watches = await tables.Watch.filter(id__in=looks.keys() - {row.watch_id for row in await told}).order_by("id")
    parties = await present.parties({watch.party_id for watch in watches if watch.party_id})
    watches = [watch for watch in watches if not (watch.party_id and parties[watch.party_id].maintenance)]
    answering = await all_concerned(watches, present, present.calendar.instant(today))
    found = [
        Unsteady(
            company=key,
            party=watch.party_id or "",
            url=watch.url,
            check=watch.check_kind,
            fails=looks[watch.id][1],
            looks=sum(looks[watch.id]),
        )
        for watch in watches
        for key in answering[watch.id]
        if company in {None, key}
    ]
    return sorted(found, key=lambda one: -one["fails"] / one["looks"])


def _often(passes: int, fails: int) -> bool:
    return passes + fails >= _SEEN and fails * _SHARE >= passes + fails


async def _looks(calendar: Calendar, company: str | None, today: date) -> int:
    """In the seven days before today."""
    if company is None:
        return await made(today - _WEEK, today, calendar)
    return await made(today - _WEEK, today, calendar, await _engaged_with(company))


async def _engaged_with(company: str) -> list[Any]:
    """The parties of a company."""
    engaged = tables.Engagement.filter(company_id=company, retired_at=None)
    return await engaged.distinct().values_list("party_id", flat=True)


def _by_day(rows: Sequence[tables.Obligation | tables.OwnDuty]) -> list[Due]:
    """What is asked for and what a company owes itself, in one row."""
    return [
        _own(row) if isinstance(row, tables.OwnDuty) else _due(row) for row in sorted(rows, key=attrgetter("due_on"))
    ]


def _own(row: tables.OwnDuty) -> Due:
    party, day = row.party_id or "", row.due_on.isoformat()
    return Due(id=row.id, company=row.company_id, party=party, kind=row.kind, on=day, own=True, ref=row.ref)


def _unsigned(row: tables.StatisticsReview, calendar: Calendar) -> Due:
    """By its reference, which finds it among a party's; whose it is besides says the entry."""
    day = calendar.day_of(row.entered_at).isoformat()
    return Due(id=row.id, company=row.company_id, party="", kind=STATISTICS, on=day, own=True, ref=row.ref)


def _due(row: tables.Obligation, on: date | None = None) -> Due:
    day = (on or row.due_on).isoformat()
    return Due(id=row.id, company=row.company_id, party=row.party_id, kind=row.kind, on=day)


def _failing(row: tables.Case, calendar: Calendar) -> Failing:
    severity, party = Severity(row.severity).word, row.party_id or ""
    found = Failing(company=row.company_id, party=party, url=row.url, check=row.check_kind, severity=severity)
    if row.closes_at:
        found["passes"] = True
    if row.muted_until:
        found["muted"] = calendar.day_ending(row.muted_until).isoformat()
    if row.paused_until:
        found["taken"] = calendar.day_ending(row.paused_until).isoformat()
    return Failing(**found, rule=row.rule, ref=row.ref) if row.rule else found
