"""A party that has answered, and looks at it: what the tests of contradictions have in common."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from stage import COMPANY, SISTER, engagement, instant, registry

from checks.contract import Finding, Look, Severity, Verdict
from monitor import plugins, tables
from monitor.cases import Seen, take
from monitor.contradiction import weigh
from monitor.obligations import acts
from monitor.registry.apply import apply
from monitor.registry.read import read
from monitor.simulation.world import World

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

TABLE = plugins.claims()
AT = instant("2026-09-01 10:00")
HOUR = timedelta(hours=1)
SEVERITIES = {"headers.hsts-missing": Severity.MEDIUM, "security-txt.missing": Severity.LOW}


async def begin(folder: Path, *engagements: str) -> None:
    """A registry whose attestations are asked for on the day `AT`."""
    file = folder / "registry.toml"
    usual = engagement("dm", attestation="last_accepted_on = 2025-09-20")
    file.write_text(registry(*(engagements or (usual,)), companies=COMPANY + SISTER), encoding="utf-8")
    await apply(read([file], plugins.known()), AT - 20 * HOUR, plugins.looks())
    await live(AT)


async def live(at: datetime) -> None:
    """Let the stages run at an instant until they rest."""
    await World(plugins.equipment()).settle(at)


async def duty_of(key: str = "dm", kind: str = "attestation") -> tables.Obligation:
    found = await tables.Obligation.filter(engagement_id=key, kind=kind).order_by("-id").first()
    assert found is not None
    return found


async def answer(at: datetime, key: str = "dm", kind: str = "attestation", **said: str) -> int:
    """Hand in answers, by question (`web_tls="yes"`); the number of the submission."""
    values = {question.replace("_", "."): {"value": value} for question, value in said.items()}
    duty = await duty_of(key, kind)
    return await acts.submit(duty.id, at, acts.Declaration(json.dumps(values), "0" * 64))


async def decide(at: datetime, verdict: str = "accept", key: str = "dm") -> None:
    duty, actor = await duty_of(key), await acts.person("reviewers@impress.example", at)
    if verdict == "accept":
        await acts.accept(duty.id, at, actor)
    else:
        await acts.return_(duty.id, at, actor, "Please look again.")


async def look(at: datetime, *rules: str, kind: str = "", **observed: object) -> None:
    """A confirmed look of the kind that the rules are of; without rules it passes."""
    watch = await tables.Watch.filter(check_kind=kind or rules[0].partition(".")[0], retired_at=None).first()
    assert watch is not None
    found = tuple(Finding(rule, SEVERITIES.get(rule, Severity.HIGH), "Seen.") for rule in rules)
    seen = Look(Verdict.FAIL if found else Verdict.PASS, found, observed)
    for minute in (0, 1):
        row = await tables.Watch.get(id=watch.id)
        await take([Seen(row, seen)], at + timedelta(minutes=minute))


async def weighed(at: datetime) -> list[tuple[str, str]]:
    """The stage at an instant, until it has nothing to do; then what is open: question and rule."""
    for _ in range(5):
        if not await weigh(at, TABLE):
            break
    rows = await tables.Contradiction.filter(closed_at=None).order_by("id")
    return [(row.question, row.rule) for row in rows]


async def told(kind: str) -> list[dict[str, object]]:
    """What the ledger says of one type, in order."""
    lines = await tables.LedgerLine.filter(type=kind).order_by("seq")
    return [json.loads(line.data) | {"subject": line.subject, "company": line.company} for line in lines]
