from __future__ import annotations

from datetime import date

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
    missing_places,
    place_reports,
    places_without_basis,
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


def test_a_place_that_the_certificate_does_not_cover_is_named(certificate):
    rows = said(1, **DELETED) | said(2, **PENDING) | said(4, **RETURNED)
    assert missing_places(certificate, GENERAL | rows) == ("アクセスログ",)
    assert examine(certificate, GENERAL | rows, TODAY).blocking == ("place.3.state",)


def test_an_empty_certificate_misses_every_place(certificate):
    assert missing_places(certificate, {}) == tuple(place.name for place in PLACES)


def test_an_invented_state_covers_nothing(certificate):
    assert "アクセスログ" in missing_places(certificate, said(3, state="evaporated"))


def test_a_state_that_does_not_fit_the_place_covers_nothing(certificate):
    assert "申込書の控え" in missing_places(certificate, said(4, **PENDING))


def test_keeping_without_naming_law_holder_and_review_is_no_basis(certificate):
    assert places_without_basis(certificate, said(3, **HELD)) == ()
    for left_out in ("hold_basis", "hold_holder", "hold_review_on"):
        held = {tail: value for tail, value in HELD.items() if tail != left_out}
        assert places_without_basis(certificate, said(3, **held)) == ("アクセスログ",)


def test_a_report_tells_what_is_still_to_come(certificate):
    rows = said(1, **DELETED) | said(2, **PENDING) | said(3, **HELD) | said(4, **RETURNED)
    prod, backup, log, paper = place_reports(certificate, rows)
    assert (prod.state, prod.done_on, prod.purge_by) == ("deleted", date(2026, 11, 20), None)
    assert (backup.done_on, backup.purge_by) == (date(2026, 11, 20), date(2027, 2, 18))
    assert (log.basis, log.review_on) == ("法人税法施行規則第59条", date(2027, 11, 1))
    assert (paper.done_on, paper.place.kind) == (date(2026, 11, 19), "paper")


def test_what_was_said_before_the_state_changed_is_not_part_of_the_report(certificate):
    changed = said(3, **HELD) | said(3, **DELETED)
    assert place_reports(certificate, changed)[2].basis == ""


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
    assert place_reports(certificate, answers)[3].planned_on == date(2026, 12, 10)
    assert [finding.severity for _, finding in findings(certificate, answers)] == ["high"]
    without = {name: answer for name, answer in answers.items() if name != "place.4.planned-on"}
    assert "place.4.planned-on" in examine(certificate, without, TODAY).blocking


def test_a_device_that_was_destroyed_is_named_by_its_number(certificate):
    destroyed = said(1, **DELETED | {"method": "destroy"})
    assert "place.1.serial" in examine(certificate, destroyed, TODAY).blocking
    assert "place.1.serial" not in examine(certificate, said(1, **DELETED), TODAY).blocking
