"""Sheets that others laid out: what can be read is, what cannot is listed, and nothing is made up."""

from __future__ import annotations

import io

import pytest
import xlsxwriter

from monitor.questionnaire import Gate, InvalidQuestionnaire, examine, load, score
from monitor.questionnaire.importing import from_caiq, from_checklist
from monitor.questionnaire.writing import to_toml


def workbook(**sheets):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for name, fill in sheets.items():
        fill(book.add_worksheet(name))
    book.close()
    return out.getvalue()


def rows(*lines, begin=0):
    def fill(sheet):
        for row, cells in enumerate(lines, start=begin):
            for column, value in enumerate(cells):
                if isinstance(value, str) and value.startswith("=formula"):
                    sheet.write_formula(row, column, "=1", value="○")
                elif isinstance(value, str):
                    sheet.write_string(row, column, value)
                elif value is not None:
                    sheet.write(row, column, value)

    return fill


CAIQ_HEAD = ("Question ID", "Question", "CSP CAIQ\nAnswer", "SSRM Control Ownership", "CSP Implementation Description (Optional)", "CCM Control ID", "CCM Control Title", "CCM Domain Title")  # fmt: skip
CAIQ = rows(
    ("CONSENSUS ASSESSMENTS INITIATIVE QUESTIONNAIRE v4.0.3",),
    CAIQ_HEAD,
    (
        "A&A-01.1",
        "Are policies kept?",
        "Yes",
        "CSP-owned",
        "Reviewed yearly.",
        "A&A-01",
        "Audit Policy",
        "Audit & Assurance",
    ),
    ("A&A-01.2", "Are they reviewed?", "No", "CSP-owned", "From next year on.", "", "", ""),
    ("AIS-01.1", "Is it secure?", "N/A", "", "No applications.", "AIS-01", "App", "Application Security"),
    ("AIS-01.2", "Is it tested?", "Mostly", "", "", "", "", ""),
    ("AIS-01.3", "", "Yes"),
    ("End of Standard",),
    ("AIS-01.4", "Is it known?", "yes", "", "番号は 1234 5678 9018 です"),
    begin=2,
)


def test_a_filled_in_caiq_becomes_questions_and_answers_and_the_rest_is_listed():
    found = from_caiq(workbook(**{"Introduction": rows(("About",)), "CAIQv4.0.3": CAIQ}), "caiq.xlsx")
    form = found.questionnaire
    assert [question.id for question in form.questions] == [
        "caiq.a-a-01.1",
        "caiq.a-a-01.2",
        "caiq.ais-01.1",
        "caiq.ais-01.2",
        "caiq.ais-01.4",
    ]
    assert [section.title.en for section in form.sections] == ["Audit & Assurance", "Application Security"]
    assert (found.answers["caiq.a-a-01.1"].value, found.answers["caiq.ais-01.1"].not_applicable) == ("yes", True)
    assert found.answers["caiq.a-a-01.2"].comment == "SSRM: CSP-owned\nFrom next year on."
    assert [each.cell for each in found.unread] == ["Introduction", "CAIQv4.0.3!A9", "CAIQv4.0.3!A10", "CAIQv4.0.3!C8", "CAIQv4.0.3!E11"]  # fmt: skip
    assert "Cloud Security Alliance" in form.licence
    assert load(to_toml(form)) == form


def checklist(sheet):
    rows(
        ("委託先チェックシート",),
        ("記入日：", "2026年4月1日"),
        ("No.", "大項目", "確認内容", "回答（○△×）", "備考"),
        (1, "体制", "責任者を定めていますか。", "○", ""),
        (2, None, "台帳がありますか。", "△", "作成中"),
        (3, None, "教育をしていますか。", "×", "来期から"),
        ("技術", "", "", "", ""),
        (4, "技術", "ウイルス対策をしていますか。", "－", "紙のみ"),
        (5, "技術", "暗号化していますか。", "たぶん", ""),
        (6, "技術", "記録していますか。", "=formula", ""),
        (7, "技術", "", "○", ""),
        ("※ ご不明な点はお問い合わせください。",),
    )(sheet)
    sheet.merge_range(3, 1, 5, 1, "体制")


def test_a_usual_check_sheet_becomes_choices_with_findings_and_its_answers():
    found = from_checklist(workbook(設問=checklist, 記入例=rows(("見本",))), "checklist.xlsx")
    form = found.questionnaire
    assert [(section.title.ja, len(section.questions)) for section in form.sections] == [("体制", 3), ("技術", 3)]
    assert [question.item for question in form.questions] == ["1", "2", "3", "4", "5", "6"]
    given = {question: answer.value for question, answer in found.answers.items()}
    assert given == {"sheet.1": "yes", "sheet.2": "partly", "sheet.3": "no", "sheet.4": None, "sheet.6": "yes"}
    assert found.answers["sheet.4"].reason == "紙のみ"
    listed = {each.cell: str(each.why) for each in found.unread}
    assert set(listed) == {"設問!D9", "設問!D10", "設問!A11", "設問!A12", "記入例"}
    assert "formula" in listed["設問!D10"]
    result = score(form, found.answers)
    assert (result.numerator, result.denominator) == (250, 500)
    assert [finding.severity for _, finding in result.findings] == ["low", "medium"]
    assert result.gate is Gate.CLEAR
    assert load(to_toml(form)) == form


def test_headings_of_another_wording_a_middle_column_and_numbers_twice_are_read():
    sheet = rows(
        ("項番", "分類", "中項目", "チェック項目", "実施状況", "コメント"),
        ("1-1", "組織", "規程", "定めているか", "はい", ""),
        ("1-1", "組織", "規程", "見直しているか", "いいえ", ""),
        (None, "組織", "体制", "番号のない設問", "", ""),
    )
    form = from_checklist(workbook(s=sheet), "s.xlsx").questionnaire
    assert [(question.id, question.text.ja) for question in form.questions] == [
        ("sheet.1-1", "規程：定めているか"),
        ("sheet.1-1-2", "規程：見直しているか"),
        ("sheet.3", "体制：番号のない設問"),
    ]


def test_a_question_merged_over_two_rows_is_asked_once():
    def merged(sheet):
        rows(
            ("番号", "大項目", "設問", "回答"),
            ("1", "体制", None, "○"),
            (None, "体制", None, "△"),
            ("2", "体制", "台帳", "×"),
        )(sheet)
        sheet.merge_range(1, 2, 2, 2, "責任者")

    found = from_checklist(workbook(s=merged), "s.xlsx")
    assert [question.text.ja for question in found.questionnaire.questions] == ["責任者", "台帳"]
    assert [each.cell for each in found.unread] == ["s!B3"]


@pytest.mark.parametrize("read", [from_caiq, from_checklist])
def test_a_file_without_such_a_table_is_refused_with_the_headings_that_it_needs(read):
    for content in (workbook(s=rows(("氏名", "住所"))), workbook(s=rows()), b"no workbook"):
        with pytest.raises(InvalidQuestionnaire) as caught:
            read(content, "other.xlsx")
        assert next(mistake.rule for mistake in caught.value.mistakes) in {"heading", "workbook"}


@pytest.mark.parametrize("read", [from_caiq, from_checklist])
def test_two_thousand_questions_are_too_many_and_a_huge_one_is_listed(read):
    head = ("Question ID", "Question", "番号", "設問")
    many = workbook(s=rows(head, *((f"Q-{n}", "is it?", n, "か") for n in range(2000))))
    with pytest.raises(InvalidQuestionnaire) as caught:
        read(many, "many.xlsx")
    assert caught.value.mistakes[0].rule == "too-many"
    huge = read(workbook(s=rows(head, ("Q-1", "x" * 9000, 1, "長" * 9000), ("Q-2", "is it?", 2, "か"))), "huge.xlsx")
    assert (len(huge.questionnaire.questions), len(huge.unread)) == (1, 1)


def test_what_was_imported_can_be_asked_and_examined_at_once():
    from questionnaire_strategies import TODAY

    found = from_checklist(workbook(設問=checklist), "c.xlsx")
    examination = examine(found.questionnaire, found.answers, TODAY)
    assert examination.blocking == ("sheet.5",)
