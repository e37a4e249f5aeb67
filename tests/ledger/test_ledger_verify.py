"""`itaku ledger verify FILE`: what was done to an export is found, and the line named. No database is asked."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import ledger
from monitor.__main__ import itaku

AT = datetime(2026, 9, 1, tzinfo=UTC)
COUNT = 6


def chain(count=COUNT):
    """The lines that `ledger.write` makes, without a database."""
    events = [ledger.Event("test.done", f"thing/{n}", {"n": n, "of": ["名"]}, "impress") for n in range(count)]
    return [
        ledger.as_line({key: getattr(row, key) for key in ledger._KEYS})
        for row in ledger._chain(((event, AT) for event in events), 0, ledger.GENESIS)
    ]


def text(lines):
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def anchor(lines):
    return f"{lines[-1]['seq']}:{lines[-1]['hash']}"


@pytest.fixture
def verify(tmp_path):
    """Exit code, stdout and stderr of one verification; the configuration that is named does not exist."""

    def run(content, *options):
        file = tmp_path / "ledger.jsonl"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        ran = CliRunner().invoke(
            itaku, ["ledger", "verify", str(file), "--config", str(tmp_path / "none.toml"), *options]
        )
        return ran.exit_code, ran.stdout, ran.stderr

    return run


def edited(lines, number, /, **fields):
    return [{**line, **fields} if line["seq"] == number else line for line in lines]


def rehashed(line, **fields):
    made = {**line, **fields}
    return {**made, "hash": ledger.digest(made)}


BROKEN = {
    "an edited actor": (lambda x: edited(x, 3, actor="person/9"), "seq 3"),
    "an edited instant": (lambda x: edited(x, 1, at="2026-09-02T00:00:00.000000Z"), "seq 1"),
    "edited data": (lambda x: edited(x, 6, data={"n": 7}), "seq 6"),
    "an edited line with a new hash": (lambda x: [*x[:2], rehashed(x[2], actor="x"), *x[3:]], "seq 4"),
    "a line added at the front": (lambda x: [rehashed(x[0], seq=0), *x], "after seq 0"),
    "a line added between": (lambda x: [*x[:3], rehashed(x[2], seq=4), *x[3:]], "seq 4"),
    "a line twice": (lambda x: [*x[:3], x[2], *x[3:]], "after seq 3"),
    "a line taken out": (lambda x: [*x[:2], *x[3:]], "after seq 2"),
    "the first line taken out": (lambda x: x[1:], "after seq 0"),
    "two lines changed places": (lambda x: [x[0], x[2], x[1], *x[3:]], "after seq 1"),
    "another order": (lambda x: x[::-1], "after seq 0"),
    "a key more": (lambda x: edited(x, 2, more=1), "after seq 1"),
    "a key less": (lambda x: [{k: v for k, v in line.items() if k != "company"} for line in x], "after seq 0"),
    "a number as text": (lambda x: edited(x, 2, seq="2"), "after seq 1"),
    "true for one": (lambda x: edited(x, 1, seq=True), "after seq 0"),
    "a fraction": (lambda x: edited(x, 1, data={"n": 0.0}), "seq 1"),
    "an integer beyond 53 bits": (lambda x: edited(x, 2, data={"n": 2**53}), "seq 2"),
}


def test_an_untouched_export_holds_and_its_head_is_said(verify):
    lines = chain()
    assert verify(text(lines)) == (0, anchor(lines) + "\n", f"The ledger holds: {COUNT} lines.\n")


def test_an_empty_export_holds(verify):
    assert verify("")[:2] == (0, f"0:{'0' * 64}\n")


@pytest.mark.parametrize(("harm", "where"), BROKEN.values(), ids=BROKEN.keys())
def test_what_was_done_to_an_export_is_found_and_the_line_is_named(verify, harm, where):
    code, out, said = verify(text(harm(chain())))
    assert (code, out) == (5, "")
    assert where in said


HOSTILE = {
    "half a line": (text(chain())[:-20].encode(), "line 6"),
    "no JSON": (b"nothing\n", "line 1"),
    "no object": (b"[1, 2]\n", "line 1"),
    "a key twice": (text(chain()).replace('{"seq": 2,', '{"seq": 9, "seq": 2,').encode(), "line 2"),
    "not UTF-8": (text(chain()).encode().replace(b"person", b"\xff").replace(b"test.done", b"test.d\xffne"), "seq 1"),
    "UTF-16": (text(chain()).encode("utf-16"), "line 1"),
    "a lone surrogate": (text(chain()).replace("thing/1", "\\ud800").encode(), "seq 2"),
    "not a number": (text(chain()).replace('"n": 1', '"n": NaN').encode(), "seq 2"),
    "too deep": (b"[" * 200_000, "line 1"),
    "too deep inside": (b'{"seq":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001, "line 1"),
    "a number without end": (b'{"seq": ' + b"9" * 5000 + b"}", "line 1"),
}


@pytest.mark.parametrize(("content", "where"), HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_export_is_broken_too_and_nothing_worse(verify, content, where):
    code, out, said = verify(content)
    assert (code, out) == (5, ""), said
    assert where in said


def test_a_cut_tail_shows_only_against_a_head_that_was_noted(verify):
    lines = chain()
    assert verify(text(lines[:4]))[0] == 0
    code, _, said = verify(text(lines[:4]), "--head", anchor(lines))
    assert code == 5
    assert "seq 4" in said
    assert "tail was cut" in said


def test_a_ledger_that_grew_since_the_head_was_noted_holds(verify):
    lines = chain()
    assert verify(text(lines), "--head", anchor(lines[:3]))[0] == 0
    assert verify(text(lines), "--head", f"0:{'0' * 64}")[0] == 0


def test_a_chain_rewritten_from_some_line_on_shows_against_a_head(verify):
    lines, made, prev = chain(), [], chain()[1]["hash"]
    for line in lines[2:]:
        made.append(rehashed(line, actor="somebody else", prev=prev))
        prev = made[-1]["hash"]
    assert verify(text([*lines[:2], *made]))[0] == 0
    code, _, said = verify(text([*lines[:2], *made]), "--head", anchor(lines[:4]))
    assert code == 5
    assert "seq 4" in said


@pytest.mark.parametrize("head", ["", "5", "5:abc", "x:" + "a" * 64, "²:" + "a" * 64, "-1:" + "a" * 64])
def test_a_head_that_is_none_is_a_mistake_in_the_call(verify, head):
    code, _, said = verify(text(chain()), "--head", head)
    assert code == 2
    assert "SEQ:HASH" in said


LINES = chain()
FLAT = [(line, key) for line in range(COUNT) for key in LINES[0]]


@settings(max_examples=60)
@given(st.sampled_from(FLAT), st.text(max_size=3) | st.integers() | st.none() | st.booleans())
def test_any_other_value_anywhere_breaks_the_chain(place, value):
    number, key = place
    if value == LINES[number][key] and type(value) is type(LINES[number][key]):
        return
    with pytest.raises(ledger.Broken):
        walk(text(edited(LINES, number + 1, **{key: value})))


def walk(content):
    verifier = ledger.Verifier()
    for line in ledger.parse(content.splitlines()):
        verifier.take(line)


def test_twenty_lines_of_somebody_else_verify_an_export():
    """As the contract says: RFC 8785, SHA-256, `prev`, and nothing of ours."""
    import hashlib

    import rfc8785

    prev = "0" * 64
    for raw in text(chain()).splitlines():
        line = json.loads(raw)
        told = line.pop("hash")
        assert line["prev"] == prev
        prev = hashlib.sha256(rfc8785.dumps(line)).hexdigest()
        assert told == prev
