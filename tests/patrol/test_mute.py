"""A named person may say that nobody is told for a while, and why; it ends by itself, and then the managers hear of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from beat import GOOD, NOON, found, lines, open_cases, party, served, url
from stage import engagement, event, last_accepted, registry

from checks.contract import Severity
from monitor import tables
from monitor.board import board
from monitor.cases import Mute, mute, tend, unmute
from monitor.escalation import advance
from monitor.refusal import Refused

URL = "https://www.acme.example/"
TOML = registry(engagement(attestation=last_accepted("2026-08-01")))
DAY = timedelta(days=1)
ME = "person/1"


def see(at: str, verdict: str, severity: str | None = None) -> str:
    return event(at, "observe", None, url=URL, check="availability", verdict=verdict, severity=severity)


def twice(hour: str, verdict: str, severity: str | None = None) -> list[str]:
    return [see(f"2026-09-{hour}:00", verdict, severity), see(f"2026-09-{hour}:05", verdict, severity)]


def silence(at: str, until: str, **said: str) -> str:
    facts = {"url": URL, "check": "availability", "by": "managers@impress.example", "reason": "known", **said}
    return event(at, "mute", None, until=until, **facts)


def told(played) -> list[tuple[str, str, str]]:
    mails = [(line.get("rung", line["notice"]), line["audience"][0], line["at"][5:16]) for line in played.of("mail")]
    return sorted(mails, key=lambda mail: mail[2])


def first(*mails: tuple[str, str, str]) -> list[tuple[str, str, str]]:
    return [("C+0", "vendor", "09-07T10:05"), ("C+0", "managers", "09-07T10:05"), *mails]


async def play(world, *events: str, until: str = "2026-09-20"):
    return await world(TOML, "2026-09-06", until, *events)


async def test_while_a_case_is_muted_nobody_is_told_and_at_its_end_the_managers_are(world):
    played = await play(
        world, *twice("07T10", "fail"), silence("2026-09-07T11:00", "2026-09-15T00:00"), until="2026-09-16"
    )
    later = [mail for mail in told(played) if mail[2] > "09-07T11"]
    assert {(mail[0], mail[2]) for mail in later} == {("mute-ended", "09-15T09:00"), ("C+3", "09-15T09:00")}
    assert (len(played.of("muted")), len(played.of("unmuted"))) == (1, 1)


async def test_what_is_muted_before_its_first_mail_is_told_to_the_party_when_that_ends(world):
    played = await play(
        world, *twice("07T20", "fail"), silence("2026-09-07T21:00", "2026-09-10T00:00"), until="2026-09-12"
    )
    assert sorted(mail[:2] for mail in told(played) if mail[2] == "09-10T09:00") == [
        ("C+0", "vendor"), ("C+3", "managers"), ("mute-ended", "managers")]  # fmt: skip
    assert not [mail for mail in told(played) if mail[2] < "09-10T09:00"]


async def test_a_mute_that_ends_when_all_is_well_tells_nobody(world):
    played = await play(
        world, *twice("07T10", "fail"), silence("2026-09-07T11:00", "2026-09-15T00:00"), *twice("08T10", "pass")
    )
    assert [mail[0] for mail in told(played)[2:]] == ["resolved", "resolved"]
    assert len(played.of("unmuted")) == 1


async def test_a_case_that_opens_within_the_time_is_as_muted_as_the_one_before_it(world):
    played = await play(
        world,
        *twice("07T10", "fail"),
        silence("2026-09-07T11:00", "2026-09-15T00:00"),
        *twice("08T10", "pass"),
        *twice("10T10", "fail"),
    )
    assert len(played.of("case_opened")) == 2
    assert [mail for mail in told(played) if "09-09" < mail[2] < "09-15"] == []
    assert {mail[0] for mail in told(played) if mail[2] == "09-15T09:00"} == {"C+0", "C+3", "mute-ended"}


async def test_what_rises_to_critical_is_told_all_the_same(world):
    played = await play(
        world,
        *twice("07T10", "fail"),
        silence("2026-09-07T11:00", "2026-09-15T00:00"),
        see("2026-09-08T22:00", "fail", "critical"),
    )
    assert {mail[1] for mail in told(played) if mail[2] == "09-08T22:00"} == {"vendor", "managers"}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"until": "2026-12-08T00:00"}, "until-too-far"),
        ({"until": "2026-09-07T10:30"}, "until-past"),
        ({"until": "2026-09-10T00:00", "reason": " "}, "reason-missing"),
        ({"until": "2026-09-10T00:00", "by": ""}, "by-missing"),
        ({"until": "2026-09-10T00:00", "check": "tls"}, "no-such-case"),
    ],
)
async def test_a_mute_has_a_person_a_reason_and_an_end_within_ninety_days(world, said, reason):
    played = await play(world, *twice("07T10", "fail"), silence("2026-09-07T11:00", **said), until="2026-09-08")
    assert [line["reason"] for line in played.of("refused")] == [reason]
    assert played.of("muted") == []


async def test_ninety_days_count_to_the_end_of_the_last(world):
    played = await play(
        world, *twice("07T10", "fail"), silence("2026-09-07T11:00", "2026-12-07T00:00"), until="2026-09-08"
    )
    assert len(played.of("muted")) == 1


async def failing(beat, severity: Severity = Severity.HIGH):
    await beat.apply(party(0), engagements=[served(0), served(0, "sister")])
    beat.looks["availability"].says[url(0)] = found(severity=severity)
    return await beat.walks(2, NOON)


async def waiting() -> list[tuple[str, str]]:
    rows = await tables.Notice.filter(state="waiting")
    return sorted((row.company_id, row.kind) for row in rows)


async def test_one_company_s_mute_silences_no_other(beat):
    at = await failing(beat)
    await mute((await open_cases())[0].id, at, ME, Mute(at + DAY, "known"))
    await advance(at)
    assert {company for company, _ in await waiting()} == {"sister"}
    assert [bool(row["muted_until"]) for row in sorted(await board(at), key=lambda row: row["company"])] == [
        True,
        False,
    ]


async def test_a_person_may_end_it_sooner_and_the_ladder_goes_on(beat):
    at = await failing(beat)
    case = (await open_cases())[0]
    await mute(case.id, at, ME, Mute(at + 9 * DAY, "known"))
    await unmute(case.id, at + DAY, ME)
    await advance(at + DAY)
    assert ("impress", "rung") in await waiting()
    assert [(line["actor"], line["subject"]) for line in await lines("case.unmuted")] == [(ME, f"case/{case.id}")]
    with pytest.raises(Refused, match="not-muted"):
        await unmute(case.id, at + DAY, ME)


async def test_what_waited_to_be_told_when_it_was_muted_is_withdrawn_and_told_after_it(beat):
    at = await failing(beat)
    await advance(at)
    for case in await open_cases():
        await mute(case.id, at, ME, Mute(at + DAY, "known"))
    assert await waiting() == []
    assert await tend(at + DAY) == 2
    assert await tend(at + DAY) == 0
    await advance(at + DAY)
    told_then = [("rung"), ("rung"), ("mute-ended")]
    assert sorted(kind for company, kind in await waiting() if company == "impress") == sorted(told_then)


async def test_a_low_finding_s_mute_ends_in_silence(beat):
    at = await failing(beat, Severity.LOW)
    await mute((await open_cases())[0].id, at, ME, Mute(at + DAY, "known"))
    await tend(at + DAY)
    assert await waiting() == []


async def test_a_muted_case_that_passes_closes_as_ever(beat):
    at = await failing(beat)
    await mute((await open_cases())[0].id, at, ME, Mute(at + DAY, "known"))
    beat.looks["availability"].says[url(0)] = GOOD
    await beat.walks(2, at)
    assert await open_cases().count() == 0
