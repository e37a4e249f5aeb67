"""People who do the same, or the opposite, at the same moment over two replicas."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from interleaving import declare, one_after_the_other, twice
from stage import engagement, instant, last_accepted, registry

from monitor import ledger, tables
from monitor.duties.owing import owe, settle
from monitor.obligations.acts import person
from monitor.own_duties import JOINT_USE_NOTICE
from monitor.promises import revising
from monitor.promises.membership.succeeding import succeed
from monitor.promises.opt_outs import refuse_mail
from monitor.registry.roster import roster

pytestmark = pytest.mark.postgres
AT = instant("2026-08-10T10:00")
ACCEPTED = last_accepted("2026-06-01")


async def test_a_refusal_of_mail_that_is_entered_twice_is_one(shared, tmp_path):
    await declare(tmp_path, registry(engagement(attestation=ACCEPTED)), AT)
    said = await twice(lambda: refuse_mail("impress", AT, "person/1", "R-1"), "opt_out")
    assert [one for one in said if isinstance(one, Exception)] == []
    assert await tables.OptOut.all().count() == 1


async def test_a_change_of_our_own_text_that_two_tell_of_is_asked_about_once(shared, tmp_path, monkeypatch):
    await declare(tmp_path, registry(engagement(attestation=ACCEPTED)), AT)
    text = SimpleNamespace(url="https://www.group.example/privacy", key="privacy")

    async def policies():
        return {"privacy": text}

    monkeypatch.setattr(revising, "policies", policies)
    monkeypatch.setattr(revising, "holding", lambda known, on: known[0])
    monkeypatch.setattr(revising, "spoken_for", lambda text, present, on: ["impress"])
    await twice(lambda: revising.revised(text.url, AT.date(), AT, "person/1"), "own_duty")
    assert await tables.OwnDuty.all().count() == 1


async def test_what_a_person_has_done_stays_done_when_the_company_is_succeeded(shared, tmp_path):
    works = [engagement(attestation=ACCEPTED), engagement("x", company="sister", attestation=ACCEPTED)]
    await declare(tmp_path, registry(*works), AT)
    who = await person("m@impress.example", AT)
    due = date(2026, 9, 1)
    duty = await owe(JOINT_USE_NOTICE, due, AT, await roster(), company_id="impress", ref="ju")
    await one_after_the_other(
        "own_duty",
        lambda: settle(duty.id, AT, who),
        lambda: succeed("impress", "sister", AT.date(), AT, who),
    )
    assert (await tables.OwnDuty.get(id=duty.id)).state == "done"
    ends = [one["type"] async for one in ledger.lines() if one["type"] in {"own-duty.done", "own-duty.cancelled"}]
    assert ends == ["own-duty.done"]
