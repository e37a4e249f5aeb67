"""What data was for is achieved before the work ends: it goes then, and the work goes on (APPI 22)."""

from __future__ import annotations

from tests.stage import engagement, event, last_accepted, play, registry

CONFIRMED = last_accepted("2026-09-01")


def achieved(at="2026-09-10T10:00", **fields):
    return event(at, "purpose_achieved", **({"on": at[:10]} | fields))


def asked(told):
    return [(line["due_on"], line["at"][:16]) for line in told.of("opened", obligation="deletion")]


async def test_a_survey_that_is_over_is_deleted_though_the_platform_stays(tmp_path):
    work = engagement(attestation=CONFIRMED, purpose_achieved_on="2026-09-10")
    told = await play(registry(work), "2026-09-01", "2026-10-20", tmp=tmp_path)
    assert asked(told) == [("2026-10-13", "2026-09-11T00:00")]  # 10 October is a Saturday, Monday a holiday
    assert [line["at"][:16] for line in told.of("overdue", obligation="deletion")] == ["2026-10-14T00:00"]


async def test_a_person_says_on_which_day_it_was_achieved(tmp_path):
    told = await play(registry(engagement(attestation=CONFIRMED)), "2026-09-01", "2026-09-20", achieved(), tmp=tmp_path)
    assert asked(told) == [("2026-10-13", "2026-09-11T00:00")]


async def test_the_end_of_the_work_moves_no_day_and_asks_for_the_rest_once_more(tmp_path):
    work = engagement(attestation=CONFIRMED, purpose_achieved_on="2026-09-10", ends_on="2026-09-30")
    early = [event("2026-09-15T10:00", "submit", obligation="deletion")]
    early.append(event("2026-09-16T10:00", "accept", obligation="deletion"))
    told = await play(registry(work), "2026-09-01", "2026-10-20", *early, tmp=tmp_path)
    assert [due for due, _ in asked(told)] == ["2026-10-13", "2026-10-30"]
    told = await play(registry(work), "2026-09-01", "2026-10-20", tmp=tmp_path)
    assert [due for due, _ in asked(told)] == ["2026-10-13"]
    assert not told.of("due_moved")


async def test_the_next_survey_is_deleted_after_its_own_end(tmp_path):
    done = [event("2026-09-15T10:00", "submit", obligation="deletion")]
    done.append(event("2026-09-16T10:00", "accept", obligation="deletion"))
    next_one = achieved("2026-11-05T10:00")
    told = await play(
        registry(engagement(attestation=CONFIRMED)),
        "2026-09-01",
        "2026-11-20",
        achieved(),
        *done,
        next_one,
        tmp=tmp_path,
    )
    assert [due for due, _ in asked(told)] == ["2026-10-13", "2026-12-07"]


async def test_what_is_achieved_above_is_achieved_below(tmp_path):
    below = engagement("sub", under="dm", attestation=CONFIRMED)
    work = engagement(attestation=CONFIRMED, purpose_achieved_on="2026-09-10")
    told = await play(registry(work, below), "2026-09-01", "2026-09-20", tmp=tmp_path)
    assert [line["engagement"] for line in told.of("opened", obligation="deletion")] == ["dm", "sub"]


async def test_what_is_not_under_way_has_achieved_nothing(tmp_path):
    work = engagement(attestation=CONFIRMED, ends_on="2026-09-05")
    said = [achieved(), achieved("2026-09-10T11:00", on="2026-09-30")]
    told = await play(registry(work), "2026-09-01", "2026-09-20", *said, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == ["not-in-force", "on-future"]
