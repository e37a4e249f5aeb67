"""Nobody takes a reference that the product gives itself, and one row that cannot be erased keeps back no other."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from stage import GROUP, engagement, instant, registry

import monitor
from monitor import plugins, tables
from monitor.duties.owing import owe
from monitor.obligations.opt_out_ack import OPT_OUT_ACK
from monitor.promises.entries import OURS, reference
from monitor.promises.keeping import subjects, turn, turning
from monitor.promises.keeping.references import forget_references
from monitor.promises.opt_outs import refuse_mail
from monitor.promises.owners.references import sound
from monitor.refusal import Refused
from monitor.registry.apply import apply
from monitor.registry.read import read
from monitor.registry.roster import roster
from monitor.tables.store import MEMORY, opened, transaction

ARRIVED, NIGHT, NEXT = instant("2026-09-16T11:00"), instant("2029-09-17T01:00"), instant("2029-09-18T01:00")
GIVEN = re.compile(r'"([a-z-]+)/(?:\{[^"]*)?"')


@pytest.fixture
async def group(tmp_path):
    async with opened(MEMORY, create=True):
        file = tmp_path / "registry.toml"
        text = registry(engagement("dm", sends_mail=True), engagement("web"), group=GROUP)
        file.write_text(text, encoding="utf-8")
        await apply(read([file], plugins.known()), ARRIVED, plugins.looks())
        yield


def made() -> set[str]:
    """What stands before the stroke in all that the parts of promises and obligations number."""
    house = Path(monitor.__file__).parent
    files = [one for part in ("promises", "hearing", "obligations", "duties") for one in (house / part).rglob("*.py")]
    return {word for one in files if one.parent.name != "pack" for word in GIVEN.findall(one.read_text("utf-8"))}


def test_all_that_the_product_numbers_is_refused_as_a_reference_of_somebodys_own():
    assert {"opt-out", "opt-outs", "erased", "exposure", "complaint"} <= made() <= OURS
    for word in OURS:
        for ref in (f"{word}/7", f"{word.upper()}/7", f" {word}/999999"):
            for read_ in (sound, reference):
                with pytest.raises(Refused) as no:
                    read_(ref)
                assert no.value.reason == "ref-ours"


@pytest.mark.parametrize("ref", ["R-2026-001", "R/17", "opt-out-17", "2026/opt-out/3", "erased.3"])
def test_a_number_of_somebodys_own_is_taken(ref):
    assert (sound(ref), reference(ref)) == (ref, ref)


async def test_a_refusal_of_mail_is_entered_whatever_reference_somebody_tried_before(group):
    for ref in ("opt-out/1", "opt-out/2", "opt-outs/999999"):
        with pytest.raises(Refused):
            await refuse_mail("impress", ARRIVED, "system", ref)
    first = await refuse_mail("impress", ARRIVED, "system")
    second = await refuse_mail("impress", ARRIVED, "system")
    asked = await tables.Obligation.filter(kind=OPT_OUT_ACK).order_by("id").values_list("subject", flat=True)
    assert asked == [f"opt-out/{first.id}", f"opt-out/{second.id}"]


@pytest.mark.logs_errors
async def test_one_refusal_that_cannot_be_erased_keeps_back_no_other(group, caplog):
    for ref in ("S-1", "S-2", "S-3"):
        await refuse_mail("impress", ARRIVED, "system", ref)
    await tables.Obligation.filter(kind=OPT_OUT_ACK).update(state="accepted")
    first, second, third = await tables.OptOut.all().order_by("id")
    await tables.OptOut.filter(id=second.id).update(ref=f"erased/{first.id}", erase_at=NEXT)
    assert await turn(NIGHT) == 1
    assert (await tables.OptOut.get(id=third.id)).ref == f"erased/{third.id}"
    assert (await tables.OptOut.get(id=first.id)).erase_at == NEXT
    assert f"opt-out/{first.id} cannot be erased" in caplog.text


@pytest.mark.logs_errors
async def test_one_request_that_cannot_be_erased_keeps_back_no_other(group, caplog):
    first, second, third = [await request(ref) for ref in ("R-1", "R-2", "R-3")]
    await tables.OwnerRequest.filter(id=second.id).update(ref=f"erased/{first.id}", erase_at=NEXT)
    assert await forget_references(await roster(), NIGHT) == 1
    assert (await tables.OwnerRequest.get(id=third.id)).ref == f"erased/{third.id}"
    assert (await tables.OwnerRequest.get(id=first.id)).erase_at == NEXT
    assert f"owner-request/{first.id} cannot be erased" in caplog.text


async def request(ref: str) -> tables.OwnerRequest:
    day = ARRIVED.date()
    return await tables.OwnerRequest.create(
        ref=ref, company_id="impress", request="erase", arrived_on=day, due_on=day, state="answered", answered_on=day,
        erase_at=NIGHT, entered_at=ARRIVED, entered_by="system",
    )  # fmt: skip


@pytest.mark.logs_errors
async def test_one_engagement_that_cannot_be_emptied_keeps_back_no_other(group, monkeypatch, caplog):
    await tables.Engagement.all().update(erase_at=NIGHT, over_on=ARRIVED.date())
    known = turning.term_of

    async def broken(row: tables.Engagement, present: Any) -> Any:
        return {}["no term"] if row.key == "dm" else await known(row, present)

    monkeypatch.setattr(turning, "term_of", broken)
    assert await turn(NIGHT) == 1
    assert (await tables.Engagement.get(key="dm")).erase_at == NEXT
    assert (await tables.Engagement.get(key="web")).erase_at not in {NIGHT, NEXT}
    assert "engagement dm cannot be emptied" in caplog.text


async def test_a_reference_leaves_more_letters_than_a_database_takes_values(group, monkeypatch):
    day = ARRIVED.date()
    async with transaction():
        duty = await owe("owner-request", day, ARRIVED, await roster(), company_id="impress", ref="R-1")
    for number in range(12):
        notice = await tables.Notice.create(
            key=f"n{number}",
            kind="own",
            side="managers",
            own_duty_id=duty.id,
            roles=[],
            data={},
            send_at=ARRIVED,
            made_at=ARRIVED,
        )
        mail = await tables.Mail.create(
            id=f"m{number}", side="managers", to=[], language="ja", subject="About R-1", made_at=ARRIVED, state="sent"
        )
        await tables.MailItem.create(mail=mail, notice=notice, roles=[])
    store: Any = tables.Mail._meta.db
    monkeypatch.setattr(subjects, "AT_ONCE", 4, raising=False)
    await store._connection._execute(store._connection._conn.setlimit, sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 11)
    await subjects.unnamed_in_letters(
        "R-1", "erased/1", tables.Obligation.filter(subject="R-1"), tables.OwnDuty.filter(ref="R-1")
    )
    assert {one.subject for one in await tables.Mail.all()} == {"About erased/1"}
