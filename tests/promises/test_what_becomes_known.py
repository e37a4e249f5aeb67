"""A party adds to its notice of an incident: what is known grows, the clocks stay, and what is missing is asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from monitor.calendar import Calendar
from monitor.hearing.asking_on import next_ask
from monitor.hearing.incidents import ITEMS, open_items
from monitor.questionnaire import Answer
from monitor.registry.format.clocks import Incidents
from monitor.tables import Incident
from tests.stage import GROUP, engagement, event, last_accepted, play, registry

if TYPE_CHECKING:
    from pathlib import Path

ALL = list(range(1, 10))


def tells(at: str, known: list[int], *, aware: str = "2026-09-17", people: int = 1200, **more: Any) -> str:
    said = {"aware_on": aware, "people": people, "items_known": known} | more
    return "\n".join([event(at, "incident"), *(f"{name} = {value}" for name, value in said.items())])


def work() -> str:
    return engagement(attestation=last_accepted("2026-09-01"))


def accepts(at: str) -> str:
    return event(at, "accept", obligation="incident-notice")


def returns(at: str) -> str:
    return event(at, "return", obligation="incident-notice", reason="The cause is not told.")


def told_lines(lines: Any) -> list[tuple[str, str | None]]:
    return [(line["at"][:10], line.get("reason")) for line in lines.of("submitted")]


def dues(lines: Any) -> list[tuple[str, str]]:
    return [(line["obligation"], line["due_on"]) for line in lines.of("deadline")]


async def test_each_addition_is_handed_in_and_looked_through_and_no_clock_moves(world: Any) -> None:
    script = [
        tells("2026-09-18T16:00", [1, 2]),
        tells("2026-09-19T10:00", [4]),  # before anybody has looked at the first
        accepts("2026-09-24T10:00"),
        tells("2026-09-25T10:00", [3, 5, 6, 7, 8, 9]),  # and after that
    ]
    lines = await world(registry(work()), "2026-09-01", "2026-09-26", *script)
    assert told_lines(lines) == [
        ("2026-09-18", "3, 4, 5, 6, 7, 8, 9"),
        ("2026-09-19", "3, 5, 6, 7, 8, 9"),
        ("2026-09-25", None),
    ]
    assert dues(lines) == [
        ("incident-notice", "2026-09-21"),
        ("preliminary-report", "2026-09-22"),
        ("final-report", "2026-10-19"),
    ]
    assert [line["at"][:16] for line in lines.notices("receipt")] == [
        "2026-09-18T16:00", "2026-09-19T10:00", "2026-09-25T10:00",
    ]  # fmt: skip
    assert [line["at"][:16] for line in lines.notices("review")] == [
        "2026-09-18T16:00", "2026-09-19T10:00", "2026-09-25T10:00",
    ]  # fmt: skip


async def test_an_item_that_was_told_once_stays_told_whatever_a_later_notice_leaves_out(tmp_path: Path) -> None:
    """Also one that came back, whose second version says only what was asked for."""
    script = [tells("2026-09-18T16:00", [1, 2, 3]), returns("2026-09-18T17:00"), tells("2026-09-19T10:00", [4])]
    lines = await play(registry(work()), "2026-09-01", "2026-09-20", *script, tmp=tmp_path)
    assert told_lines(lines)[-1] == ("2026-09-19", "5, 6, 7, 8, 9")


@given(st.lists(st.sets(st.sampled_from(ALL)), min_size=1, max_size=5))
def test_what_is_missing_never_grows(notices: list[set[int]]) -> None:
    incident, seen = Incident(missing=""), set(ALL)
    for number, known in enumerate(notices):
        answers = {ITEMS[item]: Answer(value=5 if item == 3 else "known") for item in known}
        left = open_items(incident, answers)
        assert set(left) == seen - known
        incident.missing, incident.received_at = ", ".join(map(str, left)), datetime(2026, 9, 18 + number, tzinfo=UTC)
        seen = set(left)


async def test_what_is_told_twice_alike_is_handed_in_once(tmp_path: Path) -> None:
    script = [tells("2026-09-18T16:00", [1]), tells("2026-09-19T10:00", [1])]
    lines = await play(registry(work()), "2026-09-01", "2026-09-20", *script, tmp=tmp_path)
    assert len(told_lines(lines)) == 1
    assert lines.of("refused") == []


async def test_a_second_word_takes_no_wrongful_intent_back_and_may_make_a_report_due_after_all(tmp_path: Path) -> None:
    script = [
        tells("2026-09-18T16:00", [1, 3], people=10),
        tells("2026-09-19T16:00", [4], people=1500),  # more persons, said without the item
        tells("2026-09-20T16:00", [5], people=1500),
    ]
    lines = await play(registry(work()), "2026-09-01", "2026-09-21", *script, tmp=tmp_path)
    assert ("preliminary-report", "2026-09-22") in dues(lines)  # of the first receipt
    wrongful = tells("2026-09-18T16:00", [1], people=1, categories='["wrongful"]')
    lines = await play(
        registry(work()), "2026-09-01", "2026-09-21", wrongful, tells("2026-09-19T16:00", [4], people=1), tmp=tmp_path
    )
    assert ("final-report", "2026-11-16") in dues(lines)
    assert lines.of("refused") == []


async def test_after_the_incident_is_accepted_no_second_notice_is_owed_for_the_same_day(tmp_path: Path) -> None:
    script = [tells("2026-09-18T16:00", [1]), accepts("2026-09-18T17:00"), tells("2026-10-05T10:00", [2])]
    lines = await play(registry(work()), "2026-09-01", "2026-10-30", *script, tmp=tmp_path)
    assert [kind for kind, _ in dues(lines)].count("incident-notice") == 1
    assert lines.of("overdue", obligation="incident-notice") == []


def asked(lines: Any) -> list[str]:
    assert {tuple(line["audience"]) for line in lines.notices("still-missing")} <= {("vendor",)}
    return [line["at"][5:16] for line in lines.notices("still-missing")]


async def test_the_party_is_asked_for_what_is_missing_before_each_report_on_any_day(tmp_path: Path) -> None:
    """The preliminary report is due on the 22nd, the final one on 19 October; 19-22 September are closed."""
    lines = await play(registry(work()), "2026-09-01", "2026-11-01", tells("2026-09-18T16:00", [1, 2]), tmp=tmp_path)
    assert asked(lines) == [
        "09-19T09:00", "09-21T09:00", "10-05T09:00", "10-12T09:00", "10-16T09:00", "10-18T09:00",
    ]  # fmt: skip


async def test_it_ends_when_all_is_told_when_the_reports_are_made_and_while_the_notice_has_come_back(
    tmp_path: Path,
) -> None:
    first = tells("2026-09-18T16:00", [1, 2])
    whole = tells("2026-09-20T16:00", ALL)
    lines = await play(registry(work()), "2026-09-01", "2026-11-01", first, whole, tmp=tmp_path)
    assert asked(lines) == ["09-19T09:00"]
    made = [
        event(at, "done", obligation=report)
        for at, report in (("2026-09-20T10:00", "preliminary-report"), ("2026-10-06T10:00", "final-report"))
    ]
    nearly = tells("2026-09-20T16:00", ALL[:-1])  # nobody has to have anything else to say
    lines = await play(registry(work()), "2026-09-01", "2026-11-01", first, nearly, tmp=tmp_path)
    assert asked(lines) == ["09-19T09:00"]
    lines = await play(registry(work()), "2026-09-01", "2026-11-01", first, *made, tmp=tmp_path)
    assert asked(lines) == ["09-19T09:00", "10-05T09:00"]
    lines = await play(registry(work()), "2026-09-01", "2026-10-10", first, returns("2026-09-18T17:00"), tmp=tmp_path)
    assert asked(lines) == []


async def test_what_was_missed_while_nothing_ran_is_asked_once(tmp_path: Path) -> None:
    away = event("2026-09-18T20:00", "down", None, until="2026-10-13T10:00")
    lines = await play(
        registry(work()), "2026-09-01", "2026-10-15", tells("2026-09-18T16:00", [1, 2]), away, tmp=tmp_path
    )
    assert asked(lines) == ["10-13T10:00"]


async def test_an_incident_that_is_not_to_be_reported_has_no_clock_to_ask_by(tmp_path: Path) -> None:
    lines = await play(
        registry(work()), "2026-09-01", "2026-11-01", tells("2026-09-18T16:00", [1, 2], people=3), tmp=tmp_path
    )
    assert asked(lines) == []


async def test_on_which_days_it_is_asked_is_the_groups_to_say(tmp_path: Path) -> None:
    group = GROUP + "[group.incidents]\nask_before = [2]\n"
    lines = await play(
        registry(work(), group=group), "2026-09-01", "2026-11-01", tells("2026-09-18T16:00", [1]), tmp=tmp_path
    )
    assert asked(lines) == ["09-20T09:00", "10-17T09:00"]
    none = GROUP + "[group.incidents]\nask_before = []\n"
    lines = await play(
        registry(work(), group=none), "2026-09-01", "2026-11-01", tells("2026-09-18T16:00", [1]), tmp=tmp_path
    )
    assert asked(lines) == []


@pytest.mark.parametrize("days", [(3, 3), (1, 2), (0,), (61,), tuple(range(20, 5, -1))])
def test_days_that_do_not_count_down_are_refused(days: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError):
        Incidents(ask_before=days)


@given(
    st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=3),
    st.sets(st.integers(1, 60), max_size=5),
    st.datetimes(timezones=st.just(UTC), min_value=datetime(2026, 1, 1), max_value=datetime(2026, 12, 31)),  # noqa: DTZ001 - hypothesis adds it
)
def test_the_next_day_of_asking_lies_ahead_and_is_the_first(dues: list[date], days: set[int], at: datetime) -> None:
    calendar = Calendar()
    found = next_ask(dues, sorted(days, reverse=True), calendar, at)
    ahead = [when for due in dues for day in days if (when := calendar.sending_on(due - timedelta(days=day))) > at]
    assert found == (min(ahead) if ahead else None)
