"""From an accepted answer to findings, to the request about them, to what its answer comes to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from remedied import BEGIN, WEAK, answered, asked_about, begin, duty_of, ledger, rows, shown
from stage import instant

from monitor import tables
from monitor.obligations import acts, findings
from monitor.obligations.authority import Authority
from monitor.refusal import Refused

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("store")


async def test_what_an_accepted_answer_leaves_is_asked_about_until_it_is_put_right(tmp_path: Path):
    life = await begin(tmp_path)
    await answered(BEGIN, WEAK)
    found = await rows()
    assert {name: (row.state, row.due_on.isoformat()) for name, row in found.items()} == {
        "policy": ("open", "2026-11-30"),
        "rules": ("open", "2026-11-02"),  # 31 October is a Saturday
    }
    assert (await tables.Person.get(id=found["rules"].owner_id)).email == "reviewers@impress.example"

    told = await life.to("2026-09-30 12:00")
    assert [(line["what"], line.get("rung"), line["due_on"]) for line in told] == [
        ("opened", None, "2026-11-02"),
        ("mail", "T-30", "2026-11-02"),
    ]
    assert await asked_about() == ["rules", "policy"]

    on = instant("2026-10-01 11:00")
    first, second = (found[name].id for name in ("rules", "policy"))
    await answered(on, {
        f"finding.{first}.state": shown(),
        f"finding.{second}.state": {"value": "fixing", "comment": "In print."}, f"finding.{second}.by": "2026-12-25",
    }, "remediation")  # fmt: skip
    found = await rows()
    assert found["rules"].state == "verified"
    assert found["rules"].proof["how"] == "evidence"
    assert (found["policy"].state, found["policy"].due_on.isoformat()) == ("remediating", "2026-12-25")

    told = await life.to("2026-12-26 12:00")
    again = [(line["what"], line.get("rung"), line["at"][:10]) for line in told if line["due_on"] == "2026-12-25"]
    assert again == [("opened", None, "2026-12-11"), ("mail", "T-30", "2026-12-11"), ("mail", "T-1", "2026-12-24"), ("overdue", None, "2026-12-26")]  # fmt: skip
    assert await asked_about() == ["policy"]
    assert await ledger() == ["raised", "raised", "promised", "verified"]


async def test_what_is_only_said_to_be_put_right_is_asked_again_and_an_objection_that_is_accepted_ends_it(
    tmp_path: Path,
):
    life = await begin(tmp_path)
    await answered(BEGIN, WEAK)
    found = await rows()
    await life.to(BEGIN + timedelta(minutes=5))
    await answered(BEGIN + timedelta(hours=1), {
        f"finding.{found['rules'].id}.state": {"value": "fixed", "comment": "Done."},
        f"finding.{found['policy'].id}.state": {"value": "objected", "comment": "It hangs in the hall."},
    }, "remediation")  # fmt: skip
    found = await rows()
    assert (found["rules"].state, found["policy"].state) == ("fixed", "dismissed")
    assert found["rules"].due_on.isoformat() == "2026-11-02"  # as it was told: saying so early takes no day away
    told = await life.to("2026-10-19 12:00")
    assert [line["what"] for line in told][-2:] == ["opened", "mail"]
    await findings.verify(
        found["rules"].id, life.at, "person/1", "Seen on a visit.", authority=Authority.COMPANY, pairs="S"
    )
    told = await life.to("2026-10-20 12:00")
    assert [line["what"] for line in told] == ["cancelled", "mail"]
    assert (await duty_of()).reason == "settled"


async def test_what_a_later_answer_raises_again_is_recurring_whatever_became_of_it(tmp_path: Path):
    life = await begin(tmp_path)
    await answered(BEGIN, WEAK)
    first = await rows()
    await life.to(BEGIN + timedelta(minutes=5))
    await answered(BEGIN + timedelta(hours=1), {
        f"finding.{row.id}.state": shown() for row in first.values()
    }, "remediation")  # fmt: skip
    await life.to("2027-08-05 12:00")
    await answered(life.at, {"policy": "yes", "rules": "no"})
    found = await rows()
    assert {name: (row.state, row.times) for name, row in found.items()} == {"policy": ("verified", 1), "rules": ("open", 2)}  # fmt: skip
    assert found["rules"].first_on.isoformat() == "2026-09-01"
    await life.to("2027-08-06 12:00")
    frozen = await tables.FrozenRequest.get(sha256=str((await duty_of()).request_id))
    assert "This was found 2 times, first on Tue 1 Sep 2026." in frozen.body
    assert await asked_about() == ["rules"]


async def test_an_answer_that_raises_it_no_more_settles_it_only_with_evidence(tmp_path: Path):
    life = await begin(tmp_path)
    await answered(BEGIN, WEAK)
    await life.to("2027-08-05 12:00")
    file = shown()["files"]
    await answered(life.at, {"policy": "yes", "rules": {"value": "yes", "files": file}})
    assert {name: row.state for name, row in (await rows()).items()} == {"policy": "fixed", "rules": "verified"}


async def test_an_accepted_risk_has_an_approver_a_reason_and_an_end_after_which_the_finding_is_open_again(
    tmp_path: Path,
):
    life = await begin(tmp_path)
    await answered(BEGIN, {"rules": "no"})
    await life.to(BEGIN + timedelta(minutes=5))
    number, actor = (await rows())["rules"].id, await acts.person("pi@impress.example", life.at, "P")
    until = instant("2026-12-01 00:00")

    async def accept(who: str = actor, why: str = "Moving out soon.", authority: Authority = Authority.OFFICE) -> None:
        await findings.accept_risk(number, life.at, who, why, until, authority=authority)

    for said, token in (({"who": "system"}, "by-missing"), ({"why": " "}, "reason-missing"), ({"authority": Authority.COMPANY}, "until-too-far-alone")):  # fmt: skip
        with pytest.raises(Refused) as refusal:
            await accept(**said)  # type: ignore[arg-type]
        assert refusal.value.reason == token
    await accept()
    told = await life.to("2026-11-30 23:00")
    assert [line["what"] for line in told if line["what"] != "mail"] == ["cancelled"]
    assert (await rows())["rules"].state == "accepted_risk"
    told = await life.to("2026-12-01 12:00")
    assert [(line["what"], line["due_on"]) for line in told] == [
        ("opened", "2027-01-04"),
        ("mail", "2027-01-04"),
    ]  # 31 Dec-3 Jan is closed
    row = (await rows())["rules"]
    assert (row.state, row.due_on.isoformat()) == ("open", "2027-01-04")
    assert await ledger() == ["raised", "risk_accepted", "reopened"]


async def test_what_was_attested_of_work_that_ended_is_nobodys_to_put_right(tmp_path: Path):
    from stage import engagement

    life = await begin(tmp_path, engagement("dm", attestation="last_accepted_on = 2025-09-20", ends_on="2026-10-20"))
    duty = await tables.Obligation.get_or_none(kind="attestation")
    assert duty is not None
    await life.to("2026-09-20 10:00")
    await answered(life.at, {"rules": "no"})
    await life.to("2026-10-22 12:00")
    assert (await rows())["rules"].state == "lapsed"
    assert (await duty_of()).state == "cancelled"


async def test_two_who_decide_at_once_do_not_undo_each_other(tmp_path: Path):
    await begin(tmp_path)
    await answered(BEGIN, {"rules": "no"})
    number, actor = (await rows())["rules"].id, await acts.person("pi@impress.example", BEGIN, "P")
    await findings.verify(number, BEGIN, actor, "Seen.", authority=Authority.COMPANY, pairs="S")
    with pytest.raises(Refused):
        await findings.accept_risk(number, BEGIN, actor, "Why.", BEGIN + timedelta(days=3), authority=Authority.OFFICE)
    assert (await rows())["rules"].state == "verified"


async def test_an_answer_without_answers_leaves_nothing(tmp_path: Path):
    await begin(tmp_path)
    duty = await duty_of("attestation")
    await acts.submit(duty.id, BEGIN)
    await acts.accept(duty.id, BEGIN, await acts.person("reviewers@impress.example", BEGIN))
    assert await rows() == {}
