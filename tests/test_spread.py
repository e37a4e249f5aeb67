"""Looks spread over their interval: what the hash promises about the turns that it deals out."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.patrol import spread

FIRST, LAST = datetime(2026, 1, 1), datetime(2036, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone itself
INSTANTS = st.datetimes(FIRST, LAST, timezones=st.just(UTC))


@given(key=st.text(max_size=40), every=st.integers(1, 86400), after=INSTANTS)
def test_the_next_turn_lies_ahead_and_no_more_than_an_interval(key, every, after):
    turn = spread(key, every, after)
    assert after < turn <= after + timedelta(seconds=every)


@given(key=st.text(max_size=40), every=st.integers(1, 86400), after=INSTANTS, early=st.floats(0, 0.999))
def test_a_turn_does_not_depend_on_when_it_is_asked_for(key, every, after, early):
    turn = spread(key, every, after)
    between = turn - (turn - after) * early
    assert spread(key, every, min(between, turn - timedelta(milliseconds=1))) == turn
    assert spread(key, every, turn) == turn + timedelta(seconds=every)


def test_no_second_has_many_more_turns_than_another():
    after = datetime(2026, 11, 22, tzinfo=UTC)
    turns = [spread(f"party-{number} https://www.party-{number}.example/", 20, after) for number in range(2000)]
    seconds = Counter(int((turn - after).total_seconds()) for turn in turns)
    assert max(seconds.values()) < 2 * 2000 / 20
