"""Looks of a release that kept every one as a row with all that it saw are carried over."""

from __future__ import annotations

import json
from typing import Any

from looked import DAWN, DAY, HOUR, nights
from stage import engagement, registry
from tortoise.migrations.executor import MigrationTarget

from monitor import ledger, tables
from monitor.archive.recall import latest
from monitor.plugins import looks
from monitor.registry.apply import apply
from monitor.registry.read import read
from monitor.tables.store import executor, opened, upgrade

PARTY = """INSERT INTO party (key, spec, first_seen_at, changed_at, retired_at) VALUES ('old', '{}',
'2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00')"""
WATCH = """INSERT INTO watch (party_id, url, check_kind, every, tell_vendor, fails, passes, last_reason, first_round, first_seen_at)
VALUES ('old', 'https://www.old.example/', 'availability', 300, true, 0, 0, '', true, '2026-01-01 00:00:00+00:00')"""
LOOK = """INSERT INTO look (watch_id, at, verdict, reason, took_ms, detail)
SELECT id, '{at}', 'pass', '', 12.5, '{detail}' FROM watch"""
ENTERED = "INSERT INTO pulse (name, at) VALUES ('looks', '{at}')"
SEEN = {
    "findings": [],
    "observed": {"status": 200, "ms": {"dns": 0.5, "connect": 1.0, "tls": 2.0, "first_byte": 8.9, "body": 0.1}},
}
BEFORE = "0007_contradictions"


async def test_old_rows_keep_what_they_say_and_go_into_blocks_of_their_days_whose_lines_stand(database, tmp_path):
    url = await database()
    url = f"sqlite:///{tmp_path}/old.sqlite3" if url.startswith("sqlite") else url
    async with opened(url) as client:
        if "sqlite" not in url:  # it is a copy of one that knows all migrations
            await client.execute_script("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        await executor().migrate([MigrationTarget("itaku", BEFORE)])
        await _as_it_was(client)
        assert "0008_looks_in_blocks" in await upgrade()
        assert (await tables.LookRow.all().count(), await tables.LookEvidence.all().count()) == (5, 1)
        watch = (await tables.Watch.get(party_id="old")).id
        assert [kept.phases["first_byte"] for kept in await latest(watch, 9)] == [8.9] * 5
        assert await _indexes(client, url) == 1
        (tmp_path / "registry.toml").write_text(registry(engagement("dm")), encoding="utf-8")
        await apply(read([tmp_path / "registry.toml"]), DAWN, looks())
        await nights(DAWN + 4 * DAY)
        assert [str(row.day) for row in await tables.LookBlock.all().order_by("day")] == [
            "2026-09-01", "2026-09-02", "2026-09-03",
        ]  # fmt: skip
        assert [kept.seen["observed"] for kept in await latest(watch, 9)] == [{"status": 200}] * 5
        said = [line["data"] async for line in ledger.lines() if line["type"] == "looks.day"]
        assert [(line["day"], line["looks"], line["watches"]) for line in said] == [("2026-09-03", 1, 1)]


async def _as_it_was(client: Any) -> None:
    """Five looks of three days, the first two of which have their lines."""
    await client.execute_script(PARTY)
    await client.execute_script(WATCH)
    for hours in (0, 8, 24, 32, 48):
        at = f"{DAWN + hours * HOUR:%Y-%m-%d %H:%M:%S}+00:00"
        await client.execute_script(LOOK.format(at=at, detail=json.dumps(SEEN)))
    await client.execute_script(ENTERED.format(at=f"{DAWN + 2 * DAY:%Y-%m-%d %H:%M:%S}+00:00"))


async def _indexes(client: Any, url: str) -> int:
    where = ("sqlite_master", "tbl_name", "name") if "sqlite" in url else ("pg_indexes", "tablename", "indexname")
    query = "SELECT count(*) AS n FROM {} WHERE {} = 'look' AND {} LIKE 'idx_look_watch%'".format(*where)
    return int((await client.execute_query_dict(query))[0]["n"])
