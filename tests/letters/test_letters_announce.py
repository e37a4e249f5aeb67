"""What a letter announces is what the stages then do: at that minute, to those people."""

from __future__ import annotations

import asyncio
import tempfile
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from post import engagement, office, registry
from stage import event, instant, last_accepted

from monitor.ladder import Ladder
from monitor.obligations.reconcile import Policy

BEGIN, END = "2026-06-01T00:00", "2026-12-31T23:59"
URL = "https://www.acme.example/"
LADDERS = {"rung", "review-reminder"}
DISTURBING = {"submitted", "returned", "accepted", "waived", "acknowledged", "cancelled", "due_moved", "case_closed"}


def _about(line):
    return line["case"] if "case" in line else (line.get("engagement"), line.get("obligation"))


def _subject_of(topic):
    if topic.case:
        return str(topic.case.id)
    owed = topic.duty or topic.own
    return owed.engagement_id, owed.kind


def _happened(lines, about, after, until):
    """The steps that the stages took: minute, whether the party heard, which roles of the company did."""
    steps = defaultdict(set)
    for line in lines:
        if (
            line["what"] == "mail"
            and line["notice"] in LADDERS
            and _about(line) == about
            and after < line["at"] < until
        ):
            steps[line["at"][:16]].update(line["audience"])
    return [(at, "vendor" in roles, tuple(sorted(roles - {"vendor"}))) for at, roles in sorted(steps.items())]


def _horizon(lines, about, after):
    """Until when nothing came between."""
    return min((line["at"] for line in lines if line["what"] in DISTURBING and _about(line) == about and line["at"] > after),
               default=END)  # fmt: skip


def _seen_again(events):
    """When a script has a check fail or pass: that may make a case worse, of which no line tells."""
    return [text[5:30] for text in events if 'do = "observe"' in text]


def _hold(place, last_day=None, looks=()):
    """Every letter's announcement against what then happened; how many steps were compared."""
    compared = 0
    for kept in place.clerk.kept:
        after = kept.at.astimezone(instant(BEGIN).tzinfo).isoformat()
        for topic, announced in zip(kept.topics, kept.announced, strict=True):
            about = _subject_of(topic)
            ends = [f"{last_day}T24"] if last_day else []
            ends += [look for look in looks if topic.case and look > after]
            until = min(_horizon(place.lines, about, after), *ends, END)
            ahead = [step for step in announced if step[0] > after[:16]]  # a rung passed long ago may come at once
            expected = [step for step in ahead if step[0] < until]
            happened = _happened(place.lines, about, after, until)[: 2 - len(announced) + len(ahead)]
            if topic.notice.kind not in {"accepted", "cancelled", "resolved"}:
                assert expected == happened, (kept.stages, after, topic.ref)
                compared += len(expected)
    return compared


def _play(*events, toml, policy=None, last_day=None):
    async def run():
        with tempfile.TemporaryDirectory() as folder:
            async with office(toml, BEGIN, END, *events, tmp=Path(folder), policy=policy) as place:
                return _hold(place, last_day, _seen_again(events)), len(place.clerk.kept)

    return asyncio.run(run())


DM = engagement(attestation=last_accepted("2025-07-20"))


def test_a_silent_party_is_reminded_on_the_days_that_each_letter_named():
    compared, letters = _play(toml=registry(DM))
    assert letters > 12
    assert compared > 20


def test_a_level_that_is_told_a_day_later_is_announced_for_that_day():
    policy = Policy(long=Ladder(before=(3,), after=(1, 2, 3, 4), repeat=30))
    compared, _ = _play(toml=registry(DM), policy=policy)
    assert compared > 8


def test_an_acknowledged_request_announces_the_end_of_the_pause():
    ack = event("2026-07-29T10:37", "acknowledge", "dm", until="2026-08-20T10:00", by="managers@impress.example")
    compared, _ = _play(ack, toml=registry(DM))
    assert compared > 10


def test_reviewers_are_reminded_on_the_days_that_receipt_and_notice_named():
    compared, letters = _play(event("2026-07-10T22:37", "submit", "dm"), toml=registry(DM))
    assert letters > 5
    assert compared > 8


def test_a_returned_answer_announces_the_rungs_that_lie_ahead():
    deeds = event("2026-07-14T10:37", "submit", "dm"), event("2026-07-16T10:37", "return", "dm", reason="More.")
    compared, _ = _play(*deeds, toml=registry(DM))
    assert compared > 10


def test_a_company_without_a_manager_for_personal_information_announces_the_privacy_office_instead():
    toml = registry(DM).replace('pi_manager = ["pi@impress.example"]\n', "")
    assert _play(toml=toml)[0] > 15


def test_a_company_that_leaves_the_group_is_replaced_in_what_is_announced():
    toml = registry(DM).replace('key = "impress"\n', 'key = "impress"\nmember_until = 2026-07-28\n', 1)
    assert _play(toml=toml)[0] > 15


@pytest.mark.parametrize("severity", ["medium", "high", "critical"])
def test_a_failing_check_climbs_on_the_days_that_its_letters_named(severity):
    fail = {"url": URL, "check": "tls", "verdict": "fail", "severity": severity}
    deeds = event("2026-07-03T20:37", "observe", None, **fail), event("2026-07-03T20:47", "observe", None, **fail)
    compared, letters = _play(*deeds, toml=registry())
    assert letters >= 2
    assert compared == {"medium": 0, "high": 5, "critical": 5}[severity]


def test_a_request_announces_nothing_beyond_the_end_of_its_engagement():
    toml = registry(engagement(attestation=last_accepted("2025-07-20"), ends_on="2026-08-05"))
    compared, _ = _play(toml=toml, last_day="2026-08-05")
    assert compared > 4


DAYS = st.dates(date(2026, 6, 20), date(2026, 10, 20))
HOURS = st.sampled_from(["03:37", "10:37", "17:57", "22:07"])


@st.composite
def deeds(draw):
    """Something that people do, or that a check sees, at some time."""
    day, hour = draw(DAYS), draw(HOURS)
    what = draw(st.sampled_from(["submit", "return", "accept", "acknowledge", "fail", "pass"]))
    at = f"{day}T{hour}"
    if what in {"fail", "pass"}:
        severity = draw(st.sampled_from(["medium", "high", "critical"]))
        said = {"url": URL, "check": "tls", "verdict": what} | ({"severity": severity} if what == "fail" else {})
        return [event(at, "observe", None, **said), event(f"{day}T{hour[:3]}58", "observe", None, **said)]
    more = {
        "return": {"reason": "More."},
        "acknowledge": {"until": f"{day + timedelta(days=draw(st.integers(1, 29)))}T{hour}"},
    }
    return [event(at, what, "dm", **more.get(what, {}))]


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    accepted=st.dates(date(2025, 6, 20), date(2025, 11, 1)),
    happenings=st.lists(deeds(), max_size=4, unique_by=lambda texts: texts[0][:15]),  # no two on one day
    pi_manager=st.booleans(),
    member_until=st.none() | DAYS,
)
def test_whatever_happens_announcements_hold_until_the_next_thing_happens(
    accepted, happenings, pi_manager, member_until
):
    toml = registry(engagement(attestation=last_accepted(str(accepted))))
    if not pi_manager:
        toml = toml.replace('pi_manager = ["pi@impress.example"]\n', "")
    if member_until:
        toml = toml.replace('key = "impress"\n', f'key = "impress"\nmember_until = {member_until}\n', 1)
    _play(*[text for deed in happenings for text in deed], toml=toml)
