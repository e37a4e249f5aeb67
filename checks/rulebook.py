"""The words of the rules. They live in TOML beside the checks, so that whoever translates them needs no Python.

A rule that lacks a language, a remedy or a reference does not load: what we hold against a party must be explained.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from checks.contract import Rule, Severity, Words

if TYPE_CHECKING:
    from collections.abc import Mapping

SHELF = Path(__file__).parent / "rules"


def title(kind: str) -> Words:
    """What people call the check."""
    return Words(**_rows(kind)["title"])


def rules(kind: str) -> Mapping[str, Rule]:
    """The rules of one check, by full name."""
    rows = {f"{kind}.{key}": row for key, row in _rows(kind).items() if key != "title"}
    return MappingProxyType({name: _rule(name, row) for name, row in rows.items()})


def _rows(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((SHELF / f"{name}.toml").read_text(encoding="utf-8"))


def _rule(name: str, row: Mapping[str, Any]) -> Rule:
    return Rule(
        name=name,
        severity=Severity.of(row["severity"]),
        title=Words(**row["title"]),
        explanation=Words(**row["explanation"]),
        remedy=Words(**row["remedy"]),
        reference=row["reference"],
    )


# What the tokens of a look that could not judge mean to people. No rules of a party, but told in the same form.
REASONS: Final = MappingProxyType({token: _rule(token, row) for token, row in _rows("reasons").items()})
