"""The days of a certificate: what comes by an event is held to what the form asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.promises.chain import ALL, THREE, WAITING, accepts, certifies, done, ended, place
from tests.stage import play

if TYPE_CHECKING:
    from pathlib import Path

WRONG = {
    "on-future": place("backup tapes", on="2026-09-17"),
    "purge-past": place("backup tapes", "backup_pending", purge_by="2026-09-15"),
    "review-past": place("backup tapes", "legal_hold", basis="Corporation Tax Act", review_on="2026-09-15"),
}


@pytest.mark.parametrize("reason", WRONG)
async def test_a_day_that_cannot_be_is_refused_and_the_order_stays_open(reason: str, tmp_path: Path) -> None:
    script = [certifies("2026-09-16T10:00", *THREE, WRONG[reason]), certifies("2026-09-17T10:00", *ALL)]
    told = await play(ended(), "2026-09-01", "2026-09-20", *script, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == [reason]
    assert [line["at"][:10] for line in told.of("submitted")] == ["2026-09-17"]


async def test_backups_that_stay_longer_than_agreed_want_a_reason(tmp_path: Path) -> None:
    late = {"purge_by": "2026-12-15"}  # the 91st day
    script = [
        certifies("2026-09-15T10:00", *THREE, place("backup tapes", "backup_pending", **late)),
        certifies("2026-09-16T10:00", *THREE, place("backup tapes", "backup_pending", **late, basis="Yearly tapes")),
        accepts("2026-09-17T10:00"),
    ]
    told = await play(ended(), "2026-09-01", "2026-09-20", *script, tmp=tmp_path)
    assert [line["reason"] for line in told.of("returned")] == ["backup tapes: basis"]
    assert [line["due_on"] for line in told.of("deadline", obligation="backup-purge")] == ["2026-12-15"]


async def test_nothing_is_gone_before_it_was_put_beyond_use_nor_on_a_day_to_come(tmp_path: Path) -> None:
    script = [
        certifies("2026-09-15T10:00", *WAITING), accepts("2026-09-16T10:00"),
        done("2026-09-18T10:00", "backup-purge", on="2026-09-14"),
        done("2026-09-18T11:00", "backup-purge", on="2026-09-19"),
        done("2026-09-18T12:00", "backup-purge", on="2026-09-17"),
    ]  # fmt: skip
    told = await play(ended(), "2026-09-01", "2026-09-25", *script, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == ["on-earlier", "on-future"]
    assert [line["at"][11:16] for line in told.of("accepted", obligation="backup-purge")] == ["12:00"]
