"""Every example of `docs/rules.md` says what the product does."""

from __future__ import annotations

import pytest
from doc_examples import LEFT_OUT, SPAN, agrees, played
from pages import FENCE, sections, text_of

from monitor import conduct
from monitor.cli.rules import listed_rules
from monitor.promises import policies

BLOCKS = [(match[1], match[2]) for match in FENCE.finditer(text_of("rules.md"))]
BASE = next(text.removeprefix("# base\n") for language, text in BLOCKS if language == "toml")
EXAMPLES = [(text, BLOCKS[n + 1]) for n, (language, text) in enumerate(BLOCKS) if language == "toml" and n > 0]


@pytest.mark.parametrize(("example", "shown"), EXAMPLES, ids=[str(n) for n in range(len(EXAMPLES))])
async def test_an_example_is_what_simulate_prints(example, shown, tmp_path):
    language, printed = shown
    assert SPAN.match(example)
    assert language == "text"
    told = await played(BASE, example, tmp_path)
    assert agrees(told, printed.splitlines()), "\n".join(told)


def test_every_rule_of_the_house_has_its_number():
    numbers = [heading.partition(".")[0] for heading, _ in sections("rules.md", "###")]
    assert numbers == [str(number) for number in range(1, 19)]


def test_every_version_of_a_rule_is_the_documented_one_and_no_other():
    """Also that the command lists what the page does."""
    told = dict(sections("rules.md"))["Versions of rules"]
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in told.splitlines() if row.startswith("| `")]
    known = [one for one in listed_rules() if one.since]
    assert rows == [[f"`{one.name}`", str(one.version), str(one.since), one.titles["en"]] for one in known]
    assert {one.name for one in known} == {*conduct.RULES, *policies.RULES}


def test_lines_left_out_stand_for_lines_and_for_nothing_else():
    assert agrees(["a", "b", "c"], [LEFT_OUT, "c"])
    assert agrees(["c"], [LEFT_OUT, "c"])
    assert not agrees(["a", "b", "c"], ["a", "c"])
    assert not agrees(["a", "b"], [LEFT_OUT, "a"])
