"""What a law's clock runs is told at once, at any hour of any day, and climbs on its own days; nothing else does."""

from __future__ import annotations

from datetime import date

import pytest
from stage import GROUP, engagement, event, instant, last_accepted, registry
from test_incidents_days import incident

from monitor import tables
from monitor.calendar import DAY
from monitor.duties.owing import acknowledge, begin
from monitor.escalation import climb_own
from monitor.obligations.acts import person
from monitor.pause import Pause
from monitor.registry.apply import apply
from monitor.registry.read import read
from monitor.registry.roster import roster
from monitor.schedule import own_next
from monitor.tables.store import MEMORY, opened

#: 18 to 23 September 2026: Friday, then a Saturday, a Sunday, and three holidays; the group closes the 24th besides.
HOLIDAYS = GROUP + "extra_closed = [2026-09-24]\n"
SUNDAY_NIGHT = "2026-09-20T03:00"
WORK = registry(engagement(attestation=last_accepted("2026-08-20")), group=HOLIDAYS)


def rungs(told, role, obligation):
    return [
        (line["rung"], line["at"][5:16])
        for line in told.of("mail", obligation=obligation, notice="rung")
        if role in line["audience"]
    ]


async def test_a_report_is_told_on_a_sunday_night_and_climbs_over_holidays_at_the_hour_of_mails(world):
    told = await world(WORK, "2026-09-01", "2026-10-15", incident(SUNDAY_NIGHT, "2026-09-20"))
    managers = rungs(told, "managers", "preliminary-report")
    assert managers[:3] == [("T-4", "09-20T03:00"), ("T-1", "09-23T09:00"), ("T+1", "09-25T09:00")]
    assert rungs(told, "pi_manager", "preliminary-report")[0] == ("T+1", "09-25T09:00")
    assert rungs(told, "privacy_office", "preliminary-report")[0] == ("T+7", "10-01T09:00")
    [late] = told.of("overdue", obligation="preliminary-report")
    assert late["at"][5:16] == "09-25T00:00"


async def test_days_after_the_last_one_are_their_own_too(world):
    told = await world(WORK, "2026-09-01", "2026-10-15", incident("2026-09-15T23:30", "2026-09-15"))
    assert rungs(told, "managers", "preliminary-report")[:3] == [
        ("T-4", "09-15T23:30"),
        ("T-1", "09-18T09:00"),
        ("T+1", "09-20T09:00"),  # a Sunday
    ]


async def test_a_report_that_is_overdue_when_it_is_entered_reaches_the_next_level_a_day_later(world):
    late = incident("2026-09-08T16:00", "2026-09-08", at="2026-09-15T10:00")
    told = await world(WORK, "2026-09-01", "2026-09-22", late)
    assert rungs(told, "managers", "preliminary-report")[:2] == [("T+1", "09-15T10:00"), ("T+1", "09-16T09:00")]
    assert rungs(told, "pi_manager", "preliminary-report")[:1] == [("T+1", "09-16T09:00")]
    assert rungs(told, "privacy_office", "preliminary-report")[:1] == [("T+7", "09-19T09:00")]


async def test_the_first_mail_of_what_a_company_owes_stands_for_the_rungs_of_its_day(world):
    told = await world(
        WORK, "2026-09-01", "2026-09-12", incident("2026-09-07T16:00", "2026-09-07", at="2026-09-10T08:00")
    )
    assert rungs(told, "managers", "preliminary-report") == [("T-1", "09-10T08:00")]


async def test_a_quick_hand_pauses_the_levels_of_a_laws_clock_and_not_its_end(tmp_path):
    (tmp_path / "registry.toml").write_text(WORK)
    async with opened(MEMORY, create=True):
        at = instant(SUNDAY_NIGHT)
        await apply(read([tmp_path / "registry.toml"]), at, {})
        calendar = (await roster()).calendar
        row = tables.OwnDuty(kind="preliminary-report", company_id="impress", due_on=date(2026, 9, 24), statutory=True)
        duty = await begin(row, calendar, at)
        assert duty.next_at == at
        until = instant("2026-09-26T00:00")
        await acknowledge(duty.id, at, await person("managers@impress.example", at, "M. Manager"), Pause(until))
        duty = await tables.OwnDuty.get(id=duty.id)
        assert duty.next_at == until  # a Saturday at midnight: the pause is over, and what fell into it is told at once
        assert climb_own(duty, calendar, instant("2026-09-25T12:00")).notices == []
        duty = await tables.OwnDuty.get(id=duty.id)
        assert duty.turns_at == calendar.end_of(date(2026, 9, 24))


@pytest.mark.parametrize("statutory", [True, False])
def test_what_no_law_runs_waits_for_the_hour_of_mails(statutory):
    group = read_group(HOLIDAYS)
    duty = tables.OwnDuty(
        kind="x", due_on=date(2026, 10, 5), statutory=statutory, opened_at=instant(SUNDAY_NIGHT),
        since=instant(SUNDAY_NIGHT), ladder='{"before":[1],"after":[1,7,14],"repeat":0,"opening":"T-15","floor":1}',
    )  # fmt: skip
    first = own_next(duty, group.calendar(), instant(SUNDAY_NIGHT))
    assert first == instant(SUNDAY_NIGHT if statutory else "2026-09-25T09:00")


def read_group(text):
    import tomllib

    from monitor.registry.format import Group

    return Group.model_validate(tomllib.loads(text)["group"])


async def test_a_decision_that_no_law_runs_still_opens_with_the_morning(world):
    changed = event("2026-09-20T03:00", "policy_changed", None, url="https://www.acme.example/", on="2026-09-20")
    told = await world(WORK, "2026-09-01", "2026-10-15", changed)
    assert rungs(told, "managers", "change-review")[0][1] == "09-25T09:00"


async def test_a_party_hears_of_a_laws_clock_at_once_and_is_reminded_on_closed_days_too(world):
    toml = registry(engagement(attestation=last_accepted("2026-08-20"), sends_mail=True), group=HOLIDAYS)
    refused = event("2026-09-20T03:00", "opt_out", None, company="impress", ref="R-2026-001")
    told = await world(toml, "2026-09-01", "2026-10-08", refused)
    [opened] = told.of("deadline", obligation="opt-out-ack")
    vendor = rungs(told, "vendor", "opt-out-ack")
    last = date.fromisoformat(opened["due_on"])
    assert vendor[0][1] == "09-20T03:00"
    after = [(rung, day) for rung, day in vendor if rung.startswith("T+")][:2]
    assert after == [("T+1", f"{last + 1 * DAY:%m-%d}T09:00"), ("T+3", f"{last + 3 * DAY:%m-%d}T09:00")]
    assert opened["at"][:16] == "2026-09-20T03:00"
