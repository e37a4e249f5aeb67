"""The calendar: open and closed days, months, years' ends, and the hours in which mails leave, in any zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rules_strategies import DAY, calendars, days, instants, rolls

from monitor.calendar import Calendar, Roll, add_months

JP = Calendar()
LONDON = Calendar(ZoneInfo("Europe/London"), "GB")


@given(days, st.integers(0, 240))
def test_the_corresponding_day_is_clamped_to_the_months_end_and_never_spills_into_the_next(day, months):
    found = add_months(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or (found.day < day.day and (found + DAY).day == 1)


@given(days, days, st.integers(0, 24))
def test_a_later_day_has_no_earlier_corresponding_day(one, other, months):
    earlier, later = sorted([one, other])
    assert add_months(earlier, months) <= add_months(later, months)


@pytest.mark.parametrize(
    ("day", "months", "found"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
    ],
)
def test_leap_years_and_short_months_clamp(day, months, found):
    assert add_months(day, months) == found


@given(calendars(), days, rolls)
def test_a_rolled_day_is_open_unless_nothing_rolls(calendar, day, rule):
    found = calendar.roll(day, rule)
    assert rule is Roll.NONE or not calendar.closed(found)
    assert found == day or (found > day) == (rule is Roll.FOLLOWING)
    assert calendar.roll(found, rule) == found


@given(calendars(), days, rolls)
def test_a_roll_passes_over_closed_days_only(calendar, day, rule):
    found = calendar.roll(day, rule)
    between = [min(day, found) + number * DAY for number in range(abs((found - day).days) + 1)]
    assert all(calendar.closed(passed) for passed in between if passed != found)


@given(calendars(), days, days, rolls)
def test_a_later_date_never_rolls_to_an_earlier_one(calendar, one, other, rule):
    earlier, later = sorted([one, other])
    assert calendar.roll(earlier, rule) <= calendar.roll(later, rule)


@given(calendars(), days, days)
def test_a_newly_closed_day_moves_nothing_earlier_that_rolls_forward(calendar, new, day):
    narrower = replace(calendar, extra_closed=calendar.extra_closed | {new})
    assert narrower.following(day) >= calendar.following(day)
    assert narrower.preceding(day) <= calendar.preceding(day)
    assert narrower.closed(new)


@given(calendars(), days)
def test_days_closed_by_the_group_are_open_to_the_statute(calendar, day):
    """A house's own rest does not move a date that the law counts."""
    plain = replace(calendar, extra_closed=frozenset())
    assert calendar.statutory_closed(day) == plain.closed(day)


@given(calendars(), days, st.integers(0, 30), st.integers(0, 30))
def test_business_days_add_up(calendar, day, one, other):
    assert calendar.shift(calendar.shift(day, one), other) == calendar.shift(day, one + other)


@given(calendars(), days, st.integers(1, 30))
def test_the_nth_business_day_has_n_minus_one_open_days_between(calendar, day, number):
    found = calendar.shift(day, number)
    between = [day + step * DAY for step in range(1, (found - day).days)]
    assert not calendar.closed(found)
    assert sum(not calendar.closed(passed) for passed in between) == number - 1


@given(calendars(), instants())
def test_the_next_sending_is_the_first_instant_at_which_a_mail_may_leave(calendar, at):
    found = calendar.next_sending(at)
    assert found >= at
    assert calendar.sending(found)
    if found > at:
        assert not calendar.sending(at)
        assert not calendar.sending(found - timedelta(microseconds=1))
        assert calendar.next_sending(at + (found - at) / 2) == found


@given(calendars(), instants(), instants())
def test_sendings_keep_their_order(calendar, one, other):
    earlier, later = sorted([one, other])
    assert calendar.next_sending(earlier) <= calendar.next_sending(later)


@given(calendars(), days)
def test_a_day_ends_where_the_next_begins_whatever_the_clocks_do(calendar, day):
    assert calendar.end_of(day) == calendar.instant(day + DAY)
    assert calendar.day_of(calendar.end_of(day)) == day + DAY
    assert calendar.day_of(calendar.end_of(day) - timedelta(microseconds=1)) == day


@given(calendars(), instants())
def test_an_instant_lies_within_its_local_day(calendar, at):
    day = calendar.day_of(at)
    assert calendar.instant(day) <= at < calendar.end_of(day)


@pytest.mark.parametrize(
    ("day", "hours", "sends"),
    [
        (date(2027, 3, 28), 23, datetime(2027, 3, 28, 8, tzinfo=UTC)),
        (date(2026, 10, 25), 25, datetime(2026, 10, 25, 9, tzinfo=UTC)),
        (date(2026, 7, 1), 24, datetime(2026, 7, 1, 8, tzinfo=UTC)),
    ],
)
def test_a_group_in_london_sends_at_nine_of_its_clock_on_days_of_any_length(day, hours, sends):
    assert LONDON.end_of(day) - LONDON.instant(day) == timedelta(hours=hours)
    assert LONDON.sending_on(day) == sends


def test_an_hour_that_the_clocks_skip_loses_no_sending():
    early = Calendar(ZoneInfo("Europe/London"), "", send_at=time(1, 30), send_until=time(3))
    at = early.next_sending(datetime(2027, 3, 28, 0, 15, tzinfo=UTC))
    assert early.sending(at)
    assert early.day_of(at) == date(2027, 3, 28)


@pytest.mark.parametrize("day", [date(2026, 12, 29), date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 3)])
def test_the_turn_of_the_year_is_closed_in_japan_and_worked_elsewhere(day):
    assert JP.closed(day)
    assert JP.statutory_closed(day)


def test_the_turn_of_the_year_is_japans_alone():
    assert not LONDON.closed(date(2026, 12, 29))
    assert not Calendar(country="").closed(date(2027, 1, 1))


def test_national_holidays_of_far_years_are_known():
    assert JP.closed(date(2026, 9, 22))  # between two holidays, and so one itself
    assert all(JP.closed(date(year, 1, 1)) for year in range(2024, 2050))


@given(days)
def test_a_group_without_a_country_rests_on_its_own_days_only(day):
    own = Calendar(country="", extra_closed=frozenset({date(2026, 8, 13)}))
    assert own.closed(day) == (day == date(2026, 8, 13))


@given(calendars(), instants())
def test_a_demonstration_sends_at_any_hour_and_keeps_the_days_of_rungs(calendar, at):
    shown = replace(calendar, any_hour=True)
    assert shown.next_sending(at) == at
    assert shown.sending_on(shown.day_of(at)) == calendar.sending_on(calendar.day_of(at))
