"""What a contract has to have: by the version of the day on which it was agreed on last, and no sooner."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from monitor import plugins
from monitor.calendar import DAY
from monitor.mistakes import Invalid
from monitor.registry.apply import apply
from monitor.registry.clauses import VERSIONS, agreed_on, version_on
from monitor.registry.export import export
from monitor.registry.format import Engagement
from monitor.registry.read import read
from monitor.tables.store import MEMORY, opened
from tests.stage import GROUP, engagement, event, play, registry

NINTH = """
[[group.contract_clauses]]
from = 2027-04-01
source = "Act 57, as amended"
  [[group.contract_clauses.clause]]
  number = 9
  title = "Scope of the handling"
  title_ja = "取扱いの範囲"
"""
AT = datetime(2027, 1, 4, 1, tzinfo=UTC)
EIGHT = "clauses = [1, 2, 3, 4, 5, 6, 7, 8]\n"


def work(signed="2020-09-15", terms="", state="active", clauses=EIGHT, key="dm"):
    contract = f"  [engagement.contract]\n{f'signed_on = {signed}' if signed else ''}\n{clauses}{terms}"
    selection = "  [engagement.selection]\n  accepted_on = 2026-11-30\n"
    return engagement(
        key, whole=False, more=selection + contract + "\n", state=state, starts_on="2020-10-01", **{"class": "trustee"}
    )


async def told(tmp_path, text, begin, until, *events):
    return await play(registry(text, group=GROUP + NINTH), begin, until, *events, tmp=tmp_path)


@pytest.mark.parametrize(
    ("signed", "refused"),
    [("2027-03-31", None), ("2027-04-01", "clauses-missing 9"), ("2027-04-02", "clauses-missing 9")],
)
async def test_a_work_begins_with_what_was_wanted_on_the_day_of_signing(tmp_path, signed, refused):
    lines = await told(
        tmp_path, work(signed, state="candidate"), "2027-04-05", "2027-04-07",
        event("2027-04-06T10:00:00", "activate", engagement="dm"),
    )  # fmt: skip
    assert [line["reason"] for line in lines.of("refused")] == ([refused] if refused else [])
    assert bool(lines.of("state", state="active")) is (refused is None)


@pytest.mark.parametrize(("on", "owed"), [("2027-03-31", False), ("2027-04-01", True), ("2027-04-02", True)])
async def test_what_came_later_is_asked_for_when_the_contract_is_read_again(tmp_path, on, owed):
    """Not before: on the first of April alone nothing is owed."""
    lines = await told(
        tmp_path, work(terms="review_on = 2027-03-31"), "2026-12-01", "2027-04-20",
        event("2027-04-05T10:00:00", "done", engagement="dm", obligation="contract-review", on=on, by="managers@impress.example"),
    )  # fmt: skip
    asked = lines.of("deadline", obligation="lacking")
    assert [line["at"][:10] for line in asked] == (["2027-04-05"] if owed else [])


@pytest.mark.parametrize(
    ("last", "opens"), [("2027-03-30", []), ("2027-03-31", ["2027-04-01"]), ("2027-04-01", ["2027-04-02"])]
)
async def test_a_contract_that_renews_itself_is_asked_for_it_with_its_new_term(tmp_path, last, opens):
    terms = f"expires_on = {last}\nauto_renew = true"
    lines = await told(tmp_path, work(terms=terms), "2026-12-20", "2027-04-20")
    assert [line["at"][:10] for line in lines.of("deadline", obligation="lacking")] == opens


async def test_a_new_version_disturbs_no_contract_that_was_agreed_on_before(tmp_path):
    with_it = await told(tmp_path, work(), "2027-03-01", "2027-07-01")
    without = await play(registry(work(), group=GROUP), "2027-03-01", "2027-07-01", tmp=tmp_path)
    assert list(with_it) == list(without)


@pytest.mark.parametrize(
    ("terms", "day", "since"),
    [
        ({}, "2028-01-01", "2020-10-01"),
        ({"signed_on": "2021-01-01", "read_on": "2027-05-01"}, "2027-04-30", "2021-01-01"),
        ({"signed_on": "2021-01-01", "read_on": "2027-05-01"}, "2027-05-01", "2027-05-01"),
        ({"expires_on": "2026-03-31", "auto_renew": True}, "2027-03-31", "2026-04-01"),
        ({"expires_on": "2026-03-31", "auto_renew": True}, "2027-04-01", "2027-04-01"),
        ({"expires_on": "2026-03-31"}, "2027-04-01", "2020-10-01"),
    ],
)
def test_a_contract_was_agreed_on_last_when_it_was_signed_read_or_renewed(terms, day, since):
    entry = Engagement.model_validate(
        {
            "key": "dm",
            "company": "a",
            "party": "b",
            "kind": "trustee",
            "purposes": ["p03"],
            "starts_on": "2020-10-01",
            "contract": terms,
        }
    )
    assert agreed_on(entry, date.fromisoformat(day)) == date.fromisoformat(since)


def test_versions_follow_one_another_and_each_holds_from_its_day():
    for before, one in zip((None, *VERSIONS), VERSIONS, strict=False):
        assert version_on((), one.since) == one
        assert version_on((), one.since - DAY) == (before or one)
    assert version_on((), date(1999, 1, 1)) == VERSIONS[0]


async def test_a_missing_clause_is_told_by_its_title_and_an_unknown_number_is_a_mistake(tmp_path):
    async def state(text, group=GROUP + NINTH):
        file = tmp_path / "registry.toml"
        file.write_text(registry(text, group=group), encoding="utf-8")
        return await apply(read([file], plugins.known()), AT, {})

    async with opened(MEMORY, create=True):
        await state(work(state="candidate", clauses="clauses = [1, 2, 3, 4, 5, 6, 7, 9]\n"))
        (tmp_path / "kept.toml").write_text(await export(), encoding="utf-8")
        assert await apply(read([tmp_path / "kept.toml"], plugins.known()), AT, {}) == []
        with pytest.raises(Invalid) as begun:
            await state(work(state="active", clauses="clauses = [1, 2, 3, 4, 5, 6, 7, 9]\n"))
        with pytest.raises(Invalid) as unknown:
            await state(work(state="candidate", clauses="clauses = [1, 10]\n"))
    assert "契約条項8(契約終了後の措置)" in begun.value.mistakes[0].in_("ja")
    assert "contract clauses 8 (What is done with the data after the end)" in begun.value.mistakes[0].in_("en")
    assert 'engagement "dm": contract.clauses: has 10, which stands for no clause.' in unknown.value.mistakes[0].in_(
        "en"
    )


@pytest.mark.parametrize(
    "more",
    [
        'from = 2027-04-01\nclause = [{ number = 10, title = "x" }]',
        'from = 2028-04-01\nclause = [{ number = 9, title = "x" }]',
    ],
)
def test_a_day_and_a_number_stand_once(tmp_path, more):
    file = tmp_path / "registry.toml"
    file.write_text(registry(group=f"{GROUP}{NINTH}[[group.contract_clauses]]\n{more}\n"), encoding="utf-8")
    with pytest.raises(Invalid) as refused:
        read([file])
    assert "Give each day one table, and each clause a number of its own from 9 on." in refused.value.mistakes[0].in_(
        "en"
    )
