"""The types of the ledger's lines as the source writes them, read from its calls.

A line is an `ledger.Event`, or a `ledger.note` of what belongs to a duty; both name their type first. What stands there is
followed: a text, a choice of two, a table of the module, a local name, or an argument, which every caller in the file gives.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WRITERS = ("ledger.Event", "ledger.note")
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module:
    """One file: its calls, each with the functions that it stands in."""

    def __init__(self, source: str) -> None:
        self.tree = ast.parse(source)
        self.calls = list(_calls(self.tree, ()))

    def kinds(self) -> set[str]:
        """The part before the point, of every type that this file writes."""
        found = [text for call, within in self.calls if _name(call) in WRITERS for text in self._texts(call, within)]
        assert all("." in text for text in found), found
        return {text.partition(".")[0] + "." for text in found}

    def _texts(self, call: ast.Call, within: tuple[Function, ...]) -> Iterator[str]:
        found = list(self._meant(call.args[0], within))
        assert found, f"line {call.lineno}: no type is found in {ast.unparse(call.args[0])!r}"
        yield from found

    def _meant(self, node: ast.expr, within: tuple[Function, ...]) -> Iterator[str]:
        match node:
            case ast.Constant(value=str(text)) | ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
                yield text
            case ast.IfExp(body=one, orelse=other):
                yield from self._meant(one, within)
                yield from self._meant(other, within)
            case ast.Subscript(value=ast.Name(id=name)):
                yield from (text for table in _given(self.tree, name) for text in _entries(table))
            case ast.Name(id=name):
                yield from self._named(name, within)

    def _named(self, name: str, within: tuple[Function, ...]) -> Iterator[str]:
        for function in within[-1:]:
            for value in _given(function, name):
                yield from self._meant(value, within)
            names = [argument.arg for argument in function.args.args]
            if name in names:
                yield from self._from_callers(function.name, names.index(name))

    def _from_callers(self, function: str, place: int) -> Iterator[str]:
        for call, within in self.calls:
            if _name(call) == function:
                yield from self._meant(call.args[place], within)


def written(folder: Path) -> set[str]:
    """What the types of all lines begin with, whichever file of this folder writes them."""
    files = [path for path in folder.rglob("*.py") if path != folder / "ledger.py"]
    return {kind for path in files for kind in Module(path.read_text(encoding="utf-8")).kinds()}


def _calls(node: ast.AST, within: tuple[Function, ...]) -> Iterator[tuple[ast.Call, tuple[Function, ...]]]:
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.Call):
            yield inner, within
        yield from _calls(inner, (*within, inner) if isinstance(inner, Function) else within)


def _name(call: ast.Call) -> str:
    return ast.unparse(call.func) if isinstance(call.func, ast.Name | ast.Attribute) else ""


def _given(scope: ast.AST, name: str) -> Iterator[ast.expr]:
    """What a name was given in this scope, alone or as one of several."""
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _paired(target, node.value, name)


def _paired(target: ast.expr, value: ast.expr, name: str) -> Iterator[ast.expr]:
    match target, value:
        case ast.Name(id=found), _ if found == name:
            yield value
        case ast.Tuple(elts=targets), ast.Tuple(elts=values):
            for one, other in zip(targets, values, strict=False):
                yield from _paired(one, other, name)


def _entries(table: ast.expr) -> Iterator[str]:
    values = table.values if isinstance(table, ast.Dict) else []
    yield from (value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str))
