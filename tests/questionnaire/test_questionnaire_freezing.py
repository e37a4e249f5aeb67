from __future__ import annotations

import hashlib

import rfc8785
from hypothesis import given, settings
from questionnaire_strategies import KINDS, TODAY, answered, places, questionnaires

from monitor.questionnaire import Answer, Place, examine, freeze, freeze_answers, from_data, load, thaw, thaw_answers
from monitor.questionnaire.freezing import EVERYWHERE, with_places

TEXT = {"ja": "文", "en": "words"}

DELETION = """
id = "d"
version = 1
minutes = 1
licence = "CC0-1.0"
source = "invented"
title = { ja = "証明書", en = "certificate" }
intro = { ja = "案内", en = "intro" }

[[sections]]
id = "general"
title = { ja = "全体", en = "general" }
  [[sections.questions]]
  id = "kind"
  type = "yes_no"
  text = { ja = "紙ですか", en = "paper?" }

[[sections]]
id = "row"
per = "place"
title = { ja = "場所：{place}", en = "place: {place}" }
  [[sections.questions]]
  id = "place.state"
  type = "choice"
  text = { ja = "状態", en = "state" }
  choices = [
    { id = "deleted", text = { ja = "消去", en = "deleted" } },
    { id = "waiting", text = { ja = "待ち", en = "waiting" }, kinds = ["backup"] },
  ]
  [[sections.questions]]
  id = "place.on"
  type = "date"
  text = { ja = "日", en = "day" }
  when = { all = [{ question = "place.state", in = ["deleted"] }, { question = "kind", in = ["yes"] }] }
"""


@given(questionnaires, places)
@settings(max_examples=60, deadline=None)
def test_any_valid_questionnaire_can_be_frozen_and_thawed_unchanged(questionnaire, where):
    frozen = freeze(questionnaire, where)
    assert thaw(frozen.text) == with_places(questionnaire, where)
    assert frozen.sha256 == hashlib.sha256(frozen.text.encode()).hexdigest()
    assert freeze(thaw(frozen.text)) == frozen


@given(questionnaires)
@settings(max_examples=30, deadline=None)
def test_the_frozen_text_is_the_canonical_json_that_anybody_can_recompute(questionnaire):
    data = with_places(questionnaire, ()).model_dump(mode="json", exclude_none=True)
    assert freeze(questionnaire).text.encode() == rfc8785.dumps(data)


def test_editing_a_questionnaire_never_touches_what_was_sent():
    first = load(DELETION)
    sent = freeze(first)
    edited = load(DELETION.replace("紙ですか", "電子ですか"))
    assert freeze(edited).sha256 != sent.sha256
    assert thaw(sent.text).questions[0].text.ja == "紙ですか"


def test_every_place_gets_its_own_section_under_its_own_name():
    sent = thaw(freeze(load(DELETION), [Place(name="本番DB", kind="prod"), Place(name="金庫", kind="paper")]).text)
    assert [section.id for section in sent.sections] == ["general", "row.1", "row.2"]
    assert [section.title.in_("ja") for section in sent.sections[1:]] == ["場所：本番DB", "場所：金庫"]
    assert [question.id for question in sent.questions] == [
        "kind",
        "place.1.state",
        "place.1.on",
        "place.2.state",
        "place.2.on",
    ]
    assert [section.place and section.place.name for section in sent.sections] == [None, "本番DB", "金庫"]


def test_a_condition_of_a_row_asks_its_own_row_and_the_general_part():
    sent = with_places(load(DELETION), [Place(name="a", kind="prod"), Place(name="b", kind="prod")])
    answers = {"kind": Answer(value="yes"), "place.2.state": Answer(value="deleted")}
    states = {question: examined.state for question, examined in examine(sent, answers, TODAY).questions.items()}
    assert states["place.1.on"] == "hidden"
    assert states["place.2.on"] == "unanswered"


def test_a_place_is_offered_only_the_choices_that_fit_its_kind():
    sent = with_places(load(DELETION), [Place(name=kind, kind=kind) for kind in KINDS])
    offered = {section.place.kind: section.questions[0].values for section in sent.sections if section.place}
    assert offered["backup"] == ("deleted", "waiting")
    assert all(values == ("deleted",) for kind, values in offered.items() if kind != "backup")


def test_a_certificate_without_registered_places_speaks_of_all_of_them_at_once():
    sent = with_places(load(DELETION), [])
    assert sent.sections[1].place == EVERYWHERE
    assert sent.questions[1].values == ("deleted", "waiting")


def test_a_place_named_like_a_placeholder_is_only_a_name():
    sent = with_places(load(DELETION), [Place(name="{place} {0}", kind="log")])
    assert sent.sections[1].title.ja == "場所：{place} {0}"


@given(answered())
@settings(max_examples=60, deadline=None)
def test_submitted_answers_come_back_as_they_were_and_hold_nothing_that_was_hidden(world):
    questionnaire, answers = world
    frozen = freeze_answers(questionnaire, answers)
    back = thaw_answers(frozen.text)
    states = examine(questionnaire, answers, TODAY).questions
    assert all(answers[question] == answer for question, answer in back.items())
    assert all(states[question].state != "hidden" for question in back)
    assert frozen.text.encode() == rfc8785.dumps(
        {question: answer.model_dump(mode="json", exclude_none=True) for question, answer in back.items()}
    )


def test_the_same_questions_give_the_same_hash_whatever_the_order_of_keys():
    one = {"id": "q", "type": "yes_no", "text": TEXT}
    other = dict(reversed(one.items()))
    rest = {"id": "x", "version": 1, "minutes": 1, "licence": "a", "source": "b", "title": TEXT, "intro": TEXT}
    hashes = {
        freeze(from_data(rest | {"sections": [{"id": "s", "title": TEXT, "questions": [question]}]})).sha256
        for question in (one, other)
    }
    assert len(hashes) == 1
