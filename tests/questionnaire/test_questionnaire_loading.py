from __future__ import annotations

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from questionnaire_strategies import questionnaire_data

from monitor.questionnaire import InvalidQuestionnaire, from_data, load, load_all

HEAD = """
id = "x"
version = 1
minutes = 5
licence = "CC0-1.0"
source = "invented"
title = { ja = "題", en = "title" }
intro = { ja = "案内", en = "intro" }
"""

MISTAKEN = (
    HEAD
    + """
colour = "red"

[[sections]]
id = "s"
title = { ja = "節", en = "section" }

  [[sections.questions]]
  id = "first"
  type = "yes_no"
  text = { ja = "問" }
  wieght = 3
  when = { question = "second", in = ["yes"] }

  [[sections.questions]]
  id = "first"
  type = "choice"
  text = { ja = "問", en = "question" }
  choices = [{ id = "a", text = { ja = "甲", en = "a" } }, { id = "a", text = { ja = "乙", en = "b" } }]

  [[sections.questions]]
  id = "second"
  type = "radio"
  text = { ja = "問", en = "question" }
  when = { question = "nowhere", in = ["yes"] }

  [[sections.questions]]
  id = "third"
  type = "text"
  text = { ja = "問", en = "" }
  minimum = 3
  when = { question = "first", in = ["perhaps"] }
  finding = { name = { ja = "名", en = "n" }, severity = "awful", advice = { ja = "助", en = "a" }, days = 0 }

  [[sections.questions]]
  type = "choice"
  text = { ja = "問", en = "question" }

[[sections]]
id = "s"
title = { ja = "節 {place}", en = "section" }

  [[sections.questions]]
  id = "Fourth!"
  type = "date"
  text = { ja = "問", en = "question" }
  earliest = 2026-12-31
  latest = 2026-01-01
"""
)


def mistakes_of(text):
    with pytest.raises(InvalidQuestionnaire) as caught:
        load(text, "bad.toml")
    return caught.value.mistakes


def found(text):
    return {(mistake.question, mistake.rule) for mistake in mistakes_of(text)}


def test_an_invalid_file_reports_all_its_mistakes_at_once():
    assert found(MISTAKEN) == {
        ("", "unknown-key"),
        ("first", "missing"),
        ("first", "unknown-key"),
        ("first", "condition"),
        ("first", "unique-id"),
        ("first", "choices"),
        ("second", "value"),
        ("second", "condition"),
        ("third", "value"),
        ("third", "range"),
        ("third", "condition"),
        ("sections[0].questions[4]", "missing"),
        ("sections[0].questions[4]", "choices"),
        ("s", "unique-id"),
        ("s", "placeholder"),
        ("Fourth!", "value"),
        ("Fourth!", "days"),
    }


def test_every_mistake_names_file_question_rule_and_what_to_write_instead():
    with pytest.raises(InvalidQuestionnaire) as caught:
        load(MISTAKEN, "bad.toml")
    told = str(caught.value).splitlines()
    assert len(told) == len(mistakes_of(MISTAKEN))
    assert "bad.toml [first] missing: add `text.en`" in told
    assert "bad.toml [third] value: `finding.severity` should be 'low', 'medium', 'high' or 'critical'" in told
    assert "bad.toml [first] unknown-key: remove `wieght` or correct its spelling" in told
    assert all(line.startswith("bad.toml ") for line in told)


def test_both_languages_are_demanded_of_every_text():
    bad = HEAD.replace(', en = "intro"', "").replace('ja = "題"', 'ja = " "')
    assert {str(mistake.remedy).split("`")[1] for mistake in mistakes_of(bad)} == {"intro.en", "title.ja", "sections"}


def question(more, extra=""):
    return (
        HEAD
        + f"""
[[sections]]
id = "s"
title = {{ ja = "節", en = "section" }}
  [[sections.questions]]
  id = "a"
  type = "yes_no"
  text = {{ ja = "問", en = "question" }}
  [[sections.questions]]
  id = "free"
  type = "text"
  text = {{ ja = "問", en = "question" }}
  [[sections.questions]]
  id = "q"
  text = {{ ja = "問", en = "question" }}
  {more}
{extra}
"""
    )


CHOICES = '[{ id = "a", text = { ja = "甲", en = "a" } }, { id = "b", text = { ja = "乙", en = "b" } }]'


@pytest.mark.parametrize(
    ("more", "rule", "remedy"),
    [
        ('type = "yes_no"\nwhen = { question = "q", in = ["yes"] }', "condition", "itself"),
        ('type = "yes_no"\nwhen = { question = "gone", in = ["yes"] }', "condition", "does not exist"),
        ('type = "yes_no"\nwhen = { question = "later", in = ["yes"] }', "condition", "later"),
        ('type = "yes_no"\nwhen = { question = "a", in = ["maybe"] }', "condition", "`yes`, `no`"),
        ('type = "yes_no"\nwhen = { question = "free", in = ["yes"] }', "condition", "fixed answers"),
        ('type = "yes_no"\nwhen = { questoin = "a", in = ["yes"] }', "condition", "`all`, `any` or `not`"),
        ('type = "yes_no"\nwhen = { all = [{ not = { question = "gone", in = ["x"] } }] }', "condition", "`gone`"),
        ('type = "yes_no"\nwhen = { any = [] }', "value", "when"),
        (f'type = "yes_no"\nchoices = {CHOICES}', "choices", "remove them"),
        ('type = "choices"', "choices", "at least two"),
        (f'type = "choice"\nchoices = {CHOICES[:-3]}, exclusive = true }}]', "choices", "exclusive"),
        (f'type = "choice"\ncomment = false\nchoices = {CHOICES[:-3]}, explain = true }}]', "choices", "explain"),
        (f'type = "choice"\nchoices = {CHOICES[:-3]}, kinds = ["prod"] }}]', "kinds", "remove them"),
        ('type = "text"\nunit = { ja = "件", en = "records" }', "range", "number"),
        ('type = "number"\nminimum = 2\nmaximum = 1', "range", "exchange"),
        ('type = "number"\nlatest = "today"', "days", "date"),
        ('type = "date"\nearliest = "tomorrow"', "value", "earliest"),
        ('type = "number"\nmax_length = 2', "length", "remove"),
        ('type = "file"\nevidence = { what = { ja = "写", en = "copy" } }', "evidence", "own evidence"),
        ('type = "yes_no"\nevidence = { what = { ja = "写", en = "copy" }, on = ["si"] }', "evidence", "`yes`, `no`"),
        (
            (
                'type = "text"\nfinding = { name = { ja = "名", en = "n" }, severity = "low", '
                'advice = { ja = "助", en = "a" }, days = 1 }'
            ),
            "finding",
            "belongs to a choice",
        ),
    ],
)
def test_a_broken_rule_says_what_to_write_instead(more, rule, remedy):
    later = '[[sections.questions]]\nid = "later"\ntype = "yes_no"\ntext = { ja = "問", en = "question" }'
    told = [mistake for mistake in mistakes_of(question(more, later)) if mistake.question == "q"]
    assert rule in {mistake.rule for mistake in told}
    assert any(remedy in str(mistake.remedy) for mistake in told)


ROWS = """
[[sections]]
id = "rows"
per = "place"
title = { ja = "場所", en = "place" }
  [[sections.questions]]
  id = "place.state"
  type = "yes_no"
  text = { ja = "問", en = "question" }
  [[sections.questions]]
  id = "state"
  type = "yes_no"
  text = { ja = "問", en = "question" }
[[sections]]
id = "after"
title = { ja = "後", en = "after" }
place = { name = "金庫" }
  [[sections.questions]]
  id = "place.x"
  type = "yes_no"
  text = { ja = "問", en = "question" }
  when = { question = "place.state", in = ["yes"] }
"""


def test_what_is_asked_per_place_stays_among_itself():
    assert found(HEAD + ROWS) == {
        ("state", "row-id"),
        ("after", "place"),
        ("place.x", "row-id"),
        ("place.x", "condition"),
    }


def test_an_id_that_is_repeated_leaves_room_for_its_number():
    long = "place." + "x" * 80
    rows = ROWS.replace("place.state", long).replace('"rows"', f'"{long}"')
    assert {(long, "row-id")} <= found(HEAD + rows)
    assert sum(str(mistake.remedy).endswith("within 80 letters") for mistake in mistakes_of(HEAD + rows)) == 2


def test_every_kind_of_place_keeps_a_choice():
    row = HEAD + ROWS.partition('[[sections]]\nid = "after"')[0].replace('id = "state"', 'id = "place.more"')
    load(row)
    narrow = CHOICES.replace("} },", '}, kinds = ["prod", "log"] },').replace("} }]", '}, kinds = ["paper"] }]')
    row = row.replace('"place.more"\n  type = "yes_no"', f'"place.more"\n  type = "choice"\n  choices = {narrow}')
    told = [str(mistake.remedy) for mistake in mistakes_of(row)]
    assert [
        kind for kind in ("prod", "backup", "log", "paper", "media", "sub_trustee") if f"`{kind}`" in str(told)
    ] == [
        "backup",
        "media",
        "sub_trustee",
    ]


def test_broken_toml_and_a_foreign_encoding_are_mistakes_too(tmp_path):
    assert found("id = ") == {("", "toml")}
    file = tmp_path / "sjis.toml"
    file.write_bytes("title = '題'".encode("cp932"))
    with pytest.raises(InvalidQuestionnaire, match=r"sjis.toml encoding: save the file as UTF-8"):
        load(file)


@pytest.mark.parametrize("sections", ["7", "[]", "[1]", "[{ questions = 3 }]", '[{ questions = ["a"] }]', "[[]]"])
def test_a_file_of_quite_another_shape_is_refused_in_words(sections):
    assert found(HEAD + f"sections = {sections}")


def test_the_mistakes_of_all_files_of_a_folder_come_together(tmp_path):
    (tmp_path / "one.toml").write_text(HEAD, encoding="utf-8")
    (tmp_path / "two.toml").write_text(question('type = "file"'), encoding="utf-8")
    with pytest.raises(InvalidQuestionnaire) as caught:
        load_all(tmp_path)
    assert [(mistake.file, mistake.rule) for mistake in caught.value.mistakes] == [
        ("one.toml", "missing"),
        ("two.toml", "id"),
    ]


def test_a_folder_gives_its_questionnaires_by_id(tmp_path):
    (tmp_path / "x.toml").write_text(question('type = "file"'), encoding="utf-8")
    assert list(load_all(tmp_path)) == ["x"]


DAMAGES = {
    "missing": lambda question: question["text"].pop("en"),
    "unknown-key": lambda question: question.update(colour="red"),
    "condition": lambda question: question.update(when={"question": "nowhere", "in": ["yes"]}),
    "value": lambda question: question.update(weight=99),
    "length": lambda question: question.update(max_length=9) or question.update(type="file"),
}


@given(questionnaire_data(), st.data())
@settings(max_examples=60, deadline=None)
def test_whatever_is_broken_together_is_reported_together(data, draw):
    broken = copy.deepcopy(data)
    expected = set()
    for section in broken["sections"]:
        for each in section["questions"]:
            for rule in draw.draw(st.lists(st.sampled_from(sorted(DAMAGES)), max_size=2, unique=True)):
                each["text"] = dict(each["text"])
                DAMAGES[rule](each)
                expected.add((each["id"], rule))
    if not expected:
        assert from_data(broken).id == "any"
        return
    with pytest.raises(InvalidQuestionnaire) as caught:
        from_data(broken)
    assert expected <= {(mistake.question, mistake.rule) for mistake in caught.value.mistakes}
