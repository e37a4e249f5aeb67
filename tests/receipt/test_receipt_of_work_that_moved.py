"""A receipt of work that another company answers for by now: it names whoever asked, and holds."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from monitor import plugins, tables
from monitor.obligations import acts, planning, turning
from monitor.obligations.disposal import Certified
from monitor.promises.disposal import Certificate, certify
from monitor.promises.membership.succeeding import reassign
from monitor.receipt import Signing, Source, Verdict, compose, examine, gather
from monitor.registry.apply import apply
from monitor.registry.read import read
from monitor.registry.roster import roster
from tests.stage import engagement, registry

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 9, 2, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def receipt_of(duty: tables.Obligation) -> str:
    present = await roster()
    work = await present.engagement(duty.engagement_id)
    source = Source(duty, work, await present.party(duty.party_id), present, "https://itaku.example/verify")
    matter = await gather(await tables.Submission.get(obligation_id=duty.id), source)
    assert matter is not None
    return compose(matter, Signing([b"x" * 32]))


async def test_it_names_the_company_that_asked_and_the_one_that_answers_now_decides(store: str, tmp_path: Path) -> None:
    file = tmp_path / "registry.toml"
    papers = '  [[engagement.place]]\n  name = "papers"\n  kind = "paper"\n'
    file.write_text(registry(engagement(ends_on="2026-08-31", more=papers)), encoding="utf-8")
    await apply(read([file], plugins.known()), AT - MINUTE, {})
    await planning.plan(AT)
    duty = await tables.Obligation.get(kind="deletion")
    await turning.open_now(duty, AT, plugins.shelf())
    await certify(duty.id, plugins.shelf(), Certificate([Certified("papers", "deleted", date(2026, 9, 1))]), AT)
    await duty.refresh_from_db()
    before = await receipt_of(duty)

    await reassign("impress", ["dm"], "sister", AT + MINUTE, "person/1")
    await duty.refresh_from_db()
    after = await receipt_of(duty)
    assert duty.company_id == "sister"
    assert json.loads(after)["issuer"]["company"]["key"] == "impress"
    assert examine(after).verdict is Verdict.SOUND
    assert after == before

    await acts.accept(duty.id, AT + 2 * MINUTE, await acts.person("managers@sister.example", AT, "M"))
    line = await tables.LedgerLine.filter(type="obligation.accepted").get()
    assert line.company == "sister"
    assert {one.company_id for one in await tables.Notice.filter(obligation_id=duty.id, state="waiting")} == {"sister"}
