"""`itaku export --company/--party`: a key that is mistyped is said, and no file is written that looks empty."""

from __future__ import annotations

import pytest
from stage import engagement, registry
from test_commands import home, run

__all__ = ["home"]


@pytest.fixture
def applied(home):
    (home / "registry.toml").write_text(registry(engagement("dm")), encoding="utf-8")
    assert run("apply", "registry.toml").exit_code == 0
    return home


@pytest.mark.parametrize(
    ("option", "typed", "meant"), [("--company", "impres", "impress"), ("--party", "amce", "acme")]
)
def test_a_mistyped_key_is_a_matter_of_usage_and_the_near_one_is_named(applied, option, typed, meant):
    ran = run("export", "registry", option, typed, "-o", "one.toml")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert typed in ran.stderr
    assert f"did you mean {meant}?" in ran.stderr
    assert not (applied / "one.toml").exists()


def test_a_key_that_is_near_to_none_is_said_too(applied):
    ran = run("export", "registry", "--company", "zzz")
    assert ran.exit_code == 2
    assert "there is no company zzz" in ran.stderr


def test_a_key_that_is_there_is_exported(applied):
    ran = run("export", "registry", "--company", "impress", "--party", "acme")
    assert ran.exit_code == 0
    assert 'key = "dm"' in ran.stdout


def test_reviews_of_a_house_without_answers_are_an_empty_file(applied):
    ran = run("export", "reviews", "-o", "reviews.jsonl")
    assert ran.exit_code == 0
    assert (applied / "reviews.jsonl").read_text() == ""
