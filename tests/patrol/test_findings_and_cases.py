"""From looks to cases: confirmed twice, once for each responsible company, closed by passes or because nobody answers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from beat import GOOD, MINUTE, NOON, bare, findings, found, lines, open_cases, party, served, url, watch

from checks.contract import Finding, Look, Severity, Verdict
from monitor import tables
from monitor.cases import LONGEST_HOLD, acknowledge, lapse
from monitor.escalation import advance
from monitor.outbox.compose import compose
from monitor.pause import Pause
from monitor.refusal import Refused
from monitor.registry.apply import set_fields

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def says(beat, look, kind: str = "availability", number: int = 0) -> None:
    beat.looks[kind].says[url(number)] = look


async def told() -> list[tuple[str, str]]:
    return sorted((row.kind, row.side) for row in await tables.Notice.filter(state="waiting"))


async def failing(beat, look=None, *engagements: str):
    """An endpoint of party 0 with an open case, told to whom it concerns; the instant after."""
    await beat.apply(party(0), engagements=engagements or [served(0)])
    says(beat, look or found())
    at = await beat.walks(2, NOON)
    await advance(at)
    return at


async def test_one_failed_look_is_no_finding_and_two_are_one_case(beat):
    await beat.apply(party(0), engagements=[served(0)])
    says(beat, found())
    at = await beat.walks(1, NOON)
    assert (await open_cases().count(), await findings()) == (0, [])
    at = await beat.walks(1, at)
    assert [(case.company_id, case.severity, case.url) for case in await open_cases()] == [
        ("impress", Severity.HIGH, url(0))
    ]
    await beat.walks(4, at)
    assert await tables.Case.all().count() == 1
    assert len(await lines("case.opened")) == 1


async def test_a_pass_between_two_failures_begins_the_count_anew(beat):
    await beat.apply(party(0), engagements=[served(0)])
    at = NOON
    for look in (found(), GOOD, found(), GOOD, found()):
        says(beat, look)
        at = await beat.walks(1, at)
    assert await tables.Case.all().count() == 0


async def test_a_finding_keeps_its_identity_while_its_words_and_severity_move(beat):
    at = await failing(beat, found("tls.expiring", Severity.MEDIUM))
    says(beat, Look.of([Finding("tls.expiring", Severity.HIGH, "Three days are left.")], {}, 1.0))
    await beat.walks(1, at)
    row = await tables.FindingRow.get()
    assert (row.first_seen_at, row.last_seen_at) == (NOON + 10 * MINUTE, at)
    assert (row.severity, row.detail) == (Severity.HIGH, "Three days are left.")
    assert await tables.Case.all().count() == 1


async def test_two_cookies_are_two_findings_and_one_case(beat):
    both = Look.of([Finding("cookies.insecure", Severity.HIGH, "", key) for key in ("sid", "lang")], {}, 1.0)
    at = await failing(beat, both)
    assert await findings() == [("cookies.insecure", "lang", True), ("cookies.insecure", "sid", True)]
    says(beat, found("cookies.insecure", key="sid"))
    await beat.walks(1, at)
    assert await findings() == [("cookies.insecure", "lang", False), ("cookies.insecure", "sid", True)]
    assert await open_cases().count() == 1


async def test_what_comes_back_after_a_day_is_a_new_case_and_its_history_is_kept(beat):
    at = await failing(beat)
    says(beat, GOOD)
    at = await beat.walks(2, at)
    assert await open_cases().count() == 0
    says(beat, found())
    at = await beat.walks(2, at + DAY)
    assert await findings() == [("kind.broken", "", False), ("kind.broken", "", True)]
    assert [case.closed_at is None for case in await tables.Case.all().order_by("id")] == [False, True]
    assert len(await lines("case.opened")) == 2


async def test_recovery_is_told_to_those_who_were_told(beat):
    at = await failing(beat)
    await compose(at)
    await tables.Case.all().update(told=1, company_told=True, vendor_told=True)
    await tables.Notice.all().update(state="sent")
    says(beat, GOOD)
    at = await beat.walks(1, at)
    assert await told() == []
    await beat.walks(1, at)
    assert await told() == [("resolved", "company"), ("resolved", "vendor")]


async def test_recovery_before_anybody_was_told_is_told_to_nobody(beat):
    at = await failing(beat)
    assert await told() == [("rung", "company"), ("rung", "vendor")]
    says(beat, GOOD)
    await beat.walks(2, at)
    assert await told() == []
    assert [line["subject"] for line in await lines("case.closed")] == ["case/1"]


async def test_each_company_that_the_party_serves_has_its_own_case(beat):
    await failing(beat, None, served(0), served(0, "sister"))
    assert [case.company_id for case in await open_cases()] == ["impress", "sister"]


async def test_where_nobody_is_responsible_the_privacy_office_is(beat):
    await failing(beat, None, served(0, starts_on="2020-01-01", ends_on="2021-01-01"))
    assert [case.company_id for case in await open_cases()] == [None]


async def test_a_company_that_begins_with_a_party_whose_check_fails_gets_its_case(beat):
    at = await failing(beat)
    await beat.apply(party(0), engagements=[served(0), served(0, "sister")], at=at)
    await beat.walks(1, at)
    await lapse(at)
    assert [case.company_id for case in await open_cases()] == ["impress", "sister"]


async def test_an_endpoint_that_leaves_the_registry_closes_its_cases_and_tells_nobody(beat):
    at = await failing(beat)
    await tables.Case.all().update(told=1, vendor_told=True)
    await tables.Notice.all().delete()
    await beat.apply(bare(0), engagements=[served(0)], at=at)
    assert await lapse(at) == 1
    assert await lapse(at) == 0
    assert [line["data"]["reason"] for line in await lines("case.closed")] == ["retired"]
    assert (await open_cases().count(), await findings(), await told()) == (0, [("kind.broken", "", False)], [])


async def test_a_party_that_leaves_the_registry_is_looked_at_no_more(beat):
    at = await failing(beat)
    ended = [served(0, ends_on=date(2026, 9, 3))]
    await beat.apply(party(0), engagements=ended, at=at)
    await beat.apply(party(1), prune=True, at=at + 10 * DAY)
    assert (await watch(0)).retired_at is not None
    assert await lapse(at + 10 * DAY) == 1
    assert await open_cases().count() == 0


async def test_what_waits_about_a_case_that_lapses_is_not_sent(beat):
    at = await failing(beat)
    assert await told() != []
    await beat.apply(bare(0), engagements=[served(0)], at=at)
    await lapse(at)
    assert await told() == []


async def test_an_endpoint_that_comes_back_begins_anew_and_opens_a_new_case(beat):
    at = await failing(beat)
    await beat.apply(bare(0), engagements=[served(0)], at=at)
    await lapse(at)
    await beat.apply(party(0), engagements=[served(0)], at=at)
    again = await watch()
    assert (again.settled, again.fails, again.first_round, again.retired_at) == (None, 0, True, None)
    at = await beat.walks(1, at)
    assert await open_cases().count() == 0
    await beat.walks(1, at)
    assert await open_cases().count() == 1


async def test_an_endpoint_that_left_and_came_back_at_once_keeps_its_case_until_it_passes(beat):
    at = await failing(beat)
    await beat.apply(bare(0), engagements=[served(0)], at=at)
    await beat.apply(party(0), engagements=[served(0)], at=at)
    assert await lapse(at) == 0
    at = await beat.walks(2, at)
    assert await tables.Case.all().count() == 1
    says(beat, GOOD)
    await beat.walks(2, at)
    assert await open_cases().count() == 0


async def test_a_company_whose_last_engagement_ended_answers_no_longer_and_the_privacy_office_does(beat):
    at = await failing(beat)
    await set_fields("engagement", "e0/impress", {"ends_on": date(2026, 9, 3)}, at)
    assert await lapse(at) == 0
    after = at + 2 * DAY
    assert await lapse(after) == 1
    assert [line["data"]["reason"] for line in await lines("case.closed")] == ["no-engagement"]
    await beat.walks(1, after)
    assert [case.company_id for case in await open_cases()] == [None]


async def test_a_case_without_a_company_goes_to_the_company_that_takes_the_party_on(beat):
    at = await failing(beat, None, served(0, ends_on=date(2021, 1, 1)))
    await beat.apply(party(0), engagements=[served(0, ends_on=date(2021, 1, 1)), served(0, "sister")], at=at)
    await lapse(at)
    await beat.walks(1, at)
    assert [case.company_id for case in await open_cases()] == ["sister"]


async def test_a_case_that_lapsed_can_no_longer_be_acknowledged(beat):
    at = await failing(beat)
    await beat.apply(bare(0), engagements=[served(0)], at=at)
    await lapse(at)
    with pytest.raises(Refused, match="closed"):
        await acknowledge(1, at, "person/1", Pause(at + DAY))


async def test_the_first_round_over_a_new_endpoint_waits_for_its_other_checks(make):
    beat = make(availability=MINUTE * 5, tls=HOUR * 6)
    await beat.apply(party(0), engagements=[served(0)])
    says(beat, found("availability.down"))
    says(beat, found("tls.expired"), "tls")
    await beat.patrol.walk(NOON, 10)
    for at in (NOON, NOON + 10 * MINUTE):
        await tables.Watch.filter(check_kind="availability").update(next_at=at)
        await beat.patrol.walk(at, 10)
    (held,) = await open_cases()
    assert held.held_until == NOON + 10 * MINUTE + LONGEST_HOLD
    await advance(NOON + 20 * MINUTE)
    assert await told() == []
    for at in (NOON + 20 * MINUTE, NOON + 30 * MINUTE):
        await tables.Watch.filter(check_kind="tls").update(next_at=at)
        await beat.patrol.walk(at, 10)
    await advance(NOON + 30 * MINUTE)
    assert await told() == [("rung", "company")] * 2 + [("rung", "vendor")] * 2
    await compose(NOON + 30 * MINUTE)
    assert sorted(mail.to for mail in await tables.Mail.all()) == [
        ["managers@impress.example"],
        ["privacy@party-0.example"],
    ]


async def test_a_hold_ends_after_an_hour_whatever_the_other_checks_do(make):
    beat = make(availability=MINUTE * 5, tls=HOUR * 6)
    await beat.apply(party(0), engagements=[served(0)])
    says(beat, found("availability.down"))
    says(beat, Look(Verdict.UNKNOWN, reason="refused-monitor"), "tls")
    at = await beat.walks(2, NOON)
    await advance(at)
    assert await told() == []
    await advance(at + LONGEST_HOLD)
    assert await told() == [("rung", "company"), ("rung", "vendor")]


async def test_a_critical_finding_of_the_first_round_waits_for_nobody(make):
    beat = make(availability=MINUTE * 5, tls=HOUR * 6)
    await beat.apply(party(0), engagements=[served(0)])
    says(beat, found("availability.down", Severity.CRITICAL))
    says(beat, Look(Verdict.UNKNOWN, reason="refused-monitor"), "tls")
    at = await beat.walks(2, NOON)
    await advance(at)
    assert await told() == [("rung", "company"), ("rung", "vendor")]
