"""Return or deletion ordered by a named person while the work goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.promises.chain import ALL, PLACES, SUBS, accepts, certifies, ended, event, place, running
from tests.stage import engagement, last_accepted, play, registry

if TYPE_CHECKING:
    from pathlib import Path


THROUGH = '  [engagement.sub_entrustment]\n  reach = "via_parent"\n'


def orders(at: str, trigger: str = "containment", reason: str = "A server was entered.", **fields: str) -> str:
    return event(at, "order_deletion", trigger=f'"{trigger}"', reason=f'"{reason}"', **fields)


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


async def test_an_order_reaches_everybody_below_who_holds_data_as_the_end_of_the_work_would(tmp_path: Path) -> None:
    known = {"party": "sub-co", "attestation": last_accepted("2026-08-01")}
    tree = registry(
        engagement(attestation=last_accepted("2026-08-01"), more=PLACES),
        engagement("dm/near", under="dm", deletion_days=14, **known),
        engagement("dm/near/deep", under="dm/near", **known),
        engagement("dm/through", under="dm", more=THROUGH, **known),
        engagement("dm/over", under="dm", ends_on="2026-06-30", more="  [engagement.deletion]\n  accepted_on = 2026-07-20", **known),
        engagement("dm/asked", under="dm", **known), parties=SUBS,
    )  # fmt: skip
    script = [orders("2026-09-04T10:00", engagement='"dm/asked"'), orders("2026-09-07T10:00")]
    told = await play(tree, "2026-09-01", "2026-09-08", *script, tmp=tmp_path)
    opened = {(line["engagement"], line["at"][5:10], line["due_on"]) for line in told.of("opened", reason="ordered")}
    assert opened == {
        ("dm/asked", "09-04", "2026-10-05"), ("dm", "09-07", "2026-10-07"), ("dm/near", "09-07", "2026-09-24"),
        ("dm/near/deep", "09-07", "2026-10-07"), ("dm/through", "09-07", "2026-10-07"),
    }  # fmt: skip
    assert len(told.of("state", state="deletion-ordered")) == len(opened)
    asked = {line["engagement"]: line["to"] for line in told.notices("rung") if line["obligation"] == "deletion"}
    assert asked["dm/near/deep"] == ["privacy@sub.example"]
    assert asked["dm/through"] == ["privacy@acme.example"]


async def test_what_was_handed_in_before_the_end_does_not_confirm_the_end_however_late_it_is_accepted(
    tmp_path: Path,
) -> None:
    early = [
        place(name, on="2026-08-27") for name in ("production database", "order papers", "access log", "backup tapes")
    ]
    script = [
        orders("2026-08-26T10:00"), certifies("2026-08-28T10:00", *early), accepts("2026-09-02T10:00"),
        certifies("2026-09-16T10:00", *ALL), accepts("2026-09-17T10:00"),
    ]  # fmt: skip
    told = await play(ended(), "2026-08-24", "2026-10-10", *script, tmp=tmp_path)
    assert [(line["at"][:10], line["due_on"]) for line in told.of("opened", obligation="deletion")] == [
        ("2026-08-26", "2026-09-25"), ("2026-09-02", "2026-09-30"),
    ]  # fmt: skip
    assert [line["at"][:10] for line in told.of("accepted", obligation="deletion")] == ["2026-09-02", "2026-09-17"]


async def test_a_certificate_of_an_end_that_moved_later_before_it_was_accepted_says_nothing_of_the_later_one(
    tmp_path: Path,
) -> None:
    script = [
        certifies("2026-09-16T10:00", *ALL), event("2026-09-17T10:00", "end", on="2026-10-30"),
        accepts("2026-11-04T10:00"),
    ]  # fmt: skip
    told = await play(ended(), "2026-09-01", "2026-11-10", *script, tmp=tmp_path)
    assert [(line["at"][:10], line["due_on"]) for line in told.of("opened", obligation="deletion")] == [
        ("2026-09-01", "2026-09-30"), ("2026-11-04", "2026-11-30"),
    ]  # fmt: skip


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
