"""A receipt proves itself: whatever is changed in it shows, and what was not stays genuine."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import rfc8785
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from receipt_sample import NEW, OLD, receipt

from monitor.cli.receipt import receipt as command
from monitor.ledger import GENESIS, digest
from monitor.receipt import Verdict, examine, public_of
from monitor.receipt.document import hashed
from monitor.receipt.signing import key_id

KEY = OLD.publics[0]
OCTETS = receipt().encode()
HELD = {Verdict.GENUINE, Verdict.SOUND}


def read():
    return json.loads(receipt())


def run(tmp_path, text, *more):
    file = tmp_path / "receipt.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return CliRunner().invoke(command, ["verify", str(file), *more], env={"LC_ALL": "C"})


def failing(text):
    return [step.name for step in examine(text).steps if not step.holds]


def test_a_receipt_is_in_canonical_form_by_the_reference_implementation():
    assert rfc8785.dumps(read()) == OCTETS


def test_a_receipt_that_nobody_touched_is_genuine_to_whoever_has_the_key():
    assert examine(receipt(), [KEY]).verdict is Verdict.GENUINE
    assert all(step.holds for step in examine(receipt()).steps)


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0, len(OCTETS) - 1), bit=st.integers(0, 7))
def test_any_bit_that_is_changed_shows(place, bit):
    changed = bytearray(OCTETS)
    changed[place] ^= 1 << bit
    assert examine(bytes(changed).decode("utf-8", "replace"), [KEY]).verdict not in HELD


@settings(max_examples=100, deadline=None)
@given(place=st.integers(0, len(OCTETS) - 1), octet=st.integers(0, 255), kind=st.sampled_from(["set", "out", "in"]))
def test_any_octet_that_is_set_left_out_or_put_in_shows(place, octet, kind):
    new = {"set": bytes([octet]), "out": b"", "in": bytes([octet]) + OCTETS[place : place + 1]}[kind]
    changed = OCTETS[:place] + new + OCTETS[place + 1 :]
    found = examine(changed.decode("utf-8", "replace"), [KEY]).verdict
    same = changed.decode("utf-8", "replace").strip(" \r\n\t") == receipt()
    blank = kind == "in" and bytes([octet]) in b" \r\n\t" and same_content(changed)
    assert (found in HELD) == (same or blank)


def same_content(octets):
    """A blank between two tokens changes no value; one within a text does."""
    try:
        return json.loads(octets) == read()
    except ValueError:
        return False


@settings(max_examples=60, deadline=None)
@given(end=st.integers(0, len(OCTETS) - 1))
def test_a_receipt_that_was_cut_off_is_never_taken_for_a_whole_one(end):
    assert examine(OCTETS[:end].decode("utf-8", "replace")).verdict is Verdict.UNREADABLE


@settings(max_examples=60, deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)),
       st.sampled_from(sorted(read())))  # fmt: skip
def test_whatever_stands_in_a_part_gets_an_answer_and_never_an_error(value, part):
    changed = json.dumps(read() | {part: value})
    assert (examine(changed, [KEY]).verdict in HELD) == (value == read()[part])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: r["answers"][0]["answer"].update(value="no"), {"part.answers", "answers", "submission", "signature"}),
        (lambda r: r["declared"].update(name="Somebody else"), {"part.declared", "signature"}),
        (lambda r: r["files"][0].update(size=1), {"part.files", "files", "signature"}),
        (lambda r: r["answers"].pop(), {"part.answers", "submission", "signature"}),
        (lambda r: r["ledger"]["line"].update(seq=8), {"part.ledger", "ledger", "signature"}),
        (lambda r: r["submission"].update(at="2026-11-21T03:04:05.000006Z"), {"part.submission", "ledger.story", "signature"}),
        (lambda r: r["request"].update(due_on="2027-12-31"), {"part.request", "signature"}),
        (lambda r: r["party"].update(key="other"), {"part.party", "ledger.story", "signature"}),
        (lambda r: r.update(product="another"), {"signature"}),
    ],
)  # fmt: skip
def test_the_examination_names_the_part_that_was_changed(change, said):
    changed = read()
    change(changed)
    assert set(failing(json.dumps(changed))) == said


def test_whoever_mends_the_hashes_as_well_still_cannot_sign():
    changed = read()
    changed["declared"]["name"] = "Somebody else"
    changed["parts"]["declared"] = hashed(changed["declared"])
    assert failing(json.dumps(changed)) == ["signature"]


def test_a_receipt_that_somebody_signed_with_a_key_of_their_own_is_a_strangers():
    forged = read()
    forged["declared"]["name"] = "Somebody else"
    forged["parts"]["declared"] = hashed(forged["declared"])
    del forged["signature"]
    own = public_of(b"x" * 32)
    forged["signature"] = type(OLD)([b"x" * 32]).sign(rfc8785.dumps(forged))
    assert forged["signature"]["key"] == key_id(own)
    assert examine(json.dumps(forged)).verdict is Verdict.SOUND
    assert examine(json.dumps(forged), [KEY]).verdict is Verdict.STRANGER


def test_what_an_old_key_signed_is_genuine_after_the_keys_were_changed():
    assert examine(receipt(OLD), NEW.publics).verdict is Verdict.GENUINE
    assert receipt(NEW) != receipt(OLD)
    assert examine(receipt(NEW), NEW.publics).verdict is Verdict.GENUINE
    assert examine(receipt(NEW), OLD.publics).verdict is Verdict.STRANGER


def test_nothing_is_looked_through_for_what_has_no_canonical_form_more_than_once(monkeypatch):
    seen = []
    monkeypatch.setattr(
        "monitor.receipt.examining.canonical", lambda value: seen.append(value) or rfc8785.dumps(value).decode()
    )
    assert all(step.holds for step in examine(receipt()).steps)
    assert len(seen) == 1


def test_what_a_forger_writes_as_the_number_of_a_line_is_not_said_to_the_reader():
    changed = read()
    changed["ledger"]["line"]["seq"] = "1. Pay to another account"
    said = [step.says.in_("en") for step in examine(json.dumps(changed)).steps]
    assert said == ["A part of the receipt is not of its form: ledger.line.seq."]


def test_a_key_that_stands_twice_is_not_read_one_way_or_the_other():
    assert examine(receipt()[:-1] + ',"product":"another"}').verdict is Verdict.UNREADABLE


def test_the_command_tells_what_was_recomputed_and_leaves_with_its_code(tmp_path):
    genuine = run(tmp_path, receipt(), "--key", KEY.upper())
    assert genuine.exit_code == 0
    assert "genuine" in genuine.stderr
    assert genuine.stdout.count("✓") == len(examine(receipt(), [KEY]).steps)
    changed = run(tmp_path, receipt().replace("Acme", "Bcme"))
    assert changed.exit_code == 5
    assert "Changed, or its hash was: the party that answered." in changed.stdout
    cut = run(tmp_path, receipt()[:1000])
    assert cut.exit_code == 1
    assert "cut off" in cut.stdout
    assert run(tmp_path, receipt(), "--key", public_of(b"x" * 32)).exit_code == 5
    assert run(tmp_path, receipt(), "--key", "abc").exit_code == 2
    assert run(tmp_path, b"\x00\xff\xfe").exit_code == 1


def test_the_command_speaks_the_language_of_its_reader_and_to_programs(tmp_path):
    file = tmp_path / "r.json"
    file.write_text(receipt().replace("Acme", "Bcme"), encoding="utf-8")
    said = CliRunner().invoke(command, ["verify", str(file)], env={"LC_ALL": "ja_JP.UTF-8"})
    assert "変更" in said.stdout
    file.write_text(receipt(), encoding="utf-8")
    plain = json.loads(CliRunner().invoke(command, ["verify", str(file), "--json"], env={"LC_ALL": "C"}).stdout)
    assert (plain["verdict"], plain["party"], plain["key"]) == ("sound", "acme", KEY)
    assert all(step["holds"] for step in plain["steps"])


def test_an_export_of_the_ledger_can_refute_a_receipt_and_never_stands_in_for_the_key(tmp_path):
    line, prev, lines = read()["ledger"]["line"], GENESIS, []
    for seq in range(1, 9):
        one = {**line, "seq": seq, "prev": prev}
        one["hash"] = prev = digest(one)
        lines.append(one)
    export = tmp_path / "ledger.jsonl"
    export.write_text("\n".join(map(json.dumps, lines)))
    assert run(tmp_path, receipt(), "--ledger", str(export)).exit_code == 5  # a ledger, and not that of this receipt
    held = read()
    held["ledger"]["line"] = lines[6]
    held["parts"]["ledger"] = hashed(held["ledger"])
    del held["signature"]
    held["signature"] = OLD.sign(rfc8785.dumps(held))
    forged = held | {"declared": {"name": "Somebody else", "title": ""}}  # around a line that the ledger has
    forged["parts"] = held["parts"] | {"declared": hashed(forged["declared"])}
    del forged["signature"]
    forged["signature"] = type(OLD)([b"x" * 32]).sign(rfc8785.dumps(forged))
    for text, key, code, said in (
        (held, KEY, 0, "genuine"),
        (held, None, 0, "compare its public key"),
        (forged, None, 0, "compare its public key"),
        (forged, KEY, 5, "not of the signer"),
    ):
        trusted = ["--key", key] if key else []
        found = run(tmp_path, json.dumps(text), "--ledger", str(export), *trusted)
        assert (found.exit_code, said in found.stderr) == (code, True)
        assert ("The ledger has this very line" in found.stdout) == (code != 5)
        assert ("reference: ITK-000001" in found.stdout) == (code != 5)
