from __future__ import annotations

import pytest
from questionnaire_strategies import TODAY

from monitor.assets import QUESTIONNAIRES
from monitor.questionnaire import (
    Answer,
    Place,
    examine,
    findings,
    freeze,
    load,
    thaw,
)

PLACES = (
    Place(name="本番データベース", kind="prod"),
    Place(name="遠隔バックアップ", kind="backup"),
    Place(name="アクセスログ", kind="log"),
    Place(name="申込書の控え", kind="paper"),
)


@pytest.fixture(scope="module")
def certificate():
    return thaw(freeze(load(QUESTIONNAIRES / "deletion.toml"), PLACES).text)


def said(number, **answers):
    return {f"place.{number}.{tail.replace('_', '-')}": Answer(value=value) for tail, value in answers.items()}


DELETED = {
    "state": "deleted",
    "method": "overwrite",
    "tool": "消去ツール 5.2",
    "quantity": "1,200件",
    "done_on": "2026-11-20",
    "done_by": "情報システム部",
    "verified_by": "別の担当が検索して0件を確認",
}
PENDING = {
    "state": "backup_pending",
    "beyond_use": "delete",
    "quantity": "1,200件",
    "done_on": "2026-11-20",
    "done_by": "情報システム部",
    "purge_by": "2027-02-18",
}
HELD = {
    "state": "legal_hold",
    "quantity": "請求書40件",
    "hold_basis": "法人税法施行規則第59条",
    "hold_holder": "経理部／部長",
    "hold_review_on": "2027-11-01",
}
RETURNED = {
    "state": "returned",
    "returned_to": "マーケティング部",
    "returned_on": "2026-11-19",
    "returned_count": "申込書3箱",
}
GENERAL = {
    "data.what": Answer(value="応募者の氏名と住所"),
    "data.count": Answer(value=1200),
    "data.trigger": Answer(value="end"),
    "work.department": Answer(value="情報システム部／部長"),
    "closing.elsewhere": Answer(value="yes"),
    "closing.subs": Answer(value="none"),
    "closing.irrecoverable": Answer(value="agreed"),
}


def test_a_certificate_that_covers_every_place_is_complete(certificate):
    rows = said(1, **DELETED) | said(2, **PENDING) | said(3, **HELD) | said(4, **RETURNED)
    examination = examine(certificate, GENERAL | rows, TODAY)
    assert examination.blocking == ()
    assert set(examination.sections.values()) == {"complete"}


def blocking(certificate, answers):
    return examine(certificate, GENERAL | answers, TODAY).blocking


def test_a_certificate_that_leaves_out_a_place_cannot_be_submitted(certificate):
    rows = said(1, **DELETED) | said(2, **PENDING) | said(4, **RETURNED)
    assert blocking(certificate, rows) == ("place.3.state",)
    assert {f"place.{number}.state" for number in range(1, 5)} <= set(blocking(certificate, {}))


def test_a_state_that_is_none_or_does_not_fit_the_place_covers_nothing(certificate):
    assert "place.3.state" in blocking(certificate, said(3, state="evaporated"))
    assert "place.4.state" in blocking(certificate, said(4, **PENDING))


@pytest.mark.parametrize("name", ["deletion.toml", "deletion-joint-user.toml"])
@pytest.mark.parametrize("left_out", ["hold_basis", "hold_holder", "hold_review_on"])
def test_a_certificate_that_keeps_data_without_naming_law_holder_and_review_cannot_be_submitted(name, left_out):
    asked = thaw(freeze(load(QUESTIONNAIRES / name), PLACES).text)
    named = said(3, **HELD)
    rows = said(3, **{tail: value for tail, value in HELD.items() if tail != left_out})
    missing = f"place.3.{left_out.replace('_', '-')}"
    assert missing in blocking(asked, rows)
    assert missing not in blocking(asked, named)


def test_nothing_is_certified_before_it_has_happened(certificate):
    early = said(1, **DELETED | {"done_on": "2026-11-25"})
    problems = examine(certificate, early, TODAY).questions["place.1.done-on"].problems
    assert [problem.code for problem in problems] == ["too-late"]
    assert "本日" in problems[0].message.ja


def test_a_backup_names_the_day_on_which_it_will_be_gone(certificate):
    pending = said(2, **{tail: value for tail, value in PENDING.items() if tail != "purge_by"})
    assert "place.2.purge-by" in examine(certificate, pending, TODAY).blocking


def test_paper_is_not_offered_what_only_machines_can_do(certificate):
    methods = {question.id: question.values for question in certificate.questions if question.id.endswith(".method")}
    assert methods["place.4.method"] == ("shred", "pulp", "other")
    assert "shred" not in methods["place.1.method"]


def test_a_place_that_never_held_the_data_has_to_be_explained(certificate):
    examined = examine(certificate, said(1, state="not_held"), TODAY).questions["place.1.state"]
    assert [problem.code for problem in examined.problems] == ["explanation-needed"]
    assert "経緯" in examined.problems[0].message.ja


def test_what_is_still_there_can_be_said_with_a_day_and_becomes_a_finding(certificate):
    still = {"state": "remaining", "quantity": "段ボール2箱", "planned_on": "2026-12-10"}
    answers = said(4, **still)
    answers["place.4.state"] = Answer(value="remaining", comment="廃棄業者の引取り待ちです。")
    examination = examine(certificate, answers, TODAY)
    assert examination.sections["place.4"] == "complete"
    assert [finding.severity for _, finding in findings(certificate, answers)] == ["high"]
    without = {name: answer for name, answer in answers.items() if name != "place.4.planned-on"}
    assert "place.4.planned-on" in examine(certificate, without, TODAY).blocking


def test_a_device_that_was_destroyed_is_named_by_its_number(certificate):
    destroyed = said(1, **DELETED | {"method": "destroy"})
    assert "place.1.serial" in examine(certificate, destroyed, TODAY).blocking
    assert "place.1.serial" not in examine(certificate, said(1, **DELETED), TODAY).blocking
