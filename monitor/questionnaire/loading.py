"""From a TOML file to a questionnaire, or to the list of everything that is wrong with the file."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from monitor.language import Message
from monitor.questionnaire.model import Question, Questionnaire
from monitor.questionnaire.rules import LONGEST_ROW_ID, PLACEHOLDER, Draft, Outline, broken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic_core import ErrorDetails

# What pydantic calls it, and what to write instead; then what the rule is called here, where it is no mere value.
SHAPE: Mapping[str, str] = {
    "missing": "add `{key}`",
    "extra_forbidden": "remove `{key}` or correct its spelling",
    "union_tag_not_found": "write `question` with `in`, `all`, `any` or `not` in `{key}`",
    "string_pattern_mismatch": "write `{key}` in lower-case letters, digits, `.` and `-` only",
    "string_too_short": "fill in `{key}`",
    "string_too_long": "shorten `{key}` to {max_length} characters",
    "unshown": "remove the control characters from `{key}`",
    "too_short": "put at least one into `{key}`",
    "literal_error": "`{key}` should be {expected}",
    "enum": "`{key}` should be {expected}",
    "greater_than_equal": "write {ge} or more in `{key}`",
    "less_than_equal": "write {le} or less in `{key}`",
    "int_type": "write a whole number in `{key}`",
    "int_parsing": "write a whole number in `{key}`",
    "int_from_float": "write a whole number in `{key}`",
    "bool_type": "write true or false in `{key}`",
    "bool_parsing": "write true or false in `{key}`",
    "string_type": "write `{key}` as text, in quotes",
}
_NAMES = {"missing": "missing", "extra_forbidden": "unknown-key", "union_tag_not_found": "condition"}
_OTHERWISE = "correct `{key}`: {why}"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: where it is, which rule it breaks and what to write instead. `question` is empty above questions;
    `key` is the field to look at, where there is one.
    """

    file: str
    question: str
    rule: str
    remedy: Message
    key: str = ""

    def in_(self, language: str) -> str:
        where = f" [{self.question}]" if self.question else ""
        return f"{self.file}{where} {self.rule}: {self.remedy.in_(language)}"

    def __str__(self) -> str:
        return self.in_("en")


class InvalidQuestionnaire(Exception):  # noqa: N818 - the house's word for it
    """The file is no questionnaire. `mistakes` holds everything that has to change, not only the first."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


def load(source: Path | str, name: str = "questionnaire") -> Questionnaire:
    """Reads a file, or TOML text that `name` names in mistakes."""
    file = source.name if isinstance(source, Path) else name
    try:
        text = source.read_text(encoding="utf-8") if isinstance(source, Path) else source
        data = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise InvalidQuestionnaire(
            (Mistake(file, "", "encoding", Message("save the file as UTF-8 ({why})", {"why": error.reason})),)
        ) from None
    except RecursionError:
        raise InvalidQuestionnaire(
            (Mistake(file, "", "toml", Message("write fewer brackets in each other")),)
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidQuestionnaire(
            (Mistake(file, "", "toml", Message("correct the TOML: {why}", {"why": error})),)
        ) from None
    except ValueError:  # Python reads no number of thousands of digits
        what = Message("correct the day or number that cannot be")
        raise InvalidQuestionnaire((Mistake(file, "", "toml", what),)) from None
    return from_data(data, file)


def load_all(folder: Path) -> dict[str, Questionnaire]:
    """Every `*.toml` of a folder by its id, which is the file's name; the mistakes of all files come together."""
    found: dict[str, Questionnaire] = {}
    mistakes: list[Mistake] = []
    for file in sorted(folder.glob("*.toml")):
        try:
            questionnaire = load(file)
        except InvalidQuestionnaire as error:
            mistakes += error.mistakes
            continue
        if questionnaire.id != file.stem:
            remedy = Message('write `id = "{id}"` or rename the file', {"id": file.stem})
            mistakes.append(Mistake(file.name, "", "id", remedy, "id"))
        found[questionnaire.id] = questionnaire
    if mistakes:
        raise InvalidQuestionnaire(tuple(mistakes))
    return found


def from_data(data: Mapping[str, Any], file: str = "questionnaire") -> Questionnaire:
    """From parsed data, as an importer of another format makes it."""
    mistakes: list[Mistake] = []
    questionnaire: Questionnaire | None = None
    try:
        questionnaire = Questionnaire.model_validate(data)
    except ValidationError as error:
        mistakes += [_shaped(detail, data, file) for detail in error.errors(include_url=False) if not _echo(detail)]
    mistakes += [Mistake(file, *complaint) for complaint in _section_rules(_sections(data))]
    mistakes += [Mistake(file, *complaint) for complaint in broken(Outline.of(_drafts(data)))]
    if mistakes or questionnaire is None:
        raise InvalidQuestionnaire(tuple(mistakes))
    return questionnaire


def _echo(detail: ErrorDetails) -> bool:
    """A list found too short only because its items are malformed, which has been said already."""
    return detail["type"] == "too_short" and bool(detail["input"])


def _shaped(detail: ErrorDetails, data: Mapping[str, Any], file: str) -> Mistake:
    """Turns what pydantic found malformed into a mistake of the house: the key inside the question, and the remedy."""
    where, location = _located(data, list(detail["loc"]))
    key, kind = ".".join(str(step) for step in location), detail["type"]
    remedy = Message(SHAPE.get(kind, _OTHERWISE), {**detail.get("ctx", {}), "key": key, "why": detail["msg"]})
    return Mistake(file, where, _NAMES.get(kind, "value"), remedy, key)


def _located(data: Any, location: list[int | str]) -> tuple[str, list[int | str]]:
    """Walks down to the section or question that a location lies in; returns its label and the rest of the way."""
    label = path = ""
    for part in ("sections", "questions"):
        if location[:1] != [part] or len(location) == 1:
            break
        _, index, *location = location
        data = data[part][index]
        path = f"{path}{'.' if path else ''}{part}[{index}]"
        label = _label(data, path)
    return label, location


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list | tuple) else []


def _sections(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    return _dicts(data.get("sections"))


def _section_rules(sections: list[dict[str, Any]]) -> Iterator[tuple[str, str, Message, str]]:
    for identity, times in Counter(str(section["id"]) for section in sections if "id" in section).items():
        if times > 1:
            remedy = Message("{times} sections have this id; give each section an id of its own", {"times": times})
            yield identity, "unique-id", remedy, "id"
    for section in sections:
        label = str(section.get("id", ""))
        if section.get("place") is not None:
            remedy = Message('places come from the registry; write `per = "place"` instead of `place`')
            yield label, "place", remedy, "place"
        if section.get("per") == "place" and len(label) > LONGEST_ROW_ID:
            text = "a number is added to its id for each place; keep it within {limit} letters"
            yield label, "row-id", Message(text, {"limit": LONGEST_ROW_ID}), "id"
        if section.get("per") is None and PLACEHOLDER in str((section.get("title"), section.get("intro"))):
            remedy = Message('{place} has a meaning only with `per = "place"`; remove it', {"place": PLACEHOLDER})
            yield label, "placeholder", remedy, "title"


def _drafts(data: Mapping[str, Any]) -> Iterator[Draft]:
    for number, section in enumerate(_sections(data)):
        per = "place" if section.get("per") == "place" else None
        for index, question in enumerate(_dicts(section.get("questions"))):
            yield _draft(question, f"sections[{number}].questions[{index}]", number, per)


def _draft(data: dict[str, Any], label: str, section: int, per: str | None) -> Draft:
    """Reads a question as far as it goes: malformed fields are left out or, where one is needed, stood in for."""
    try:
        return Draft(Question.model_validate(data), section, per)
    except ValidationError as error:
        damaged = frozenset(str(detail["loc"][0]) for detail in error.errors(include_url=False) if detail["loc"])
    needed = {"id": "nameless", "type": "text", "text": {"ja": "?", "en": "?"}}
    sound = {key: value for key, value in data.items() if key not in damaged}
    question = Question.model_validate(needed | sound)
    if "id" in damaged:
        question = question.model_copy(update={"id": _label(data, label)})
    return Draft(question, section, per, damaged)


def _label(part: Any, otherwise: str) -> str:
    """What a mistake calls a section or question: its id, or its place in the file where it has none."""
    identity = part.get("id") if isinstance(part, dict) else None
    return identity if isinstance(identity, str) and identity else otherwise
