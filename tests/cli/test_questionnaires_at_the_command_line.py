from __future__ import annotations

import json

import pytest
import xlsxwriter
from click.testing import CliRunner

from monitor.__main__ import itaku
from monitor.assets import QUESTIONNAIRES
from monitor.config import load
from monitor.mistakes import Invalid
from monitor.plugins import equipment, known
from monitor.questionnaire import load as load_questionnaire


@pytest.fixture
def house(tmp_path, monkeypatch):
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text("")
    (tmp_path / "questionnaires").mkdir()
    return tmp_path


def run(*words, expecting=0):
    result = CliRunner().invoke(itaku, ["questionnaire", *map(str, words)])
    assert result.exit_code == expecting, result.output
    return result


def own(house, name="own-form", **changed):
    text = (QUESTIONNAIRES / "light.toml").read_text(encoding="utf-8").replace('id = "light"', f'id = "{name}"', 1)
    for old, new in changed.values():
        assert old in text
        text = text.replace(old, new, 1)
    (house / "questionnaires" / f"{name}.toml").write_text(text, encoding="utf-8")


def test_a_company_edits_a_shipped_form_in_excel_and_asks_its_own(house):
    run("export", "light", "-o", house / "light.xlsx")
    run("check", house / "light.xlsx")
    run("import", house / "light.xlsx", "-o", house / "questionnaires/light.toml")
    assert load_questionnaire(house / "questionnaires/light.toml") == load_questionnaire(QUESTIONNAIRES / "light.toml")
    listed = {line["id"]: line["origin"] for line in map(json.loads, run("ls", "--json").stdout.splitlines())}
    assert (listed["light"], listed["deletion"]) == ("own", "shipped")


def test_ones_own_questionnaires_are_known_to_the_registry_and_replace_shipped_ones_of_their_id(house):
    own(house)
    own(house, "light", minutes=("minutes = 5", "minutes = 59"))
    settings = load(house / "config.toml")
    assert {"own-form", "appi-gl10"} <= known(settings=settings).questionnaires
    shelf = equipment(settings).shelf
    assert (shelf["light"].minutes, shelf["own-form"].id) == (59, "own-form")
    assert "own-form" not in equipment().shelf


def test_a_broken_one_stops_whatever_reads_the_configuration_with_exit_6_and_all_mistakes(house):
    own(house, weight=("weight = 5", "weight = 50"), type=('type = "file"', 'type = "paper"'))
    with pytest.raises(Invalid) as caught:
        equipment(load(house / "config.toml"))
    assert len(caught.value.mistakes) == 2
    said = run("ls", expecting=6).stderr
    assert "own-form.toml: certificate.copy: [value] `type` should be" in said
    (house / "registry.toml").write_text("")
    assert "own-form.toml" in CliRunner().invoke(itaku, ["plan", "registry.toml"]).stderr
    result = CliRunner().invoke(itaku, ["simulate", "registry.toml", "--from", "2026-01-01", "--until", "2026-01-02"])
    assert (result.exit_code, result.stderr.count("own-form.toml")) == (6, 2)


def test_a_folder_that_is_named_has_to_be_there_the_usual_one_need_not(house):
    (house / "questionnaires").rmdir()
    assert "light" in equipment(load(house / "config.toml")).shelf
    (house / "config.toml").write_text('[questionnaires]\nfolder = "forms"\n')
    assert "which is no folder" in run("ls", expecting=6).stderr


def test_mistakes_in_a_file_are_told_in_the_readers_language_and_as_json(house, monkeypatch):
    (house / "bad.toml").write_text('id = "Bad"\n')
    lines = [json.loads(line) for line in run("check", "bad.toml", "--json", expecting=6).stdout.splitlines()]
    assert {"file": "bad.toml", "place": "", "rule": "missing", "remedy": "add `title`"} in lines
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    assert "`title` を加えてください" in run("check", "bad.toml", expecting=6).stderr


def test_what_a_form_asks_is_shown_with_its_conditions_weights_and_findings(house):
    shown = run("show", "light").stdout
    assert "sub.list: long_text, when sub.used = approved | unapproved" in shown
    assert "unapproved [0]: " in shown
    assert "no: critical, " in shown
    assert json.loads(run("show", "light", "--json").stdout)["id"] == "light"
    assert "did you mean light?" in run("show", "lihgt", expecting=2).stderr
    assert "should end in .toml or .xlsx" in run("export", "light", "-o", "light.xls", expecting=2).stderr
    assert run("export", "light").stdout.startswith('id = "light"\n')


def test_a_check_sheet_of_others_is_imported_with_its_answers_and_what_was_not_read_is_listed(house):
    book = xlsxwriter.Workbook(house / "sheet.xlsx")
    sheet = book.add_worksheet("設問")
    for row, cells in enumerate(
        [("番号", "設問", "回答", "備考"), ("1", "責任者がいますか", "○", ""), ("2", "台帳は", "?", "")]
    ):
        sheet.write_row(row, 0, cells)
    book.close()
    out, answers = house / "questionnaires/checklist.toml", house / "answers.json"
    said = run("import", "sheet.xlsx", "--from", "checklist", "-o", out, "--answers", answers).stderr
    assert "設問!C3: the answer is none of" in said
    assert "2 questions, 1 answers, 1 places to look at" in said
    assert json.loads(answers.read_text())["sheet.1"]["value"] == "yes"
    assert "checklist" in known(settings=load(house / "config.toml")).questionnaires
    told = run("import", "sheet.xlsx", "--from", "checklist", "-o", out, "--json").stdout
    assert json.loads(told)["place"] == "設問!C3"
    assert "Question ID" in run("import", "sheet.xlsx", "--from", "caiq", expecting=6).stderr
    assert "sheet" in run("import", "sheet.xlsx", "-o", out, expecting=6).stderr
