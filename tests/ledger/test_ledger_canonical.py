"""The canonical form of a ledger line, held against another implementation of RFC 8785."""

from __future__ import annotations

import hashlib
import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from monitor import ledger

SAFE = 2**53 - 1
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
KEYS = st.text(st.characters(max_codepoint=127))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-SAFE, SAFE) | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)


@given(VALUES)
def test_the_canonical_form_is_that_of_another_implementation(value):
    assert ledger.canonical(value).encode() == rfc8785.dumps(value)


@given(VALUES)
def test_the_canonical_form_loses_nothing(value):
    assert json.loads(ledger.canonical(value)) == value


@given(st.dictionaries(KEYS, VALUES))
def test_the_order_in_which_keys_were_written_does_not_matter(value):
    assert ledger.canonical(dict(reversed(value.items()))) == ledger.canonical(value)


@given(st.dictionaries(KEYS, VALUES))
def test_the_hash_is_the_sha256_of_the_line_without_its_hash(line):
    bare = {key: value for key, value in line.items() if key != "hash"}
    assert ledger.digest({**line, "hash": "anything"}) == hashlib.sha256(rfc8785.dumps(bare)).hexdigest()


@pytest.mark.parametrize(
    "value",
    [1.0, {"a": [0.5]}, SAFE + 1, -SAFE - 1, {"名前": 1}, {1: 2}, b"bytes", {"a": {1, 2}}, float("nan")],
    ids=repr,
)
def test_what_other_readers_of_json_would_read_differently_is_refused(value):
    with pytest.raises((TypeError, ValueError)):
        ledger.canonical(value)
