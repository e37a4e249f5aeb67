"""What has had its time is erased whole, whenever the process dies; files go after their rows; and the ledger holds."""

from __future__ import annotations

import asyncio
import json
import shutil
from contextlib import suppress
from datetime import date, timedelta

import pytest
from kept import FILES, NIGHT, SECRET, everything, fill, over

from monitor import ledger, tables
from monitor.evidence import EvidenceStore
from monitor.promises import keeping
from monitor.promises.keeping.emptying import HANGING
from monitor.promises.keeping.registers import GOING, STAYING
from monitor.tables.store import MEMORY, opened
from tests.crash.mortality import Fate, Killed, subject_to

INDIRECT = {
    tables.Mark,
    tables.Proposal,
    tables.Contradiction,
    tables.Remediation,
    tables.Disposal,
    tables.SubEntrustment,
}
"""What hangs on an obligation or its submissions and is taken care of by name."""


def models():
    return [getattr(tables, name) for name in tables.__all__]


def pointing(*targets):
    """Tables with a foreign key to one of these."""
    return {
        model
        for model in models()
        for name in model._meta.fk_fields | model._meta.o2o_fields
        if model._meta.fields_map[name].related_model in targets
    }


@pytest.fixture
async def memory():
    """An empty store; only once one was opened it is known what points at what."""
    async with opened(MEMORY, create=True):
        yield


async def test_of_every_table_that_belongs_to_an_engagement_it_is_said_whether_it_goes(memory):
    assert pointing(tables.Engagement) - {tables.Engagement} == {*GOING.values(), *STAYING}


async def test_nothing_hangs_on_an_obligation_that_is_not_erased_with_it(memory):
    assert pointing(tables.Obligation, tables.Submission) == {*HANGING, *INDIRECT}


async def night(at=NIGHT):
    while await keeping.turn(at):
        pass


async def test_after_its_term_no_word_is_left_the_row_stays_and_the_ledger_holds(store, tmp_path):
    await over(tmp_path)
    number = await fill()
    await night(NIGHT - timedelta(hours=1))
    assert SECRET in await everything()
    await night()
    left = await everything()
    assert SECRET not in left
    duty = await tables.Obligation.get(id=number)
    assert (duty.state, duty.erased_on, duty.accepted_on) == ("accepted", date(2031, 9, 15), date(2026, 9, 11))
    assert {row.sha256 for row in await tables.SpentFile.all()} == FILES
    lines = [json.loads(line.data) for line in await tables.LedgerLine.filter(type="evidence.erased")]
    assert {line["obligation"] for line in lines} >= {"deletion", "incident", "disclosure", "complaint"}
    assert all(line["due_on"] == "2031-09-14" and line["count"] and len(line["sha256"]) == 64 for line in lines)
    assert (await ledger.verify()).seq == await tables.LedgerLine.all().count()


async def test_while_a_record_of_provision_is_locked_nothing_of_the_work_goes(tmp_path):
    async with opened(MEMORY, create=True):
        await over(tmp_path)
        await fill()
        await _stays_while_locked()


async def _stays_while_locked():
    lock = {"made_on": date(2031, 1, 1), "keep_until": date(2034, 1, 1)}
    await tables.ProvisionRecord.create(
        ref="P-1", record="single", company_id="impress", engagement_id="dm", entered_at=NIGHT, entered_by="person/1",
        **lock,
    )  # fmt: skip
    await night()
    assert SECRET in await everything()
    work = await tables.Engagement.get(key="dm")
    assert work.erase_at.isoformat() == "2034-01-01T16:00:00+00:00"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept")

    async def make():
        url = f"sqlite:///{folder}/before.sqlite3"
        async with opened(url, create=True):
            await over(folder)
            await fill()

    asyncio.run(make())
    return folder / "before.sqlite3"


async def _dies_in_the_night(url, steps):
    fate = Fate(steps)
    async with opened(url):
        with subject_to(fate), suppress(Killed):
            await night()
    return fate


@pytest.mark.parametrize("steps", [5, 12, 25, 33, 40])
def test_killed_in_between_each_request_has_all_of_its_content_or_none_and_the_next_night_ends_it(
    prepared, tmp_path, steps
):
    shutil.copy(prepared, tmp_path / "now.sqlite3")

    async def story():
        url = f"sqlite:///{tmp_path}/now.sqlite3"
        assert (await _dies_in_the_night(url, steps)).sealed
        async with opened(url):
            duty, held = await tables.Obligation.get(kind="deletion"), await tables.Submission.all().count()
            files = await tables.Evidence.all().count()
            spent = {row.sha256 for row in await tables.SpentFile.all()}
            assert (held, files, spent) == ((1, 1, set()) if duty.erased_on is None else (0, 0, FILES))
            await night()
            assert SECRET not in await everything()
            await ledger.verify()

    asyncio.run(story())


async def test_files_go_when_no_row_names_them_and_not_before(memory, tmp_path):
    evidence = EvidenceStore(f"file://{tmp_path}/evidence")
    kept, gone = await evidence.keep(b"named"), await evidence.keep(b"spent")
    later = NIGHT + timedelta(days=40)
    await tables.Incoming.create(id="i", sha256=kept, size=5, way="reply", mail_id="m", arrived_at=NIGHT)
    for sha256 in (kept, gone):
        await tables.SpentFile.create(sha256=sha256, spent_at=NIGHT)
    assert await keeping.sweep(later, evidence) == 2
    assert (await evidence.exists(kept), await evidence.exists(gone)) == (True, False)
    assert not await tables.SpentFile.exists()


async def test_a_file_that_never_got_its_row_goes_within_sixteen_nights(memory, tmp_path):
    await tables.Group.create(
        key="group", spec={"name": "G", "timezone": "Asia/Tokyo"}, first_seen_at=NIGHT, changed_at=NIGHT
    )
    evidence = EvidenceStore(f"file://{tmp_path}/evidence")
    lost = await evidence.keep(b"broken off")
    for days in range(1, 17):
        while await keeping.sweep(NIGHT + timedelta(days=days), evidence):
            pass
    assert not await evidence.exists(lost)
