"""Days that the group sets otherwise hold for what begins from then on: what has begun keeps those it began with."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from monitor import plugins, tables
from monitor.hearing.incidents import CATEGORIES, learn
from monitor.obligations.planning import plan
from monitor.promises.incidents.reporting import Report, report
from monitor.promises.opt_outs import refuse_mail
from monitor.promises.owners.requesting import Asked, enter_request
from monitor.questionnaire import Answer
from monitor.registry.apply import apply
from monitor.registry.read import read
from monitor.tables.store import MEMORY, opened
from tests.stage import GROUP, engagement, registry

AT, LATER = datetime(2026, 9, 1, 1, tzinfo=UTC), datetime(2026, 9, 3, 1, tzinfo=UTC)
BILL = """
[group.incidents]
preliminary_days = 3
final_days = 45
final_wrongful_days = 90
notice_days = 2
[group.owner_requests]
answer_days = 30
leg_days = 3
[group.opt_outs]
acknowledge_days = 5
"""


@pytest.fixture
async def stated(tmp_path):
    async def state(group, at):
        file = tmp_path / "registry.toml"
        file.write_text(registry(engagement(sends_mail=True), group=GROUP + group), encoding="utf-8")
        await apply(read([file], plugins.known()), at, {})

    async with opened(MEMORY, create=True):
        await state("", AT)
        yield state


async def told(at):
    return await report(Report("dm", date(2026, 9, 1), people=1200), at, "person/1", plugins.shelf())


def wrongful():
    return {CATEGORIES: Answer(value=("wrongful",))}


async def dues():
    owed = await tables.OwnDuty.filter(state="open").order_by("kind").values_list("kind", "due_on")
    asked = await tables.Obligation.filter(kind__in=("opt-out-ack", "incident-notice")).order_by("kind")
    return dict(owed) | {duty.kind: duty.due_on for duty in asked}


async def test_what_was_opened_keeps_its_days_when_the_group_sets_others(stated):
    incident = await told(AT)
    asked = Asked("R-1", "erase", date(2026, 9, 1), company="impress", purposes=("p03",))
    await enter_request(asked, AT, "person/1")
    await refuse_mail("impress", AT, "person/1")
    before = await dues()
    assert (before["preliminary-report"], before["final-report"]) == (date(2026, 9, 5), date(2026, 9, 30))
    assert (before["owner-request"], before["opt-out-ack"]) == (date(2026, 9, 15), date(2026, 9, 3))
    await stated(BILL, LATER)
    while await plan(LATER):
        pass
    await learn(incident.ref, {}, LATER, "person/1")
    assert await dues() == before


async def test_wrongful_intent_that_is_learned_later_counts_by_its_own_days_once(stated):
    incident = await told(AT)
    await learn(incident.ref, wrongful(), LATER, "person/1")
    assert (await dues())["final-report"] == date(2026, 10, 30)
    await stated(BILL, LATER)
    await learn(incident.ref, wrongful(), LATER, "person/1")
    assert (await dues())["final-report"] == date(2026, 10, 30)


async def test_what_begins_after_that_has_the_new_days(stated):
    await stated(BILL, AT)
    await told(AT)
    assert (await dues())["final-report"] == date(2026, 10, 15)
