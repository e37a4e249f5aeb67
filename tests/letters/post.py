"""A post office for tests: the simulation's world with the real writer, and letters of kinds that no script brings about."""

from __future__ import annotations

import hashlib
import html
import re
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import stage

from monitor import plugins, tables
from monitor.letters import Letters, Topic, gather
from monitor.letters.background import Background
from monitor.letters.details import Desk, heard_by, next_steps
from monitor.links import Keyring
from monitor.outbox.claim import Claimed
from monitor.outbox.subjects import Subjects
from monitor.registry.apply import apply
from monitor.registry.read import read
from monitor.registry.roster import roster
from monitor.simulation.script import read_script
from monitor.simulation.world import Recorder, World
from monitor.tables.store import MEMORY, opened

if TYPE_CHECKING:
    from notifiers.contract import Letter

BASE, DOMAIN = "https://itaku.impress.example", "itaku.impress.example"
LETTERS = Letters(BASE, Keyring({"k1": b"a key of the tests, and of no other use"}), DOMAIN)

GROUP = """
[group]
name = "Impress Group"
name_ja = "インプレスグループ"
timezone = "Asia/Tokyo"
closed_days = "JP"
privacy_office = ["privacy-office@group.example"]
language = "LANGUAGE"
"""
COMPANIES = """
[[company]]
key = "impress"
name = "Impress Corporation"
name_ja = "株式会社インプレス"
managers = ["managers@impress.example", "procurement@impress.example"]
pi_manager = ["pi@impress.example"]
reviewers = ["reviewers@impress.example"]
executive = ["executive@impress.example"]

[[company]]
key = "left"
name = "Bygone Media, Inc."
name_ja = "株式会社むかしメディア"
managers = ["managers@left.example"]
member_until = 2026-03-31
"""
PURPOSES = """
[[purpose]]
key = "p03"
text = "Sending out goods"
text_ja = "ご購入いただいた商品の発送"
promise_en = "Whoever delivers for us learns only what the delivery needs."
promise_ja = "発送に携わる会社には必要な項目だけを渡し、業務が終われば手元に残させません。"

[[purpose]]
key = "p09"
text = "Publishing figures that point to nobody"
text_ja = "個人が特定されない統計の作成および公表"
"""
PARTIES = """
[[party]]
key = "acme"
name = "Acme Printing Co., Ltd."
name_ja = "株式会社月見坂印刷"
contacts = ["privacy@acme.example", "second@acme.example"]
language = "LANGUAGE"
  [[party.endpoint]]
  url = "https://www.acme.example/"
"""


def registry(*engagements: str, language: str = "ja") -> str:
    return "\n".join([GROUP, COMPANIES, PURPOSES, PARTIES, *engagements]).replace("LANGUAGE", language)


def engagement(key: str = "dm", **fields: Any) -> str:
    fields = {"title": "DM印刷・発送業務", "starts_on": "2025-10-01"} | fields
    return stage.engagement(key, **fields)


@dataclass
class Kept:
    """A letter that was written, with what it announced: local minute, party, roles of the company."""

    letter: Letter
    topics: list[Topic]
    at: Any
    side: str
    announced: list[list[tuple[str, bool, tuple[str, ...]]]] = field(default_factory=list)

    @property
    def stages(self) -> list[str]:
        return [topic.stage(self.at.astimezone(stage.TOKYO).date()) for topic in self.topics]


class Clerk(Recorder):
    """Records lines as the simulation does, and writes every letter in earnest."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[Kept] = []

    async def write(self, claimed: Claimed, present: Any, at: Any) -> Letter:
        await super().write(claimed, present, at)
        letter = await LETTERS.write(claimed, present, at)
        topics = sorted(await gather(claimed, present), key=lambda topic: topic.urgency())
        desk = Desk(claimed.mail.language, present, at, await Background.of(topics, present))
        announced = [[_spelt(step, topic, present) for step in next_steps(topic, desk)] for topic in topics]
        self.kept.append(Kept(letter, topics, at, claimed.mail.side, announced))
        return letter


def _spelt(step: Any, topic: Topic, present: Any) -> tuple[str, bool, tuple[str, ...]]:
    roles, _ = heard_by(step, topic, present)
    return step.at.astimezone(stage.TOKYO).isoformat()[:16], step.party, tuple(sorted(roles))


@dataclass
class Office:
    """A world that has run, still open: its lines, its letters, and a hand that writes more."""

    lines: stage.Told
    clerk: Clerk
    language: str
    end: Any

    def of(self, *stages: str, side: str | None = None) -> list[Kept]:
        return [kept for kept in self.clerk.kept if set(stages) & set(kept.stages) and side in {None, kept.side}]

    async def duty(self, key: str = "dm") -> tables.Obligation:
        return await tables.Obligation.filter(engagement_id=key).order_by("-id").first()  # type: ignore[return-value]

    async def kept(self, *notices: tables.Notice, to: list[str] | None = None, roles: Any = ("managers",), at: Any = None,
                   language: str = "") -> tuple[Kept, Any]:  # fmt: skip
        """One letter with these notices, as if it had been claimed at that instant; and the claim, to write it again."""
        first, at = notices[0], at or self.end
        readers = to or (["privacy@acme.example"] if first.side == "vendor" else ["managers@impress.example"])
        number = hashlib.sha256(f"{[row.key for row in notices]}{len(self.clerk.kept)}".encode()).hexdigest()[:32]
        mail = tables.Mail(id=number, side=first.side, company_id=first.company_id, to=readers,
                           language=language or self.language, made_at=at)  # fmt: skip
        claimed = Claimed(mail, [(row, list(roles)) for row in notices], await Subjects.of(notices))
        await self.clerk.write(claimed, await roster(), at)
        return self.clerk.kept[-1], claimed


@cache
def tools() -> Any:
    return plugins.equipment()


@asynccontextmanager
async def office(toml: str, begin: str, end: str, *events: str, tmp: Any, policy: Any = None) -> Any:
    """Run a world from `begin` to `end` with every letter written, and leave its database open."""
    (tmp / "registry.toml").write_text(toml, encoding="utf-8")
    (tmp / "script.toml").write_text("\n".join(f"[[event]]\n{event}" for event in events), encoding="utf-8")
    async with opened(MEMORY, create=True):
        await apply(read([tmp / "registry.toml"], plugins.known()), stage.instant(begin), tools().looks)
        clerk = Clerk()
        world = World(tools() if policy is None else replace(tools(), policy=policy), clerk)
        script = read_script(tmp / "script.toml")
        lines = [line async for line in world.run(stage.instant(begin), stage.instant(end), script)]
        language = "en" if 'language = "en"' in toml else "ja"
        yield Office(stage.Told(lines), clerk, language, stage.instant(end))


def notice(kind: str, side: str, *, duty: Any = None, case: Any = None, made_at: Any, **fields: Any) -> tables.Notice:
    """A notice that was never stored."""
    about = duty or case
    known = {"company_id": about.company_id, "party_id": about.party_id} if about else {}
    ids = {"obligation_id": duty and duty.id, "case_id": case and case.id}
    fields = {"key": f"test/{kind}", "roles": [], "data": {}} | known | fields
    return tables.Notice(kind=kind, side=side, made_at=made_at, send_at=made_at, **ids, **fields)


def visible(page: str) -> str:
    """What a reader of the HTML sees, as text."""
    body = re.sub(r"<(head|title|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "\n", body.replace("<wbr>", "")))


def squeezed(text: str) -> str:
    """The text without what is only form: blanks, bullets, marks of headings and quotations, colons after labels."""
    return re.sub(r"(?m)^\s*(?:>|■|・|--(?=\s)|- |--$)|\s+--$|[\s:：]", "", text)
