"""Which mails a change of the registry would cause: the present state copied into memory, and run with and without
it. Years of history stay where they are.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tortoise.expressions import Q

from monitor import tables
from monitor.duties.changes import RULE
from monitor.hearing.asking_on import NOTICE
from monitor.ladder import CERTIFICATE
from monitor.obligations.booking import REPLACED
from monitor.obligations.disposal import OVER
from monitor.registry.apply import apply
from monitor.registry.differences import MODELS
from monitor.registry.places import AGAIN
from monitor.remediation.rules import HELD
from monitor.simulation.world import Line, World
from monitor.tables.duty import LIVE
from monitor.tables.store import MEMORY, opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from monitor.plugins import Equipment
    from monitor.registry.read import Declaration

    Row = dict[str, Any]
    Rows = Mapping[Any, list[Row]]

AHEAD = timedelta(days=35)  #: far enough for what is asked 30 days before it is due
_WHOLE: tuple[Any, ...] = (
    tables.Group,
    *MODELS.values(),
    tables.Outage,
    tables.OwnDuty,
    tables.SubEntrustment,
)
_AT_ONCE = 500  #: keys that are asked for in one statement
_WARNED = timedelta(days=max(CERTIFICATE.before) + 60)  #: what was warned of longer ago has run out


async def snapshot(at: datetime) -> Rows:
    """The rows of the open database that decide what happens next: what is owed, what fails, what waits to be told. Of
    the past only that from which the next date is counted, and what must not be told twice.
    """
    live = {*await _column(tables.Obligation.filter(state__in=LIVE), "id")}
    failing = {*await _column(tables.Case.filter(closed_at=None), "id")}
    items = await _unsent_items()
    notices = await _notices(live, failing, _named(items, "notice_id"), at)
    told = await tables.Incident.filter(state="told").values()
    duties = (
        live
        | await _told_of(told)
        | {*await _counted_from()}
        | {*await _opened_lately(at)}
        | _named(notices, "obligation_id")
    )
    cases = await _rows(tables.Case, "id", failing | _named(notices, "case_id"))
    seen = await tables.FindingRow.filter(Q(rule=AGAIN) | Q(rule=RULE, closed_at=None)).values()
    joined = await _rows(tables.Joined, "case_id", failing)
    return (
        {model: await model.all().values() for model in _WHOLE}
        | await _unfinished()
        | {tables.Incident: told}
        | {
            tables.Person: await tables.Person.filter(refused_at__not_isnull=True).values(),
            tables.Obligation: await _rows(tables.Obligation, "id", duties),
            tables.Watch: await _rows(tables.Watch, "id", _watched(cases, joined, seen)),
            tables.FindingRow: seen,
            tables.Case: cases,
            tables.Joined: joined,
            tables.Notice: notices,
            tables.Mail: await _rows(tables.Mail, "id", _named(items, "mail_id")),
            tables.MailItem: items,
        }
    )


async def _told_of(incidents: list[Row]) -> set[int]:
    """The notices of incidents, to which their parties may still add."""
    theirs = tables.Obligation.filter(kind=NOTICE, engagement_id__in=[*_named(incidents, "engagement_id")])
    return {*await _column(theirs, "id")} if incidents else set()


async def _unfinished() -> dict[Any, list[Row]]:
    """What is left of answers, of owners' requests and of corrections: findings on the books with the answers that
    raised them, what is not deleted everywhere, and what is still waited for of the others.
    """
    findings = await tables.Remediation.filter(state__in=HELD).values()
    left = await tables.Disposal.filter(~Q(state__in=(OVER, REPLACED)) | Q(turns_at__not_isnull=True)).values()
    return {
        tables.Submission: await _rows(tables.Submission, "id", _named(findings, "origin_id")),
        tables.Remediation: findings,
        tables.Disposal: left,
        tables.DisposalPlace: await _rows(tables.DisposalPlace, "disposal_id", _named(left, "id")),
        tables.OwnerRequest: await tables.OwnerRequest.filter(state="open").values(),
        tables.Correction: await tables.Correction.filter(state="open").values(),
    }


def _watched(*rows: Iterable[Row]) -> set[Any]:
    """The watches that some rows name."""
    return {key for found in rows for key in _named(found, "watch_id")}


async def _column(query: Any, name: str) -> list[Any]:
    return list(await query.values_list(name, flat=True))


def _named(rows: Iterable[Row], column: str) -> set[Any]:
    """What some rows point at."""
    return {row[column] for row in rows} - {None}


async def _rows(model: Any, column: str, keys: Iterable[Any]) -> list[Row]:
    wanted = sorted(keys)
    parts = [wanted[begin : begin + _AT_ONCE] for begin in range(0, len(wanted), _AT_ONCE)]
    return [row for part in parts for row in await model.filter(**{f"{column}__in": part}).values()]


async def _unsent_items() -> list[Row]:
    """What letters on their way say, and who has what others still wait for."""
    unsent = Q(mail__state="queued") | Q(notice__state="waiting")
    return list(await tables.MailItem.filter(unsent).order_by("id").values("id", "mail_id", "notice_id", "roles"))


async def _notices(live: set[int], failing: set[int], keys: set[str], at: datetime) -> list[Row]:
    """What waits, and what was told of all that goes on: nothing is told twice."""
    warned = tables.Notice.filter(certificate_id__not_isnull=True, made_at__gt=at - _WARNED)
    found = [
        *await tables.Notice.filter(state="waiting").values(),
        *await warned.values(),
        *await _rows(tables.Notice, "key", keys),
        *await _rows(tables.Notice, "obligation_id", live),
        *await _rows(tables.Notice, "case_id", failing),
        *await tables.Notice.filter(own_duty_id__not_isnull=True).values(),
    ]
    return list({row["key"]: row for row in found}.values())


async def _counted_from() -> set[int]:
    """Of each engagement and kind of duty, what was accepted last and what was accepted for the last day."""
    accepted = tables.Obligation.filter(accepted_on__not_isnull=True)
    last: dict[tuple[str, ...], tuple[Any, int]] = {}
    columns = ("engagement_id", "kind", "accepted_on", "nominal_on", "id")
    for engagement, kind, accepted_on, nominal_on, key in await accepted.values_list(*columns):
        for what, day in (("accepted", accepted_on), ("nominal", nominal_on)):
            slot = (engagement, kind, what)
            last[slot] = max(last.get(slot, (day, key)), (day, key))
    return {key for _, key in last.values()}


async def _opened_lately(at: datetime) -> list[int]:
    """What was taken over today counts against what may still be, whatever has become of it."""
    return await _column(tables.Obligation.filter(taken_over=True, opened_at__gt=at - timedelta(days=2)), "id")


async def forecast(
    rows: Rows, declaration: Declaration | None, at: datetime, tools: Equipment, *, prune: bool = False
) -> list[Line]:
    """The mails of the time ahead, from a copy of the state, with the files applied at its beginning (or not)."""
    async with opened(MEMORY, create=True) as connection:
        await connection.execute_script("PRAGMA foreign_keys = OFF")
        for model, found in rows.items():
            await model.bulk_create([model(**row) for row in found], batch_size=500)
        if declaration:
            await apply(declaration, at, tools.looks, prune=prune)
        world = World(tools)
        return [line async for line in world.run(at, at + AHEAD) if line["what"] == "mail"]


async def caused(declaration: Declaration, at: datetime, tools: Equipment, *, prune: bool = False) -> list[Line]:
    """The mails of the next weeks that would not go without the change."""
    rows = await snapshot(at)
    with_it = await forecast(rows, declaration, at, tools, prune=prune)
    if not rows[tables.Group]:
        return with_it
    without = {_same(line) for line in await forecast(rows, None, at, tools)}
    return [line for line in with_it if _same(line) not in without]


def _same(line: Line) -> tuple[Any, ...]:
    names = ("at", "notice", "rung", "company", "party", "engagement", "obligation", "certificate", "due_on", "url")
    return (*(line.get(name) for name in names), tuple(line["to"]))
