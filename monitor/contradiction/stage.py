"""Stage: answers that stand + findings that are open -> contradictions, and cases that are at least high.

Every submission and every finding is weighed once, and again when the table of claims changes or a decision changes
what stands; the mark on its row says under which version of the table it was. One party is one transaction, with the
party's row locked, so that two replicas never find the same contradiction twice.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from tortoise.exceptions import OperationalError
from tortoise.expressions import Q

from checks.contract import Severity
from monitor import cases, ledger, tables
from monitor.contradiction.decide import Disproof, Key, Said, decide
from monitor.guard import Guard
from monitor.questionnaire import thaw_answers
from monitor.registry.roster import roster
from monitor.tables.plain import any_row, write_all
from monitor.tables.store import AWAY, transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.contradiction.claims import Claims
    from monitor.contradiction.decide import Change
    from monitor.tables import Contradiction, Submission

log = logging.getLogger(__name__)
DATABASE = (*AWAY, OperationalError)  #: its trouble is no fault of a party's, and passes
CHUNK = 50  #: rows of a kind whose parties are weighed in one beat
LEAST = Severity.HIGH  #: what a case is at least whose findings contradict an answer


async def weigh(at: datetime, claims: Claims) -> int:
    """Weigh what is new, party by party, and raise their cases; how many parties and cases there were.

    What fails is logged with its party and put away until something of it changes, so that it never keeps the others
    waiting.
    """
    done = 0
    for party in await _due(claims, at):
        with Guard(log, "the answers of %s cannot be held against what was seen", party, let=DATABASE) as guard:
            await _weigh_party(party, claims, at)
            done += 1
        if guard.error:
            await _mark(await _unweighed(party, claims), claims)
    return done + await _raise_cases(at)


async def _due(claims: Claims, at: datetime) -> list[str]:
    """Parties of which something is not weighed yet, or not true any more."""
    parties: set[Any] = set()
    ours = f"rule IN ({', '.join('?' * len(claims.rules))}) AND closed_at IS NULL AND weighed < ?"
    if claims.rules and await any_row(tables.FindingRow, ours, *claims.rules, claims.version):
        findings = tables.FindingRow.filter(rule__in=claims.rules, closed_at=None, weighed__lt=claims.version)
        parties |= {*await findings.limit(CHUNK).values_list("watch__party_id", flat=True)}
    if await any_row(tables.Submission, "weighed < ? ORDER BY weighed", claims.version):
        handed_in = tables.Submission.filter(weighed__lt=claims.version)
        parties |= {*await handed_in.limit(CHUNK).values_list("obligation__party_id", flat=True)}
    if await any_row(tables.Contradiction, "closed_at IS NULL"):
        parties |= await _untrue() | await _over(claims, at)
    return sorted(parties)


async def _untrue() -> set[Any]:
    """Parties of contradictions of which one side has gone."""
    mended = Q(finding__closed_at__isnull=False) | Q(finding__watch__retired_at__isnull=False)
    dropped = Q(submission__verdict__isnull=True) & ~Q(obligation__state="submitted")
    gone = tables.Contradiction.filter(mended | dropped, closed_at=None)
    return {*await gone.limit(CHUNK).values_list("obligation__party_id", flat=True)}


async def _over(claims: Claims, at: datetime) -> set[str]:
    """Parties of contradictions about work that has ended: what was attested of it says nothing any more."""
    standing = tables.Contradiction.filter(closed_at=None, obligation__kind__in=claims.lasting)
    rows = await standing.values_list("obligation__engagement_id", "obligation__party_id")
    in_force = await _in_force({engagement for engagement, _ in rows}, at)
    return {party for engagement, party in rows if engagement not in in_force}


async def _in_force(keys: set[str], at: datetime) -> set[str]:
    """Those of the engagements that are in force today."""
    if not keys:
        return set()
    present = await roster()
    today = present.calendar.day_of(at)
    rows: list[Any] = await tables.Engagement.filter(key__in=keys, retired_at=None).values_list("key", flat=True)
    entries = await present.engagements(rows)
    return {key for key in rows if entries[key].in_force_on(today, await present.last_day(key))}


async def _weigh_party(party: str, claims: Claims, at: datetime) -> None:
    async with transaction():
        await tables.Party.filter(key=party).select_for_update(no_key=True).get()  # others may point at it
        unweighed = await _unweighed(party, claims)
        about = tables.Contradiction.filter(closed_at=None, obligation__party_id=party)
        known = {
            Key(row.submission_id, row.question, row.finding_id): row
            for row in await about.select_related("obligation", "submission", "finding__watch")
        }
        found = await _found(party, claims)
        if found or known:
            handed_in = await _standing(party, claims, at)
            await _write(decide(_claims_of(handed_in, claims), found, known), handed_in, known, at)
        await _mark(unweighed, claims)


async def _unweighed(party: str, claims: Claims) -> tuple[list[Any], list[Any]]:
    """Submissions and findings of a party that are to be marked once they are weighed. Read before them, so that what
    comes meanwhile is not marked.
    """
    old = {"weighed__lt": claims.version}
    handed_in = tables.Submission.filter(obligation__party_id=party, **old)
    findings = tables.FindingRow.filter(watch__party_id=party, rule__in=claims.rules, closed_at=None, **old)
    return await handed_in.values_list("id", flat=True), await findings.values_list("id", flat=True)


async def _mark(rows: tuple[Sequence[int], Sequence[int]], claims: Claims) -> None:
    handed_in, findings = rows
    await write_all(tables.Submission, handed_in, {"weighed": claims.version})
    await write_all(tables.FindingRow, findings, {"weighed": claims.version})


async def _standing(party: str, claims: Claims, at: datetime) -> dict[int, Submission]:
    """What a party has handed in and stands by: of each work and kind what was accepted last, and what waits for a
    decision. What was attested stands while the work is in force, what was certified as done stands for good.
    """
    of = tables.Submission.filter(Q(verdict="accepted") | Q(verdict__isnull=True), obligation__party_id=party)
    columns = ("id", "verdict", "obligation__engagement_id", "obligation__kind", "obligation__state", "obligation_id")
    last: dict[tuple[Any, ...], int] = {}
    for number, verdict, engagement, kind, state, duty in await of.order_by("id").values_list(*columns):
        if verdict or state == "submitted":
            last["accepted" if verdict else duty, engagement, kind] = number
    in_force = await _in_force({engagement for _, engagement, kind in last if kind in claims.lasting}, at)
    ids = [number for (_, work, kind), number in last.items() if kind not in claims.lasting or work in in_force]
    return {row.id: row for row in await tables.Submission.filter(id__in=ids).select_related("obligation")}


def _claims_of(handed_in: dict[int, Submission], claims: Claims) -> list[Said]:
    return [
        Said(row.id, question, claim, row.submitted_at)
        for row in handed_in.values()
        for question, claim in claims.made(thaw_answers(row.answers))
    ]


async def _found(party: str, claims: Claims) -> list[Disproof]:
    rows = tables.FindingRow.filter(
        watch__party_id=party, watch__retired_at=None, rule__in=claims.rules, closed_at=None
    )
    columns = ("id", "rule", "watch__url", "first_seen_at")
    return [Disproof(*row) for row in await rows.order_by("id").values_list(*columns)]


async def _write(
    change: Change, handed_in: dict[int, Submission], known: dict[Key, Contradiction], at: datetime
) -> None:
    events = []
    for said, seen in change.opened:
        duty = handed_in[said.submission].obligation
        await tables.Contradiction.create(
            obligation_id=duty.id,
            submission_id=said.submission,
            finding_id=seen.finding,
            question=said.question,
            rule=seen.rule,
            opened_at=at,
        )
        facts = {"submission": said.submission, "question": said.question, "rule": seen.rule, "url": seen.address}
        events.append(_event("contradicted", duty, facts))
    for key in change.closed:
        row = known[key]
        await tables.Contradiction.filter(id=row.id).update(closed_at=at, closed_why=_why(row))
        facts = {"submission": row.submission_id, "question": row.question, "rule": row.rule, "reason": _why(row)}
        events.append(_event("uncontradicted", row.obligation, facts))
    await ledger.write(events, at)


def _why(row: Contradiction) -> str:
    """Why a contradiction is over."""
    if row.finding.closed_at or row.finding.watch.retired_at:
        return "not-seen-any-more"
    if row.submission.verdict == "returned":
        return "answer-returned"
    return "answer-stands-no-more"


def _event(kind: str, duty: Any, facts: dict[str, Any]) -> ledger.Event:
    placed = {"engagement": duty.engagement_id, "obligation": duty.kind, "party": duty.party_id}
    return ledger.Event(f"answer.{kind}", f"obligation/{duty.id}", placed | facts, duty.company_id)


async def _raise_cases(at: datetime) -> int:
    """Cases of the companies whose answers are contradicted, as high as that is. A case that was opened only later is
    raised as soon as it is there; where nobody has one of their own, the privacy office's is.
    """
    if not await any_row(tables.Contradiction, "closed_at IS NULL"):
        return 0
    rows = await tables.Contradiction.filter(closed_at=None).values_list("finding__watch_id", "obligation__company_id")
    concerned = {*rows, *((watch, None) for watch, _ in rows)}
    lower = tables.Case.filter(closed_at=None, severity__lt=LEAST, watch_id__in={watch for watch, _ in rows})
    raised = [case for case in await lower if (case.watch_id, case.company_id) in concerned]
    for case in raised:
        async with transaction():
            await cases.worsen(case, LEAST, at, reason="contradicted")
    return len(raised)
