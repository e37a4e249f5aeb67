"""A party whose accepted answer left findings, and what is done about them: what these tests have in common."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stage import COMPANY, SISTER, TOKYO, engagement, instant, registry

from monitor import plugins, tables
from monitor.obligations import acts
from monitor.questionnaire import thaw
from monitor.registry.apply import apply
from monitor.registry.read import read
from monitor.remediation.asking import spoken_of
from monitor.simulation.world import World

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

BEGIN = instant("2026-09-01 10:00")
USUAL = engagement("dm", attestation="last_accepted_on = 2025-09-20")
WEAK = {"policy": "no", "rules": "no"}  #: low, 90 days; medium, 60 days


@dataclass
class Life:
    """One world that goes on: `to` lets the stages run up to an instant, and keeps what they told."""

    world: World = field(default_factory=lambda: World(plugins.equipment()))
    at: datetime = BEGIN
    lines: list[dict[str, Any]] = field(default_factory=list)

    async def to(self, text: str | datetime) -> list[dict[str, Any]]:
        """What happened up to that instant, newly."""
        until = instant(text) if isinstance(text, str) else text
        new = [line async for line in self.world.run(self.at, until)]
        self.at, self.lines = until, [*self.lines, *new]
        return [line for line in new if line.get("obligation") == "remediation"]


async def begin(folder: Path, *engagements: str) -> Life:
    """A registry whose attestation is open on the day `BEGIN`."""
    file = folder / "registry.toml"
    file.write_text(registry(*(engagements or (USUAL,)), companies=COMPANY + SISTER), encoding="utf-8")
    await apply(read([file], plugins.known()), BEGIN, plugins.looks())
    life = Life()
    await life.to(BEGIN)
    return life


async def duty_of(kind: str = "remediation", key: str = "dm") -> tables.Obligation:
    found = await tables.Obligation.filter(engagement_id=key, kind=kind).order_by("-id").first()
    assert found is not None
    return found


async def answered(at: datetime, answers: dict[str, Any], kind: str = "attestation") -> tables.Obligation:
    """Hand in answers and have them accepted; a value alone, or a whole answer."""
    duty = await duty_of(kind)
    said = {name: one if isinstance(one, dict) else {"value": one} for name, one in answers.items()}
    text = json.dumps(said)
    await acts.submit(duty.id, at, acts.Declaration(text, hashlib.sha256(text.encode()).hexdigest(), "A", "B"))
    await acts.accept(duty.id, at, await acts.person("reviewers@impress.example", at, "Reviewer"))
    return await tables.Obligation.get(id=duty.id)


def shown(name: str = "page.png") -> dict[str, Any]:
    """An answer with a file that shows that it was put right."""
    file = {"id": "f1", "name": name, "sha256": "a" * 64, "size": 7}
    return {"value": "fixed", "comment": "Done.", "files": [file]}


async def rows() -> dict[str, tables.Remediation]:
    """Findings by question."""
    return {row.question: row for row in await tables.Remediation.all().order_by("id")}


async def asked_about() -> list[str]:
    """The questions that the latest request speaks of, in its order."""
    duty = await duty_of()
    frozen = await tables.FrozenRequest.get(sha256=str(duty.request_id))
    by_id = {row.id: row.question for row in await tables.Remediation.all()}
    return [by_id[number] for number in spoken_of(thaw(frozen.body))]


async def ledger(prefix: str = "remediation.") -> list[str]:
    lines = await tables.LedgerLine.filter(type__startswith=prefix).order_by("seq")
    return [line.type.removeprefix(prefix) for line in lines]


def day(at: datetime) -> str:
    return at.astimezone(TOKYO).date().isoformat()
