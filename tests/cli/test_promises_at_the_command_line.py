"""`itaku status --promises` and `itaku export promises`: what is red is said by the exit status as well."""

from __future__ import annotations

import json

import pytest
from stage import engagement, registry
from test_commands import home, run

from monitor.sheets import read_workbook

__all__ = ["home"]


@pytest.fixture
def applied(home):
    (home / "registry.toml").write_text(registry(engagement("dm")), encoding="utf-8")
    assert run("apply", "registry.toml").exit_code == 0
    return home


def test_each_promise_of_a_company_is_a_line_and_what_is_red_ends_with_4(applied):
    ran = run("status", "--promises", "--company", "impress", "--json", "--exit-status")
    lines = {line["promise"]: line for line in map(json.loads, ran.stdout.splitlines())}
    assert ran.exit_code == 4
    assert (lines["A6c"]["state"], lines["A6c"]["red"]) == ("missing", True)
    assert (lines["A10"]["state"], lines["A10"]["missing"]) == ("nothing", [])  # its first year still runs
    assert lines["A10"]["why"].startswith("The first review of a whole year is not due before ")
    assert lines["B29"]["missing"] == ["Versions of the published texts on record"]
    assert (lines["P12"]["state"], lines["P12"]["red"]) == ("nothing", False)
    assert (lines["A6b"]["state"], lines["A6b"]["href"]) == ("proved", "/engagement/dm")
    only = run("status", "--promises", "--overdue", "--json").stdout.splitlines()
    assert {json.loads(line)["red"] for line in only} == {True}
    assert run("status", "--promises", "--company", "nobody").exit_code == 2


def test_the_table_shows_every_company_beside_the_others_and_one_in_full(applied):
    table = run("status", "--promises").stdout
    assert "NONE" in table
    assert {"impress", "sister"} <= set(table.splitlines()[0].split())
    one = run("status", "--promises", "--company", "impress").stdout
    assert "/engagement/dm" in one.replace("\n", "")


def test_the_workbook_is_a_file_and_promises_are_no_party_s(applied):
    assert run("export", "promises").exit_code == 2
    assert run("export", "promises", "--party", "acme", "-o", "p.xlsx").exit_code == 2
    assert run("export", "promises", "-o", "p.xlsx").exit_code == 0
    assert read_workbook((applied / "p.xlsx").read_bytes())[0].cells[2, 1] == "A0"
