"""Return or deletion ordered by a named person while the work goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.promises.chain import ALL, PLACES, accepts, certifies, ended, event, running
from tests.stage import play

if TYPE_CHECKING:
    from pathlib import Path


def orders(at: str, trigger: str = "containment", reason: str = "A server was entered.") -> str:
    return event(at, "order_deletion", trigger=f'"{trigger}"', reason=f'"{reason}"')


async def test_an_order_asks_at_once_and_the_work_goes_on(tmp_path: Path) -> None:
    script = [
        orders("2026-09-07T10:00"), certifies("2026-09-16T10:00", *ALL), accepts("2026-09-17T10:00"),
        orders("2026-09-24T10:00", "consent"),
    ]  # fmt: skip
    told = await play(running(PLACES), "2026-09-01", "2026-09-30", *script, tmp=tmp_path)
    opened = told.of("opened", obligation="deletion")
    assert [(line["at"][:16], line["due_on"], line["reason"]) for line in opened] == [
        ("2026-09-07T10:00", "2026-10-07", "ordered"), ("2026-09-24T10:00", "2026-10-26", "ordered"),
    ]  # fmt: skip
    assert [line["reason"] for line in told.of("state") if line["state"] == "deletion-ordered"] == [
        "containment", "consent",
    ]  # fmt: skip
    assert [line["at"][:10] for line in told.of("accepted", obligation="deletion")] == ["2026-09-17"]
    assert not told.of("cancelled", obligation="deletion")


async def test_the_same_places_are_asked_for_once_though_the_work_ends_meanwhile(tmp_path: Path) -> None:
    script = [
        orders("2026-08-26T10:00"), orders("2026-08-27T10:00"), orders("2026-09-02T10:00"),
        certifies("2026-09-16T10:00", *ALL), accepts("2026-09-17T10:00"), accepts("2026-09-17T11:00"),
    ]  # fmt: skip
    told = await play(ended(), "2026-08-24", "2026-10-10", *script, tmp=tmp_path)
    assert [line["at"][:10] for line in told.of("opened", obligation="deletion")] == ["2026-08-26"]
    assert [line["reason"] for line in told.of("refused")][:2] == ["asked-already", "not-in-force"]
    assert [line["at"][11:16] for line in told.of("accepted", obligation="deletion")] == ["10:00"]


@pytest.mark.parametrize(("trigger", "reason", "token"), [
    ("whim", "So.", "trigger-missing"), ("consent", " ", "reason-missing"), ("consent", "123456789018", "my-number"),
])  # fmt: skip
async def test_an_order_says_what_brings_it_about_and_why(
    trigger: str, reason: str, token: str, tmp_path: Path
) -> None:
    told = await play(running(), "2026-09-01", "2026-09-02", orders("2026-09-01T10:00", trigger, reason), tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == [token]
    assert not told.of("opened", obligation="deletion")


async def test_of_two_who_decide_on_one_certificate_the_second_is_told_that_it_is_decided(tmp_path: Path) -> None:
    rejects = event("2026-09-17T10:00", "return", obligation='"deletion"', reason='"Not shown."')
    script = [certifies("2026-09-16T10:00", *ALL), accepts("2026-09-17T10:00"), rejects]
    told = await play(ended(), "2026-09-01", "2026-09-20", *script, tmp=tmp_path)
    assert len(told.of("accepted", obligation="deletion")) == len(told.of("refused")) == 1
    assert not told.of("returned")
