"""A block gives back what went in, within what it promises, in little room."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.archive.block import LONGEST, PHASES, Entry, pack, unpack

BEGIN = datetime(2026, 9, 1, tzinfo=UTC)
PAGE, BESIDE = 4096, 30
FINE = 1 / 32  #: how far a duration may be off, relatively
TENTHS = st.integers(0, 3_000_000)
ENTRIES = st.builds(
    Entry,
    at=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - `timezones` adds it
    verdict=st.sampled_from(["pass", "fail", "unknown"]),
    reason=st.sampled_from(["", "dns.servfail", "refused-monitor"]),
    took=TENTHS,
    phases=st.one_of(st.just(()), st.tuples(*[TENTHS] * PHASES)),
    lag=st.one_of(st.none(), st.integers(0, 10_000)),
    attempt=st.integers(1, 3),
    evidence=st.sampled_from(["", "0" * 64, "ab" * 32]),
)


def near(said: int, true: int) -> bool:
    return abs(said - true) <= true * FINE


@given(st.lists(ENTRIES, min_size=1, max_size=8))
def test_every_look_comes_back_in_its_place_with_its_words_exact_and_its_times_near(entries):
    back = unpack(pack(entries))
    assert len(back) == len(entries)
    for one, kept in zip(entries, back, strict=True):
        assert abs(kept.at - one.at) <= timedelta(seconds=0.5)
        words = ("verdict", "reason", "attempt", "evidence")
        assert [getattr(kept, name) for name in words] == [getattr(one, name) for name in words]
        assert all(near(said, true) for said, true in zip(kept.phases or (0,) * 5, one.phases or (0,) * 5, strict=True))
        assert near(kept.took, one.took)
        assert (kept.lag is None) == (one.lag is None)
        assert near(kept.lag or 0, one.lag or 0)


@given(st.lists(ENTRIES, min_size=1, max_size=8))
def test_packing_what_was_unpacked_changes_nothing(entries):
    body = pack(entries)
    assert pack(unpack(body)) == body


def test_a_duration_below_three_milliseconds_is_exact():
    exact = [Entry(BEGIN, "pass", took=tenths) for tenths in range(32)]
    assert [one.took for one in unpack(pack(exact))] == list(range(32))


def test_what_no_look_can_take_is_cut_and_does_not_break_the_block():
    assert unpack(pack([Entry(BEGIN, "pass", took=LONGEST * 9)]))[0].took == LONGEST
    assert unpack(pack([Entry(BEGIN, "pass", took=-5)]))[0].took == 0


@given(st.binary(max_size=200))
def test_bytes_that_are_no_block_are_refused_with_words(body):
    with pytest.raises(ValueError, match=r"."):
        unpack(body)


def test_a_block_that_was_cut_is_refused():
    with pytest.raises(ValueError, match="not a block"):
        unpack(pack([Entry(BEGIN + timedelta(minutes=number), "pass") for number in range(50)])[:-9])


def noisy_day(seed: int) -> list[Entry]:
    """288 looks over the open internet: each phase sways by 8 to 50 per cent, each look begins within its second."""
    chance = random.Random(seed)
    usual = [chance.lognormvariate(mean, 0.5) for mean in (1.5, 3, 3.5, 4.2, 0.3)]
    entries, seen = [], chance.randbytes(32).hex()
    for number in range(288):
        spans = tuple(
            round(10 * middle * chance.lognormvariate(0, sway))
            for middle, sway in zip(usual, (0.5, 0.08, 0.12, 0.25, 0.4), strict=True)
        )
        at = BEGIN + timedelta(seconds=300 * number + chance.random())
        entries.append(Entry(at, "pass", "", sum(spans), spans, 0, 1, seen))
    return entries


def test_a_noisy_day_of_a_look_every_five_minutes_fits_three_times_into_a_page_of_the_database():
    """4,096 octets, less what SQLite writes beside each row; the size on disk that is stated rests on it."""
    assert max(len(pack(noisy_day(seed))) for seed in range(10)) <= PAGE / 3 - BESIDE
