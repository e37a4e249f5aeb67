"""The Japanese catalogue says everything that the source says, with the same placeholders, and nothing else.

A text is added where it is used, in English; then this test names it until a file in `templates/locale/ja/LC_MESSAGES`
has its Japanese. Tables of words, whose entries reach a reader through another module, are registered in `TABLES`.
"""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
import pytest
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from babel.messages.catalog import Catalog, Message

ROOT = Path(__file__).parent.parent
CATALOGUES = sorted((ROOT / "templates/locale/ja/LC_MESSAGES").glob("*.po"))
#: Functions that are handed a text for people, and which of their arguments it is.
SPEAKING = {
    "Message": 0,
    "Detail": 0,
    "found": 0,
    "Unreadable": 0,
    "TooLarge": 0,
    "_Unfit": 1,
    "translate": 0,
    "gettext": 0,
    "ngettext": 0,
    "need": 2,
}
TABLES = {
    "monitor.letters.words": ("CERTIFICATES", "SEVERITIES", "ROLES"),
    "monitor.promises.states": ("WORK_STATES", "CHAIN_STATES", "DISPOSAL_STATES", "PARTICULAR"),
    "monitor.web.console.happenings": ("WORDS", "REOPENED"),
    "monitor.web.words": ("HOLDS", "MAY"),
    "monitor.web.form.colleagues": ("GRADES", "HINTS"),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
JAPANESE = re.compile("[\u3041-\u30ff\u3400-\u9fff]")
#: What a Japanese sentence may do without: a number that it says otherwise, and the time in Greenwich.
MAY_BE_LEFT = {"num", "utc"}
#: Names of techniques that Japanese readers know by the same name.
NAMES = {"Message-ID"}
#: Texts that are the same in both languages: form without words.
WORDLESS = re.compile(r"^(?:\W|%\(\w+\)s|\{\w+\})*$")


Names = dict[str, list[ast.expr]]


def _texts_of(node: ast.expr, names: Names, seen: frozenset[str] = frozenset()) -> list[str]:
    """The texts that an expression may stand for: itself, a branch of a choice, an entry of a table, what a name holds."""
    match node:
        case ast.Constant(value=str() as text):
            return [text] if text else []
        case ast.Name(id=name) if name not in seen:
            inside = names.get(name, [])
            return [text for given in inside for text in _texts_of(given, names, seen | {name})]
        case ast.Call(func=ast.Attribute(value=table, attr="get"), args=[_, *defaults]):
            parts = [table, *defaults]
        case ast.Subscript(value=table):
            parts = [table]
        case _:
            parts = _parts(node)
    return [text for part in parts for text in _texts_of(part, names, seen)]


def _parts(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.Dict):
        return node.values
    return node.elts if isinstance(node, ast.Tuple | ast.List) else []


def _given(statements: Iterable[ast.AST]) -> Names:
    """What names were given in these statements, by assignment or in a loop over a table."""
    found: defaultdict[str, list[ast.expr]] = defaultdict(list)
    for node in statements:
        match node:
            case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
                pass
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
                    value = value.func.value
            case _:
                continue
        targets = target.elts if isinstance(target, ast.Tuple) else [target]
        paired = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
        for name, part in zip(targets, value.elts if paired else [value] * len(targets), strict=False):
            if isinstance(name, ast.Name):
                found[name.id].append(part)
    return found


def _in_python(path: Path) -> set[str]:
    tree, found = ast.parse(path.read_text(encoding="utf-8")), set()
    known = _given(tree.body)
    for scope in ast.walk(tree):
        if isinstance(scope, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef):
            inside = {} if scope is tree else _given(ast.walk(scope))
            found.update(_said_in(scope, {**known, **inside}))
    return found


def _said_in(scope: ast.AST, names: Names) -> Iterator[str]:
    for node in ast.walk(scope):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
            place = SPEAKING.get(name)
            if place is not None and len(node.args) > place:
                yield from _texts_of(node.args[place], names)
                yield from _texts_of(node.args[1], names) if name == "ngettext" else ()


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
    for path in sorted([*(ROOT / "monitor").rglob("*.py"), *(ROOT / "checks").rglob("*.py")]):
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
    return {text for message in entries() for text in _forms(message.id)}


@cache
def catalogues() -> Mapping[str, Catalog]:
    found = {}
    for path in CATALOGUES:
        with path.open("rb") as file:
            found[path.name] = read_po(file, locale="ja", abort_invalid=True)
    return found


def _forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


def entries() -> list[Message]:
    return [message for catalogue in catalogues().values() for message in catalogue if message.id]


def _placeholders(text: str) -> set[str]:
    return {first or second for first, second in PLACEHOLDER.findall(text)}


@pytest.mark.parametrize("name", [path.name for path in CATALOGUES])
def test_a_catalogue_says_what_it_is(name):
    header = dict(catalogues()[name].mime_headers)
    assert header["Content-Type"].lower() == "text/plain; charset=utf-8"
    assert header["Language"] == "ja"
    assert header["Plural-Forms"].rstrip(";") == "nplurals=1; plural=0"


def test_a_text_has_one_translation():
    """The files are read one over the other: a text that stands in two would change with their names."""
    places = Counter(text for message in entries() for text in set(_forms(message.id)))
    assert not [text for text, times in places.items() if times > 1]


def test_everything_that_is_said_has_its_japanese():
    known = {form for message in entries() if all(_forms(message.string)) for form in _forms(message.id)}
    missing = {text: place for text, place in said().items() if text not in known}
    assert not missing, "\n".join(f"{place}: {text!r}" for text, place in sorted(missing.items(), key=str))


def test_nothing_is_translated_that_nobody_says():
    unused = [message.id for message in entries() if not set(_forms(message.id)) & said().keys()]
    assert not unused


def test_no_translation_is_marked_as_a_guess():
    assert not [message.id for message in entries() if message.fuzzy]


def test_translations_keep_the_placeholders():
    wrong = []
    for message in entries():
        wanted = set().union(*(_placeholders(form) for form in _forms(message.id)))
        for form in _forms(message.string):
            found = _placeholders(form)
            if found - wanted or wanted - found - MAY_BE_LEFT:
                wrong.append((message.id, form))
    assert not wrong


def test_japanese_is_japanese():
    forms = [form for message in entries() for form in _forms(message.string)]
    wordy = [form for form in forms if not WORDLESS.match(form) and form not in NAMES]
    assert not [form for form in wordy if not JAPANESE.search(PLACEHOLDER.sub("", form))]


def test_texts_are_found_wherever_a_variable_brings_them():
    """The rules of extraction themselves: choices, local names, defaults, tables, loops."""
    source = """
TABLE = {"key": "from a table"}
def f(near):
    remedy = "Did you mean?" if near else "Remove it."
    what, more = Message("a"), "never said"
    words = {"x": "by its key"}
    [Message(text) for name, text in {"key": "in a loop"}.items()]
    return Message(remedy), Message(TABLE.get(near, "else")), Message(words[near]), need(near, "token", "Say why.")
"""
    tree = ast.parse(source)
    names = {**_given(tree.body), **_given(ast.walk(tree.body[1]))}
    expected = {"a", "Did you mean?", "Remove it.", "else", "from a table", "by its key", "in a loop", "Say why."}
    assert set(_said_in(tree.body[1], names)) == expected


def test_templates_are_all_sound():
    environment = jinja2.Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for path in (ROOT / "templates").rglob("*"):
        if path.suffix in {".html", ".txt", ".jinja"}:
            environment.parse(path.read_text(encoding="utf-8"))
