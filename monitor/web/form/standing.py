"""An answer that came back question by question: which questions are open again and why, which ones only shown.

Nothing here is a right: what stands is refused where it is saved (monitor/obligations/drafts.py), whatever was sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.language import Message
from monitor.questionnaire import Answer, Change, diff

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.questionnaire import Section
    from monitor.web.form.filling import Filling


def points(found: Filling, answers: Mapping[str, Answer] | None = None) -> list[dict[str, Any]]:
    """What came back, in the order of the form: question, what is said of it, where it is answered, and whether these
    answers have dealt with it.
    """
    left = found.back.points.keys() if answers is None else untouched(found, answers)
    return [
        {
            "question": question.text.in_(found.language),
            "comment": found.back.points[question.id],
            "href": f"{found.base}/s/{section.id}#{question.id}",
            "done": question.id not in left,
        }
        for section in found.sections
        for question in section.questions
        if question.id in found.back.points
    ]


def untouched(found: Filling, answers: Mapping[str, Answer]) -> set[str]:
    """The questions that came back and are still answered as they were."""
    changes = diff(found.back.before, answers)
    return {name for name in found.back.points if changes.get(name, Change.SAME) is Change.SAME}


def of_section(found: Filling, section: Section, answers: Mapping[str, Answer]) -> dict[str, str]:
    """How a part of a returned answer stands in the list of parts; nothing where all of it is open."""
    if not found.back.points:
        return {}
    names = {question.id for question in section.questions}
    came = names & found.back.points.keys()
    if not came:
        return {"note": Message("These answers stand. You need not do anything here.").in_(found.language)}
    left = len(came & untouched(found, answers))
    said = Message("Came back: {count}. Still as it was: {left}.", {"count": len(came), "left": left})
    return {"note": said.in_(found.language)} | ({"state": "wanting"} if left else {})


def compared(found: Filling, groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The list to check, beside the answers that came back: what stands is said once and cannot be changed."""
    said = Message("What you handed in before") if found.adding else Message("The answer that came back")
    label = said.in_(found.language) if found.back.before else None
    for row in (row for group in groups for row in group["rows"]):
        row["before_label"] = label
        if row["id"] in found.back.settled:
            row |= {"before": None, "change": "stands", "href": None}
    return groups
