"""An office whose letters come back to us: return addresses, evidence, and the door."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
import shapes
from postal import LETTERS, OPENS, office

from monitor import tables
from monitor.evidence import EvidenceStore
from monitor.inbound.intake import Intake
from monitor.inbound.mending import mend
from monitor.inbound.sorting import sort
from monitor.return_address import BOUNCE, ReturnAddresses
from monitor.tables.store import MEMORY, opened

if TYPE_CHECKING:
    from pathlib import Path

RETURNS = ReturnAddresses(LETTERS.keyring, "bounce.example")


@dataclass
class Returning:
    """The usual office, and where its letters come back to."""

    office: Any
    intake: Intake

    async def sort(self, at: Any) -> int:
        done = await sort(at, self.intake.evidence) + await mend(at)
        await self.office.work(at)
        return done

    async def come(self, raw: bytes, at: Any, kind: str = BOUNCE, mail: Any = None) -> tables.Incoming:
        """Something comes back about a letter, the last one by default, and is dealt with."""
        mail = mail or await tables.Mail.filter(side="vendor").order_by("-sent_at").first()
        number = await self.intake.take(raw, RETURNS.spell(kind, mail.id), at)
        await self.sort(at)
        return await tables.Incoming.get(id=number)

    async def bounce(self, address: str, at: Any, status: str = "5.1.1", **more: Any) -> tables.Incoming:
        return await self.come(shapes.report(status, address=address, **more), at)


@asynccontextmanager
async def returning(home: Path, toml: str = "", at: Any = OPENS) -> Any:
    async with office(home, toml, at) as found:
        found.writer = replace(LETTERS, returns=RETURNS)
        await found.work(at)
        store = EvidenceStore(f"file://{home}/evidence")
        yield Returning(found, Intake(store, RETURNS, "itaku@itaku.example", 1024 * 1024))


@pytest.fixture
async def back(store, tmp_path):
    """An office that has asked its one trustee at nine on 1 September 2026, on a database of either kind."""
    async with returning(tmp_path) as found:
        yield found


@pytest.fixture
async def place(tmp_path):
    """The same on SQLite, for what does not hang on the engine."""
    async with opened(MEMORY, create=True), returning(tmp_path) as found:
        yield found
