"""A condition as one line that fits into a cell: `sub.used = approved | unapproved`, `all(a = yes; not(b = no))`.

It says exactly what the TOML says, no more and no less, so that writing and reading give the same condition back.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from checks.spelling import normal
from monitor.language import Message
from monitor.questionnaire.condition import All, AnyOf, Asked, Not

if TYPE_CHECKING:
    from monitor.questionnaire.condition import Condition

_TOKEN = re.compile(r"\s*(?:(?P<word>[A-Za-z0-9._-]+)|(?P<sign>[=|;()]))")
DEEPEST = 20


class NoCondition(Exception):  # noqa: N818 - what the line then is
    """`message` says what was expected, and where."""

    def __init__(self, expected: str, rest: str) -> None:
        super().__init__(expected)
        rest = rest.strip()[:20] or "-"
        self.message = Message(
            "write `question = answer`, `all(…; …)`, `any(…; …)` or `not(…)`; {expected} is expected at “{rest}”",
            {"expected": expected, "rest": rest},
        )


def condition_said(condition: Condition) -> str:
    match condition:
        case Asked():
            return f"{condition.question} = {' | '.join(condition.in_)}"
        case All():
            return f"all({'; '.join(condition_said(part) for part in condition.all)})"
        case AnyOf():
            return f"any({'; '.join(condition_said(part) for part in condition.any)})"
        case Not():
            return f"not({condition_said(condition.not_)})"


def condition_read(line: str) -> dict[str, Any]:
    """As the TOML would have it. Raises `NoCondition`."""
    reader = _Reader(normal("NFKC", line))
    condition = reader.condition(0)
    reader.end()
    return condition


class _Reader:
    def __init__(self, line: str) -> None:
        self.line, self.at = line, 0

    def condition(self, depth: int) -> dict[str, Any]:
        word = self.word()
        if word not in {"all", "any", "not"} or not self.follows("("):
            return self.asked(word)
        if depth == DEEPEST:
            raise NoCondition("=", self.line[self.at :])
        parts = [self.condition(depth + 1)]
        while word != "not" and self.follows(";"):
            parts.append(self.condition(depth + 1))
        self.expect(")")
        return {word: parts[0] if word == "not" else parts}

    def asked(self, question: str) -> dict[str, Any]:
        self.expect("=")
        answers = [self.word()]
        while self.follows("|"):
            answers.append(self.word())
        return {"question": question, "in": answers}

    def word(self) -> str:
        found = _TOKEN.match(self.line, self.at)
        if found is None or found["word"] is None:
            raise NoCondition("id", self.line[self.at :])
        self.at = found.end()
        return found["word"]

    def follows(self, sign: str) -> bool:
        found = _TOKEN.match(self.line, self.at)
        if found is None or found["sign"] != sign:
            return False
        self.at = found.end()
        return True

    def expect(self, sign: str) -> None:
        if not self.follows(sign):
            raise NoCondition(sign, self.line[self.at :])

    def end(self) -> None:
        if self.line[self.at :].strip():
            raise NoCondition("; )", self.line[self.at :])
