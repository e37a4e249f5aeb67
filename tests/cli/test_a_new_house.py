"""What an operator meets first: commands before anything was applied, settings that do not go together."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from monitor.__main__ import itaku
from monitor.config import load

REGISTRY = """
[group]
name = "Example Group"
timezone = "Asia/Tokyo"
privacy_office = ["office@group.example"]
[[company]]
key = "pub"
name = "Example Publishing"
managers = ["managers@pub.example"]
[[purpose]]
key = "p03"
text = "Delivering what was ordered"
[[party]]
key = "acme"
name = "Acme Printing"
contacts = ["privacy@acme.example"]
[[engagement]]
key = "dm"
company = "pub"
party = "acme"
kind = "trustee"
purposes = ["p03"]
starts_on = 2020-10-01
attestation = { last_accepted_on = 2025-09-30 }
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(itaku, words)


@pytest.mark.timeout(60)
@pytest.mark.slow  # the tables of an empty database are made, as they would be for a newcomer
def test_a_command_on_a_database_that_was_never_used_has_an_answer(run):
    run("init")
    status = run("status")
    assert status.exit_code == 6
    assert "There is no registry yet" in status.stderr
    for words in ("ledger head", "ledger verify", "ledger export", "export registry"):
        done = run(*words.split())
        assert done.exit_code == 0, done.output


def test_asking_for_the_traceback_is_no_unknown_setting():
    assert load(None, {"ITAKU_DEBUG": "1"}) == load(None, {})


def test_a_simulation_climbs_the_ladder_of_the_configuration(run, tmp_path):
    (tmp_path / "registry.toml").write_text(REGISTRY, encoding="utf-8")
    (tmp_path / "config.toml").write_text("[ladder.answer]\nbefore = [20]\n", encoding="utf-8")
    done = run("simulate", "--registry", "registry.toml", "--from", "2026-08-03", "--until", "2026-09-30")
    assert [line.split()[2] for line in done.stdout.splitlines() if " mail " in line] == ["T-30", "T-20"]


def test_mail_options_that_do_not_go_together_are_a_mistake_and_start_nothing(run, monkeypatch):
    run("init")
    monkeypatch.setenv("ITAKU_MAIL__HOST", "smtp.example")
    done = run("serve")
    assert done.exit_code == 6
    assert "[mail] from" in done.stderr
