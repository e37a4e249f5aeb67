"""Statistics in a script: entered, signed off or refused, published; without a sign-off that is a case."""

from __future__ import annotations

from tests.stage import engagement, event, last_accepted, play, registry

WORK = registry(engagement(attestation=last_accepted("2026-09-01")))
SAID = {"what": "Readers by age", "method": "Counted by decade", "reviewer": "Data office"}


def entered(ref: str, group: int = 30, **more: str) -> str:
    return event("2026-09-07T10:00", "statistics", ref=ref, **SAID | more) + f"\nsmallest_group = {group}"


def decided(ref: str, at: str = "2026-09-08T10:00", **more: str) -> str:
    return event(at, "statistics_decided", None, ref=ref, **more)


def published(ref: str, at: str = "2026-09-09T10:00", **more: str) -> str:
    return event(at, "statistics_published", None, ref=ref, **more)


async def test_what_is_published_without_a_sign_off_is_a_case(world):
    events = [entered("S-1"), entered("S-2"), decided("S-1"), published("S-1"), published("S-2", on="2026-09-08")]
    told = await world(WORK, "2026-09-01", "2026-09-10", *events)
    assert [(line["ref"], line["state"], line["at"][8:10]) for line in told.of("state")] == [
        ("S-1", "entered", "07"),
        ("S-2", "entered", "07"),
        ("S-1", "signed-off", "08"),
        ("S-1", "published", "09"),
        ("S-2", "published", "09"),
    ]
    [case] = told.of("case_opened", rule="statistics_unreviewed")
    assert (case["engagement"], case["company"], case["at"][:10]) == ("dm", "impress", "2026-09-09")


async def test_what_cannot_be_is_refused_by_name(tmp_path):
    events = [
        entered("S-1", what=""),
        entered("S-2", 1),
        entered("S-3"),
        decided("S-2"),
        decided("S-3", outcome="refused"),
        decided("S-3", outcome="refused", reason="Groups are too small."),
        decided("S-3", "2026-09-08T11:00"),
        decided("S-9", "2026-09-08T12:00"),
        published("S-3", on="2026-09-10"),
    ]
    told = await play(WORK, "2026-09-01", "2026-09-10", *events, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == [
        "what-missing", "group-of-one", "reason-missing", "decided-already", "no-such-statistics", "on-future",
    ]  # fmt: skip
    assert [line["state"] for line in told.of("state", ref="S-3")] == ["entered", "refused"]
