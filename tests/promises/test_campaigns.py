"""A round in which the parties of several companies attest by one day."""

from __future__ import annotations

import pytest
from stage import COMPANY, SISTER, engagement, event, last_accepted, play, registry

from monitor.mistakes import Invalid

ROUND = """
[[campaign]]
key = "autumn"
companies = ["impress", "sister"]
questionnaire = "light"
opens_on = 2026-10-01
due_on = 2026-11-30
"""
FROM, UNTIL = "2026-09-01", "2026-12-02"


@pytest.fixture
def told(tmp_path):
    async def run(*engagements, events=(), companies=COMPANY + SISTER + ROUND):
        return await play(registry(*engagements, companies=companies), FROM, UNTIL, *events, tmp=tmp_path)

    return run


def of(key="dm", day="2026-02-01", **more):
    return engagement(key, attestation=last_accepted(day), **more)


async def test_the_parties_of_all_its_companies_are_asked_by_one_day(told):
    lines = await told(of(), of("mail", company="sister"))
    assert {line["company"]: line["due_on"] for line in lines.of("opened", obligation="attestation")} == {
        "impress": "2026-11-30",
        "sister": "2026-11-30",
    }
    assert {line["at"][:10] for line in lines.of("opened", obligation="attestation")} == {"2026-10-01"}


async def test_its_ladder_begins_sixty_days_ahead_and_has_a_rung_at_thirty(told):
    lines = await told(of())
    assert [rung for rung, _ in lines.rungs("vendor", obligation="attestation")] == [
        "T-60", "T-30", "T-14", "T-7", "T-1", "T+1",
    ]  # fmt: skip


async def test_whoever_attested_since_it_opened_is_not_asked_by_it_again(told):
    done = [event("2026-10-05T10:00", "submit"), event("2026-10-06T10:00", "accept")]
    lines = await told(of(), events=done)
    assert len(lines.of("opened", obligation="attestation")) == 1


async def test_nobody_attests_later_for_it_than_the_rhythm_asks_for(told):
    lines = await told(of(day="2025-10-20"))
    assert [line["due_on"] for line in lines.of("opened", obligation="attestation")] == ["2026-10-20"]


async def test_a_company_that_it_does_not_name_goes_by_its_rhythm(told):
    alone = ROUND.replace(', "sister"', "")
    lines = await told(of("mail", company="sister", day="2026-02-01"), companies=COMPANY + SISTER + alone)
    assert lines.of("opened", obligation="attestation") == []


async def test_what_it_asked_for_and_nobody_answered_stays_due_on_its_day(told):
    lines = await told(of())
    assert [line["due_on"] for line in lines.of("overdue", obligation="attestation")] == ["2026-11-30"]
    assert lines.of("due_moved", obligation="attestation") == []


@pytest.mark.parametrize("opens", ["2026-11-30", "2026-12-01"])
async def test_a_round_that_ends_before_it_opens_is_refused(opens, told):
    with pytest.raises(Invalid) as wrong:
        await told(of(), companies=COMPANY + SISTER + ROUND.replace("2026-10-01", opens))
    assert [mistake.what.in_("en") for mistake in wrong.value.mistakes] == ["due_on is not after opens_on."]
