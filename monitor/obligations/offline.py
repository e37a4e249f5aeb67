"""Answers that come as a workbook: kept as it came, and taken over once somebody has seen what it would change."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.obligations import drafts
from monitor.obligations.adding import held_to_write
from monitor.refusal import need
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.evidence import Stored
    from monitor.questionnaire import Answer
    from monitor.tables import OfflineFile

WORKBOOK, SCAN = "workbook", "scan"
RECEIVED = {WORKBOOK: "workbook.received", SCAN: "entry.scan_received"}
MOST = 50  #: files of one duty that come so: the disk is everybody's


async def receive(duty_id: int, kind: str, stored: Stored, at: datetime, actor: str) -> OfflineFile:
    """Enter a file that is safely in the store. The same one twice from the same hand is one; from another it is theirs
    as well, for nobody sees what somebody else handed in.
    """
    async with transaction():
        duty, _ = await held_to_write(duty_id)
        files = tables.OfflineFile.filter(obligation_id=duty_id)
        known = await files.filter(kind=kind, sha256=stored.sha256, actor=actor).first()
        if known:
            return known
        await room(duty_id)
        made = await tables.OfflineFile.create(
            id=secrets.token_hex(16), obligation_id=duty_id, kind=kind, name=stored.name, media_type=stored.media_type,
            size=stored.size, sha256=stored.sha256, actor=actor, received_at=at,
        )  # fmt: skip
        await ledger.note(RECEIVED[kind], duty, at, actor, sha256=stored.sha256, size=stored.size)
    return made


async def room(duty_id: int) -> None:
    """Refused where a duty holds as many of these files as it may; asked before one more is stored as well."""
    held = await tables.OfflineFile.filter(obligation_id=duty_id).count()
    text = "This request already holds {most} such files. Answer on the web form, or write to whoever asks you."
    need(held < MOST, "too-many-files", text, most=MOST)


async def take(
    duty_id: int, file: OfflineFile, said: Mapping[str, tuple[Answer, int]], at: datetime, actor: str
) -> drafts.Drafted:
    """Answers of a workbook become the draft, each guarded by the version that was seen; the ledger says from where."""
    async with transaction():
        outcome = await drafts.save(duty_id, said, at, actor)
        if outcome.saved:
            duty = await tables.Obligation.get(id=duty_id)
            await tables.OfflineFile.filter(id=file.id).update(taken_at=at)
            told = {"sha256": file.sha256, "questions": sorted(outcome.saved)}
            await ledger.note("workbook.taken", duty, at, actor, **told)
    return outcome
