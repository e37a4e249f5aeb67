"""Two texts beside each other: every difference is marked, and nothing else is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.passages import MOST_LETTERS, MOST_LINES, MOST_PAIRS, passages


def sides(rows):
    """What stands on each side, the lines that were left out aside."""
    old = ["".join(text for text, _ in row.old) for row in rows if row.old]
    new = ["".join(text for text, _ in row.new) for row in rows if row.new]
    return old, new


def marked(rows):
    return [
        ([text for text, mark in row.old if mark], [text for text, mark in row.new if mark])
        for row in rows
        if row.changed
    ]


def numbered(count):
    return [f"Article {number}" for number in range(count)]


def test_one_changed_word_is_marked_within_its_line():
    old = "We keep your data for 3 years.\nWe sell nothing."
    assert marked(passages(old, old.replace("3", "5"))) == [(["3"], ["5"])]


def test_japanese_is_compared_letter_by_letter():
    rows = passages("利用目的の範囲内で取り扱います。", "利用目的の範囲内で第三者に提供します。")
    assert "".join(sides(rows)[1]) == "利用目的の範囲内で第三者に提供します。"
    assert all("利用目的" not in piece for old, new in marked(rows) for piece in (*old, *new))


def test_lines_that_came_or_went_stand_alone():
    assert marked(passages("a\nb", "a\nx\nb")) == [([], ["x"])]
    assert marked(passages("a\nx\nb", "a\nb")) == [(["x"], [])]


def test_lines_with_nothing_in_common_did_not_become_each_other():
    assert marked(passages("alpha beta", "Gänzlich verschieden")) == [
        (["alpha beta"], []),
        ([], ["Gänzlich verschieden"]),
    ]


def test_what_stays_between_differences_is_counted_and_its_edges_are_shown():
    old = numbered(40)
    new = [*old[:5], "Article five, new", *old[6:30], *old[31:]]
    rows = passages("\n".join(old), "\n".join(new))
    assert [row.skipped for row in rows if row.skipped] == [4, 22, 8]
    assert sum(row.skipped or bool(row.old) for row in rows) == len(old)


def test_long_texts_are_compared_by_passages_alone():
    old, new = numbered(MOST_LINES + 5), [line + "x" for line in numbered(MOST_LINES + 5)]
    assert len([row for row in passages("\n".join(old), "\n".join(new)) if row.changed]) >= MOST_LINES
    long = "a" * (MOST_LETTERS + 1)
    assert marked(passages(long, long + "b")) == [([long], [long + "b"])]


def test_many_long_lines_are_compared_word_by_word_only_as_far_as_effort_goes():
    old = [f"{number}" + "あ" * 999 for number in range(10, 90)]
    new = [f"{line}い" for line in old]
    words = [passage for passage in marked(passages("\n".join(old), "\n".join(new))) if passage == ([], ["い"])]
    assert 0 < len(words) <= MOST_PAIRS / 1000**2


lines = st.lists(
    st.sampled_from(["a b c", "a x c", "We sell.", "We sell nothing.", "第1条", "第2条 目的"]), max_size=12
)


@given(lines, lines)
def test_both_texts_can_be_read_from_the_rows_and_only_differences_are_marked(old, new):
    rows = passages("\n".join(old), "\n".join(new))
    before, after = sides(rows)
    skipped = sum(row.skipped for row in rows)
    assert (len(before) + skipped, len(after) + skipped) == (len(old), len(new))
    assert any(row.changed for row in rows) is (old != new)
    assert all(text in old for text in before)
    assert all(text in new for text in after)
