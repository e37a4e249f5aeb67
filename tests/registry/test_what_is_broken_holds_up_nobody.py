"""One engagement or one questionnaire that is broken: it is said by name and tried again, and all others go on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from stage import engagement, instant, last_accepted, registry

from monitor import plugins, tables
from monitor.obligations import KINDS, planning, turning
from monitor.obligations.deletion import Deletion
from monitor.obligations.reconcile import Policy
from monitor.registry.apply import apply
from monitor.registry.read import read

AT = instant("2026-08-10T10:00")
HOUR = timedelta(hours=1)
SPECIAL = 'questionnaire = "appi-joint-user"\n'
pytestmark = pytest.mark.logs_errors


def asked(key, *, special=False, accepted="2025-09-01"):
    return engagement(key, attestation=(SPECIAL if special else "") + last_accepted(accepted))


@pytest.fixture
def applied(store, tmp_path):
    async def make(*engagements):
        (tmp_path / "registry.toml").write_text(registry(*engagements), encoding="utf-8")
        await apply(read([tmp_path / "registry.toml"], plugins.known()), AT, {})

    return make


def shelf():
    """Without the questionnaire that the special one names."""
    return {name: found for name, found in plugins.shelf().items() if name != "appi-joint-user"}


async def states():
    return dict(await tables.Obligation.all().values_list("engagement_id", "state"))


async def test_a_duty_whose_questionnaire_is_missing_goes_an_hour_ahead_and_the_others_open(applied, caplog):
    await applied(asked("a"), asked("b", special=True), asked("c"))
    await planning.plan(AT)
    assert await turning.turn(AT, shelf()) == 3
    assert await states() == {"a": "open", "b": "scheduled", "c": "open"}
    held = await tables.Obligation.get(engagement_id="b")
    assert held.turns_at == AT + HOUR
    assert f"obligation {held.id} cannot be turned" in caplog.text
    assert "appi-joint-user" in caplog.text


async def test_of_a_duty_that_cannot_open_nothing_is_written_but_when_it_is_tried_again(applied):
    await applied(asked("b", special=True))
    await planning.plan(AT)
    before = await tables.Obligation.get().values()
    await turning.turn(AT, shelf())
    after = await tables.Obligation.get().values()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"turns_at", "version"}


async def test_it_opens_within_the_hour_once_its_questionnaire_is_there(applied):
    await applied(asked("b", special=True))
    await planning.plan(AT)
    await turning.turn(AT, shelf())
    await turning.turn(AT + HOUR, plugins.shelf())
    assert await states() == {"b": "open"}


async def test_a_duty_that_cannot_open_takes_no_place_of_those_that_a_company_may_take_over_in_a_day(applied):
    await applied(asked("a", special=True, accepted="2024-01-01"), asked("b", accepted="2024-06-01"))
    await planning.plan(AT)
    await turning.turn(AT, shelf(), Policy(takeover_per_day=1))
    assert await states() == {"a": "scheduled", "b": "open"}


async def test_a_waiver_ends_for_the_others_when_one_can_not_be_asked(applied):
    await applied(asked("a"), asked("b", special=True))
    await planning.plan(AT)
    await tables.Obligation.all().update(state="waived", waived_until=AT, turns_at=AT)
    await turning.turn(AT, shelf())
    assert await states() == {"a": "open", "b": "waived"}


async def test_each_text_of_questions_is_kept_once_however_many_open_with_it(applied):
    await applied(asked("a"), asked("b"))
    await planning.plan(AT)
    await turning.turn(AT, plugins.shelf())
    assert await tables.FrozenRequest.all().count() == 1
    await applied(asked("a"), asked("b"), asked("c"))
    await planning.plan(AT)
    await turning.turn(AT, plugins.shelf())
    assert set((await states()).values()) == {"open"}
    assert await tables.FrozenRequest.all().count() == 1


async def test_an_engagement_that_cannot_be_read_goes_an_hour_ahead_and_the_others_are_planned(applied, caplog):
    await applied(asked("a"), asked("b"), asked("c"))
    await tables.Engagement.filter(key="b").update(spec={"key": "b", "unheard": "of"})
    assert await planning.plan(AT) == 3
    assert set(await states()) == {"a", "c"}
    assert (await tables.Engagement.get(key="b")).plan_at == AT + HOUR
    assert "engagement b cannot be gathered" in caplog.text


async def test_an_engagement_that_can_be_read_no_more_stops_only_its_own_opening(applied):
    await applied(asked("a"), asked("b"), asked("c"))
    await planning.plan(AT)
    await tables.Engagement.filter(key="b").update(spec={"key": "b", "unheard": "of"})
    await tables.Group.all().update(revision=99)
    assert await turning.turn(AT, plugins.shelf()) == 3
    assert await states() == {"a": "open", "b": "scheduled", "c": "open"}


async def test_of_an_engagement_that_fails_half_way_nothing_is_written(applied, monkeypatch):
    """The first kind has moved a duty in memory when the second one breaks."""
    await applied(asked("a"), asked("b"))
    await planning.plan(AT)
    await applied(asked("a", accepted="2025-12-01"), asked("b", accepted="2025-12-01"))

    class Broken(Deletion):
        def owed(self, facts):
            if facts.key == "a":
                raise ValueError("no")
            return super().owed(facts)

    monkeypatch.setattr(planning, "KINDS", {"attestation": KINDS["attestation"], "deletion": Broken()})
    await planning.plan(AT)
    found = dict(await tables.Obligation.all().values_list("engagement_id", "nominal_on"))
    assert {key: day.isoformat() for key, day in found.items()} == {"a": "2026-09-01", "b": "2026-12-01"}
