"""What is kept and what was erased, as the privacy office reads it; and a request whose content is gone."""

from __future__ import annotations

from datetime import date, timedelta

from running import Ground
from stage import engagement
from test_console import sign_in
from test_form import get, post

from monitor import clock, tables
from monitor.obligations.acts import person
from monitor.promises import keeping
from monitor.registry.roster import roster

OFFICE, MANAGERS = "privacy-office@group.example", "managers@impress.example"


async def over():
    """The work was closed long ago, and a request under it was accepted; the night comes."""
    day = date(2019, 1, 31)
    await tables.Obligation.all().update(state="accepted", accepted_on=day, due_on=day, erased_on=None)
    await tables.OwnDuty.all().delete()
    await tables.Engagement.filter(key="dm").update(state="closed", over_on=day, erase_at=clock.now())
    calendar = (await roster()).calendar
    night = calendar.instant(calendar.day_of(clock.now()) + timedelta(days=1)) + timedelta(hours=2)
    while await keeping.turn(night):
        pass


async def test_an_erased_request_says_when_it_was_erased_and_why_and_persons_are_erased_by_the_office(tmp_path):
    async with Ground(tmp_path, f"sqlite:///{tmp_path}/w.sqlite3", (engagement("dm", title="Direct mail"),)) as running:  # fmt: skip
        await running.work()
        number = (await tables.Obligation.first()).id
        link = running.link()
        await over()
        async with running.client() as client:
            await sign_in(running, client, MANAGERS)
            await get(client, "/erasures", 404)
            page = await get(client, f"/duty/{number}")
            assert "保存期間が満了したため消去しました" in page
            assert "2024年1月31日(水)" in page
            assert "保存期間" in page
            await get(client, "/f/" + link.partition("/f/")[2], 404)
        async with running.client() as client:
            await sign_in(running, client, OFFICE)
            assert "/erasures" in await get(client, "/registers")
            listed = await get(client, "/erasures")
            assert "2024年1月31日(水)" in listed
            await post(client, "/erasures/erase", {}, 422)
            _, refused = await post(client, "/erasures/erase", {"erase_by": "N", "erase_address": MANAGERS}, 422)
            assert "impressの委託先管理担当者" in refused
            assert f'value="{MANAGERS}"' in refused
            await person("left@impress.example", clock.now(), "L. Left")
            await post(client, "/erasures/erase", {"erase_by": "N", "erase_address": "left@impress.example"})
            assert not await tables.Person.filter(name="L. Left").exists()
