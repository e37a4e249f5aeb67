"""Days that are others from a day on, as a law that is to come sets them: each duty has those of the day it begins."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import plugins, tables
from monitor.calendar import DAY, Calendar, Roll, add_months
from monitor.mistakes import Invalid
from monitor.promises.agenda import Nominal, review
from monitor.promises.incidents.reporting import Report, report
from monitor.promises.owners.requesting import Asked, enter_request
from monitor.registry.apply import apply
from monitor.registry.export import export
from monitor.registry.format import Engagement
from monitor.registry.format.clocks import Incidents, Supervision
from monitor.registry.read import read
from monitor.tables.store import MEMORY, opened
from tests.stage import GROUP, engagement, registry

BILL = date(2027, 4, 1)
LAW = """
[group.incidents]
final_days = 40
  [[group.incidents.from]]
  on = 2027-04-01
  preliminary_days = 3
  [[group.incidents.from]]
  on = 2028-04-01
  preliminary_days = 5
[group.owner_requests]
  [[group.owner_requests.from]]
  on = 2027-04-01
  answer_days = 10
"""
ROOT = Path(__file__).parents[2]
DATED = ("incidents", "owner_requests", "corrections", "opt_outs", "external_transmissions", "supervision")
WHOLE = ("coming",)  #: what asks for the settings of a day itself


def state(tmp_path, group):
    file = tmp_path / "registry.toml"
    file.write_text(registry(engagement(), group=GROUP + group), encoding="utf-8")
    return read([file], plugins.known())


@pytest.mark.parametrize(
    ("day", "preliminary", "final", "answer"),
    [
        (date(2027, 3, 31), date(2027, 4, 4), date(2027, 5, 10), date(2027, 4, 14)),  # day 40 of the first is a Sunday
        (BILL, date(2027, 4, 3), date(2027, 5, 10), date(2027, 4, 11)),
        (date(2027, 4, 2), date(2027, 4, 4), date(2027, 5, 11), date(2027, 4, 12)),
        (date(2028, 4, 1), date(2028, 4, 5), date(2028, 5, 10), date(2028, 4, 11)),
    ],
)
async def test_what_begins_on_a_day_has_the_days_of_that_day(tmp_path, day, preliminary, final, answer):
    at = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
    async with opened(MEMORY, create=True):
        await apply(state(tmp_path, LAW), at, {})
        await report(Report("dm", day, people=1200), at, "person/1", plugins.shelf())
        await enter_request(Asked("R-1", "erase", day, company="impress", purposes=("p03",)), at, "person/1")
        owed = dict(await tables.OwnDuty.filter(state="open").values_list("kind", "due_on"))
        kept = await export()
        (tmp_path / "kept.toml").write_text(kept, encoding="utf-8")
        assert await apply(read([tmp_path / "kept.toml"], plugins.known()), at, {}) == []
    assert (owed["preliminary-report"], owed["final-report"], owed["owner-request"]) == (preliminary, final, answer)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("on = 2027-04-01\nfinl_days = 3", "incidents.from 1: finl_days: is not a known key. Did you mean final_days?"),
        ("on = 2027-04-01\nfinal_days = 0", "incidents.from 1: final_days: is 0. Write 1 or more."),
        ("final_days = 3", "incidents.from 1: on: is missing. Add it."),
        ("on = 2027-04-01", "has a day from which nothing is another. Name what is another from then on"),
        (
            "on = 2027-04-01\nfinal_days = 3\n[[group.incidents.from]]\non = 2027-04-01\npeople_over = 3",
            "has two changes on one day. Put what they change into one.",
        ),
    ],
)
def test_a_change_that_makes_no_sense_is_named_with_its_place_and_remedy(tmp_path, change, complaint):
    with pytest.raises(Invalid) as refused:
        state(tmp_path, f"[[group.incidents.from]]\n{change}\n")
    (mistake,) = refused.value.mistakes
    assert complaint in mistake.in_("en")


def test_a_change_holds_until_another_one_names_the_same():
    law = Incidents.model_validate(
        {"from": [{"on": "2028-04-01", "final_days": 20}, {"on": "2027-04-01", "notice_days": 2, "final_days": 25}]}
    )
    told = [law.on(day) for day in (BILL - DAY, BILL, date(2028, 3, 31), date(2028, 4, 1))]
    assert [(one.notice_days, one.final_days) for one in told] == [(5, 30), (2, 25), (2, 25), (2, 20)]


WORK = Engagement.model_validate(
    {"key": "dm", "company": "a", "party": "b", "kind": "trustee", "purposes": ["p03"], "starts_on": "2026-01-01"}
)
YEARLY, HALF = Nominal(date(2026, 4, 1), "necessity_months"), {"on": "2027-01-12", "necessity_months": "6 months"}


@pytest.mark.parametrize(
    ("after", "opens_on", "due_on"),
    [
        (date(2026, 2, 10), date(2027, 1, 8), date(2027, 2, 10)),  # it opened before: it keeps its day
        (date(2026, 2, 15), date(2027, 1, 12), date(2027, 2, 12)),  # it would open only now: 30 days, 11 Feb is closed
        (date(2026, 12, 1), date(2027, 4, 30), date(2027, 6, 1)),
    ],
)
def test_a_shorter_rhythm_holds_for_what_opens_from_its_day_and_leaves_time(after, opens_on, due_on):
    terms, calendar = Supervision.model_validate({"from": [HALF]}), Calendar(country="JP")
    _, one = review("necessity-review", Nominal(after, "necessity_months"), WORK, terms, calendar)
    assert (calendar.day_of(one.opens_at), one.due_on) == (opens_on, due_on)


@given(st.dates(date(2025, 1, 1), date(2030, 1, 1)), st.integers(1, 12), st.integers(1, 90), st.integers(1, 90))
def test_nobody_has_less_time_than_was_set_before_or_is_set_now(after, months, was, notice):
    calendar = Calendar(country="JP")
    change = {"on": "2027-04-01", "necessity_months": f"{months} months", "notice_days": notice}
    terms = Supervision.model_validate({"notice_days": was, "from": [change]})
    day, one = review("necessity-review", Nominal(after, "necessity_months"), WORK, terms, calendar)
    opens_on = calendar.day_of(one.opens_at)
    assert day in {add_months(after, 12), add_months(after, months), BILL + notice * DAY}
    assert one.due_on == calendar.roll(day, Roll.FOLLOWING)
    if opens_on < BILL:
        assert day == add_months(after, 12)
    else:
        assert (one.due_on - opens_on).days >= min(notice, (add_months(after, 12) - BILL).days) - 7


def test_whoever_reads_a_dated_setting_asks_for_the_one_of_a_day():
    """What reads past it would hold everybody to the first days for ever."""
    past = re.compile(rf"\.group\.(?:entry\.)?(?:{'|'.join(DATED)})\b(?!\.on\()")
    found = [
        (path.name, match[0])
        for path in (ROOT / "monitor").rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        for match in past.finditer(line)
        if not any(f"{name}(" in line for name in WHOLE)
    ]
    assert found == []
