"""One Japanese term for each thing: what `docs/glossary.md` rules out is said nowhere, what it lays down is in use."""

from __future__ import annotations

from functools import cache

import pytest
from babel.messages.pofile import read_po
from pages import ROOT, text_of

#: Beside the catalogues; questionnaires speak of what a party has in its own house, in the words of its trade.
TEXTS = ("templates/mail/**/*.jinja", "templates/mail/**/*.txt", "checks/rules/*.toml")


@cache
def _rows() -> list[list[str]]:
    table = [line for line in text_of("glossary.md").splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


@cache
def _said() -> list[tuple[str, str]]:
    """Every line of Japanese, with its place."""
    found = []
    for path in sorted((ROOT / "templates/locale/ja/LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="ja"):
                forms = message.string if isinstance(message.string, tuple) else (message.string,)
                found += [(path.name, form) for form in forms if message.id]
    for pattern in TEXTS:
        for path in sorted(ROOT.glob(pattern)):
            found += [(path.name, line) for line in path.read_text(encoding="utf-8").splitlines()]
    return found


@pytest.mark.parametrize(("term", "instead"), [(row[1], row[4].split(", ")) for row in _rows()])
def test_nothing_says_it_in_another_word(term, instead):
    assert not [(place, line) for place, line in _said() if any(word in line for word in instead)], term


def test_the_terms_of_the_glossary_are_in_use():
    terms = {term for row in _rows() for term in row[1].split(", ")}
    assert not [term for term in terms if not any(term in line for _, line in _said())]


def test_no_term_is_ruled_out_by_another():
    terms, never = {row[1] for row in _rows()}, {word for row in _rows() for word in row[4].split(", ")}
    assert not [(term, word) for term in terms for word in never if word in term]
