"""What parties handed in: a signed receipt of each answer, and the files, each under its hash."""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

from monitor import receipt, tables
from monitor.evidence.store import EvidenceChanged, EvidenceMissing
from monitor.letters.words import duty_reference
from monitor.promises.pack.registers import BATCH
from monitor.questionnaire import thaw_answers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from monitor.evidence import EvidenceStore
    from monitor.promises.pack.archive import Archive
    from monitor.promises.pack.lines import Chosen
    from monitor.receipt import Signing
    from monitor.registry.roster import Roster
    from monitor.tables import OfflineFile, Submission

_SPOOLED = 8 << 20  #: octets of a file that are held in memory until it is known to be what was kept
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


@dataclass(frozen=True, slots=True)
class _File:
    duty: int
    question: str
    name: str
    sha256: str
    size: int
    media_type: str


@dataclass
class Proofs:
    """`troubles`: what does not hold, each as a token with what it is of (`changed`, `missing`)."""

    archive: Archive
    chosen: Chosen
    present: Roster
    signing: Signing
    store: EvidenceStore
    verify: str
    troubles: list[tuple[str, str]] = field(default_factory=list)

    async def receipts(self) -> int:
        """One for each answer of which a line in the pack tells; how many."""
        done = 0
        async for row in self._handed_in():
            matter = await receipt.gather(row, await self._source(row))
            if matter is None:
                continue
            name = f"receipts/{duty_reference(row.obligation_id)}-{row.id}.json"
            self.archive.add(name, receipt.compose(matter, self.signing))
            if hashlib.sha256(row.answers.encode()).hexdigest() != matter.line["data"].get("sha256"):
                self.troubles.append(("changed", name))
            done += 1
        return done

    async def _handed_in(self) -> AsyncIterator[Submission]:
        for some in _batches(sorted(self.chosen.submissions)):
            for row in await tables.Submission.filter(id__in=some).order_by("id").select_related("obligation"):
                yield row

    async def _source(self, row: Submission) -> receipt.Source:
        duty = row.obligation
        work, party = await self.present.engagement(duty.engagement_id), await self.present.party(duty.party_id)
        return receipt.Source(duty, work, party, self.present, self.verify)

    async def files(self) -> int:
        """Each once, however often it was handed in; how many. `files.jsonl` says what each is of."""
        known: dict[str, str] = {}
        said = dict.fromkeys([_line(one, known) async for one in self._named()])
        for sha256, name in sorted(known.items()):
            await self._file(sha256, name)
        self.archive.add("files.jsonl", "".join(said))
        return len(known)

    async def _named(self) -> AsyncIterator[_File]:
        """What the answers name as they were frozen, whatever the party took out of its draft since; then workbooks
        and scans as they came.
        """
        async for row in self._handed_in():
            kept = tables.Evidence.filter(obligation_id=row.obligation_id).values_list("id", "media_type")
            types = {str(key): str(media_type) for key, media_type in await kept}
            for question, answer in thaw_answers(row.answers).items():
                for file in answer.files:
                    told = (file.name, file.sha256, file.size, types.get(file.id, ""))
                    yield _File(row.obligation_id, question, *told)
        async for came in self._offline():
            yield _File(came.obligation_id, "", came.name, came.sha256, came.size, came.media_type)

    async def _offline(self) -> AsyncIterator[OfflineFile]:
        for some in _batches(sorted({duty for duty, _ in self.chosen.received})):
            for row in await tables.OfflineFile.filter(obligation_id__in=some).order_by("obligation_id", "id"):
                if (row.obligation_id, row.sha256) in self.chosen.received:
                    yield row

    async def _file(self, sha256: str, name: str) -> None:
        """What is not there any more, or is another than was kept, is told and left out."""
        with tempfile.SpooledTemporaryFile(_SPOOLED) as spool:
            try:
                async for piece in await self.store.read(sha256):
                    spool.write(piece)
            except (EvidenceMissing, EvidenceChanged) as error:
                self.troubles.append(("missing" if isinstance(error, EvidenceMissing) else "changed", name))
                return
            spool.seek(0)
            with self.archive.part(name) as part:
                while piece := spool.read(_SPOOLED):
                    part.write(piece)


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[begun : begun + BATCH] for begun in range(0, len(ids), BATCH))


def _line(one: _File, known: dict[str, str]) -> str:
    place = known.setdefault(one.sha256, f"files/{one.sha256}{_ending(one.name)}")
    told = {"file": place, "request": duty_reference(one.duty), "name": one.name}
    more = {"question": one.question, "size": one.size, "media_type": one.media_type}
    return json.dumps(told | more, ensure_ascii=False) + "\n"


def _ending(name: str) -> str:
    """The ending of a name that somebody gave, if it is one."""
    ending = PurePath(name).suffix.lower()
    return ending if 1 < len(ending) <= 6 and set(ending[1:]) <= _SAFE else ""  # noqa: PLR2004
