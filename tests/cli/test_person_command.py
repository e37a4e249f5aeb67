"""`itaku person erase`: shown first, asked for, refused while there is a role; and the ledger stays whole."""

from __future__ import annotations

import asyncio
import json
import sqlite3

import pytest
from kept import SIGNER, fill, over
from test_commands import home, run

from monitor.tables.store import opened

__all__ = ["home"]


@pytest.fixture
def full(home, tmp_path):
    file = home / "data" / "itaku.sqlite3"

    async def lived():
        async with opened(f"sqlite:///{file}"):
            await over(tmp_path)
            await fill()

    assert run("db", "upgrade").exit_code == 0
    asyncio.run(lived())
    return home


def named(home):
    with sqlite3.connect(home / "data" / "itaku.sqlite3") as database:
        return database.execute("SELECT count(*) FROM person WHERE email = ?", [SIGNER]).fetchone()[0]


def test_what_would_go_is_shown_and_nothing_goes_unless_it_is_said(full):
    ran = run("person", "erase", SIGNER, "--dry-run", "--json")
    assert (ran.exit_code, named(full)) == (0, 1)
    shown = json.loads(ran.stdout)
    assert shown.pop("erased") is False
    assert shown["persons"] == 1
    ran = run("person", "erase", SIGNER)
    assert ran.exit_code == 2
    assert "--yes" in ran.stderr
    assert named(full) == 1
    done = json.loads(run("person", "erase", SIGNER, "--yes", "--json").stdout)
    assert done == {"erased": True} | shown
    assert named(full) == 0
    assert run("ledger", "verify").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["privacy@acme.example", "--yes"], 1, "contact of acme"),
        (["nobody@acme.example", "--yes"], 1, "Nothing is kept of such a person."),
        ([], 1, "Enter the person's mail address"),
        (["--name", "A. Signer", "--party", "acne"], 2, "did you mean acme?"),
        (["--name", "A. Signer"], 1, "party"),
    ],
)
def test_what_cannot_be_erased_is_said(full, arguments, code, said):
    ran = run("person", "erase", *arguments)
    assert ran.exit_code == code
    assert said in ran.stderr
    assert named(full) == 1


def test_by_the_name_alone_that_somebody_signed_with(full):
    assert run("person", "erase", "--name", "A. Signer", "--party", "acme", "--yes").exit_code == 0
    with sqlite3.connect(full / "data" / "itaku.sqlite3") as database:
        assert not database.execute("SELECT 1 FROM submission WHERE signer_name = 'A. Signer'").fetchone()
