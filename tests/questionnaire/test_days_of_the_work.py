"""Days on which something was done, beside the time of the work."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.questionnaire import Answer, Question, Questionnaire, QuestionState, QuestionType, Section, Text, examine
from monitor.questionnaire.period import Period, within

WORDS = Text(ja="いつですか。", en="When?")
ASKED = Questionnaire(
    id="days", version=1, title=WORDS, intro=WORDS, licence="Apache-2.0", source="Own wording", minutes=1,
    sections=(
        Section(
            id="days",
            title=WORDS,
            questions=(
                Question(id="done", type=QuestionType.DATE, text=WORDS, latest="today"),
                Question(id="until", type=QuestionType.DATE, text=WORDS, required=False),
            ),
        ),
    ),
)  # fmt: skip
WORK = Period(date(2024, 4, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    ("day", "wrong", "noted"),
    [
        ("1999-04-01", "before-the-work", ""),
        ("2024-03-31", "before-the-work", ""),
        ("2024-04-01", "", "before-its-end"),
        ("2026-03-30", "", "before-its-end"),
        ("2026-03-31", "", ""),
        ("2026-13-01", "not-a-date", ""),
    ],
)
def test_a_day_before_the_work_is_refused_and_one_before_its_end_pointed_out(day, wrong, noted):
    answers = {"done": Answer(value=day), "until": Answer(value="1999-01-01")}
    found = within(examine(ASKED, answers, date(2026, 11, 22)), ASKED, answers, WORK)
    done = found.questions["done"]
    assert bool(done.problems) is bool(wrong)
    if wrong == "before-the-work":
        assert [one.code for one in done.problems] == [wrong]
        assert "2024年4月1日" in done.problems[0].message.ja
        assert (done.state, found.sections["days"].value) == (QuestionState.INVALID, "incomplete")
    assert [one.code for one in done.warnings] == ([noted] if noted else [])
    assert not found.questions["until"].problems
