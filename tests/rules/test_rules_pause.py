"""How long something may be taken in hand: one rule for what is overdue and for what fails."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rules_strategies import DAY, calendars, instants

from monitor.pause import LONGEST, Pause
from monitor.refusal import Refused

MOMENT = timedelta(microseconds=1)


def refusal(pause, calendar, at, actor="person/1"):
    with pytest.raises(Refused) as refused:
        pause.check(actor, calendar, at)
    return refused.value.reason


def last_instant(calendar, at):
    return calendar.end_of(calendar.day_of(at) + LONGEST * DAY)


@given(calendars(), instants(), st.data())
def test_anybody_may_name_any_instant_up_to_the_end_of_the_thirtieth_day(calendar, at, data):
    last = last_instant(calendar, at)
    ahead = data.draw(st.timedeltas(MOMENT, last - at))
    Pause(at + ahead).check("person/1", calendar, at)
    Pause(last).check("person/1", calendar, at)


@given(calendars(), instants(), st.timedeltas(MOMENT, timedelta(days=300)))
def test_beyond_it_only_the_privacy_office_may_go_and_says_why(calendar, at, beyond):
    until = last_instant(calendar, at) + beyond
    assert refusal(Pause(until, "a merger"), calendar, at) == "until-too-far"
    assert refusal(Pause(until, " ", office=True), calendar, at) == "reason-missing"
    Pause(until, "a merger", office=True).check("person/1", calendar, at)


@given(calendars(), instants(), st.timedeltas(timedelta(), timedelta(days=300)))
def test_nobody_takes_anything_until_now_or_earlier(calendar, at, ago):
    assert refusal(Pause(at - ago, "a merger", office=True), calendar, at) == "until-past"


@given(calendars(), instants())
def test_only_a_person_takes_something(calendar, at):
    assert refusal(Pause(at + DAY), calendar, at, actor="system") == "by-missing"
