"""授受記録: what a party says has become of the data of one run, held against what it was handed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.detail import Detail
from monitor import ledger, tables
from monitor.cases.conduct import breach, mended
from monitor.conduct import COUNT_DIFFERS, RUN_LEFT
from monitor.refusal import need
from monitor.registry.roster import roster

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.questionnaire import Answer
    from monitor.registry.roster import Roster
    from monitor.tables import HandOver, Obligation

RUN_DELETION = "run-deletion"
RESULT, COUNT = "run.result", "run.count"
ERASED, RETURNED, LEFT = "erased", "returned", "left"
RESULTS = (ERASED, RETURNED, LEFT)
CONFIRMED = "confirmed"


def result_of(answers: Mapping[str, Answer]) -> str:
    """What was done; what a person has heard by another way says only that it is done."""
    result = str(answers[RESULT].value) if RESULT in answers else ERASED
    need(result in RESULTS, "no-such-result", "Say what was done with the data of this run.")
    return result


def count_of(answers: Mapping[str, Answer]) -> int | None:
    """How many records it speaks of, where it says so."""
    text = str(answers[COUNT].value) if COUNT in answers else ""
    return int(text) if text.isdecimal() else None


async def answered(duty: Obligation, answers: Mapping[str, Answer], at: datetime, actor: str) -> None:
    """Within the transaction in which it was handed in: the log says how the run ended, and what is wrong is a case."""
    out = tables.HandOver.filter(engagement_id=duty.engagement_id, ref=duty.subject, direction="out")
    row = await out.select_for_update().first()
    if row is None:
        return
    present, result, count = await roster(), result_of(answers), count_of(answers)
    state = LEFT if result == LEFT else CONFIRMED
    await tables.HandOver.filter(id=row.id).update(state=state)
    await ledger.write([event(state, row, actor, state=state)], at)
    if result == LEFT:
        await breach(RUN_LEFT, Detail("Of the run {ref} something is left.", ref=row.ref), at, present, **about(row))
    else:
        await mended(RUN_LEFT, at, **about(row))
    if count is not None and count != row.records:
        await differs(row, count, at, present)


async def differs(row: HandOver, count: int, at: datetime, present: Roster) -> None:
    """What came back, or was erased, is not as much as went out."""
    detail = Detail(
        "Of the run {ref}, {out} went out, and {back} are accounted for.", ref=row.ref, out=row.records, back=count
    )
    await breach(COUNT_DIFFERS, detail, at, present, **about(row))


def about(row: HandOver) -> dict[str, Any]:
    """How duties and cases speak of a run."""
    whose = {"company_id": row.company_id, "party_id": row.party_id, "engagement_id": row.engagement_id}
    return whose | {"ref": f"hand-over/{row.id}"}


def event(kind: str, row: HandOver, actor: str = ledger.SYSTEM, **data: Any) -> ledger.Event:
    said = {"engagement": row.engagement_id, "party": row.party_id, "ref": row.ref, **data}
    return ledger.Event(f"hand-over.{kind}", f"hand-over/{row.id}", said, row.company_id, actor)
