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
