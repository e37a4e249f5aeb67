"""The Japanese catalogue says everything that the source says, with the same placeholders, and nothing else.

A text is added where it is used, in English; then this test names it until `templates/locale/ja/LC_MESSAGES/itaku.po`
has its Japanese. Tables of words, whose entries reach a reader by a variable, are registered in `TABLES`.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache
from importlib import import_module
from pathlib import Path

import jinja2
import pytest
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "templates/locale/ja/LC_MESSAGES/itaku.po"
#: Functions that are handed a text for people, and which of their arguments it is.
SPEAKING = {"Message": 0, "translate": 0, "gettext": 0, "ngettext": 0, "_need": 2}
TABLES = {
    "monitor.letters.words": ("DUTIES", "CHECKS", "SEVERITIES", "ROLES"),
    "monitor.mistakes": ("_WORDS",),
    "monitor.simulation.script": ("_WORDS",),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
JAPANESE = re.compile("[\u3041-\u30ff\u3400-\u9fff]")
#: What a Japanese sentence may do without: a number that it says otherwise, and the time in Greenwich.
MAY_BE_LEFT = {"num", "utc"}
#: Texts that are the same in both languages: form without words.
WORDLESS = re.compile(r"^(?:\W|%\(\w+\)s|\{\w+\})*$")


def _texts_of(node: ast.expr, assigned: dict[str, list[ast.expr]], seen: frozenset[str] = frozenset()) -> list[str]:
    """The texts that an expression may stand for: itself, either branch of a choice, what a local name was given."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value] if node.value else []
    if isinstance(node, ast.IfExp):
        return _texts_of(node.body, assigned, seen) + _texts_of(node.orelse, assigned, seen)
    if isinstance(node, ast.Name) and node.id not in seen:
        return [text for given in assigned[node.id] for text in _texts_of(given, assigned, seen | {node.id})]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        return [text for default in node.args[1:] for text in _texts_of(default, assigned, seen)]
    if isinstance(node, ast.Tuple):
        return [text for value in node.elts for text in _texts_of(value, assigned, seen)]
    return []


def _assignments(function: ast.AST) -> dict[str, list[ast.expr]]:
    found: defaultdict[str, list[ast.expr]] = defaultdict(list)
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value] * len(names)
                for name, value in zip(names, values, strict=False):
                    if isinstance(name, ast.Name):
                        found[name.id].append(value)
    return found


def _in_python(path: Path) -> set[str]:
    tree, found = ast.parse(path.read_text(encoding="utf-8")), set()
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for scope in [tree, *functions]:
        assigned = _assignments(scope)
        for node in ast.walk(scope):
            name = getattr(getattr(node, "func", None), "attr", None) or getattr(
                getattr(node, "func", None), "id", None
            )
            if isinstance(node, ast.Call) and name in SPEAKING and len(node.args) > SPEAKING[name]:
                found.update(_texts_of(node.args[SPEAKING[name]], assigned))
                if name == "ngettext":
                    found.update(_texts_of(node.args[1], assigned))
    return found


def _strings(table: object) -> set[str]:
    if isinstance(table, str):
        return {table}
    values = table.values() if isinstance(table, dict) else table
    return {text for value in values for text in _strings(value)}


def _in_template(path: Path) -> set[str]:
    options = {"silent": "false", "trimmed": "false", "trim_blocks": "true", "lstrip_blocks": "true"}
    with path.open("rb") as file:
        calls = babel_extract(file, ("_", "gettext", "ngettext"), (), options)
        found = [text for _, _, texts, _ in calls for text in (texts if isinstance(texts, tuple) else (texts,))]
    return {text for text in found if text}


@cache
def said() -> dict[str, str]:
    """Every text for people, with the first place that says it."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "monitor").rglob("*.py")):
        for text in _in_python(path):
            found.setdefault(text, str(path.relative_to(ROOT)))
    for module, names in TABLES.items():
        for name in names:
            for text in _strings(getattr(import_module(module), name)):
                found.setdefault(text, module)
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt", ".jinja"}:
            for text in _in_template(path):
                found.setdefault(text, str(path.relative_to(ROOT)))
    return {text: place for text, place in found.items() if not WORDLESS.match(text) or text in _needed()}


def _needed() -> set[str]:
    return {text for message in catalogue() for text in _forms(message.id)}


@cache
def catalogue():
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="ja", abort_invalid=True)


def _forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


def entries():
    return [message for message in catalogue() if message.id]


def _placeholders(text: str) -> set[str]:
    return {first or second for first, second in PLACEHOLDER.findall(text)}


def test_the_catalogue_says_what_it_is():
    header = dict(catalogue().mime_headers)
    assert header["Content-Type"] == "text/plain; charset=utf-8"
    assert header["Language"] == "ja"
    assert header["Plural-Forms"].rstrip(";") == "nplurals=1; plural=0"


def test_everything_that_is_said_has_its_japanese():
    known = {form for message in entries() if all(_forms(message.string)) for form in _forms(message.id)}
    missing = {text: place for text, place in said().items() if text not in known}
    assert not missing, "\n".join(f"{place}: {text!r}" for text, place in sorted(missing.items(), key=str))


def test_nothing_is_translated_that_nobody_says():
    unused = [message.id for message in entries() if not set(_forms(message.id)) & said().keys()]
    assert not unused


def test_no_translation_is_marked_as_a_guess():
    assert not [message.id for message in entries() if message.fuzzy]


@pytest.mark.parametrize("message", entries(), ids=lambda message: str(_forms(message.id)[0])[:40])
def test_a_translation_keeps_the_placeholders(message):
    wanted = set().union(*(_placeholders(form) for form in _forms(message.id)))
    for form in _forms(message.string):
        found = _placeholders(form)
        assert found <= wanted
        assert wanted - found <= MAY_BE_LEFT


@pytest.mark.parametrize("message", entries(), ids=lambda message: str(_forms(message.id)[0])[:40])
def test_japanese_is_japanese(message):
    for form in _forms(message.string):
        words = PLACEHOLDER.sub("", form)
        assert JAPANESE.search(words) or WORDLESS.match(form)


def test_a_text_that_no_rule_finds_would_be_missed_loudly():
    """The rules of extraction themselves: choices, local names, defaults, tables."""
    source = """
def f(near):
    remedy = "Did you mean?" if near else "Remove it."
    what, more = Message("a"), "never said"
    return Message(remedy), Message(WORDS.get(near, "else")), _need(near, "token", "Say why.")
"""
    tree = ROOT / "tests"
    assert tree.exists()
    module = ast.parse(source)
    assigned = _assignments(module.body[0])
    call = [
        node for node in ast.walk(module) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Message"
    ]
    texts = {text for node in call for text in _texts_of(node.args[0], assigned)}
    assert texts == {"a", "Did you mean?", "Remove it.", "else"}


def test_templates_are_all_sound():
    environment = jinja2.Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for path in (ROOT / "templates").rglob("*"):
        if path.suffix in {".html", ".txt", ".jinja"}:
            environment.parse(path.read_text(encoding="utf-8"))
