"""The notice of joint use: what has to be shown beforehand, what without delay, and what a look at it finds."""

from __future__ import annotations

from datetime import date

import pytest

from tests.promises.joint import USE, group, said
from tests.stage import play

BEGIN = "2026-09-01"


def opened(told):
    return [(line["rule"], line["ref"], line["company"]) for line in told.of("case_opened")]


@pytest.mark.parametrize(
    ("on", "due"),
    [
        (date(2026, 9, 1), "2026-09-15"),
        (date(2026, 9, 11), "2026-09-30"),  # Monday 21 to Wednesday 23 September are holidays
        (date(2026, 9, 12), "2026-09-30"),  # a Saturday: counted from the day itself
        (date(2026, 12, 25), "2027-01-15"),
    ],
)
async def test_another_representative_is_shown_within_ten_business_days(on, due, tmp_path):
    changes = said("2026-09-01T10:00", "representative_changes", company="impress", on=on)
    told = await play(group(), BEGIN, "2026-09-02", changes, tmp=tmp_path)
    assert [(line["obligation"], line["due_on"], line["company"], line["ref"]) for line in told.of("deadline")] == [
        ("joint-use-notice", due, "impress", "customers")
    ]
    assert told.rungs("managers", obligation="joint-use-notice")[0][1] == "2026-09-01T10:00"


async def test_the_duty_climbs_until_somebody_says_that_the_notice_is_up_to_date(tmp_path):
    changes = said("2026-09-01T10:00", "representative_changes", company="impress", on=date(2026, 9, 1))
    told = await play(group(), BEGIN, "2026-10-01", changes, tmp=tmp_path)
    assert told.days("managers", obligation="joint-use-notice") == [
        ("T-14", "09-01"), ("T-1", "09-14"), ("T+1", "09-16"), ("T+7", "09-24"), ("T+14", "09-29"),
    ]  # fmt: skip
    assert told.of("overdue")[0]["at"][:10] == "2026-09-16"
    done = said("2026-09-14T10:00", "done", obligation="joint-use-notice", company="impress", on=date(2026, 9, 14))
    again = changes.replace("09-01T10:00", "09-15T10:00")
    told = await play(group(), BEGIN, "2026-10-01", changes, done, again, tmp=tmp_path)
    assert [line["obligation"] for line in told.of("accepted")] == ["joint-use-notice"]
    assert len(told.of("deadline")) == 1  # told once more after it was done, it is not owed again
    assert not told.of("overdue")


async def test_a_change_that_is_announced_beforehand_after_all_ends_what_was_owed_for_it(tmp_path):
    change = {"joint_use": "customers", "on": date(2026, 10, 13), "company": "sister"}
    known = said("2026-09-15T10:00", "responsible_changes", **change)
    announced = said("2026-10-05T12:00", "responsible_changes", **change, shown_on=date(2026, 10, 5))
    told = await play(group(), BEGIN, "2026-11-01", known, announced, tmp=tmp_path)
    assert [line["obligation"] for line in told.of("deadline")] == ["joint-use-notice"]
    assert "joint-use-notice" in {line.get("obligation") for line in told.of("accepted")}
    assert not told.of("overdue")
    assert not opened(told)


async def test_each_notice_that_names_the_company_is_owed_and_no_other(tmp_path):
    use = USE + USE.replace('"customers"', '"readers"') + USE.replace('"customers"', '"staff"').replace('responsible = "impress"', 'responsible = "sister"')  # fmt: skip
    changes = said("2026-09-01T10:00", "representative_changes", company="impress", on=date(2026, 9, 1))
    told = await play(group(use=use), BEGIN, "2026-09-02", changes, tmp=tmp_path)
    assert [line["ref"] for line in told.of("deadline")] == ["customers", "readers"]
    changes = changes.replace("impress", "newco")
    told = await play(group(use=use), BEGIN, "2026-09-02", changes, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == ["company-not-responsible"]


@pytest.mark.parametrize(
    ("on", "shown_on", "late"),
    [
        (date(2026, 10, 1), date(2026, 9, 30), False),
        (date(2026, 10, 1), date(2026, 10, 1), True),
        (date(2026, 10, 1), date(2026, 10, 5), True),
        (date(2026, 8, 1), date(2026, 7, 1), False),
        (date(2026, 9, 1), None, True),
    ],
)
async def test_another_responsible_party_has_to_be_shown_beforehand(on, shown_on, late, tmp_path):
    changes = said("2026-09-01T10:00", "responsible_changes", joint_use="customers", on=on, shown_on=shown_on)
    told = await play(group(), BEGIN, "2026-09-02", changes, changes, tmp=tmp_path)
    rule = ("responsible_change_not_beforehand", "customers", "impress")
    assert opened(told) == ([rule] if late else [])
    assert not told.of("deadline")
    assert not late or told.notices("rung")[0]["audience"] == ["managers"]


async def test_what_is_to_come_is_shown_by_the_business_day_before_it(tmp_path):
    changes = said("2026-09-01T10:00", "responsible_changes", joint_use="customers", on=date(2026, 9, 24))
    told = await play(group(), BEGIN, "2026-09-02", changes, tmp=tmp_path)
    assert [(line["obligation"], line["due_on"]) for line in told.of("deadline")] == [
        ("joint-use-notice", "2026-09-18")
    ]
    assert not opened(told)


async def test_from_its_day_the_new_company_is_the_one_that_is_named(tmp_path):
    hands = said("2026-09-01T10:00", "responsible_changes", joint_use="customers", on=date(2026, 10, 1),
                 shown_on=date(2026, 9, 1), company="sister")  # fmt: skip
    before = said("2026-09-30T10:00", "notice_shown", joint_use="customers", on=date(2026, 9, 30), missing=["address"])
    complete = said("2026-09-30T11:00", "notice_shown", joint_use="customers", on=date(2026, 9, 30), missing=[])
    after = before.replace("09-30", "10-01")
    told = await play(group(), BEGIN, "2026-10-02", hands, before, complete, after, tmp=tmp_path)
    assert [company for _, _, company in opened(told)] == ["impress", "sister"]


@pytest.mark.parametrize("missing", [["representative"], ["address", "representative"], ["5"]])
async def test_a_notice_that_lacks_an_item_is_a_case_until_a_look_finds_all(missing, tmp_path):
    lacks = said("2026-09-01T10:00", "notice_shown", joint_use="customers", on=date(2026, 9, 1), missing=missing)
    twice = lacks.replace("T10:00", "T11:00")
    whole = said("2026-09-02T10:00", "notice_shown", joint_use="customers", on=date(2026, 9, 2), missing=[])
    told = await play(group(), BEGIN, "2026-09-03", lacks, twice, whole, tmp=tmp_path)
    assert opened(told) == [("joint_use_notice_incomplete", "customers", "impress")]
    assert [line["at"][:16] for line in told.of("case_closed")] == ["2026-09-02T10:00"]


async def test_a_notice_with_all_items_is_no_case(tmp_path):
    whole = said("2026-09-02T10:00", "notice_shown", joint_use="customers", on=date(2026, 9, 2), missing=[])
    told = await play(group(), BEGIN, "2026-09-03", whole, tmp=tmp_path)
    assert not [line for line in told if line["what"] in {"case_opened", "case_closed", "refused"}]


@pytest.mark.parametrize("do", ["notice_shown", "responsible_changes"])
async def test_a_joint_use_that_nobody_knows_is_refused(do, tmp_path):
    wrong = said("2026-09-02T10:00", do, joint_use="nothing", on=date(2026, 9, 2))
    told = await play(group(), BEGIN, "2026-09-03", wrong, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == ["joint-use-unknown"]
