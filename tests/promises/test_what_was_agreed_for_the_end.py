"""What was agreed for the data at the end, and what is left after it: returned, erased, both, disputed, kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.obligations.completeness import _in_words
from tests.promises.chain import ALL, PLACES, THREE, accepts, certifies, done, ended, place
from tests.stage import play

if TYPE_CHECKING:
    from pathlib import Path

RETURNED = tuple(place(name, "returned") for name in ("production database", "order papers"))
COPIES = (place("backup tapes"), place("access log"))


def agreed(election: str) -> str:
    return ended(PLACES + f'  [engagement.deletion]\n  election = "{election}"\n')


@pytest.mark.parametrize("election", ["return", "return_then_delete"])
async def test_what_was_to_be_returned_and_is_only_erased_goes_back_by_its_name(election: str, tmp_path: Path) -> None:
    script = [certifies("2026-09-16T10:00", *ALL), certifies("2026-09-17T10:00", *RETURNED, *COPIES)]
    told = await play(agreed(election), "2026-09-01", "2026-09-20", *script, tmp=tmp_path)
    assert [line["reason"] for line in told.of("returned")] == ["production database: returned"]
    assert [line["at"][:10] for line in told.of("submitted")] == ["2026-09-17"]


def test_the_party_reads_in_words_what_is_missing_at_a_place() -> None:
    said = _in_words("deletion", "棚: 上: returned", "ja")
    assert said == "「棚: 上」（消去だけでなく、返却をお願いしております）"
    assert _in_words("deletion", "棚: 上", "ja") == "棚: 上"


async def test_what_was_to_be_erased_need_not_be_returned(tmp_path: Path) -> None:
    erased = [place(name) for name in ("production database", "order papers")]
    script = [certifies("2026-09-16T10:00", *erased, *COPIES)]
    told = await play(agreed("delete"), "2026-09-01", "2026-09-20", *script, tmp=tmp_path)
    assert told.of("submitted")


async def test_what_is_returned_while_copies_are_left_stays_open_until_they_are_erased(tmp_path: Path) -> None:
    left = place("backup tapes", "returned_not_deleted", purge_by="2026-10-10")
    script = [
        certifies("2026-09-16T10:00", *THREE, left), accepts("2026-09-17T10:00"),
        done("2026-10-08T10:00", "copies-erasure", on="2026-10-07"),
    ]  # fmt: skip
    told = await play(ended(), "2026-09-01", "2026-10-20", *script, tmp=tmp_path)
    assert [line["due_on"] for line in told.of("deadline", obligation="copies-erasure")] == ["2026-10-10"]
    assert [(line["at"][:10], line["state"]) for line in told.of("state")] == [
        ("2026-09-17", "returned_not_deleted"), ("2026-10-08", "deletion_confirmed"),
    ]  # fmt: skip


async def test_what_the_party_must_keep_itself_names_the_law_until_when_and_the_review(tmp_path: Path) -> None:
    bare = place("backup tapes", "vendor_own_duty", review_on="2027-03-31")
    whole = place(
        "backup tapes", "vendor_own_duty", basis="Corporation Tax Act", review_on="2027-03-31", until="2033-08-31"
    )
    script = [
        certifies("2026-09-16T10:00", *THREE, bare), certifies("2026-09-16T11:00", *THREE, whole),
        accepts("2026-09-17T10:00"),
    ]  # fmt: skip
    told = await play(ended(), "2026-09-01", "2026-09-20", *script, tmp=tmp_path)
    assert [line["reason"] for line in told.of("returned")] == ["backup tapes: basis, backup tapes: until"]
    assert [line["state"] for line in told.of("state")] == ["held"]
    assert [line["due_on"] for line in told.of("deadline", obligation="hold-review")] == ["2027-03-31"]


async def test_what_is_disputed_says_why_and_is_to_be_settled(tmp_path: Path) -> None:
    script = [
        certifies("2026-09-16T10:00", *THREE, place("backup tapes", "disputed")),
        certifies("2026-09-17T10:00", *THREE, place("backup tapes", "disputed", basis="Our own customers' data")),
        accepts("2026-09-17T11:00"),
    ]
    told = await play(ended(), "2026-09-01", "2026-09-20", *script, tmp=tmp_path)
    assert [line["reason"] for line in told.of("returned")] == ["backup tapes: basis"]
    assert [line["state"] for line in told.of("state")] == ["disputed"]
    assert len(told.of("deadline", obligation="copies-erasure")) == 1
