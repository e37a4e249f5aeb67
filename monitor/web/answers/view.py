"""Questions as the kit's macros want them, and what a form sent back as answers. Pure."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from monitor.language import Message, listed, say_day
from monitor.questionnaire import Answer, Entry, QuestionState, QuestionType, parse
from monitor.questionnaire.entry import three_boxes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.questionnaire import Examined, Question

NOT_APPLICABLE = "n/a"
KINDS = {
    QuestionType.YES_NO: "yes_no",
    QuestionType.CHOICE: "radios",
    QuestionType.CHOICES: "checkboxes",
    QuestionType.TEXT: "text",
    QuestionType.LONG_TEXT: "textarea",
    QuestionType.NUMBER: "number",
    QuestionType.DATE: "date",
    QuestionType.FILE: "file",
    QuestionType.STATEMENT: "statement",
}
CHOSEN = {QuestionType.YES_NO, QuestionType.CHOICE, QuestionType.CHOICES, QuestionType.STATEMENT}
MB = 1024 * 1024


def field(question: Question, answer: Answer, examined: Examined, language: str, *, strict: bool) -> dict[str, Any]:
    """One question. `strict` shows everything that still blocks; else only what was typed and cannot be read."""
    problems = examined.problems if strict or examined.state is QuestionState.INVALID else ()
    errors: dict[str, str] = {problem.field: problem.message.in_(language) for problem in reversed(problems)}
    return {
        "id": question.id,
        "kind": KINDS[question.type],
        "label": question.text.in_(language),
        "hint": question.help.in_(language) if question.help else None,
        "source": question.reference.in_(language) if question.reference else None,
        "required": question.required,
        "bad": question.bad,
        "error": errors.get("value") or errors.get("not_applicable"),
        "value": _typed(question, answer),
        "options": _options(question, answer, language),
        "unit": question.unit.in_(language) if question.unit else None,
        "na": _na(answer, errors) if question.na_allowed else None,
        "comment": _comment(answer, errors) if question.takes_comment else None,
        "evidence": _evidence(question, answer, errors, language),
        "warnings": [warning.message.in_(language) for warning in examined.warnings],
    }


def _typed(question: Question, answer: Answer) -> Any:
    if question.type is QuestionType.STATEMENT:
        return bool(answer.value)
    if answer.not_applicable and question.type in CHOSEN:
        return NOT_APPLICABLE
    if question.type is QuestionType.DATE:
        parts = str(answer.value or "").split("-")
        return tuple(part.lstrip("0") for part in parts) if len(parts) == 3 else (str(answer.value or ""), "", "")  # noqa: PLR2004 - a date
    return "" if answer.value is None else answer.value


def _options(question: Question, answer: Answer, language: str) -> list[dict[str, Any]]:
    return [
        {"value": choice.id, "text": choice.text.in_(language), "checked": choice.id in answer.chosen}
        for choice in question.choices
    ]


def _na(answer: Answer, errors: Mapping[str, str]) -> dict[str, Any]:
    return {"checked": answer.not_applicable, "reason": answer.reason, "error": errors.get("reason")}


def _comment(answer: Answer, errors: Mapping[str, str]) -> dict[str, Any]:
    return {"value": answer.comment, "error": errors.get("comment"), "hint": None, "label": None, "required": None}


def explanation(answer: Answer, examined: Examined, language: str) -> dict[str, Any]:
    """Room for what is said on an answer that came back; a text has it as well, which takes no comment otherwise."""
    errors = {problem.field: problem.message.in_(language) for problem in reversed(examined.problems)}
    label = Message("Your explanation (if you leave the answer as it is, why)").in_(language)
    return _comment(answer, {name: text for name, text in errors.items() if name == "comment"}) | {"label": label}


def _evidence(question: Question, answer: Answer, errors: Mapping[str, str], language: str) -> dict[str, Any] | None:
    """Where files belong to the question: as its answer, or as what should go with it."""
    if question.type is not QuestionType.FILE and question.evidence is None:
        return None
    files = [
        {"id": file.id, "name": file.name, "size": size(file.size), "sha256": file.sha256} for file in answer.files
    ]
    what = question.evidence.what.in_(language) if question.evidence else None
    return {
        "what": what,
        "files": files,
        "error": errors.get("files"),
        "required": bool(question.evidence and question.evidence.required),
    }


def size(octets: int) -> str:
    return f"{octets / MB:.1f} MB" if octets >= MB else f"{max(1, octets // 1024)} KB"


def entry(question: Question, sent: Mapping[str, Sequence[str]]) -> Entry:
    """What the form sent for one question."""
    values = tuple(sent.get(question.id, ()))
    if question.type is QuestionType.DATE:
        values = _day(question.id, sent)
    na = NOT_APPLICABLE in values or bool(sent.get(f"{question.id}_na"))
    return Entry(
        values=tuple(value for value in values if value != NOT_APPLICABLE),
        not_applicable=na,
        reason=_one(sent, f"{question.id}_reason") if na else "",
        comment=_one(sent, f"{question.id}_comment"),
    )


def _day(name: str, sent: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Three fields as one date, as typed. A whole date typed into the first field is taken as well."""
    typed = three_boxes(*(_one(sent, f"{name}_{part}") for part in ("year", "month", "day")))
    return (typed,) if typed else ()


def _one(sent: Mapping[str, Sequence[str]], name: str) -> str:
    return sent[name][0] if sent.get(name) else ""


def answers(
    questions: Sequence[Question], sent: Mapping[str, Sequence[str]], files: Mapping[str, Answer]
) -> dict[str, Answer]:
    """The answers that a section's form means."""
    return {
        question.id: parse(question, entry(question, sent), files.get(question.id, Answer()).files)
        for question in questions
    }


def about(question: str, problem: str, language: str, limit: int = 60, *, place: str = "") -> str:
    """What is wrong with which question, in one line; where the same is asked of several places, with the place."""
    short = question.rstrip("。") if len(question) <= limit else question[: limit - 1] + "…"
    if place:
        short = f"{place}／{short}" if language == "ja" else f"{place} / {short}"
    return f"{short}：{problem}" if language == "ja" else f"{short}: {problem}"


def said_words(language: str) -> dict[str, str]:
    """The few words in which fixed answers are told."""
    texts = {"none": "No answer", "na": "Not applicable", "yes": "Yes", "no": "No", "agreed": "Confirmed"}
    return {name: Message(text).in_(language) for name, text in texts.items()}


def said(question: Question, answer: Answer | None, language: str, words: Mapping[str, str]) -> str:
    """An answer in words, for the list to check, the reviewers and the receipt."""
    if answer is None or answer.blank:
        return words["none"]
    if answer.not_applicable:
        return f"{words['na']}: {answer.reason}"
    return _value_said(question, answer, language, words)


def _value_said(question: Question, answer: Answer, language: str, words: Mapping[str, str]) -> str:
    if question.type is QuestionType.YES_NO:
        return words["yes"] if answer.value == "yes" else words["no"]
    if question.type is QuestionType.STATEMENT:
        return words["agreed"]
    if question.choices:
        texts = {choice.id: choice.text.in_(language) for choice in question.choices}
        return listed((texts.get(value, value) for value in _listed(answer)), language, "; ")
    if question.type is QuestionType.DATE:
        return _said_day(str(answer.value or ""), language)
    unit = question.unit.in_(language) if question.unit else ""
    return "" if answer.value is None else f"{answer.value}{unit if language == 'ja' else ' ' + unit if unit else ''}"


def _said_day(value: str, language: str) -> str:
    """The day in words; what could not be read as one stands as typed."""
    try:
        return say_day(date.fromisoformat(value), language)
    except ValueError:
        return value


def _listed(answer: Answer) -> Sequence[str]:
    return answer.value if isinstance(answer.value, tuple) else (str(answer.value),)
