"""Random worlds: whatever happens in them, the promises hold; and nothing but the scene decides what is told.

`ITAKU_SEEDS=200` plays as many of them, `ITAKU_SEEDS=1234..1300` these; a failing test names its seed, and
`pytest -k "seed-1234"` plays that one again.
"""

from __future__ import annotations

import json
import os
from datetime import timedelta
from random import Random
from types import SimpleNamespace

import pytest
from invariants import broken
from lives import killed_often
from playing import in_lives, play
from scene import imagine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
USUAL = 12
FIRST = 1000


def seeds(share: int = 1) -> list[object]:
    """The seeds to play; every `share`-th of them for what plays a scene several times."""
    wanted = os.environ.get("ITAKU_SEEDS", str(USUAL))
    first, _, last = wanted.rpartition("..")
    numbers = range(int(first), int(last) + 1) if first else range(FIRST, FIRST + int(last))
    return [pytest.param(seed, id=f"seed-{seed}") for seed in numbers[::share]]


def told(played):
    return "\n".join(map(str, played.lines))


@pytest.fixture
def usual(tmp_path_factory):
    """A scene played in one piece on SQLite in memory, once for all tests that ask, whichever process they are in."""
    folder, worker = tmp_path_factory.getbasetemp(), os.environ.get("PYTEST_XDIST_WORKER", "")
    home = (folder.parent if worker else folder) / "worlds"

    async def once(seed):
        kept = home / f"{seed}.json"
        if not kept.exists():
            played = await play(imagine(seed))
            found = {"told": told(played), "broken": broken(played), "mails": len(played.mails())}
            home.mkdir(exist_ok=True)
            begun = home / f"{seed}.{worker}"
            begun.write_text(json.dumps(found), encoding="utf-8")
            begun.rename(kept)
        return SimpleNamespace(**json.loads(kept.read_text(encoding="utf-8")))

    return once


def moments(scene, chance, count):
    """Instants in a scene, some of them on the microsecond at which something happens."""
    length = (scene.end - scene.begin) / timedelta(seconds=1)
    found = [scene.begin + timedelta(seconds=chance.uniform(0, length)) for _ in range(count)]
    return found + [event["at"] for event in chance.sample(scene.events, min(count, len(scene.events)))]


@pytest.mark.parametrize("seed", seeds())
async def test_whatever_happens_every_promise_holds(seed, usual):
    world = await usual(seed)
    assert world.broken == [], f"seed {seed}"
    assert world.mails, "a world in which nothing is told proves nothing"


@pytest.mark.parametrize("seed", seeds(6))
async def test_the_same_scene_told_twice_is_the_same_to_the_last_letter(seed, usual):
    assert told(await play(imagine(seed))) == (await usual(seed)).told


@pytest.mark.parametrize("seed", seeds(6))
async def test_a_daemon_that_is_stopped_and_started_tells_what_one_that_never_stopped_tells(seed, tmp_path, usual):
    scene, chance = imagine(seed), Random(seed)
    lives = await in_lives(scene, moments(scene, chance, 12), f"sqlite:///{tmp_path}/lives.sqlite3")
    assert told(lives) == (await usual(seed)).told


@pytest.mark.parametrize("seed", seeds(6))
async def test_the_order_of_tables_in_the_files_means_nothing(seed, usual):
    assert told(await play(imagine(seed), shuffled=Random(seed))) == (await usual(seed)).told


@pytest.mark.postgres
@pytest.mark.parametrize("seed", seeds(6))
async def test_both_databases_tell_the_same(seed, new_postgres, usual):
    in_postgres = await play(imagine(seed), await new_postgres())
    assert told(in_postgres) == (await usual(seed)).told
    assert broken(in_postgres) == [], f"seed {seed}"


@pytest.mark.parametrize("seed", seeds(4))
def test_a_daemon_killed_between_any_two_statements_loses_nothing_and_tells_nothing_twice(seed, tmp_path):
    scene = imagine(seed)
    played, deaths = killed_often(scene, Random(seed), f"sqlite:///{tmp_path}/killed.sqlite3")
    assert deaths > 10
    assert broken(played) == [], f"seed {seed}"
