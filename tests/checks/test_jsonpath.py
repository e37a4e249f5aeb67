"""Paths into a stranger's JSON: what is named is found, and nothing raises."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.jsonpath import condition, document, found, holds, read

DOCUMENT = {
    "status": "ok",
    "jobs": [{"state": "done", "left": 0}, {"state": "failed", "left": 3.5}],
    "odd key": {"a.b": True, "it's": None},
    "削除": {"完了日": "2026-08-31"},
    "erased-at": "2026-08-31T10:00:00Z",
    "1": "one",
}


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("$", (DOCUMENT,)),
        ("$.status", ("ok",)),
        ("status", ("ok",)),
        (" $.status ", ("ok",)),
        ("$.jobs[0].state", ("done",)),
        ("jobs[-1].state", ("failed",)),
        ("jobs.[1].left", (3.5,)),
        ("$.jobs[*].state", ("done", "failed")),
        ("$.jobs.*.left", (0, 3.5)),
        ('$["odd key"]["a.b"]', (True,)),
        ('$["odd key"]["it\'s"]', (None,)),
        ("$['odd key']['a.b']", (True,)),
        ('$["\\u524a\\u9664"].完了日', ("2026-08-31",)),
        ("$.削除.完了日", ("2026-08-31",)),
        ("erased-at", ("2026-08-31T10:00:00Z",)),
        ("$.1", ("one",)),
        ("$.jobs[2].state", ()),
        ("$.jobs[-3]", ()),
        ("$.jobs.state", ()),
        ("$.status[0]", ()),
        ("$.status.length", ()),
        ("$.nothing[*].here", ()),
    ],
)
def test_what_stands_at_a_path_is_found_in_order(path, values):
    assert found(read(path), DOCUMENT) == values


@pytest.mark.parametrize(
    "path",
    [
        "",
        "$.",
        "$..status",
        "$.jobs[",
        "$.jobs[a]",
        "$.jobs[1",
        "a b",
        "$.a == 1",
        "[?(@.x)]",
        "$a",
        "$.a[*",
        "$.a*",
        "x" * 501,
        "-1",
    ],
)
def test_what_is_no_path_is_refused_with_an_example(path):
    with pytest.raises(ValueError, match=r"write for example|longer than"):
        read(path)


@pytest.mark.parametrize(
    ("text", "true"),
    [
        ('$.status == "ok"', True),
        ('$.status=="OK"', False),
        ('$.status != "down"', True),
        ("$.jobs[0].left == 0", True),
        ("$.jobs[0].left == 0.0", True),
        ("$.jobs[0].left == false", False),
        ('$["odd key"]["a.b"] == true', True),
        ('$["odd key"]["a.b"] == 1', False),
        ('$["odd key"]["it\'s"] == null', True),
        ('$.jobs[0] == {"left": 0, "state": "done"}', True),
        ("$.jobs[*].left <= 3.5", True),
        ("$.jobs[*].left < 3.5", False),
        ("$.jobs[*].left > 0", False),
        ("$.jobs[1].left >= 3", True),
        ('$.erased-at >= "2026-08-01"', True),
        ("$.erased-at >= 2026", False),
        ('$["odd key"]["a.b"] >= 1', False),
        ('$.missing != "x"', False),
        ("$.status", True),
        ("$.missing", False),
        ('$["odd key"]["it\'s"]', False),
    ],
)
def test_a_condition_holds_for_everything_that_stands_there_and_for_nothing_else(text, true):
    assert holds(condition(text), DOCUMENT) is true


@pytest.mark.parametrize(
    "text", ["", "$.status = 'ok'", "$.status ==", "$.status == ok", "$.a < true", "$.a >= [1]", "$.a ok", "== 1"]
)
def test_what_is_no_condition_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        condition(text)


def test_a_document_that_would_break_the_reader_is_none():
    for text in (b"[" * 100_000, b"\xff\xfe\x00", b"1" * 5000, b"", b"{'a': 1}", "NaN", '{"a": -Infinity}'):
        with pytest.raises(ValueError, match=r"."):
            document(text)


keys = st.text(max_size=4)
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | keys,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(keys, below, max_size=3),
    max_leaves=8,
)


def leaves(document, path="$"):
    """Every value of a document with the path that leads to it."""
    yield path, document
    rows = enumerate(document) if isinstance(document, list) else document.items() if isinstance(document, dict) else ()
    for step, below in rows:
        yield from leaves(below, f"{path}[{json.dumps(step)}]")


@given(documents)
def test_every_value_of_a_document_is_found_by_its_path_and_equals_itself(whole):
    for path, value in leaves(whole):
        assert found(read(path), whole) == (value,)
        wanted = f"{path} == {json.dumps(value)}"
        assert len(wanted) > 500 or holds(condition(wanted), whole)


@given(st.text(st.sampled_from("$.[]*'\"ab0- =<>!\\") | st.characters(), max_size=30), documents)
def test_whatever_is_written_is_a_condition_or_a_value_error(text, whole):
    try:
        wanted = condition(text)
    except ValueError:
        return
    assert holds(wanted, whole) in {True, False}
