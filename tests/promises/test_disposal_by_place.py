"""Return and deletion, place by place: what comes back at once, what waits, what is held, and when it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.promises.chain import ALL, SUBS, THREE, WAITING, accepts, certifies, done, ended, place, running
from tests.stage import engagement, last_accepted, play, registry

if TYPE_CHECKING:
    from pathlib import Path

PURGE, REVIEW = "backup-purge", "hold-review"


async def test_a_certificate_that_leaves_a_place_out_goes_back_at_once_and_no_day_moves(world: Any) -> None:
    told = await world(ended(), "2026-09-01", "2026-10-02", certifies("2026-09-29T10:00", *THREE))
    [returned] = told.of("returned")
    assert (returned["at"][:16], returned["reason"], returned["due_on"]) == (
        "2026-09-29T10:00", "backup tapes", "2026-09-30",
    )  # fmt: skip
    assert not told.of("submitted")
    assert not told.of("due_moved")
    assert [line["to"] for line in told.notices("returned")] == [["privacy@acme.example"]]
    assert [line["at"][:16] for line in told.of("overdue")] == ["2026-10-01T00:00"]


async def test_what_is_kept_needs_its_law_and_its_day(tmp_path: Path) -> None:
    held = place("backup tapes", "legal_hold", review_on="2027-03-31")
    told = await play(ended(), "2026-09-01", "2026-09-20", certifies("2026-09-16T10:00", *THREE, held), tmp=tmp_path)
    assert [line["reason"] for line in told.of("returned")] == ["backup tapes: basis"]


async def test_backups_that_wait_keep_the_work_open_until_somebody_says_that_they_are_gone(world: Any) -> None:
    script = [certifies("2026-09-15T10:00", *WAITING), accepts("2026-09-16T10:00"), done("2026-12-16T10:00", PURGE)]
    told = await world(ended(), "2026-09-01", "2026-12-31", *script)
    assert told.of("submitted")
    assert [(line["at"][:10], line["state"], line["engagement"]) for line in told.of("state")] == [
        ("2026-09-16", "backup_pending", "dm"), ("2026-12-16", "deletion_confirmed", "dm"),
    ]  # fmt: skip
    assert [line["due_on"] for line in told.of("deadline", obligation=PURGE)] == ["2026-12-14"]
    assert [line["at"][:16] for line in told.of("overdue")] == ["2026-12-15T00:00"]
    assert [line["at"][:10] for line in told.of("accepted", obligation=PURGE)] == ["2026-12-16"]


async def test_a_purge_stays_on_its_day_though_that_is_closed(tmp_path: Path) -> None:
    sunday = place("backup tapes", "backup_pending", purge_by="2026-11-22")
    script = [certifies("2026-09-15T10:00", *THREE, sunday), accepts("2026-09-16T10:00")]
    told = await play(ended(), "2026-09-01", "2026-09-17", *script, tmp=tmp_path)
    assert [line["due_on"] for line in told.of("deadline")] == ["2026-11-22"]


async def test_the_days_of_a_purge_are_those_of_the_contract(tmp_path: Path) -> None:
    short = ended().replace(
        'name = "access log"\n  kind = "log"',
        'name = "access log"\n  kind = "log"\n  [engagement.deletion]\n  backup_days = 30',
    )
    script = [certifies("2026-09-15T10:00", *WAITING), accepts("2026-09-16T10:00")]
    told = await play(short, "2026-09-01", "2026-09-17", *script, tmp=tmp_path)
    assert [line["due_on"] for line in told.of("deadline")] == ["2026-10-15"]


async def test_what_a_law_wants_kept_is_looked_at_again_and_is_not_overdue_before(tmp_path: Path) -> None:
    held = place("backup tapes", "legal_hold", basis="Corporation Tax Act", review_on="2026-10-31")  # a Saturday
    script = [
        certifies("2026-09-15T10:00", *THREE, held), accepts("2026-09-16T10:00"), done("2026-11-02T10:00", REVIEW),
        done("2027-10-29T10:00", REVIEW, outcome="ended"),
    ]  # fmt: skip
    told = await play(ended(), "2026-09-01", "2027-12-01", *script, tmp=tmp_path)
    assert [line["due_on"] for line in told.of("deadline")] == ["2026-11-02", "2027-11-02"]
    assert [line["state"] for line in told.of("state")] == ["held", "deletion_confirmed"]
    assert not told.of("overdue")


async def test_a_clock_stands_before_a_hold_and_the_hold_after_it(tmp_path: Path) -> None:
    held = place("order papers", "legal_hold", basis="Corporation Tax Act", review_on="2027-03-31")
    both = [held, place("backup tapes", "backup_pending"), place("production database"), place("access log")]
    script = [certifies("2026-09-15T10:00", *both), accepts("2026-09-16T10:00"), done("2026-09-18T10:00", PURGE)]
    told = await play(ended(), "2026-09-01", "2026-09-20", *script, tmp=tmp_path)
    assert [line["state"] for line in told.of("state")] == ["backup_pending", "held"]


async def test_when_all_is_gone_acceptance_is_the_end(tmp_path: Path) -> None:
    script = [certifies("2026-09-16T10:00", *ALL), accepts("2026-09-17T10:00")]
    told = await play(ended(), "2026-09-01", "2026-12-31", *script, tmp=tmp_path)
    assert [line["obligation"] for line in told.of("accepted")] == ["deletion"]
    assert not [line for line in told if line["what"] in {"state", "deadline", "overdue"}]


@pytest.mark.parametrize("number", ["123456789018", "1234-5678-9018", "１２３４　５６７８　９０１８"])
async def test_a_number_of_a_person_is_refused_and_nothing_is_kept(number: str, tmp_path: Path) -> None:
    said = certifies("2026-09-16T10:00", *ALL, text=f'"書類 {number} を溶解"')
    told = await play(ended(), "2026-09-01", "2026-09-20", said, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == ["my-number"]
    assert not told.of("submitted")
    assert not told.of("returned")


async def test_what_comes_back_can_be_completed_and_only_the_last_word_counts(tmp_path: Path) -> None:
    script = [certifies("2026-09-14T10:00", *THREE), certifies("2026-09-16T10:00", *ALL), accepts("2026-09-17T10:00")]
    told = await play(ended(), "2026-09-01", "2026-10-20", *script, tmp=tmp_path)
    assert [line["what"] for line in told if line["what"] in {"returned", "submitted", "accepted"}] == [
        "returned", "submitted", "accepted",
    ]  # fmt: skip


async def test_every_node_of_the_tree_certifies_for_itself(tmp_path: Path) -> None:
    top = engagement(attestation=last_accepted("2026-03-01"), ends_on="2026-08-31")
    below = engagement("dm/sub", party="sub-co", under="dm", attestation=last_accepted("2026-03-01"))
    sub = certifies("2026-09-16T10:00", place("here"), engagement='"dm/sub"')
    told = await play(
        registry(top, below, parties=SUBS), "2026-09-01", "2026-09-20",
        certifies("2026-09-16T10:00", place("everything")), sub, tmp=tmp_path,
    )  # fmt: skip
    assert {line["engagement"] for line in told.of("submitted")} == {"dm", "dm/sub"}


async def test_in_the_highest_tiers_a_certificate_is_tested(tmp_path: Path) -> None:
    script = [
        certifies("2026-09-16T10:00", *ALL), accepts("2026-09-17T10:00"),
        done("2026-09-20T10:00", "spot-check", outcome="found", reason="A seeded record came back."),
    ]  # fmt: skip
    told = await play(ended(tier="A"), "2026-09-01", "2026-09-25", *script, tmp=tmp_path)
    assert [(line["obligation"], line["due_on"]) for line in told.of("deadline")] == [("spot-check", "2026-10-19")]
    assert [line["rule"] for line in told.of("case_opened")] == ["deletion_not_shown"]


async def test_what_a_spot_check_finds_is_asked_for_once_more_and_answered_by_a_new_certificate(tmp_path: Path) -> None:
    script = [
        certifies("2026-09-16T10:00", *ALL), accepts("2026-09-17T10:00"),
        done("2026-09-24T10:00", "spot-check", outcome="found", reason="A seeded record came back."),
        certifies("2026-09-28T10:00", *ALL), accepts("2026-09-29T10:00"),
    ]  # fmt: skip
    told = await play(ended(tier="A"), "2026-09-01", "2026-10-05", *script, tmp=tmp_path)
    _, again = told.of("opened", obligation="deletion")
    assert (again["at"][:16], again["due_on"], again["reason"]) == ("2026-09-24T10:00", "2026-10-01", "spot-check")
    assert ("T-30", "2026-09-24T10:00") in told.rungs("vendor", obligation="deletion")
    assert [line["at"][:10] for line in told.of("accepted", obligation="deletion")] == ["2026-09-17", "2026-09-29"]
    assert len(told.of("opened", obligation="deletion")) == 2
    assert len(told.of("deadline", obligation="spot-check")) == 2  # the new certificate is tested too


async def test_nothing_is_certified_before_it_is_asked_for(tmp_path: Path) -> None:
    told = await play(running(), "2026-09-01", "2026-09-02", certifies("2026-09-01T10:00", *ALL), tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == ["nothing-owed"]
