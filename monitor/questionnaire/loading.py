"""From a TOML file to a questionnaire, or to the list of everything that is wrong with the file."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from monitor.questionnaire.model import Question, Questionnaire
from monitor.questionnaire.rules import LONGEST_ROW_ID, PLACEHOLDER, Draft, Outline, broken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic_core import ErrorDetails

# What pydantic calls it, the rule's name here, and what to write instead. Anything else is told in pydantic's words.
SHAPE: Mapping[str, tuple[str, str]] = {
    "missing": ("missing", "add `{key}`"),
    "extra_forbidden": ("unknown-key", "remove `{key}` or correct its spelling"),
    "union_tag_not_found": ("condition", "write `question` with `in`, `all`, `any` or `not` in `{key}`"),
    "string_pattern_mismatch": ("value", "write `{key}` in lower-case letters, digits, `.` and `-` only"),
    "string_too_short": ("value", "fill in `{key}`"),
    "too_short": ("value", "put at least one into `{key}`"),
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: where it is, which rule it breaks and what to write instead. `question` is empty above questions."""

    file: str
    question: str
    rule: str
    remedy: str

    def __str__(self) -> str:
        where = f" [{self.question}]" if self.question else ""
        return f"{self.file}{where} {self.rule}: {self.remedy}"


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
            (Mistake(file, "", "encoding", f"save the file as UTF-8 ({error.reason})"),)
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidQuestionnaire((Mistake(file, "", "toml", f"correct the TOML: {error}"),)) from None
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
            mistakes.append(Mistake(file.name, "", "id", f'write `id = "{file.stem}"` or rename the file'))
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
    key = ".".join(str(step) for step in location)
    rule, remedy = SHAPE.get(detail["type"], ("value", ""))
    otherwise = f"`{key}` should be {detail['msg'].removeprefix('Input should be ')}"
    return Mistake(file, where, rule, remedy.format(key=key) or otherwise)


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


def _section_rules(sections: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for identity, times in Counter(str(section["id"]) for section in sections if "id" in section).items():
        if times > 1:
            yield identity, "unique-id", f"{times} sections have this id; give each section an id of its own"
    for section in sections:
        label = str(section.get("id", ""))
        if section.get("place") is not None:
            yield label, "place", 'places come from the registry; write `per = "place"` instead of `place`'
        if section.get("per") == "place" and len(label) > LONGEST_ROW_ID:
            yield (
                label,
                "row-id",
                f"a number is added to its id for each place; keep it within {LONGEST_ROW_ID} letters",
            )
        if section.get("per") is None and PLACEHOLDER in str((section.get("title"), section.get("intro"))):
            yield label, "placeholder", f'{PLACEHOLDER} has a meaning only with `per = "place"`; remove it'


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
