"""What a file says of an entry that people have changed since: each side keeps what it has said last. Pure.

A file is a statement where it differs from what files said before. Where it does not, it repeats itself, and what a
person has done meanwhile holds: an engagement that was activated stays active under a file that still says candidate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from monitor.registry.format import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

E = TypeVar("E", bound=Entry)


def merge(declared: Mapping[str, Any], held: Mapping[str, Any], stated: Mapping[str, Any]) -> dict[str, Any]:
    """Field by field: what the file states anew, else what is held. `declared`: what files stated before."""
    found = {
        name: stated.get(name) if stated.get(name) != declared.get(name) else held.get(name)
        for name in stated.keys() | held.keys() | declared.keys()
    }
    return {name: value for name, value in found.items() if value is not None}


def merged(entry: E, stated: Mapping[str, Any], declared: Mapping[str, Any], held: Mapping[str, Any]) -> E:
    """The entry that then holds. Where the two together make none, the file's holds alone."""
    if not declared or held == declared:
        return entry
    try:
        return type(entry).model_validate(merge(declared, held, stated))
    except ValidationError:
        return entry
