"""Retention: up to when what proves supervision is kept, that nothing of it is left after that, and that the ledger holds."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from stage import engagement, event, play, registry

from monitor.calendar import add_months
from monitor.promises.keeping.terms import Kept, term

DAYS = st.dates(date(2020, 1, 1), date(2060, 1, 1))


@given(DAYS, st.lists(DAYS, max_size=3), st.lists(DAYS, max_size=3), st.integers(3, 30))
def test_nothing_goes_before_its_term_any_lock_of_the_law_and_any_hold(over_on, locks, holds, years):
    found = term(Kept(over_on, locks, holds), years)
    assert found.until == max([add_months(over_on, 12 * years), *locks, *holds])
    assert found.goes_on - found.until == timedelta(days=1)
    assert found.until in {"law": locks, "hold": holds, "term": [add_months(over_on, 12 * years)]}[found.rule]
    assert found.rule == "law" or found.until not in locks
    assert found.rule != "term" or found.until not in [*locks, *holds]


ENDED = {"ends_on": "2026-08-31", "starts_on": "2020-10-01"}


def work(**more):
    return registry(engagement("dm", **ENDED, **more))


SUBMITTED = (
    event("2026-09-10T10:00", "submit", obligation="deletion"),
    event("2026-09-11T10:00", "accept", obligation="deletion", by="managers@impress.example"),
    event("2026-09-14T10:00", "close"),
)


async def test_what_was_answered_is_erased_in_the_night_after_five_years(tmp_path):
    told = await play(work(), "2026-08-25", "2032-01-01", *SUBMITTED, tmp=tmp_path)
    (line,) = told.of("erased", obligation="deletion")
    assert line["at"] == "2031-09-15T01:00:00+09:00"
    assert (line["engagement"], line["obligation"], line["due_on"], line["rule"], line["company"]) == ("dm", "deletion", "2031-09-14", "retention-term", "impress")  # fmt: skip


async def test_a_hold_keeps_it_longer_and_is_named_as_the_rule(tmp_path):
    hold = '  [[engagement.hold]]\n  reason = "A dispute"\n  until = 2033-03-31\n'
    told = await play(work(more=hold), "2026-08-25", "2034-01-01", *SUBMITTED, tmp=tmp_path)
    (line,) = told.of("erased", obligation="deletion")
    assert (line["at"][:10], line["rule"]) == ("2033-04-01", "retention-hold")
