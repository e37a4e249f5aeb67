"""The reference of a refusal of mail goes after its years; the refusal itself goes on to hold."""

from __future__ import annotations

from datetime import timedelta

import pytest
from stage import GROUP, engagement, instant, registry

from monitor import ledger, plugins, tables
from monitor.obligations.acts import person
from monitor.promises.keeping import turn
from monitor.promises.opt_outs import refuse_mail, seed_mailed
from monitor.registry.apply import apply
from monitor.registry.read import read
from monitor.tables.store import MEMORY, opened

ARRIVED, LAST, NIGHT = instant("2026-09-16T11:00"), instant("2029-09-16T23:00"), instant("2029-09-17T01:00")


@pytest.fixture
async def refused(tmp_path):
    """`S-1` was refused; one party sends mail, and has acknowledged."""
    async with opened(MEMORY, create=True):
        await applied(tmp_path, GROUP, ARRIVED)
        await refuse_mail("impress", ARRIVED, await person("managers@impress.example", ARRIVED, "M. Manager"), "S-1")
        await tables.Obligation.filter(kind="opt-out-ack").update(state="accepted")
        yield tmp_path


async def applied(tmp, group, at):
    file = tmp / "registry.toml"
    file.write_text(registry(engagement(sends_mail=True), group=group), encoding="utf-8")
    await apply(read([file], plugins.known()), at, plugins.looks())


async def everything():
    rows = [*await tables.OptOut.all().values(), *await tables.Obligation.all().values()]
    return str(rows)


async def test_it_is_kept_to_its_last_day_and_gone_the_night_after(refused):
    await turn(LAST)
    assert "S-1" in await everything()
    assert await turn(NIGHT) == 1
    assert "S-1" not in await everything()
    assert (await tables.OptOut.get()).erased_on == NIGHT.date()
    (line,) = await tables.LedgerLine.filter(type="evidence.erased")
    assert '"due_on":"2029-09-16"' in line.data
    assert "S-1" not in line.data
    assert (await ledger.verify()).seq == line.seq
    assert await turn(NIGHT) == 0


async def test_the_refusal_goes_on_to_hold(refused):
    await turn(NIGHT)
    assert await seed_mailed("dm", NIGHT, "system")


async def test_as_long_as_somebody_has_still_to_acknowledge_it_stays(refused):
    await tables.Obligation.filter(kind="opt-out-ack").update(state="open")
    assert await turn(NIGHT) == 0
    assert "S-1" in await everything()
    await tables.Obligation.filter(kind="opt-out-ack").update(state="accepted")
    assert await turn(instant("2029-09-18T01:00")) == 1


@pytest.mark.parametrize(("years", "night"), [(1, "2027-09-17T01:00"), (5, "2031-09-17T01:00")])
async def test_another_number_of_years_counts_for_those_that_are_there(refused, years, night):
    await applied(refused, f"{GROUP}[group.retention]\nopt_out_years = {years}\n", instant("2026-10-01T10:00"))
    at = instant(night)
    await turn(at.replace(hour=0))
    assert "S-1" in await everything()
    await turn(at)
    assert "S-1" not in await everything()


async def test_a_number_of_our_own_leads_to_nobody_and_stays(refused):
    own = await refuse_mail("impress", ARRIVED, "system")
    await tables.Obligation.filter(kind="opt-out-ack").update(state="accepted")
    await turn(NIGHT)
    assert (await tables.OptOut.get(id=own.id)).ref == f"opt-out/{own.id}"


async def test_it_stays_while_a_list_of_all_that_came_before_is_not_acknowledged(refused):
    one = await tables.OptOut.get()
    await tables.Obligation.all().update(state="open", subject=f"opt-outs/{one.id}")
    assert await turn(NIGHT) == 0
    assert (await tables.OptOut.get()).ref == "S-1"
    await tables.Obligation.all().update(subject=f"opt-outs/{one.id - 1}")  # of refusals before this one
    assert await turn(NIGHT + timedelta(days=1)) == 1
    assert (await tables.OptOut.get()).ref != "S-1"
