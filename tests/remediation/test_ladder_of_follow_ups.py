"""The ladder of a follow-up: of the days that the party has when it opens, not of those it was to have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from remedied import BEGIN, WEAK, answered, begin, duty_of, rows, shown

from monitor.ladder import SHORT
from monitor.obligations import findings
from monitor.schedule import ladder_from
from monitor.tables.store import MEMORY, opened

if TYPE_CHECKING:
    from pathlib import Path


async def test_what_is_found_before_a_follow_up_opens_brings_it_forward_with_the_ladder_of_its_own_days(tmp_path: Path):
    async with opened(MEMORY, create=True):
        life = await begin(tmp_path)
        await answered(BEGIN, WEAK)
        first, second = [(await rows())[name].id for name in ("rules", "policy")]
        await life.to("2026-10-01 11:00")
        await answered(life.at, {
            f"finding.{first}.state": shown(),
            f"finding.{second}.state": {"value": "fixing", "comment": "In print."}, f"finding.{second}.by": "2026-12-25",
        }, "remediation")  # fmt: skip
        await life.to("2026-10-02 11:00")
        follow_up = await duty_of()
        assert (follow_up.state, ladder_from(follow_up.ladder)) == ("scheduled", SHORT)
        await findings.reopen(first, life.at, "person/1", "It is not in use there.")
        told = await life.to("2026-11-02 12:00")
        assert (await duty_of()).id == follow_up.id
        rungs = [(line["rung"], line["at"][:10]) for line in told if line["what"] == "mail"]
        assert rungs == [("T-30", "2026-10-02"), ("T-14", "2026-10-19"), ("T-7", "2026-10-26"), ("T-1", "2026-10-30")]  # fmt: skip
