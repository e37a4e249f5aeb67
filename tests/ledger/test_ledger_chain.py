"""The chain in the database: written with the change that it records, refused to everybody who would alter it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from stage import engagement, last_accepted, registry
from tortoise.exceptions import IntegrityError, OperationalError

from monitor import ledger, plugins
from monitor.obligations.planning import plan
from monitor.obligations.reconcile import Policy
from monitor.obligations.turning import turn
from monitor.registry.apply import apply
from monitor.registry.read import read
from monitor.tables import Company, Notice, Obligation
from monitor.tables.store import MEMORY, connection, opened, transaction

AT = datetime(2026, 9, 1, 0, 0, 0, 123456, tzinfo=UTC)
LINE = {"at", "type", "actor", "company", "subject", "data", "prev", "hash", "seq"}


@pytest.fixture
def declared(tmp_path):
    def make(*engagements):
        file = tmp_path / "registry.toml"
        file.write_text(registry(*(engagements or (engagement("dm", attestation=last_accepted("2026-01-10")),))))
        return read([file], plugins.known())

    return make


async def write(count, at=AT, **said):
    async with transaction():
        await ledger.write([ledger.Event("test.done", f"thing/{n}", {"n": n}, **said) for n in range(count)], at)


async def exported():
    return [line async for line in ledger.lines()]


async def test_real_changes_make_a_chain_that_verifies(store, declared):
    await apply(declared(), AT, plugins.looks())
    await write(3)
    lines = await exported()
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert lines[0]["prev"] == "0" * 64
    assert [line["prev"] for line in lines[1:]] == [line["hash"] for line in lines[:-1]]
    assert {frozenset(line) for line in lines} == {frozenset(LINE)}
    assert (await ledger.verify()).seq == len(lines)


async def test_a_line_says_its_instant_in_utc_with_microseconds(store):
    await write(1, AT.astimezone(ZoneInfo("Asia/Tokyo")))
    assert (await exported())[0]["at"] == "2026-09-01T00:00:00.123456Z"


async def test_an_export_from_a_line_on_begins_there(store):
    await write(5)
    assert [line["seq"] async for line in ledger.lines(4)] == [4, 5]
    assert [line async for line in ledger.lines(6)] == []


async def test_a_long_ledger_is_read_in_pieces_without_a_gap(store, monkeypatch):
    monkeypatch.setattr(ledger, "_CHUNK", 2)
    await write(7)
    assert [line["seq"] for line in await exported()] == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("DELETE FROM ledger WHERE seq BETWEEN 4 AND 9", "seq is 10, expected 4"),
        ("DELETE FROM ledger WHERE seq <= 8", "seq is 9, expected 1"),
        ("UPDATE ledger SET data = '' WHERE seq = 7", "seq 7: the content is no JSON"),
    ],
)
async def test_what_somebody_did_with_all_rights_of_the_database_is_found_however_wide_the_gap(monkeypatch, harm, said):
    monkeypatch.setattr(ledger, "_CHUNK", 2)
    async with opened(MEMORY, create=True):
        await write(12)
        triggers = await connection().execute_query_dict("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        await connection().execute_script("".join(f"DROP TRIGGER {row['name']};" for row in triggers) + harm)
        with pytest.raises(ledger.Broken, match=said):
            await ledger.verify()


CHANGES = {
    "update": "UPDATE ledger SET actor = 'somebody' WHERE seq = 2",
    "update of the hash": "UPDATE ledger SET hash = 'x' WHERE seq = 3",
    "renumbering": "UPDATE ledger SET seq = seq + 10",
    "delete": "DELETE FROM ledger WHERE seq = 3",
    "delete of all": "DELETE FROM ledger",
    "a gap": "INSERT INTO ledger SELECT 5, at, type, actor, company, subject, data, prev, 'y' FROM ledger WHERE seq = 3",
    "a number again": "INSERT INTO ledger SELECT 3, at, type, actor, company, subject, data, prev, 'y' FROM ledger WHERE seq = 3",
    "before the first": "INSERT INTO ledger SELECT 0, at, type, actor, company, subject, data, prev, 'y' FROM ledger WHERE seq = 3",
}
OF_POSTGRES = {
    "truncate": "TRUNCATE ledger",
    "truncate that cascades": "TRUNCATE ledger CASCADE",
    "upsert": "INSERT INTO ledger SELECT * FROM ledger WHERE seq = 3 ON CONFLICT (seq) DO UPDATE SET actor = 'x'",
    "copy of nothing": "INSERT INTO ledger SELECT NULL, at, type, actor, company, subject, data, prev, 'y' FROM ledger WHERE seq = 3",
}
OF_SQLITE = {
    "replacement": "REPLACE INTO ledger SELECT * FROM ledger WHERE seq = 2",
    "insert or replace": "INSERT OR REPLACE INTO ledger SELECT 3, at, type, 'x', company, subject, data, prev, hash FROM ledger WHERE seq = 3",
    "replacement by its hash": "REPLACE INTO ledger SELECT 9, at, type, 'x', company, subject, data, prev, hash FROM ledger WHERE seq = 3",
    "update or replace": "UPDATE OR REPLACE ledger SET seq = 1 WHERE seq = 2",
}


async def refused(statement):
    await write(3)
    before = await exported()
    with pytest.raises((IntegrityError, OperationalError, asyncpg.PostgresError, sqlite3.Error)):
        await connection().execute_script(statement)
    assert await exported() == before


@pytest.mark.parametrize("statement", CHANGES.values(), ids=CHANGES.keys())
async def test_both_databases_refuse_every_change(store, statement):
    await refused(statement)


@pytest.mark.postgres
@pytest.mark.parametrize("statement", OF_POSTGRES.values(), ids=OF_POSTGRES.keys())
async def test_postgres_refuses_truncation_and_upserts(new_postgres, statement):
    async with opened(await new_postgres()):
        await refused(statement)


@pytest.mark.parametrize("statement", OF_SQLITE.values(), ids=OF_SQLITE.keys())
async def test_sqlite_refuses_every_kind_of_replacement(statement):
    async with opened(MEMORY, create=True):
        await refused(statement)


async def test_a_change_and_its_line_fall_together(store, declared, monkeypatch):
    async def broken(events, at):
        raise OSError("the disk is full")

    monkeypatch.setattr(ledger, "write", broken)
    with pytest.raises(OSError, match="full"):
        await apply(declared(), AT, plugins.looks())
    assert not await Company.exists()
    assert await exported() == []


async def test_a_line_falls_with_the_change_that_it_records(store):
    await write(2)
    with pytest.raises(RuntimeError):  # noqa: PT012 - the transaction is what is tested
        async with transaction():
            await ledger.write([ledger.Event("test.lost", "thing/3")], AT)
            raise RuntimeError("the change failed after its line")
    assert (await ledger.head())[0] == 2
    await write(1)
    assert (await ledger.verify()).seq == 3


async def test_lines_keep_their_order_and_those_of_what_was_undone_inside_are_none(store):
    async with transaction():
        await ledger.write([ledger.Event("test.first", "thing/1")], AT)
        with suppress(RuntimeError):
            async with transaction():
                await ledger.write([ledger.Event("test.undone", "thing/2")], AT)
                raise RuntimeError("the inner change failed")
        async with transaction():
            await ledger.write([ledger.Event("test.second", "thing/3")], AT + timedelta(seconds=1))
        await ledger.write([ledger.Event("test.third", "thing/4")], AT)
    await write(1)
    assert [line["type"] for line in await exported()] == ["test.first", "test.second", "test.third", "test.done"]
    assert (await ledger.verify()).seq == 4


@pytest.mark.logs_errors
async def test_a_transition_of_a_duty_falls_with_its_line(store, declared, monkeypatch):
    await apply(declared(), AT, plugins.looks())
    await plan(AT, Policy())
    head, real, tried = await ledger.head(), ledger.write, []
    duties = await Obligation.all().order_by("id").values("id", "state", "due_on", "told", "version")

    async def broken(events, at):
        await real(events, at)
        tried.extend(event.type for event in events)
        raise OSError("the power went")

    monkeypatch.setattr(ledger, "write", broken)
    with suppress(OSError):
        await turn(AT + timedelta(days=105), plugins.shelf(), Policy())
    assert any(kind.startswith("obligation.") for kind in tried), tried
    assert await ledger.head() == head
    assert await Obligation.all().order_by("id").values("id", "state", "due_on", "told", "version") == duties
    assert not await Notice.exists()


async def test_writers_at_once_leave_one_unbroken_chain(new_postgres):
    url = await new_postgres()

    async def writer(number):
        async with opened(url):
            for _ in range(5):
                await write(3, company=f"company-{number}")
                await asyncio.sleep(0)

    await asyncio.gather(*(writer(number) for number in range(4)))
    async with opened(url):
        verifier = await ledger.verify()
        assert verifier.seq == 60
        companies = [line["company"] for line in await exported()]
    assert all(len(set(companies[at : at + 3])) == 1 for at in range(0, 60, 3)), "the lines of a change stand together"


async def test_two_tasks_of_one_process_leave_one_unbroken_chain(store):
    await asyncio.gather(*(write(2) for _ in range(10)))
    assert (await ledger.verify()).seq == 20


async def test_a_registry_enters_the_ledger_as_hashes_and_names_of_fields_only(store, declared):
    await apply(declared(engagement("dm", title="Secret campaign")), AT, plugins.looks())
    whole = "\n".join(json.dumps(line, ensure_ascii=False) for line in await exported())
    assert "engagement/dm" in whole
    for said in ("@", "Acme", "Impress", "Delivering", "https://", "Secret"):
        assert said not in whole
