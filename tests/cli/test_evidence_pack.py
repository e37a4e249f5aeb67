"""`itaku export pack`: what an auditor needs of one party, which can be checked without this product; and whatever was
changed, in the pack or before that in the database, shows.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
import subprocess
import sys
import tomllib
import zipfile

import pytest
from stage import PARTY, engagement, event, instant, last_accepted, play, registry
from test_commands import home, run

from monitor import plugins, tables
from monitor.evidence import Stored
from monitor.obligations import acts
from monitor.obligations.acts import Declaration, return_, submit
from monitor.obligations.drafts import attach
from monitor.obligations.offline import WORKBOOK, receive
from monitor.promises.membership.succeeding import reassign
from monitor.promises.pack import making
from monitor.questionnaire import Answer, EvidenceFile, QuestionType, freeze_answers
from monitor.receipt import Verdict, examine
from monitor.tables.store import opened

__all__ = ["home"]

BETA = """
[[party]]
key = "beta"
name = "Beta Logistics"
contacts = ["privacy@beta.example"]
"""
ASKED = [one.id for one in plugins.shelf()["appi-gl10"].questions if one.type is QuestionType.YES_NO]
FILE = b"%PDF-1.7 a page that was handed in"
SHA256 = hashlib.sha256(FILE).hexdigest()


@pytest.fixture
def lived(home, tmp_path):
    """Two parties were asked and answered; a file was handed in by one of them."""
    works = registry(
        engagement("dm", attestation=last_accepted("2025-10-01")),
        engagement("bm", company="sister", party="beta", attestation=last_accepted("2025-10-01")),
        parties=PARTY + BETA,
    )
    file = home / "data" / "itaku.sqlite3"
    events = [
        event("2026-09-10T10:00", "submit", obligation="attestation"),
        event("2026-09-11T10:00", "return", obligation="attestation", reason="One page is missing"),
        event("2026-09-12T10:00", "submit", "bm", obligation="attestation"),
    ]
    asyncio.run(
        play(works, "2026-09-01T00:00", "2026-09-20T00:00", *events, tmp=tmp_path, database=f"sqlite:///{file}")
    )
    asyncio.run(hand_in(f"sqlite:///{file}"))
    kept(home, FILE)
    return home


def kept(home, octets):
    sha256 = hashlib.sha256(octets).hexdigest()
    place = home / "data" / "evidence" / sha256[:2] / sha256
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(octets)
    return sha256


async def hand_in(url):
    async with opened(url):
        duty = await tables.Obligation.get(party_id="acme")
        file = EvidenceFile(id="e", name="../=cmd.PDF", sha256=SHA256, size=len(FILE))
        await attach(duty.id, ASKED[0], file, "application/pdf", instant("2026-09-15T09:00"), "vendor")
        await submit(duty.id, instant("2026-09-15T10:00"), answered(file))


def answered(*files):
    """Answers to questions, as the form hands them in."""
    given = {name: Answer(value="yes") for name in ASKED} | {ASKED[0]: Answer(value="yes", files=files)}
    frozen = freeze_answers(plugins.shelf()["appi-gl10"], given)
    return Declaration(frozen.text, frozen.sha256, "A. Signer")


def changed(home, sql):
    with sqlite3.connect(home / "data" / "itaku.sqlite3") as database:
        assert database.execute(sql).rowcount == 1


def packed(home, *options):
    ran = run("export", "pack", "-o", "pack.zip", *options)
    assert ran.exit_code == 0, ran.stderr
    with zipfile.ZipFile(home / "pack.zip") as file:
        assert not any(name.startswith(("/", "..")) or ".." in name.split("/") for name in file.namelist())
        file.extractall(home / "out")
    return home / "out" / "pack"


def objects(file):
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def verified(folder, *options):
    return subprocess.run(
        [sys.executable, folder / "verify.py", *options], check=False, capture_output=True, text=True, timeout=30
    )


def test_a_pack_of_one_party_holds_all_of_it_and_nothing_of_another_and_can_be_checked(lived):
    folder = packed(lived, "--party", "acme", "--year", "2026", "--language", "en")
    assert verified(folder).stdout.endswith("all of it holds\n")
    lines = objects(folder / "ledger.jsonl")
    assert {line["type"] for line in lines} >= {"obligation.opened", "obligation.submitted", "obligation.returned"}
    (receipt,) = (folder / "receipts").iterdir()
    assert examine(receipt.read_text(encoding="utf-8"), []).verdict is Verdict.SOUND
    assert (folder / "files" / f"{SHA256}.pdf").read_bytes() == FILE
    assert objects(folder / "files.jsonl")[0]["name"] == "../=cmd.PDF"
    assert [one["text"] for one in objects(folder / "reasons.jsonl")] == ["One page is missing"]
    assert {one["party_id"] for one in objects(folder / "registers" / "requests.jsonl")} == {"acme"}
    assert objects(folder / "registers" / "letters.jsonl")
    assert [one["key"] for one in tomllib.loads((folder / "registry.toml").read_text())["engagement"]] == ["dm"]
    for file in folder.rglob("*"):
        assert file.is_dir() or file.suffix in {".xlsx", ".pdf"} or "beta" not in file.read_text(encoding="utf-8"), file
    readme = (folder / "README.txt").read_text(encoding="utf-8")
    assert "Acme Printing" in readme
    assert "python3 verify.py" in readme


def test_its_lines_stand_in_the_whole_ledger_and_the_same_pack_is_the_same_file(lived):
    folder = packed(lived, "--company", "impress")
    first = (lived / "pack.zip").read_bytes()
    packed(lived, "--company", "impress")
    assert (lived / "pack.zip").read_bytes() == first
    whole = lived / "ledger.jsonl"
    whole.write_text(run("ledger", "export").stdout, encoding="utf-8")
    assert verified(folder, "--ledger", whole).returncode == 0
    whole.write_text("".join(whole.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    assert "another head" in verified(folder, "--ledger", whole).stdout


def test_another_year_has_nothing_of_this_one(lived):
    folder = packed(lived, "--year", "2024")
    assert not (folder / "receipts").exists()
    assert objects(folder / "registers" / "requests.jsonl") == []
    assert verified(folder).returncode == 0


@pytest.mark.parametrize("since", ["withdrawn_at = stored_at", "stored_at = '2025-12-01 00:00:00+00:00'"])
def test_the_files_of_an_answer_are_those_that_it_named_when_it_was_handed_in(lived, since):
    changed(lived, f"UPDATE evidence SET {since}")
    folder = packed(lived, "--party", "acme", "--year", "2026")
    assert verified(folder).stdout.endswith("all of it holds\n")
    assert (folder / "files" / f"{SHA256}.pdf").read_bytes() == FILE
    (told,) = objects(folder / "files.jsonl")
    assert (told["question"], told["media_type"]) == (ASKED[0], "application/pdf")


@pytest.mark.parametrize("poured", ["registers/requests.jsonl", "ledger.jsonl"])
def test_what_is_handed_in_while_a_pack_is_made_is_in_it_with_its_line_or_not_at_all(lived, monkeypatch, poured):
    pour = making._pour

    async def meanwhile(archive, name, lines):
        count = await pour(archive, name, lines)
        if name == poured:
            duty = await tables.Obligation.get(party_id="acme")
            await return_(duty.id, instant("2026-09-21T10:00"), "person/1", "Once more")
            await submit(duty.id, instant("2026-09-22T10:00"), answered())
        return count

    monkeypatch.setattr(making, "_pour", meanwhile)
    folder = packed(lived)
    assert verified(folder).stdout.endswith("all of it holds\n")
    on = [one["at"][:10] for one in objects(folder / "ledger.jsonl") if one["type"] == "obligation.submitted"]
    (asked,) = [one for one in objects(folder / "registers" / "requests.jsonl") if one["party_id"] == "acme"]
    assert asked["submitted_at"][:10] in on
    assert len(list((folder / "receipts").iterdir())) == (2 if "2026-09-22" in on else 1)


def test_workbooks_that_came_and_files_of_an_answer_that_went_straight_back_are_in_the_pack(lived, monkeypatch):
    more, book = (kept(lived, octets) for octets in (b"a second page", b"a workbook"))

    async def lacking(*_):
        return ("certificate",)

    async def work():
        async with opened(f"sqlite:///{lived / 'data' / 'itaku.sqlite3'}"):
            duty, at = await tables.Obligation.get(party_id="acme"), instant("2026-09-21T10:00")
            await return_(duty.id, at, "person/1", "Once more")
            await receive(duty.id, WORKBOOK, Stored(book, 10, "application/zip", "answers.xlsx"), at, "vendor")
            page = EvidenceFile(id="f", name="second.pdf", sha256=more, size=13)
            monkeypatch.setattr(acts, "lacking", lacking)
            await submit(duty.id, at, answered(page))

    asyncio.run(work())
    folder = packed(lived, "--party", "acme", "--company", "impress", "--year", "2026")
    assert verified(folder).stdout.endswith("all of it holds\n")
    assert [one["file"] for one in objects(folder / "files.jsonl")] == [
        f"files/{SHA256}.pdf", f"files/{more}.pdf", f"files/{book}.xlsx"
    ]  # fmt: skip
    assert len(list((folder / "receipts").iterdir())) == 1
    assert objects(packed(lived, "--company", "sister") / "files.jsonl") == []


def test_a_receipt_stays_with_the_company_that_its_line_names_when_the_work_goes_to_another(lived):
    async def move():
        async with opened(f"sqlite:///{lived / 'data' / 'itaku.sqlite3'}"):
            await reassign("impress", ["dm"], "sister", instant("2026-09-21T10:00"))

    asyncio.run(move())
    folder = packed(lived, "--company", "sister")
    assert verified(folder).stdout.endswith("all of it holds\n")
    assert not (folder / "receipts").exists()
    folder = packed(lived, "--company", "impress")
    assert verified(folder).stdout.endswith("all of it holds\n")
    assert len(list((folder / "receipts").iterdir())) == 1
    assert (folder / "files" / f"{SHA256}.pdf").exists()


def test_whatever_is_changed_in_a_pack_shows(lived):
    folder = packed(lived)
    for name in ("ledger.jsonl", "registry.toml", "reasons.jsonl", "trustees.xlsx", "files", "receipts"):
        file = next((folder / name).iterdir()) if (folder / name).is_dir() else folder / name
        whole = file.read_bytes()
        file.write_bytes(whole.replace(b"a", b"b", 1))
        ran = verified(folder)
        assert ran.returncode == 1
        assert f"{file.relative_to(folder).as_posix()}: was changed" in ran.stdout
        assert ran.stderr == ""
        file.write_bytes(whole)
    (folder / "more.txt").touch()
    assert "nobody named this file" in verified(folder).stdout


def test_an_answer_that_was_changed_in_the_database_shows(lived):
    changed(lived, "UPDATE submission SET answers = replace(answers, 'yes', 'no') WHERE obligation_id IN"
                   " (SELECT id FROM obligation WHERE party_id = 'acme') AND sha256 <> ''")  # fmt: skip
    ran = run("export", "pack", "-o", "pack.zip", "--party", "acme")
    assert ran.exit_code == 5
    assert "not what was handed in" in ran.stderr
    with zipfile.ZipFile(lived / "pack.zip") as file:
        file.extractall(lived / "out")
    assert "the answers are not those that were handed in" in verified(lived / "out" / "pack").stdout


def test_a_file_that_is_lost_is_told_and_the_rest_is_packed(lived):
    (lived / "data" / "evidence" / SHA256[:2] / SHA256).unlink()
    ran = run("export", "pack", "-o", "pack.zip")
    assert ran.exit_code == 1
    assert f"not in the store: files/{SHA256}.pdf" in ran.stderr
    with zipfile.ZipFile(lived / "pack.zip") as file:
        file.extractall(lived / "out")
    assert "missing when the pack was made" in verified(lived / "out" / "pack").stdout


def test_of_a_ledger_that_is_broken_there_is_no_pack(lived):
    with sqlite3.connect(lived / "data" / "itaku.sqlite3") as database:
        guards = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger'")
        for (name,) in guards.fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
    changed(lived, "UPDATE ledger SET subject = 'obligation/99' WHERE seq = 3")
    ran = run("export", "pack", "-o", "pack.zip")
    assert ran.exit_code == 5
    assert "ledger is broken" in ran.stderr
    assert not list(lived.glob("*pack.zip*"))
