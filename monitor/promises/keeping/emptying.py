"""Erasing what was said under obligations: answers, drafts, reviews, files, letters, links; the obligation's row stays.

One call is one transaction: either all of these obligations have lost their content and the ledger says so, or none.
Files are only noted here; they go when the rows that named them are gone for good (`files`).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tortoise.expressions import F

from monitor import ledger, tables
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from monitor.promises.keeping.terms import Term
    from monitor.tables import Engagement

_SHA256 = re.compile(r"[0-9a-f]{64}")
TOGETHER = 100  #: obligations in one transaction
#: What hangs on an obligation alone, in the order in which it can go.
HANGING: tuple[type[Any], ...] = (
    *(tables.SigningCode, tables.Colleague, tables.Link, tables.Note, tables.Plea, tables.Answer),
    *(tables.PaperEntry, tables.Evidence, tables.OfflineFile, tables.Submission),
)


@dataclass
class Gone:
    """What went: how many of each, and the hashes of what was content."""

    counts: dict[str, int] = field(default_factory=dict)
    hashes: list[str] = field(default_factory=list)

    def add(self, name: str, count: int, hashes: Iterable[str] = ()) -> None:
        if count:
            self.counts[name] = self.counts.get(name, 0) + count
        self.hashes.extend(hashes)

    @property
    def sha256(self) -> str:
        """One hash for all of it: of the single ones, sorted, a line each."""
        return hashlib.sha256("".join(f"{one}\n" for one in sorted(self.hashes)).encode()).hexdigest()


async def next_kind(engagement: str) -> str | None:
    """A kind of obligation of this engagement that still has its content."""
    found = tables.Obligation.filter(engagement_id=engagement, erased_on=None).order_by("kind")
    kinds: list[Any] = await found.limit(1).values_list("kind", flat=True)
    return str(kinds[0]) if kinds else None


async def empty_some(row: Engagement, kind: str, term: Term, today: date, at: datetime) -> int:
    """Erase what was said under some obligations of one kind; how many there were."""
    async with transaction():
        waiting = tables.Obligation.filter(engagement_id=row.key, kind=kind, erased_on=None).order_by("id")
        ids = [duty.id for duty in await waiting.limit(TOGETHER).select_for_update()]
        if not ids:
            return 0
        gone = Gone()
        await _letters(ids, gone, at)
        await _answers(ids, gone, at)
        await reasons([f"obligation/{number}" for number in ids], gone)
        blank = {"reason": "", "cause": {}, "declined": {}, "asks": "", "erased_on": today}
        await tables.Obligation.filter(id__in=ids).update(**blank, version=F("version") + 1)
        await say(row, kind, len(ids), gone, term, at)
    return len(ids)


async def say(row: Engagement, kind: str, count: int, gone: Gone, term: Term, at: datetime) -> None:
    """The line of the ledger: how many of what, up to when it was kept and by which rule, and one hash of it all."""
    data = {
        "engagement": row.key,
        "party": row.party_id,
        "obligation": kind,
        "due_on": term.until.isoformat(),
        "rule": f"retention-{term.rule}",
        "count": count,
        "parts": gone.counts,
        "sha256": gone.sha256,
    }
    await ledger.write([ledger.Event("evidence.erased", f"engagement/{row.key}", data, row.company_id)], at)


async def _answers(ids: Sequence[int], gone: Gone, at: datetime) -> None:
    handed_in = await _of(tables.Submission, ids, "id", "sha256")
    numbers = [number for number, _ in handed_in]
    files = [key for model in (tables.Evidence, tables.OfflineFile) for (key,) in await _of(model, ids, "sha256")]
    gone.add("submissions", len(handed_in), [sha256 for _, sha256 in handed_in])
    gone.add("findings", await tables.Remediation.filter(origin_id__in=numbers).delete())
    for model in (tables.Mark, tables.Proposal, tables.Contradiction):
        await model.filter(submission_id__in=numbers).delete()
    gone.add("places", await _places(ids))
    for model in HANGING:
        count = await model.filter(obligation_id__in=ids).delete()
        if model is tables.Answer:
            gone.add("drafts", count)
    gone.add("files", len(files), files)
    await spend(files, at)


async def _places(ids: Sequence[int]) -> int:
    """What certificates of return and deletion came to, place by place."""
    found = [number for (number,) in await _of(tables.Disposal, ids, "id")]
    count = await tables.DisposalPlace.filter(disposal_id__in=found).delete()
    await tables.Disposal.filter(id__in=found).delete()
    return int(count)


async def _letters(ids: Sequence[int], gone: Gone, at: datetime) -> None:
    """What letters about these obligations said and to whom, and what came back on them. A letter that also speaks of
    something that is still kept stays until that goes too.
    """
    about = tables.Notice.filter(obligation_id__in=ids)
    letters = set(await tables.MailItem.filter(notice__obligation_id__in=ids).values_list("mail_id", flat=True))
    others = await _spoken_of_elsewhere(letters, ids)
    alone = sorted(letters - others)
    came = await tables.Incoming.filter(mail_id__in=alone).values_list("sha256", flat=True)
    await tables.Incoming.filter(mail_id__in=alone).delete()
    await tables.Mail.filter(id__in=alone).exclude(state="queued").update(to=[], subject="", reply="", bounce="")
    await about.exclude(state="waiting").update(data={}, address="")
    gone.add("letters", len(alone))
    gone.add("replies", len(came), map(str, came))
    await spend(map(str, came), at)


async def _spoken_of_elsewhere(letters: set[Any], ids: Sequence[int]) -> set[Any]:
    """Those letters that speak of other things too which have not been erased."""
    pairs = await tables.MailItem.filter(mail_id__in=letters).values_list("mail_id", "notice__obligation_id")
    numbers = {number for _, number in pairs if number}
    erased = tables.Obligation.filter(id__in=numbers, erased_on__not_isnull=True)
    gone = {*ids, *(await erased.values_list("id", flat=True))}
    return {mail for mail, number in pairs if number not in gone}


async def reasons(subjects: Sequence[str], gone: Gone) -> None:
    """Why people decided so, as they wrote it, where nothing else was decided with the same words."""
    said = await tables.LedgerLine.filter(subject__in=subjects).values_list("data", flat=True)
    hashes = {sha256 for data in said for sha256 in _SHA256.findall(str(data))}
    for sha256 in sorted(map(str, await tables.Reason.filter(sha256__in=hashes).values_list("sha256", flat=True))):
        if not await tables.LedgerLine.filter(data__contains=sha256).exclude(subject__in=subjects).exists():
            gone.add("reasons", await tables.Reason.filter(sha256=sha256).delete(), [sha256])


async def spend(hashes: Iterable[str], at: datetime) -> None:
    """Note files that may have no row any more."""
    rows = [tables.SpentFile(sha256=sha256, spent_at=at) for sha256 in sorted(set(hashes))]
    await tables.SpentFile.bulk_create(rows, ignore_conflicts=True)


async def _of(model: type[Any], ids: Sequence[int], *columns: str) -> list[Any]:
    return list(await model.filter(obligation_id__in=ids).values_list(*columns))
