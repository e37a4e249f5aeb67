"""The ladder: rungs in their places, told once, the highest of those missed, one level of the company a mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st
from rules_strategies import DAY, calendars, case_ladders, days, instants, ladders

from monitor.calendar import Calendar
from monitor.ladder import LONG, OPENING, SHORT, SHORT_UP_TO, Climb, Standing, ladder_for, later_opening

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
whatever_climbs = ladders() | case_ladders


def climbs(ladder, anchor, sent=None, since=LONG_AGO):
    return Climb(ladder, anchor, sent, since)


def places(ladder, calendar, anchor, until=400):
    return [(offset, ladder.planned(calendar, anchor, offset)) for offset in ladder.offsets(until)]


@given(whatever_climbs, calendars(), days)
def test_rungs_are_strictly_ordered_and_their_times_never_turn_back(ladder, calendar, anchor):
    found = places(ladder, calendar, anchor)
    assert [offset for offset, _ in found] == sorted({offset for offset, _ in found})
    assert [at for _, at in found] == sorted(at for _, at in found)


@given(ladders(), calendars(), days)
def test_no_rung_lies_on_a_closed_day(ladder, calendar, anchor):
    assert all(calendar.sending(at) for _, at in places(ladder, calendar, anchor))


@given(ladders(), calendars(), days)
def test_rungs_before_the_date_move_back_and_rungs_after_it_move_on(ladder, calendar, anchor):
    for offset, at in places(ladder, calendar, anchor):
        moved = calendar.day_of(at) - (anchor + offset * DAY)
        assert moved <= timedelta() if offset < 0 else moved >= timedelta()


@given(whatever_climbs, calendars(), days, st.integers(1, 60))
def test_a_due_date_that_moves_later_never_brings_a_rung_earlier(ladder, calendar, anchor, by):
    before, after = places(ladder, calendar, anchor), places(ladder, calendar, anchor + by * DAY)
    assert all(one[1] <= other[1] for one, other in zip(before, after, strict=True))


@given(ladders(), calendars(), days, days)
def test_a_newly_closed_day_moves_only_the_rungs_that_lay_on_it(ladder, calendar, anchor, closed):
    narrower = replace(calendar, extra_closed=calendar.extra_closed | {closed})
    for (_, before), (_, after) in zip(places(ladder, calendar, anchor), places(ladder, narrower, anchor), strict=True):
        assert before == after or calendar.day_of(before) == closed


@given(whatever_climbs, calendars(), days, instants(), instants())
def test_what_is_pending_was_planned_by_now_and_after_the_ladder_began(ladder, calendar, anchor, since, at):
    found = climbs(ladder, anchor, since=since).pending(calendar, at)
    assert found is None or since < ladder.planned(calendar, anchor, found) <= at


@given(whatever_climbs, calendars(), days, instants())
def test_only_the_highest_of_what_was_missed_is_pending_and_once_told_nothing_is(ladder, calendar, anchor, at):
    found = climbs(ladder, anchor).pending(calendar, at)
    passed = [offset for offset, planned in places(ladder, calendar, anchor, 1200) if planned <= at]
    assert found == max(passed, default=None)
    assert climbs(ladder, anchor, sent=found).pending(calendar, at) is None


@given(whatever_climbs, calendars(), days, instants())
def test_the_upcoming_rung_is_pending_at_its_minute_and_nothing_comes_up_before(ladder, calendar, anchor, at):
    climb = climbs(ladder, anchor)
    told = replace(climb, sent=climb.pending(calendar, at) if climb.pending(calendar, at) is not None else climb.sent)
    found = told.upcoming(calendar, at)
    assume(found is not None)
    rung, when = found
    assert when > at
    assert told.pending(calendar, when) == rung
    assert told.pending(calendar, when - timedelta(microseconds=1)) is None


@given(ladders(), calendars(), days, st.integers(0, 7), st.data())
def test_a_ladder_that_repeats_goes_on_after_a_date_that_moved_a_little(ladder, calendar, anchor, by, data):
    """What was told before T moved may lie ahead of the new T's today: there is a next rung all the same."""
    sent = data.draw(st.sampled_from([offset for offset in ladder.offsets(100) if offset > 0]))
    at = ladder.planned(calendar, anchor, sent)
    found = climbs(ladder, anchor + by * DAY, sent).upcoming(calendar, at)
    # Rungs of one instant are one: on a ladder that ends, the last may have left with the one that was sent.
    last = max(offset for offset in ladder.offsets(100))
    over = not ladder.repeat and ladder.planned(calendar, anchor + by * DAY, last) <= at
    assert found is not None or over or (not ladder.repeat and sent == last)


@given(ladders(), calendars(), days, instants())
def test_the_company_hears_of_no_rung_before_the_date(ladder, calendar, anchor, at):
    found = replace(climbs(ladder, anchor), only_after=True).pending(calendar, at)
    assert found is None or found > 0


@given(ladders())
def test_levels_rise_by_one_with_each_rung_after_the_date_and_stay_when_it_repeats(ladder):
    rungs = [offset for offset in ladder.offsets(500) if offset > 0]
    assert [ladder.level(offset) for offset in rungs] == [min(n, len(ladder.after)) for n in range(1, len(rungs) + 1)]
    assert {ladder.level(offset) for offset in (None, OPENING, *(-day for day in ladder.before))} == {0}


@given(ladders(), st.integers(0, 700))
def test_a_ladder_that_repeats_has_no_end_and_one_that_does_not_has(ladder, until):
    last = list(ladder.offsets(until))[-1]
    assert last > until if ladder.repeat else last == ladder.after[-1]


@given(st.integers(0, 4), st.integers(0, 4))
def test_no_mail_brings_in_more_than_one_new_level(told, target):
    step = Standing(told=told).step(target)
    assert step <= told + 1
    assert step >= max(told, 1)


@given(calendars(), instants(), st.integers(1, 4))
def test_levels_still_to_be_told_follow_on_the_next_business_day(calendar, at, target):
    found = Standing(told=target - 1, told_at=at).catching_up(target, calendar)
    today = calendar.day_of(at)
    assert found == calendar.sending_on(calendar.following(today + DAY))
    assert Standing(told=target, told_at=at).catching_up(target, calendar) is None


@given(st.integers(0, 400))
def test_fourteen_days_or_fewer_have_the_short_ladder(nominal):
    assert ladder_for(nominal) is (SHORT if nominal <= 14 else LONG)


@given(calendars(), days, st.integers(-3, 60), st.integers(0, 90))
def test_a_first_mail_that_leaves_late_leaves_the_days_that_were_meant_fourteen_at_the_most(
    calendar, meant, term, late
):
    due, sent = meant + term * DAY, meant + late * DAY
    found = later_opening(due, meant, sent, calendar)
    assert found >= due
    assert (found - sent).days >= max(0, min(term, SHORT_UP_TO))
    assert found == due or not calendar.closed(found)
    if late == 0 and term >= 0:
        assert found == due


@given(calendars(), days, st.integers(1, 60), st.integers(0, 90), st.integers(0, 30))
def test_the_later_a_first_mail_leaves_the_later_it_is_due(calendar, meant, term, late, more):
    due = meant + term * DAY
    one = later_opening(due, meant, meant + late * DAY, calendar)
    assert one <= later_opening(due, meant, meant + (late + more) * DAY, calendar)


def test_the_ladder_as_written_in_the_rules():
    calendar, due = Calendar(country=""), date(2026, 10, 1)
    said = [
        (LONG.name(o), (calendar.day_of(at) - due).days, LONG.level(o)) for o, at in places(LONG, calendar, due, 60)
    ]
    assert said == [("T-14", -14, 0), ("T-7", -7, 0), ("T-3", -3, 0), ("T-1", -1, 0), ("T+1", 1, 1), ("T+7", 7, 2),
                    ("T+14", 14, 3), ("T+30", 30, 4), ("T+60", 60, 4), ("T+90", 90, 4)]  # fmt: skip
    assert [SHORT.name(o) for o in SHORT.offsets(20)] == ["T-1", "T+1", "T+3", "T+7", "T+30"]
    assert LONG.name(OPENING) == SHORT.name(OPENING) == "T-30"
