"""The letters that all tests read are written once."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from gallery import written


@pytest.fixture(scope="session")
def worlds(tmp_path_factory):
    """The letters of a Japanese and of an English world."""
    found = {language: asyncio.run(written(language, tmp_path_factory.mktemp(language))) for language in ("ja", "en")}
    if folder := os.environ.get("ITAKU_LETTERS_TO"):
        _keep({language: world.by_name for language, world in found.items()}, Path(folder))
    return found


@pytest.fixture(scope="session")
def gallery(worlds):
    """Every kind of letter by language and name."""
    return {(language, name): kept for language, world in worlds.items() for name, kept in world.by_name.items()}


@pytest.fixture(scope="session")
def japanese(worlds):
    """All letters that the Japanese world sent by itself."""
    return worlds["ja"].all


def _keep(found, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for language, letters in found.items():
        for name, kept in letters.items():
            stem = f"{language}-{name}"
            (folder / f"{stem}.html").write_text(kept.letter.html, encoding="utf-8")
            text = f"Subject: {kept.letter.subject}\nReply-To: {kept.letter.reply_to}\n\n{kept.letter.text}"
            (folder / f"{stem}.txt").write_text(text, encoding="utf-8")
