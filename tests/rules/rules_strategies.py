"""What the rules are tried on: calendars of several groups, days around the ends of months and years, ladders, rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from monitor.calendar import Calendar, Roll
from monitor.ladder import CaseLadder, Ladder
from monitor.schedule import as_text, refresh
from monitor.tables import Case, Obligation

DAY = timedelta(days=1)
FIRST, LAST = date(2025, 12, 1), date(2028, 3, 31)  # two turns of the year, and a 29 February
ZONES = ["Asia/Tokyo", "Europe/London", "America/New_York", "Pacific/Apia", "UTC"]
EDGES = [
    date(2026, 12, 31),
    date(2027, 1, 1),
    date(2028, 2, 28),
    date(2028, 2, 29),
    date(2026, 3, 29),
    date(2026, 10, 25),
]

days = st.dates(FIRST, LAST) | st.sampled_from(EDGES)
rolls = st.sampled_from(Roll)
hours = st.sampled_from(
    [(time(9), time(18)), (time(0), time(23, 59)), (time(8, 30), time(8, 31)), (time(1, 30), time(4))]
)


@st.composite
def calendars(draw):
    send_at, send_until = draw(hours)
    closed = frozenset(draw(st.lists(days, max_size=8)))
    return Calendar(
        ZoneInfo(draw(st.sampled_from(ZONES))),
        draw(st.sampled_from(["JP", "GB", "US", ""])),
        closed,
        send_at,
        send_until,
    )


@st.composite
def instants(draw, earliest=FIRST, latest=LAST):
    day = draw(st.dates(earliest, latest))
    return datetime.combine(day, draw(st.times()), UTC)


@st.composite
def ladders(draw):
    before = tuple(sorted(draw(st.sets(st.integers(1, 90), max_size=5)), reverse=True))
    after = tuple(sorted(draw(st.sets(st.integers(1, 60), min_size=1, max_size=4))))
    return Ladder(before, after, draw(st.sampled_from([0, 7, 30])))


case_ladders = st.sets(st.integers(1, 20), max_size=3).map(lambda found: CaseLadder((0, *sorted(found))))


def duty(calendar, due_on, ladder, at, **more):
    """An obligation that has just opened."""
    fields = {"id": 1, "kind": "attestation", "company_id": "c", "party_id": "p", "engagement_id": "e", "state": "open",
              "nominal_on": due_on, "base_on": due_on, "due_on": due_on, "roll": "following", "meant_on": calendar.day_of(at),
              "opens_at": at, "opened_at": at, "since": at, "planned_at": at, "ladder": as_text(ladder)} | more  # fmt: skip
    made = _row(Obligation, fields)
    refresh(made, calendar, at)
    return made


def case(calendar, ladder, at, severity, **more):
    """A failing check that has just opened a case."""
    fields = {"id": 1, "watch_id": 1, "party_id": "p", "company_id": "c", "url": "https://www.p.example/", "check_kind": "tls",
              "severity": severity, "ladder": as_text(ladder), "opened_at": at, "opened_on": calendar.day_of(at),
              "since": at, "next_at": at} | more  # fmt: skip
    return _row(Case, fields)


def _row(model, fields):
    """A row without a database, which alone would give a model the columns of its foreign keys."""
    keys = {
        name: fields.pop(name) for name in ("company_id", "party_id", "engagement_id", "watch_id") if name in fields
    }
    made = model(**fields)
    for name, value in keys.items():
        setattr(made, name, value)
    return made
