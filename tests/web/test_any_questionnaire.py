"""Any valid questionnaire can be shown and answered: what a page of the form shows is what it would send back."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from functools import partial
from html.parser import HTMLParser
from types import SimpleNamespace

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from monitor.obligations.drafts import Draft
from monitor.obligations.marks import Returned
from monitor.obligations.reuse import Shelf
from monitor.questionnaire import Entry, QuestionType, examine, freeze, parse, shown, thaw
from monitor.questionnaire.entry import three_boxes
from monitor.rendering import render
from monitor.web.answers import view
from monitor.web.form import showing
from monitor.web.site import SITE
from tests.questionnaire.questionnaire_strategies import TODAY, files, questionnaires, words


class Browser(HTMLParser):
    """What a browser without scripts would send of a page on which nobody has touched anything."""

    def __init__(self, page):
        super().__init__()
        self.sent, self.ids, self.labels, self._text, self._name = defaultdict(list), [], set(), "", None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        said = dict(attributes)
        self.ids += [said["id"]] if "id" in said else []
        self.labels |= {said["for"]} if tag == "label" else set()
        if tag == "textarea":
            self._name, self._text = said["name"], ""
        elif (
            tag == "input"
            and said["type"] != "file"
            and ("checked" in said or said["type"] not in {"radio", "checkbox"})
        ):
            self.sent[said["name"]].append("".join((said.get("value") or "").split("\n")))

    def handle_data(self, data):
        self._text += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.sent[self._name].append(self._text.removeprefix("\n"))


async def page_of(found, section, answers):
    request = SimpleNamespace(app={SITE: SimpleNamespace(claims=None, file_limit=view.MB)}, query={})
    return await showing.section_page(request, found, section, Draft(answers, {}), showing.Back(strict=True))


def framed(_request, found, template, *, status=200, **values):
    frame = {"asker": "A", "site": "A", "contact": {"name": "A", "email": "a@a.example"}, "operator": "A", "links": []}
    more = {
        "languages": [],
        "base": "/f/x/en",
        "duty": SimpleNamespace(reason="", state="open"),
        "points": [],
        "found": found,
    }
    return render(f"web/form/{template}", found.language, frame | more | values)


def typed(question):
    """An answer to that question as somebody may have typed or ticked it, sensible or not."""
    match question.type:
        case QuestionType.CHOICES:
            values = st.lists(st.sampled_from(question.values), unique=True).map(
                lambda v: sorted(v, key=question.values.index)
            )
        case QuestionType.DATE:
            boxes = st.sampled_from(("", "2026", "令和8", "11", "32"))
            values = st.builds(three_boxes, boxes, boxes, boxes).map(lambda day: [day])
        case QuestionType.NUMBER:
            values = st.sampled_from(("0", "-3", "12件", "１，０００", "many")).map(lambda figure: [figure])
        case QuestionType.FILE:
            values = st.just([])
        case QuestionType.TEXT | QuestionType.LONG_TEXT:
            values = words.map(lambda text: [text.replace("\n", "") if question.type is QuestionType.TEXT else text])
        case _:
            values = st.sampled_from(([], *([value] for value in question.values)))
    na = st.booleans() if question.na_allowed else st.just(False)
    return st.builds(partial(meant, question), values, na, words, words, st.lists(files, max_size=1).map(tuple))


def meant(question, values, na, reason, comment, kept):
    chosen = question.values or question.type is QuestionType.FILE
    said = Entry(
        () if na and chosen else tuple(values), na, reason if na else "", comment if question.takes_comment else ""
    )
    return parse(question, said, kept if question.evidence or question.type is QuestionType.FILE else ())


@given(questionnaires, st.data())
@settings(
    max_examples=25, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_questionnaire_can_be_answered_and_its_pages_send_back_what_they_show(monkeypatch, questionnaire, data):
    monkeypatch.setattr(showing, "form_page", framed)
    monkeypatch.setattr(showing, "objections_of", nothing)
    asked = thaw(freeze(questionnaire, ()).text)
    answers = {question.id: data.draw(typed(question)) for question in asked.questions}
    for section in asked.sections:
        for name, came in through(asked, section, answers).items():
            assert came == answers[name]


def through(questionnaire, section, answers):
    """The answers of a section that come back from its page."""
    found = SimpleNamespace(
        language="en", questionnaire=questionnaire, sections=questionnaire.sections, back=Returned(), behalf="",
        duty=SimpleNamespace(id=1), at=None, present=SimpleNamespace(calendar=SimpleNamespace(day_of=lambda _: TODAY)),
        examined=lambda draft: examine(questionnaire, draft.answers, TODAY), shelf=nothing_earlier,
    )  # fmt: skip
    sent = Browser(asyncio.run(page_of(found, section, answers)))
    assert len(sent.ids) == len(set(sent.ids))
    asked = [one for one in section.questions if one.id in shown(questionnaire, answers)]
    assert {one.id for one in asked} <= {name.partition("_")[0] for name in sent.labels}
    assert {f"{one.id}_file" for one in asked if one.evidence and one.type is not QuestionType.FILE} <= sent.labels
    return view.answers(asked, sent.sent, answers)


async def nothing(*_about):
    return {}


async def nothing_earlier():
    return Shelf()
