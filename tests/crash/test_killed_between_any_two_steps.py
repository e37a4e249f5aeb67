"""Killed before any step, and started again: nothing is lost, nothing is told twice, the ledger says what the rows say."""

from __future__ import annotations

import os
from collections import Counter
from itertools import count

import pytest
from mortality import ACTS, Theatre

from monitor.outbox.deliver import AT_ONCE

#: Every fourth step of each act, each act from another one on; every single one where `ITAKU_EVERYTHING` is set.
STRIDE = 1 if os.environ.get("ITAKU_EVERYTHING") else 4
ACTS_BEGIN = {name: number % STRIDE for number, name in enumerate(ACTS)}


def summary(book):
    """The ledger without what differs from life to life: order of letters, instants, random ids."""
    return Counter((line["type"], line["subject"].partition("/")[0], line["company"]) for line in book)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.logs_errors
@pytest.mark.parametrize("name", ACTS)
def test_killed_before_any_step_nothing_is_lost_and_nothing_is_told_twice(name, tmp_path):
    theatre = Theatre(ACTS[name], tmp_path / "stage")
    theatre.prepare()
    relay, _ = theatre.play(None)
    letters, rows, book = Counter(to for _, to in relay.taken), theatre.rows(), summary(theatre.book())
    for steps in count(ACTS_BEGIN[name], STRIDE):
        relay, fate = theatre.play(steps)
        taken = Counter(relay.taken)
        where = f"killed before step {steps + 1}"
        assert Counter(to for _, to in taken) == letters, f"{where}: who got how many different letters"
        repeated = [number for (number, _), times in taken.items() if times > 1]
        assert len(repeated) <= AT_ONCE, f"{where}: only what was on its way goes again"
        assert max(taken.values(), default=1) <= 2, where
        assert theatre.rows() == rows, where
        assert summary(theatre.book()) == book, where
        if not fate.sealed:
            break
    assert steps > 10, "a death that never came proves nothing"
