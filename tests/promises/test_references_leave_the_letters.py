"""When the reference of an owner's request has had its time, no row holds it any more: letters and replies neither."""

from __future__ import annotations

from tortoise import Tortoise

from monitor import tables
from monitor.promises.keeping.references import forget_references
from monitor.registry.roster import roster
from monitor.tables.store import opened
from tests.stage import engagement, event, instant, last_accepted, play, registry

WORK = engagement(attestation=last_accepted("2026-10-01"))


def asked(ref: str) -> str:
    days = "\narrived_on = 2026-11-24\nverified_on = 2026-11-24"
    return event("2026-11-24T10:00", "owner_request", None, company="impress", ref=ref, request="erase") + days


def withdrawn(ref: str) -> str:
    return event("2026-11-26T10:00", "done", None, company="impress", obligation="owner-request", ref=ref, outcome="withdrawn", reason="Taken back.")  # fmt: skip


async def test_no_row_but_those_of_the_ledger_holds_it_any_more(tmp_path):
    url = f"sqlite:///{tmp_path}/itaku.sqlite3"
    both = [asked("R-1"), asked("R-12"), withdrawn("R-1")]
    told = await play(registry(WORK), "2026-11-20", "2026-11-27", *both, tmp=tmp_path, database=url)
    subjects = " ".join(line["subject"] for line in told.of("mail"))
    assert "R-1：" in subjects
    assert "R-12：" in subjects
    async with opened(url):
        letter = (await tables.Mail.filter(subject__contains="R-1："))[0]
        await tables.Incoming.create(
            id="in", sha256="0" * 64, size=9, way="reply", mail_id=letter.id, arrived_at=letter.made_at, state="done",
            kind="reply", subject=f"Re: {letter.subject}", text="R-1: we have seen to it, R-12 follows",
        )  # fmt: skip
        present = await roster()
        for night in ("2026-11-27T01:00", "2029-11-27T01:00"):
            await forget_references(present, instant(night))
        held = await _rows_with("R-1")
        assert held == [], held
        assert (await tables.Incoming.get(id="in")).text.endswith("R-12 follows")
        assert await tables.Mail.filter(subject__contains="R-12：").exists()


async def _rows_with(ref: str) -> list[tuple[str, object]]:
    models = [model for model in Tortoise.apps["itaku"].values() if model is not tables.LedgerLine]
    assert tables.Mail in models
    found = []
    for model in models:
        for row in await model.all().values():
            text = str(row).replace("R-12", "")
            found += [(model._meta.db_table, row)] if ref in text else []
    return found
