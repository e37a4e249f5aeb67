"""The pages of `docs/` and the README as data: headings, tables, fenced blocks, links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WORD = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|<(?:img|a)[^>]*(?:src|href)=\"([^\"]+)\"")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and a name for a test."""

    page: str
    number: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}-{self.number}"


@cache
def text_of(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[Block]:
    found = enumerate(FENCE.finditer(text_of(page)), 1)
    return [Block(page, number, match[1], match[2]) for number, match in found if match[1] == language]


def prose(text: str) -> str:
    return FENCE.sub("", text)


def sections(page: str, level: str = "##+") -> Iterator[tuple[str, str]]:
    """Heading and text of each part, down to the next heading."""
    parts = re.split(rf"^({level}) (.*)\n", prose(text_of(page)), flags=re.MULTILINE)
    yield from zip(parts[2::3], parts[3::3], strict=True)


def first_cells(text: str, heading: str = "") -> list[str]:
    """The words in code type of the first cell of every row; with `heading`, of tables that begin with it only."""
    found: list[str] = []
    for table in re.findall(r"(?:^\|.*\n)+", text + "\n", re.MULTILINE):
        rows = table.splitlines()
        if not heading or rows[0].startswith(f"| {heading} "):
            found += [word for row in rows[2:] for word in WORD.findall(row.split("|")[1])]
    return found


def links(text: str) -> list[str]:
    return [one or other for one, other in LINK.findall(prose(text))]
