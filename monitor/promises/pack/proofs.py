"""What parties handed in: a signed receipt of each answer, and the files, each under its hash."""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from monitor import receipt, tables
from monitor.evidence.store import EvidenceChanged, EvidenceMissing
from monitor.letters.words import duty_reference
from monitor.promises.pack.registers import BATCH, OF_REQUEST, Register

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from monitor.evidence import EvidenceStore
    from monitor.promises.pack.archive import Archive
    from monitor.promises.trustees.choosing import Choice
    from monitor.receipt import Signing
    from monitor.registry.roster import Roster
    from monitor.tables import Submission

_SPOOLED = 8 << 20  #: octets of a file that are held in memory until it is known to be what was kept
SUBMISSIONS = Register(tables.Submission, (), ("submitted_at",), whose=OF_REQUEST)
FILES = (
    Register(tables.Evidence, (), ("stored_at",), whose=OF_REQUEST, only={"withdrawn_at": None}),
    Register(tables.OfflineFile, (), ("received_at",), whose=OF_REQUEST),
)
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


@dataclass
class Proofs:
    """`troubles`: what does not hold, each as a token with what it is of (`changed`, `missing`)."""

    archive: Archive
    choice: Choice
    present: Roster
    signing: Signing
    store: EvidenceStore
    verify: str
    troubles: list[tuple[str, str]] = field(default_factory=list)

    async def receipts(self) -> int:
        """One for each answer of which the ledger has a line; how many."""
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
        rows, last = SUBMISSIONS.of(self.choice, self.present.calendar), 0
        while batch := await rows.filter(id__gt=last).order_by("id").limit(BATCH).select_related("obligation"):
            for row in batch:
                yield row
            last = batch[-1].id

    async def _source(self, row: Submission) -> receipt.Source:
        duty = row.obligation
        work, party = await self.present.engagement(duty.engagement_id), await self.present.party(duty.party_id)
        return receipt.Source(duty, work, party, self.present, self.verify)

    async def files(self) -> int:
        """Each once, however often it was handed in; how many. `files.jsonl` says what each is of."""
        known: dict[str, str] = {}
        said = [line async for line in self._named(known)]
        for sha256, name in sorted(known.items()):
            await self._file(sha256, name)
        self.archive.add("files.jsonl", "".join(said))
        return len(known)

    async def _named(self, known: dict[str, str]) -> AsyncIterator[str]:
        for register in FILES:
            rows: Any = register.of(self.choice, self.present.calendar).order_by("obligation_id", "id")
            async for row in rows:
                place = known.setdefault(row.sha256, f"files/{row.sha256}{_ending(row.name)}")
                told = {"file": place, "request": duty_reference(row.obligation_id), "name": row.name}
                more = {"question": getattr(row, "question", ""), "size": row.size, "media_type": row.media_type}
                yield json.dumps(told | more, ensure_ascii=False) + "\n"

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


def _ending(name: str) -> str:
    """The ending of a name that somebody gave, if it is one."""
    ending = PurePath(name).suffix.lower()
    return ending if 1 < len(ending) <= 6 and set(ending[1:]) <= _SAFE else ""  # noqa: PLR2004
