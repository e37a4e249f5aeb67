"""What the party writes before it submits: draft answers and evidence, question by question.

A draft answer has a version. Whoever saves says which version they had before them; if a colleague saved another in
between, nothing is overwritten and the caller gets both to show.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from monitor import ledger, tables
from monitor.obligations.adding import bare, held_to_write
from monitor.obligations.marks import returned
from monitor.questionnaire import Answer, EvidenceFile, Problem, thaw_answers, unstorable
from monitor.refusal import need
from monitor.tables.instant import as_instant
from monitor.tables.plain import mark, write_each
from monitor.tables.store import connection, transaction

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from monitor.tables import Obligation

_READ = "SELECT question, value, version, changed_at, changed_by FROM answer WHERE obligation_id = {}"
_FILE = ("question", "id", "name", "sha256", "size")
FILES, OCTETS = 100, 300 * 1024 * 1024  #: of one duty, what was withdrawn included: the disk is everybody's


@dataclass(frozen=True)
class Drafted:
    """What saving did: `conflicts` are questions that a colleague changed, with the answer that stands;
    `refused` are answers that must not be stored.
    """

    saved: tuple[str, ...] = ()
    conflicts: Mapping[str, Answer] = field(default_factory=dict)
    refused: Mapping[str, Problem] = field(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """The answers as they stand, with the version of each; when the last of them was saved, and through whom."""

    answers: Mapping[str, Answer]
    versions: Mapping[str, int]
    saved: tuple[datetime, str] | None = None


async def read(duty_id: int) -> Draft:
    """The draft of a duty, its evidence included. Every page of the form reads it, so its two hundred rows are taken as
    they lie in the database: Tortoise would read each value twice over.
    """
    files, client = await evidence(duty_id), connection()
    _, rows = await client.execute_query(_READ.format(mark(client)), [duty_id])
    answers = {row["question"]: Answer.model_validate_json(row["value"]) for row in rows}
    for question, found in files.items():
        answers[question] = answers.get(question, Answer()).model_copy(update={"files": found})
    last = max(rows, key=itemgetter("changed_at"), default=None)
    saved = (as_instant(last["changed_at"]), str(last["changed_by"])) if last else None
    return Draft(answers, {row["question"]: row["version"] for row in rows}, saved)


async def read_all(duties: Sequence[int]) -> dict[int, Draft]:
    """The drafts of several duties at once, as far as their progress depends on them."""
    answers: dict[int, dict[str, Answer]] = {number: {} for number in duties}
    for row in await tables.Answer.filter(obligation_id__in=duties):
        answers[row.obligation_id][row.question] = Answer.model_validate(row.value)
    kept = tables.Evidence.filter(obligation_id__in=duties, withdrawn_at=None)
    for file in await kept.order_by("stored_at", "id"):
        one = EvidenceFile(id=file.id, name=file.name, sha256=file.sha256, size=file.size)
        known = answers[file.obligation_id].get(file.question, Answer())
        answers[file.obligation_id][file.question] = known.model_copy(update={"files": (*known.files, one)})
    return {number: Draft(said, {}) for number, said in answers.items()}


async def evidence(duty_id: int) -> dict[str, tuple[EvidenceFile, ...]]:
    """The files of a duty by question, in the order in which they came."""
    found: dict[str, tuple[EvidenceFile, ...]] = {}
    rows = tables.Evidence.filter(obligation_id=duty_id, withdrawn_at=None).order_by("stored_at", "id")
    for question, *values in await rows.values_list(*_FILE):
        file = EvidenceFile(**dict(zip(_FILE[1:], values, strict=True)))
        found[question] = (*found.get(question, ()), file)
    return found


async def save(duty_id: int, said: Mapping[str, tuple[Answer, int]], at: datetime, actor: str) -> Drafted:
    """Save answers, each with the version that its writer had before them (0: none). What stands in a returned answer
    (monitor/obligations/marks.py) stays as it is, whatever was sent.
    """
    refused = {question: problem for question, (answer, _) in said.items() if (problem := unstorable(answer))}
    async with transaction():
        duty, _ = await held_to_write(duty_id)
        settled = (await returned(duty, at)).settled
        rows = {row.question: row for row in await tables.Answer.filter(obligation_id=duty_id, question__in=list(said))}
        saved: list[str] = []
        conflicts: dict[str, Answer] = {}
        fresh: list[tables.Answer] = []
        changed: dict[int, dict[str, Any]] = {}
        for question, (answer, version) in said.items():
            if question in refused or question in settled:
                continue
            value, row = bare(answer), rows.get(question)
            if row is None and answer.blank and not answer.comment:
                continue
            if row is not None and row.value == value:
                continue
            if row is not None and row.version != version:
                conflicts[question] = Answer.model_validate(row.value)
                continue
            saved.append(question)
            if row is None:
                stamp = {"changed_at": at, "changed_by": actor}
                fresh.append(tables.Answer(obligation_id=duty_id, question=question, value=value, **stamp))
            else:
                changed[row.id] = {"value": value, "changed_at": at, "version": row.version + 1, "changed_by": actor}
        await tables.Answer.bulk_create(fresh)
        await write_each(tables.Answer, changed)
        if saved:
            digest = hashlib.sha256(repr(sorted((q, said[q][0].model_dump_json()) for q in saved)).encode()).hexdigest()
            await ledger.note("answer.saved", duty, at, actor, questions=sorted(saved), sha256=digest)
    return Drafted(tuple(saved), conflicts, refused)


async def attach(duty_id: int, question: str, file: EvidenceFile, media_type: str, at: datetime, actor: str) -> None:
    """A file that is safely in the store becomes part of the draft. The same file twice is one."""
    async with transaction():
        duty, _ = await held_to_write(duty_id)
        await _unsettled(duty, question, at)
        known = tables.Evidence.filter(obligation_id=duty_id, question=question, sha256=file.sha256, withdrawn_at=None)
        if await known.exists():
            return
        await tables.Evidence.create(
            id=file.id,
            obligation_id=duty_id,
            question=question,
            name=file.name,
            media_type=media_type,
            size=file.size,
            sha256=file.sha256,
            stored_at=at,
        )
        told = {"question": question, "sha256": file.sha256, "size": file.size}
        await ledger.note("evidence.stored", duty, at, actor, **told)


async def full(duty_id: int) -> bool:
    """Whether a duty holds as many files as it may."""
    sizes: list[Any] = await tables.Evidence.filter(obligation_id=duty_id).values_list("size", flat=True)
    return len(sizes) >= FILES or sum(map(int, sizes)) >= OCTETS


def new_file(name: str, sha256: str, size: int) -> EvidenceFile:
    return EvidenceFile(id=secrets.token_hex(16), name=name, sha256=sha256, size=size)


async def withdraw(duty_id: int, file_id: str, among: Collection[str], at: datetime, actor: str) -> None:
    """The party takes a file out of its draft, if it belongs to one of the questions that whoever does so was shown
    (`among`). What was submitted keeps it.
    """
    async with transaction():
        duty, _ = await held_to_write(duty_id)
        ours = tables.Evidence.filter(obligation_id=duty_id, question__in=list(among), withdrawn_at=None)
        row = await ours.get_or_none(id=file_id)
        if row is not None:
            await _unsettled(duty, row.question, at)
            await tables.Evidence.filter(id=file_id).update(withdrawn_at=at)
            await ledger.note("evidence.withdrawn", duty, at, actor, question=row.question, sha256=row.sha256)


async def last_accepted(duty: Obligation, before: int | None = None) -> dict[str, Answer]:
    """The answers that were accepted last for the same work, so that changes show; `before`: in an earlier submission
    than that one.
    """
    found = tables.Submission.filter(
        verdict="accepted", obligation__engagement_id=duty.engagement_id, obligation__kind=duty.kind
    )
    last = await (found.filter(id__lt=before) if before else found).order_by("-id").first()
    return thaw_answers(last.answers) if last else {}


async def _unsettled(duty: Obligation, question: str, at: datetime) -> None:
    settled = (await returned(duty, at)).settled
    need(question not in settled, "settled", "This answer stands as it was handed in, and need not be changed.")
