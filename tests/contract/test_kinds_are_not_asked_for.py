"""What differs between kinds of obligation is said by the kind. Whoever asks for its name has to be found for each new one."""

from __future__ import annotations

import ast
import re

from monitor.obligations import KINDS
from tests.docs.pages import ROOT

ALLOWED = ("monitor/obligations/", "monitor/tables/", "monitor/questionnaire/defaults.py")
CHOSEN = ("kind", "kind__in", "kind__not", "obligation__kind")  #: keywords by which rows of a kind are picked
IN_TEMPLATE = re.compile(rf"""\bkind\s*(?:==|!=|in)\s*[\[(]?\s*["'](?:{"|".join(KINDS)})["']""")


def names(node):
    """The kinds that stand in an expression, by themselves or in a tuple, list or set."""
    parts = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    return {part.value for part in parts if isinstance(part, ast.Constant) and part.value in KINDS}


def is_kind(node):
    """`duty.kind`, `kind`, `event.obligation`, `line["obligation"]`."""
    if isinstance(node, ast.Subscript):
        node = node.slice
    said = getattr(node, "attr", None) or getattr(node, "id", None) or getattr(node, "value", None)
    return isinstance(said, str) and said.endswith(("kind", "obligation"))


def asks(node):
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        return set().union(*map(names, sides)) if any(map(is_kind, sides)) else set()
    if isinstance(node, ast.MatchValue):
        return names(node.value)
    if isinstance(node, ast.keyword) and node.arg in CHOSEN:
        return names(node.value)
    return set()


def found_in(source):
    return {
        (node.lineno, *sorted(asks(node)))
        for node in ast.walk(ast.parse(source))
        if hasattr(node, "lineno") and asks(node)
    }


def test_nobody_else_asks_for_the_name_of_a_kind():
    files = {path.relative_to(ROOT).as_posix(): path for path in (ROOT / "monitor").rglob("*.py")}
    code = {name: path.read_text("utf-8") for name, path in files.items() if not name.startswith(ALLOWED)}
    assert len(code) > 200
    assert {name: hits for name, text in code.items() if (hits := found_in(text))} == {}


def test_no_page_and_no_letter_asks_for_the_name_of_a_kind():
    texts = {
        path: path.read_text("utf-8") for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".jinja"}
    }
    assert len(texts) > 50
    assert {
        path.relative_to(ROOT).as_posix(): IN_TEMPLATE.findall(text)
        for path, text in texts.items()
        if IN_TEMPLATE.search(text)
    } == {}


def test_each_way_of_asking_is_seen():
    ways = ('duty.kind == "deletion"', '"deletion" != duty.kind', 'duty.kind in {"attestation", "x"}', 'f(kind="remediation")',
            'f(kind__in=["deletion"])', 'match kind:\n case "deletion": pass')  # fmt: skip
    assert all(found_in(way) for way in ways)
    assert not found_in('say("deletion")')
    assert not found_in('one.what in {"selection", "class"}')
    assert IN_TEMPLATE.search('{% if duty.kind != "remediation" %}')
