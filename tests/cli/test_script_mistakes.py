"""A mistake in the script of a simulation names the event, the value, and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.mistakes import Invalid
from monitor.simulation.script import read_script

if TYPE_CHECKING:
    from pathlib import Path

AT = "at = 2026-09-01T09:00:00+09:00\n"
LOOK = '[[event]]\ndo = "observe"\nurl = "https://a.example/"\ncheck = "tls"\n'

MISTAKES = {
    "an event that resembles one": (f'[[event]]\n{AT}do = "observ"', 'do: is "observ", which is no event. Did you mean observe?'),
    "an event that resembles none": (f'[[event]]\n{AT}do = "zzzz"', "which is no event. See docs/simulate.md"),
    "no event": (f"[[event]]\n{AT}", "[[event]] no. 1: do: is missing. See docs/simulate.md"),
    "no table": ("event = [1]", "[[event]] no. 1: do: is missing."),
    "one table": ("[event]\ndo = 1", "event: is a single table. Write [[event]]."),
    "a value that may not be": (f'{LOOK}{AT}verdict = "bad"', "verdict: is \"bad\". Write one of 'pass', 'fail' or 'unknown'."),
    "no offset": (f'{LOOK}verdict = "fail"\nat = 2026-09-01T09:00:00', "at: is 2026-09-01 09:00:00. Write it with its offset"),
    "a day for an instant": (f'{LOOK}verdict = "fail"\nat = 2026-09-01', "at: is 2026-09-01. Write it with its offset"),
    "a key of no event": (f'{LOOK}{AT}verdict = "fail"\nseverety = "low"', "severety: is not a known key. Did you mean severity?"),
    "another table": ("[[events]]\ndo = 1", "events: is not a known table. Write [[event]]."),
    "nesting without end": ("event = " + "[" * 5000, "-: is nested too deeply."),
}  # fmt: skip


@pytest.mark.parametrize(("text", "words"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_in_a_script_names_place_and_remedy(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "script.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Invalid) as wrong:
        read_script(file)
    said = [mistake.in_("en") for mistake in wrong.value.mistakes]
    assert any(words in one for one in said), said
    assert all(mistake.in_("ja") != mistake.in_("en") for mistake in wrong.value.mistakes)
