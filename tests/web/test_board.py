"""Today's board: the worst on top, a page at a time, and how long something has waited for our own word."""

from __future__ import annotations

from datetime import timedelta

import pytest
from running import Ground, Running
from stage import engagement
from test_console import sign_in
from test_form import get

from checks.contract import Severity
from monitor import clock, tables
from monitor.board import board, part
from monitor.calendar import DAY
from monitor.obligations import acts, pleading
from monitor.registry.roster import roster
from monitor.web.console import paging
from tests.journey.manager import failing_case

MANAGERS = "managers@impress.example"
WORKS = ("late", "handed-in", "wishes", "quiet", "waived")
HELD = ("id", "pk")


@pytest.fixture
async def running(tmp_path, database):
    old = "last_accepted_on = 2024-01-10"
    works = [engagement(key, attestation=old, title=key.title()) for key in WORKS]
    theirs = engagement("theirs", company="sister", attestation=old, title="Theirs")
    async with Ground(tmp_path, await database(), (*works, theirs)) as found:
        yield found


async def _of_every_kind() -> dict[str, int]:
    """One request of each standing, a failing check and a small one."""
    at, today = clock.now(), (await roster()).calendar.day_of(clock.now())
    ids = {str(row.engagement_id): row.id for row in await tables.Obligation.all()}
    await tables.Obligation.filter(id=ids["late"]).update(due_on=today - 3 * DAY)
    await acts.submit(ids["handed-in"], at - timedelta(days=10))
    await pleading.plead(
        ids["wishes"], "more-time", "Please.", at - timedelta(days=4), "link/x", proposed_on=today + DAY
    )
    await tables.Obligation.filter(id=ids["waived"]).update(state="waived", waived_until=at + timedelta(days=9))
    case = await failing_case()
    row = {name: value for name, value in vars(case).items() if not name.startswith("_") and name not in HELD}
    await tables.Case.create(**row | {"severity": Severity.LOW})
    return ids


async def test_every_row_stands_on_one_page_once_in_the_order_of_the_whole(running: Running) -> None:
    await _of_every_kind()
    whole = [row["id"] for row in await board(clock.now(), "impress")]
    leafed = [row["id"] for at in range(0, 8, 2) for row in (await part(clock.now(), ["impress"], at, 2)).rows]
    assert leafed == whole
    assert len({*whole}) == 7
    assert all("theirs" not in str(row) for row in await board(clock.now(), "impress"))
    assert len(await board(clock.now())) == 9


async def test_the_figures_are_of_the_whole_whatever_is_shown(running: Running) -> None:
    ids = await _of_every_kind()
    shown = await part(clock.now(), ["impress"], 0, 1)
    assert vars(shown.figures) == {"rows": 7, "overdue": 1, "failing": 2, "review": 2, "running": 1}
    rows = [row["id"] for row in await board(clock.now(), "impress")]
    asked = [name for key in rows for name, number in ids.items() if key == f"obligation/{number}"]
    assert asked == ["late", "handed-in", "wishes", "quiet", "waived"]


async def test_what_waits_for_us_says_since_when_and_not_the_partys_day_alone(running: Running) -> None:
    await _of_every_kind()
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        page = await get(client, "/")
        assert "から確認待ち（10日）" in page
        assert "から判断待ち（4日）" in page
        assert "期限" in page
        await client.post("/settings", data={"language": "en", "back": "/"})
        assert "(10 days)" in await get(client, "/")


async def test_a_page_of_the_board_asks_for_no_more_rows_than_it_shows(running: Running, monkeypatch) -> None:
    ids = await _of_every_kind()
    one = await tables.Obligation.get(id=ids["quiet"])
    same = {name: value for name, value in vars(one).items() if not name.startswith("_") and name not in HELD}
    await tables.Obligation.bulk_create([tables.Obligation(**same) for _ in range(150)])
    monkeypatch.setattr(paging, "A_PAGE", 20)
    monkeypatch.setattr("monitor.web.console.today.A_PAGE", 20)
    async with running.client() as client:
        await sign_in(running, client, MANAGERS)
        read = _count_rows(monkeypatch)
        page = await get(client, "/?page=1")
        assert page.count("data-label") // 5 == 20
        assert "page=2" in page
        assert max(read) <= 30
        read.clear()
        last = await get(client, "/?page=7&company=impress")
        assert "company=impress" in last
        assert "page=8" in last
        assert "157" in last
        await get(client, "/?page=89")


def _count_rows(monkeypatch) -> list[int]:
    """How many rows each question to the database brought."""
    from monitor.tables.store import connection

    client, counts = connection(), list[int]()
    real = type(client).execute_query

    async def counting(self, query, values=None):
        number, rows = await real(self, query, values)
        counts.append(len(rows))
        return number, rows

    monkeypatch.setattr(type(client), "execute_query", counting)
    return counts
