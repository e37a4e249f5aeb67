"""An end that is corrected after it has passed: the order for the wrong day falls, another one is asked for anew."""

from __future__ import annotations

from stage import engagement, event, last_accepted, registry

TOML = registry(engagement(ends_on="2026-08-31", attestation=last_accepted("2026-06-01")))


async def test_an_end_that_moves_later_within_the_past_cancels_the_order_and_asks_anew(world):
    """On 10 December the last day is found to have been 15 October: its T, 14 November, would be over."""
    told = await world(TOML, "2026-07-01", "2026-12-31", event("2026-12-10T10:00", "end", on="2026-10-15"))
    assert [(line["at"][:16], line["reason"]) for line in told.of("cancelled")] == [("2026-12-10T10:00", "end-moved")]
    assert [line["at"][:16] for line in told.notices("cancelled")] == ["2026-12-10T10:00"]
    assert told.of("due_moved", reason="recomputed") == []
    assert [line["at"][:16] for line in told.of("opened", obligation="deletion")] == ["2026-09-01T00:00", "2026-12-10T10:00"]  # fmt: skip


async def test_the_order_that_follows_leaves_days_to_answer_and_is_overdue_only_after_them(world):
    told = await world(TOML, "2026-07-01", "2026-12-31", event("2026-12-10T10:00", "end", on="2026-10-15"))
    asked = [line for line in told.of("mail", notice="rung") if line["at"] >= "2026-12-10"]
    assert (asked[0]["rung"], asked[0]["at"][:16], asked[0]["due_on"]) == ("T-30", "2026-12-10T10:00", "2026-12-24")
    assert [line["at"][:10] for line in told.of("overdue")] == ["2026-10-01", "2026-12-25"]


async def test_an_end_that_moves_later_while_there_is_time_has_an_order_of_its_own_too(world):
    told = await world(TOML, "2026-07-01", "2026-12-31", event("2026-09-24T10:00", "end", on="2026-09-20"))
    assert [line["reason"] for line in told.of("cancelled")] == ["end-moved"]
    assert [line["due_on"] for line in told.of("opened", obligation="deletion")] == ["2026-09-30", "2026-10-20"]


async def test_an_end_that_moves_later_cancels_an_order_that_was_waived(world):
    waived = event("2026-09-03T10:00", "waive", obligation="deletion", by="m@impress.example", reason="merger", until="2026-12-20T00:00")  # fmt: skip
    told = await world(TOML, "2026-07-01", "2026-12-31", waived, event("2026-12-10T10:00", "end", on="2026-10-15"))
    assert [line["reason"] for line in told.of("cancelled")] == ["end-moved"]
    asked = [line["due_on"] for line in told.of("mail", notice="rung") if line["at"] >= "2026-12-10"]
    assert asked[:1] == ["2026-12-24"]


async def test_an_order_that_was_waived_and_asked_for_again_falls_too_when_the_end_moves_later(world):
    waived = event("2026-09-03T10:00", "waive", obligation="deletion", by="m@impress.example", reason="merger", until="2026-09-20T00:00")  # fmt: skip
    told = await world(TOML, "2026-07-01", "2026-12-31", waived, event("2026-12-10T10:00", "end", on="2026-09-10"))
    assert [line["reason"] for line in told.of("cancelled")] == ["end-moved"]


async def test_an_answer_that_was_handed_in_is_reviewed_although_the_end_moves_later(world):
    told = await world(
        TOML, "2026-07-01", "2026-12-31", event("2026-09-10T10:00", "submit", obligation="deletion"),
        event("2026-12-10T10:00", "end", on="2026-10-15"),
        event("2026-12-11T10:00", "accept", obligation="deletion"),
    )  # fmt: skip
    assert told.of("cancelled") == []
    assert len(told.of("accepted", obligation="deletion")) == 1


async def test_an_end_that_moves_earlier_leaves_the_order_and_its_date(world):
    told = await world(TOML, "2026-07-01", "2026-09-20", event("2026-09-10T10:00", "end", on="2026-08-15"))
    assert told.of("cancelled") + told.of("due_moved") == []
