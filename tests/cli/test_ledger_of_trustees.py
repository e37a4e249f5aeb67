"""`itaku export ledger`: the ledger of trustees as a workbook that opens, says what the books say, and computes nothing."""

from __future__ import annotations

import zipfile
from datetime import date

import pytest
from python_calamine import CalamineWorkbook
from stage import PARTY, engagement, registry
from test_commands import home, run

__all__ = ["home"]

SUB = """
[[party]]
key = "beta"
name = "Beta Logistics"
country = "VN"
contacts = ["privacy@beta.example"]
"""
FIELDS = {"title": "=HYPERLINK(1)", "count_band": "up-to-1000", "card": True, "ends_on": "2030-03-31"}


@pytest.fixture
def applied(home):
    works = [
        engagement(**FIELDS, more='  [[engagement.place]]\n  name = "db"\n  kind = "prod"\n'),
        engagement("dm/below", party="beta", under="dm", starts_on="2021-01-01"),
        engagement("old", company="sister", starts_on="2015-04-01", ends_on="2018-03-31", state="closed"),
    ]
    (home / "registry.toml").write_text(registry(*works, parties=PARTY + SUB), encoding="utf-8")
    assert run("apply", "registry.toml").exit_code == 0
    return home


def told(file, sheet=0):
    """Rows as objects by their heads."""
    heads, *rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(sheet).to_python()
    return [dict(zip(heads, row, strict=True)) for row in rows]


def written(home, *options):
    ran = run("export", "ledger", "-o", "t.xlsx", "--language", "en", *options)
    assert ran.exit_code == 0, ran.stderr
    return home / "t.xlsx"


def test_each_work_is_a_line_and_what_is_below_a_sheet_of_its_own(applied):
    file = written(applied)
    works = {row["Key of the work"]: row for row in told(file)}
    assert list(works) == ["dm", "dm/below", "old"]
    assert works["dm"]["Party"] == "Acme Printing"
    assert works["dm"]["Tier"] == "S"  # cards
    assert works["dm"]["Number of people"] == "Up to 1,000"
    assert works["dm"]["Last day"] == date(2030, 3, 31)
    assert works["dm"]["Clauses in the contract"] == "1, 2, 3, 4, 5, 6, 7, 8"
    assert works["dm"]["Countries"] == "JP, VN"
    assert (works["dm"]["Parties below"], works["dm"]["Levels below"]) == (1, 1)
    assert works["dm/below"]["Hangs below"] == "dm"
    (below,) = told(file, 1)
    assert (below["Entrusted by"], below["Party below"], below["Level"]) == ("Acme Printing", "Beta Logistics", 1)
    explained = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(2).to_python()
    assert {row[0] for row in explained} >= set(works["dm"])


def test_a_name_that_looks_like_a_formula_stays_a_name_and_the_head_stays_in_sight(applied):
    file = written(applied)
    assert told(file)[0]["What is done"] == "=HYPERLINK(1)"
    with zipfile.ZipFile(file) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)
    assert 'state="frozen"' in sheets[0]


def test_only_what_was_asked_for_and_the_same_twice(applied):
    assert [row["Key of the work"] for row in told(written(applied, "--company", "impress"))] == ["dm", "dm/below"]
    assert [row["Key of the work"] for row in told(written(applied, "--party", "beta"))] == ["dm/below"]
    assert [row["Key of the work"] for row in told(written(applied, "--year", "2017"))] == ["old"]
    first = written(applied, "--company", "impress").read_bytes()
    assert written(applied, "--company", "impress").read_bytes() == first


def test_the_language_is_the_groups_where_none_is_named(applied):
    assert run("export", "ledger", "-o", "t.xlsx").exit_code == 0
    assert CalamineWorkbook.from_path(str(applied / "t.xlsx")).sheet_names == ["委託先管理台帳", "再委託先", "説明"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "-o trustees.xlsx"),
        (["-o", "."], "is a directory"),
        (["-o", "nowhere/t.xlsx"], "there is no folder nowhere"),
        (["-o", "t.xlsx", "--party", "acne"], "did you mean acme?"),
        (["-o", "t.xlsx", "--year", "26"], "26 is not in the range"),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_is_left_behind(applied, options, said):
    before = sorted(applied.iterdir())
    ran = run("export", "ledger", *options)
    assert ran.exit_code == 2
    assert said in ran.stderr
    assert sorted(applied.iterdir()) == before


def test_a_year_asked_of_what_has_none_is_said(applied):
    ran = run("export", "registry", "--year", "2026")
    assert ran.exit_code == 2
    assert "leave it out" in ran.stderr
