"""The register of looks: whoever supervises can show that what is well was looked at too."""

from __future__ import annotations

from datetime import timedelta

import pytest
from running import Ground, Running
from stage import engagement
from test_console import MANAGER, OFFICE, sign_in
from test_form import get

from checks.contract import Look, Verdict
from monitor import clock, tables
from monitor.cases import Seen, take
from tests.journey.manager import failing_case


@pytest.fixture
async def running(tmp_path, database):
    async with Ground(tmp_path, await database(), (engagement("dm", title="Direct mail"),)) as found:
        yield found


async def test_what_is_well_stands_beside_what_fails_and_the_groups_own_is_for_the_office_alone(running: Running):
    case, now = await failing_case(), clock.now()
    well = await tables.Watch.filter(party_id="acme").exclude(id=case.watch_id).order_by("id").first()
    for at in (now - timedelta(minutes=5), now):
        await take([Seen(await tables.Watch.get(id=well.id), Look(Verdict.PASS, took_ms=12.0))], at)
    facts = {"check_kind": "policy-page", "every": 43200, "first_seen_at": now}
    own = await tables.Watch.create(url="https://www.impress.example/privacy", **facts)
    async with running.client() as client:
        await sign_in(running, client, MANAGER)
        page = await get(client, "/looks")
        assert f'href="/look/{well.id}"' in page
        assert f'href="/look/{case.watch_id}"' in page
        assert own.url not in page
        await get(client, f"/look/{own.id}", status=404)
        assert "12 ms" in await get(client, f"/look/{well.id}")
        assert f'href="/case/{case.id}"' in await get(client, f"/look/{case.watch_id}")
        assert f'href="/look/{well.id}"' not in await get(client, "/looks?party=nobody")
    async with running.client() as client:
        await sign_in(running, client, OFFICE)
        assert own.url in await get(client, "/looks")
        assert "まだ確認していません" in await get(client, f"/look/{own.id}")
