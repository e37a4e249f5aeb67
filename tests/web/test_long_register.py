"""A register of many findings: the database sorts, counts and pages it, by the day that counts."""

from __future__ import annotations

import csv
import io
import re

import pytest
from running import Ground, Running
from stage import engagement
from test_board import _count_rows
from test_console import sign_in
from test_form import get

from monitor import clock, tables
from monitor.calendar import DAY
from monitor.registry.roster import roster
from monitor.tables.store import connection
from monitor.web.console import paging, register
from tests.remediation.remedied import answered, rows

OLD = "last_accepted_on = 2024-01-10"
MANAGERS = "managers@impress.example"


@pytest.fixture
async def running(tmp_path, database):
    async with Ground(tmp_path, await database(), (engagement("dm", attestation=OLD, title="Direct mail"),)) as found:
        await answered(clock.now(), {"rules": "no"})
        await found.work()
        yield found


async def _many(count: int) -> list[int]:
    """Findings of one work, by the day for which they are due: the first three are late, the last ones settled."""
    one, today = (await rows())["rules"], (await roster()).calendar.day_of(clock.now())
    same = {name: value for name, value in vars(one).items() if not name.startswith("_") and name not in {"id", "pk"}}
    for number in range(count):
        day = {"due_on": today + (number - 3) * DAY, "state": "open" if number < count - 5 else "verified"}
        said = {"question": f"q{number}", "proof": {}, "since": clock.now() + 9 * DAY}  # no request speaks of it yet
        await tables.Remediation.create(**same | day | said)
    await tables.Remediation.filter(id=one.id).delete()
    return [int(row.id) for row in await tables.Remediation.all().order_by("id")]


async def test_a_page_of_the_register_reads_that_page_alone_and_its_totals_are_of_the_whole(running: Running, monkeypatch) -> None:  # fmt: skip
    ids = await _many(65)
    for module in (paging, register):
        monkeypatch.setattr(module, "A_PAGE" if module is paging else "PIECE", 10)
    monkeypatch.setattr("monitor.web.console.remedying.A_PAGE", 10)
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        await client.post("/settings", data={"language": "en", "back": "/"})
        read = _count_rows(monkeypatch)
        pages = [await get(client, f"/findings?page={number}") for number in range(1, 7)]
        assert max(read) <= 12
        shown = [int(number) for page in pages for number in re.findall(r'href="/finding/(\d+)"', page)]
        assert shown == ids[:60]
        assert all("60 findings" in page and "3 of them overdue" in page for page in pages)
        assert "page=7" not in pages[-1]
        late = await get(client, "/findings?overdue=1")
        assert re.findall(r'href="/finding/(\d+)"', late) == [str(number) for number in ids[:3]]
        async with client.get("/findings.csv?state=all") as response:
            lines = list(csv.DictReader(io.StringIO((await response.read()).decode("utf-8-sig"))))
        assert [int(line["Number"]) for line in lines] == ids


async def test_while_a_request_is_with_the_party_its_later_day_counts(running: Running) -> None:
    found, today = (await rows())["rules"], (await roster()).calendar.day_of(clock.now())
    await tables.Remediation.filter(id=found.id).update(due_on=today - 2 * DAY)
    asked = tables.Obligation.filter(kind="remediation")
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        for due, state, late in [
            (today + DAY, "open", False),
            (today - DAY, "open", True),
            (today + DAY, "accepted", True),
        ]:
            await asked.update(due_on=due, state=state)
            assert (f"/finding/{found.id}" in await get(client, "/findings?overdue=1")) is late, (due, state)
        await tables.Remediation.filter(id=found.id).update(since=clock.now() + DAY)
        await asked.update(due_on=today + DAY, state="open")
        assert f"/finding/{found.id}" in await get(client, "/findings?overdue=1"), "it came after the request"


async def test_the_day_that_counts_is_looked_up_and_not_searched_for(running: Running) -> None:
    query = tables.Remediation.annotate(counts_on=register.RawSQL(register.COUNTS_ON)).order_by("counts_on")
    if connection().capabilities.dialect == "sqlite":
        plan = await connection().execute_query_dict(f"EXPLAIN QUERY PLAN {query.sql()}")
        assert [row["detail"] for row in plan if row["detail"].startswith("SEARCH o USING INDEX")]
