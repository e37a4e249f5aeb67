"""Adding to a notice of an incident, against a link in the wrong hands and against whoever closes the incident meanwhile."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor import plugins, tables
from monitor.asked import frozen
from monitor.obligations import acts, adding, planning, turning
from monitor.promises.incidents import following
from monitor.promises.incidents.reporting import Report, report
from monitor.questionnaire import Answer, freeze_answers
from monitor.refusal import Refused
from monitor.registry.apply import apply
from monitor.registry.read import read
from monitor.tables.store import connection, transaction
from tests.stage import engagement, registry

AT = datetime(2026, 9, 1, 1, tzinfo=UTC)
MINUTE, PARTY, COMPANY = timedelta(minutes=1), "link/1", "person/1"
CAUSE, OTHER = "incident.cause", "incident.other"
BLOCKED = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
async def notice(store, tmp_path):
    """One that is handed in, of which the reviewers have been told."""
    file = tmp_path / "registry.toml"
    file.write_text(registry(engagement()), encoding="utf-8")
    await apply(read([file], plugins.known()), AT - MINUTE, {})
    await tables.Person.create(email="m@impress.example", name="M.", seen_at=AT)
    await report(Report("dm", date(2026, 9, 1), {CAUSE: Answer(value="A")}), AT, COMPANY, plugins.shelf())
    return await tables.Obligation.get(kind="incident-notice")


async def adds(notice: tables.Obligation, at: datetime, actor: str = PARTY, **said: str) -> int:
    answers = await adding.said_last(notice) | {f"incident.{name}": Answer(value=text) for name, text in said.items()}
    kept = freeze_answers(await frozen(notice.request_id), answers)
    return await acts.submit(notice.id, at, acts.Declaration(kept.text, kept.sha256), actor)


async def letters(state: str = "waiting") -> list[tuple[int, list[str] | None, datetime]]:
    rows = await tables.Notice.filter(kind="review", state=state).order_by("made_at")
    return [(row.data["submission"], row.data.get("added"), row.send_at) for row in rows]


async def leave() -> None:
    await tables.Notice.filter(state="waiting").update(state="sent")


async def test_a_link_adds_so_often_a_day_and_the_company_itself_always(notice):
    for n in range(1, adding.A_DAY):
        await adds(notice, AT + n * MINUTE, cause="AB"[n % 2])
    late = AT + adding.A_DAY * MINUTE
    with pytest.raises(Refused) as no:
        await adds(notice, late, cause="C")
    assert no.value.reason == adding.TOO_MANY
    await adds(notice, late, COMPANY, cause="C")
    assert await tables.Submission.all().count() == adding.A_DAY + 1
    await adds(notice, late + adding.DAY, cause="D")


async def test_of_many_additions_the_reviewers_get_one_letter_an_hour_that_says_all(notice):
    await adds(notice, AT + MINUTE, other="a")
    assert await letters() == [(2, None, AT + MINUTE)]  # they have not heard of the first one yet
    await leave()
    for n in (2, 3):
        await adds(notice, AT + n * MINUTE, cause=str(n))
        assert await letters() == [(n + 1, [CAUSE], AT + n * MINUTE)]
        await leave()
    await adds(notice, AT + 4 * MINUTE, cause="4")
    await adds(notice, AT + 5 * MINUTE, other="b")
    assert await letters() == [(6, [CAUSE, OTHER], AT + 3 * MINUTE + adding.AN_HOUR)]
    await leave()
    await adds(notice, AT + adding.DAY + 10 * MINUTE, cause="6")
    assert await letters() == [(7, [CAUSE], AT + adding.DAY + 10 * MINUTE)]


async def test_what_is_handed_in_while_somebody_closes_the_incident_is_not_taken(notice):
    closing, go, incident = asyncio.Event(), asyncio.Event(), await tables.Incident.get()
    await tables.OwnDuty.all().update(state="done")

    async def close() -> None:
        async with transaction():
            await following.close(incident.id, AT + MINUTE, COMPANY)
            closing.set()
            await go.wait()

    closer = asyncio.create_task(close())
    await closing.wait()
    adder = asyncio.create_task(adds(notice, AT + MINUTE, cause="B"))
    while not await waits() and not adder.done():  # noqa: ASYNC110 - only the database knows
        await asyncio.sleep(0)
    go.set()
    await closer
    with pytest.raises(Refused) as no:
        await adder
    assert no.value.reason == "not-open"
    assert (await tables.Incident.get()).state == "closed"
    assert await tables.Submission.all().count() == 1


async def test_a_notice_by_its_link_and_one_that_a_manager_enters_at_that_moment_are_both_taken(notice, monkeypatch):
    """Whichever comes second waits for the first, wherever in its work that stands, and never in a ring."""
    held, go, real = asyncio.Event(), asyncio.Event(), adding.may_add

    async def paused(duty: tables.Obligation, **how: bool) -> bool:
        held.set()
        await go.wait()
        return await real(duty, **how)

    monkeypatch.setattr(adding, "may_add", paused)
    first = asyncio.create_task(adds(notice, AT + MINUTE, cause="B"))
    await held.wait()
    entered = Report("dm", date(2026, 9, 1), {OTHER: Answer(value="C")})
    second = asyncio.create_task(report(entered, AT + 2 * MINUTE, COMPANY, plugins.shelf()))
    while not await waits() and not second.done():  # noqa: ASYNC110 - only the database knows
        await asyncio.sleep(0)
    go.set()
    await asyncio.gather(first, second)
    assert await tables.Submission.all().count() == 3
    said = await adding.said_last(notice)
    assert (said[CAUSE].value, said[OTHER].value) == ("B", "C")


async def test_planning_and_an_acceptance_of_one_work_wait_for_each_other_in_a_line(store, tmp_path, monkeypatch):
    file = tmp_path / "registry.toml"
    file.write_text(registry(engagement(ends_on="2026-08-31")), encoding="utf-8")
    await apply(read([file], plugins.known()), AT - MINUTE, {})
    await planning.plan(AT)
    duty = await tables.Obligation.get(kind="deletion")
    await turning.open_now(duty, AT, plugins.shelf())
    await acts.submit(duty.id, AT)
    await tables.Obligation.all().update(nominal_on=date(2026, 9, 29))  # so that planning has something to write
    await tables.Engagement.all().update(plan_at=AT)
    held, go, real = asyncio.Event(), asyncio.Event(), planning.gather

    async def paused(*said: object) -> dict[str, object]:
        found = await real(*said)
        held.set()
        await go.wait()
        return found

    monkeypatch.setattr(planning, "gather", paused)
    somebody = await acts.person("m@impress.example", AT, "M")
    plans = asyncio.create_task(planning.plan(AT))
    await held.wait()
    accepts = asyncio.create_task(acts.accept(duty.id, AT + MINUTE, somebody))
    while not await waits() and not accepts.done():  # noqa: ASYNC110 - only the database knows
        await asyncio.sleep(0)
    go.set()
    await asyncio.gather(plans, accepts)
    assert (await tables.Obligation.get(id=duty.id)).state == "accepted"


async def waits() -> bool:
    """Whether somebody waits for another's transaction; on SQLite whoever comes second cannot even begin."""
    client = connection()
    if client.capabilities.dialect != "postgres":
        return True
    return bool(await client.execute_query_dict(BLOCKED))
