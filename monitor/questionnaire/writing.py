"""From a questionnaire to its TOML file, in the one way in which they are written here.

Reading it gives exactly the same questionnaire back. What is as it would be anyway is left out, so that a file shows
what its author decided.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from monitor.questionnaire.model import Questionnaire

_PARTS = ("choices", "evidence", "finding")  #: of a question or choice: tables of their own, below its other keys
_HEAD = ("id", "version", "minutes", "licence", "source", "title", "intro")


def to_toml(questionnaire: Questionnaire) -> str:
    data = questionnaire.model_dump(exclude_defaults=True)
    return "\n".join(_lines(data)) + "\n"


def _lines(data: Mapping[str, Any]) -> Iterator[str]:
    yield from _keys({key: data[key] for key in _HEAD})
    for section in data["sections"]:
        yield from ("", "[[sections]]")
        yield from _keys({key: value for key, value in section.items() if key != "questions"})
        for question in section["questions"]:
            yield ""
            yield from _table("sections.questions", question, "", listed=True)


def _table(path: str, data: Mapping[str, Any], indent: str, *, listed: bool) -> Iterator[str]:
    yield f"{indent}[[{path}]]" if listed else f"{indent}[{path}]"
    for line in _keys({key: value for key, value in data.items() if key not in _PARTS}):
        yield indent + line
    for part in _PARTS:
        found = data.get(part)
        listed = isinstance(found, tuple)
        several: tuple[Mapping[str, Any], ...] = found if isinstance(found, tuple) else (found,) if found else ()
        for each in several:
            yield from _table(f"{path}.{part}", each, indent + "  ", listed=listed)


def _keys(data: Mapping[str, Any]) -> Iterator[str]:
    for key, value in data.items():
        if isinstance(value, dict) and value.keys() == {"ja", "en"}:
            yield from (f"{key}.{language} = {_value(value[language])}" for language in ("ja", "en"))
        else:
            yield f"{key} = {_value(value)}"


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case dt.date():
            return value.isoformat()
        case list() | tuple():
            return f"[{', '.join(_value(each) for each in value)}]"
        case dict():
            return f"{{ {', '.join(f'{key} = {_value(each)}' for key, each in value.items())} }}"
        case _:
            return _text(str(value))


def _text(text: str) -> str:
    """JSON's escapes are TOML's, but for the one control character that JSON lets stand."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
