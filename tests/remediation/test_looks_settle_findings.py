"""A finding that a look can see: verified by it, and open again because of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from remedied import BEGIN, answered, begin, ledger, rows

from monitor import plugins, tables
from monitor.contradiction import see
from monitor.obligations import findings
from monitor.obligations.authority import Authority
from tests.contradiction.attested import look

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("store")
CLAIMED = plugins.claims()
HOUR = timedelta(hours=1)
GOOD = {"old_versions": "refused"}


async def seen(at):
    while await see(at, CLAIMED):
        pass
    return (await rows())["web.tls"]


async def test_a_look_verifies_what_it_sees_put_right_and_which_look_it_was_is_known(tmp_path: Path):
    await begin(tmp_path)
    await look(BEGIN - HOUR, kind="tls", **GOOD)
    await answered(BEGIN, {"web.tls": "no", "rules": "no"})
    assert (await seen(BEGIN)).state == "open"  # what was seen before it was found shows nothing
    await look(BEGIN + HOUR, kind="tls", **GOOD)
    row = await seen(BEGIN + 2 * HOUR)
    watch = await tables.Watch.get(check_kind="tls")
    assert (row.state, row.proof["how"], row.proof["check"], row.proof["watches"]) == ("verified", "look", "tls", [watch.id])  # fmt: skip
    assert (await rows())["rules"].state == "open"
    assert await ledger() == ["raised", "raised", "verified"]


async def test_a_look_that_contradicts_opens_it_again_due_thirty_days_later(tmp_path: Path):
    await begin(tmp_path)
    await answered(BEGIN, {"web.tls": "no"})
    await look(BEGIN, "tls.old-protocol")
    number = (await rows())["web.tls"].id
    await findings.verify(number, BEGIN + HOUR, "person/1", "Seen on a call.", authority=Authority.COMPANY, pairs="S")
    assert (await seen(BEGIN + 2 * HOUR)).state == "verified"  # no look since
    await look(BEGIN + 3 * HOUR, "tls.old-protocol")
    row = await seen(BEGIN + 4 * HOUR)
    assert (row.state, row.asked_id, row.due_on.isoformat()) == ("open", None, "2026-10-01")
    assert (await ledger())[-1] == "reopened"
    assert (await tables.Engagement.get(key="dm")).plan_at == BEGIN + 4 * HOUR


async def test_nobodys_look_at_it_costs_a_day_between_two_questions(tmp_path: Path):
    await begin(tmp_path)
    await answered(BEGIN, {"rules": "no"})
    await see(BEGIN, CLAIMED)
    assert (await rows())["rules"].look_at == BEGIN + timedelta(days=1)
    assert await see(BEGIN + 23 * HOUR, CLAIMED) == 0
