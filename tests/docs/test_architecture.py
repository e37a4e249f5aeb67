"""The page for who is new to the code shows all of it, and nothing that is not there."""

from __future__ import annotations

import re

from tests.docs.pages import ROOT, text_of

PAGE = text_of("architecture.md")
NO_ROOMS = {"__init__.py", "__pycache__"}


def test_every_room_has_its_place_on_the_page():
    rooms = {path.name + "/" * path.is_dir() for path in (ROOT / "monitor").iterdir() if path.name not in NO_ROOMS}
    table = PAGE.partition("## The rooms")[2]
    assert {room for room in rooms if f"`{room}`" not in table and f"`monitor/{room}`" not in table} == set()


def test_every_file_that_is_named_is_there():
    named = re.findall(r"`((?:monitor|checks)/[a-z_/]+(?:\.py|/))`", PAGE)
    assert [name for name in named if not (ROOT / name).exists()] == []
    assert len(named) > 20


def test_every_stage_has_its_row():
    table = PAGE.partition("| Stage | File |")[2].partition("\n\n")[0]
    named = re.findall(r"`(?:monitor/)?([a-z_/]+(?:\.py|/))`", table)
    files = [path for path in (ROOT / "monitor").rglob("*.py") if path.name not in NO_ROOMS]
    stages = [str(path) for path in files if path.read_text(encoding="utf-8").startswith('"""Stage:')]
    assert [stage for stage in stages if not any(f"/{name}" in stage for name in named)] == []
    assert len(stages) > 15
