"""`itaku check --rules`: everything that parties and companies are held to, with the version in which it is."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from monitor.language import Message, reader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from rich.table import Table

    from checks.contract import Severity

LOOK, CONDUCT, TEXTS = "look", "conduct", "published-texts"
_KINDS = {
    LOOK: Message("Seen by a look from outside"),
    CONDUCT: Message("Conduct that no look sees"),
    TEXTS: Message("Published texts held against each other"),
}
_HEADS = (Message("Rule"), Message("Severity"), Message("Version"), Message("Since"), Message("What it finds"))


@dataclass(frozen=True, slots=True)
class Listed:
    """A rule. `since`: from which day it holds so; a look has only the number of its rule set, which each keeps."""

    kind: str
    name: str
    severity: Severity
    version: int
    since: date | None
    titles: dict[str, str]

    def line(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "rule": self.name,
            "severity": self.severity.word,
            "version": self.version,
            "since": self.since.isoformat() if self.since else None,
            "title": self.titles["en"],
        }


def listed_rules() -> Iterator[Listed]:
    """All of them, by kind and name."""
    from checks import CHECKS
    from monitor import conduct
    from monitor.promises import policies

    for check in CHECKS.values():
        for name, rule in sorted(check.rules.items()):
            titles = {"ja": rule.title.ja, "en": rule.title.en}
            yield Listed(LOOK, name, rule.severity, check.ruleset, None, titles)
    for name, one in sorted(conduct.RULES.items()):
        yield Listed(CONDUCT, name, one.severity, one.version, one.since, _both(one.title))
    severity = conduct.RULES[conduct.TEXTS_DISAGREE].severity
    for name, held in sorted(policies.RULES.items()):
        yield Listed(TEXTS, name, severity, held.version, held.since, _both(held.title))


def _both(title: Message) -> dict[str, str]:
    return {language: title.in_(language) for language in ("ja", "en")}


def show_rules(*, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([one.line() for one in listed_rules()], ensure_ascii=False, indent=1))
        return
    from rich.console import Console
    from rich.text import Text

    console, language = Console(file=sys.stdout, highlight=False), reader()
    for kind, words in _KINDS.items():
        console.print(Text(words.in_(language), style="bold"))
        console.print(_table([one for one in listed_rules() if one.kind == kind], language))


def _table(rules: list[Listed], language: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE)
    for head in _HEADS:
        table.add_column(head.in_(language), no_wrap=head is not _HEADS[-1], overflow="fold")
    for one in rules:
        since = one.since.isoformat() if one.since else ""
        table.add_row(one.name, one.severity.word, str(one.version), since, one.titles[language])
    return table
