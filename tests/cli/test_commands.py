"""The commands as a person and as a script meet them: exit codes, what is data and what is talk, and never a traceback."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
from datetime import timedelta

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stage import COMPANY, GROUP, PURPOSE, engagement, last_accepted, registry

from monitor import clock
from monitor.__main__ import COMMANDS, itaku
from monitor.registry.differences import Change

SECRET = "hunter2-correct-horse"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder as `itaku init` leaves it, with a small registry; commands run in it."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("ITAKU_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LANG", "C")
    monkeypatch.setenv("LC_ALL", "")
    assert run("init").exit_code == 0
    (tmp_path / "registry.toml").write_text(registry(overdue()), encoding="utf-8")
    return tmp_path


def run(*arguments, **how):
    """One command in this process; what is no exit of ours is raised and fails the test."""
    return CliRunner().invoke(itaku, [str(one) for one in arguments], catch_exceptions=False, **how)


def overdue():
    return engagement("dm", attestation=last_accepted((clock.now() - timedelta(days=345)).date().isoformat()))


def test_init_writes_files_to_start_from_and_keys_for_the_owner_alone(tmp_path):
    ran = run("init", tmp_path / "new" / "home")
    assert (ran.exit_code, ran.stdout) == (0, "")
    keys = tmp_path / "new" / "home" / "data" / "link.keys"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert keys.read_text().split()[1] not in ran.stderr
    again = run("init", tmp_path / "new" / "home")
    assert again.exit_code == 1
    assert "exists already; nothing was written" in again.stderr


def test_init_where_no_folder_can_be_says_so(tmp_path):
    (tmp_path / "file").touch()
    ran = run("init", tmp_path / "file" / "below")
    assert ran.exit_code == 1
    assert "Not a directory" in ran.stderr


@pytest.mark.slow
def test_plan_apply_and_again_as_a_script_does_it(home):
    planned = run("plan", "--detailed-exitcode", "--json")
    assert planned.exit_code == 3
    data = json.loads(planned.stdout)
    assert set(data) == {"changes", "mails", "takes_back", "keeps"}
    assert {tuple(change) for change in data["changes"]} == {("action", "kind", "key", "fields")}
    assert data["mails"][0]["what"] == "mail"
    assert run("plan").exit_code == 0
    applied = run("apply")
    assert (applied.exit_code, applied.stderr.splitlines()[-1]) == (0, "Applied.")
    head = run("ledger", "head").stdout
    again = run("apply", "--yes")
    assert (again.exit_code, again.stdout, again.stderr) == (0, "", "Nothing to change.\n")
    assert run("ledger", "head").stdout == head
    assert run("plan", "--detailed-exitcode").exit_code == 0


def test_apply_takes_back_what_people_did_only_on_request(home):
    assert run("apply").exit_code == 0
    leave = home / "leave.toml"
    leave.write_text(registry(overdue()).replace('name = "Sister"', 'name = "Sister"\nmember_until = 2030-03-31', 1))
    database = sqlite3.connect(home / "data" / "itaku.sqlite3")
    spec = json.loads(database.execute("select spec from company where key = 'sister'").fetchone()[0])
    with database:
        changed = json.dumps(spec | {"member_until": "2029-03-31"})
        database.execute("update company set spec = ? where key = 'sister'", [changed])
    database.close()
    kept = run("plan")
    assert "company sister: member_until stays as it was changed" in kept.stderr
    refused = run("apply", "--yes", leave)
    assert refused.exit_code == 2
    assert "! company sister: member_until would take back what was done" in refused.stdout
    assert "2029-03-31" in run("export", "registry").stdout
    assert run("apply", "--yes", "--take-back", leave).exit_code == 0
    assert "2030-03-31" in run("export", "registry").stdout


def test_apply_never_prunes_silently(home):
    (home / "registry.toml").write_text(registry(engagement("dm", state="closed")))
    assert run("apply").exit_code == 0
    less = home / "less.toml"
    less.write_text(GROUP + COMPANY + PURPOSE)
    assert run("apply", less).exit_code == 0
    assert run("export", "registry").stdout.count("[[party]]") == 1
    refused = run("apply", "--prune", less)
    assert refused.exit_code == 2
    assert "say --yes" in refused.stderr
    assert run("export", "registry").stdout.count("[[party]]") == 1
    pruned = run("apply", "--prune", "--yes", less)
    assert pruned.exit_code == 0
    assert "- party acme" in pruned.stdout.splitlines()
    assert run("export", "registry").stdout.count("[[party]]") == 0


def test_a_registry_with_mistakes_exits_6_names_all_and_changes_nothing(home):
    (home / "registry.toml").write_text(
        registry(engagement("dm", party="acmee", tier="Z")).replace("closed_days", "closed_day")
    )
    for command in ("plan", "apply"):
        ran = run(command)
        assert (ran.exit_code, ran.stdout) == (6, "")
        assert len(ran.stderr.splitlines()) == 3
    assert run("ledger", "head").stdout == f"0:{'0' * 64}\n"
    assert run("plan", "none.toml").exit_code == 6


EVERY = [
    ("plan",), ("apply",), ("status",), ("doctor",), ("serve",), ("export", "registry"), ("ledger", "head"), ("ledger", "verify"),
    ("ledger", "export"), ("db", "upgrade"), ("db", "backup", "copy.sqlite3"), ("db", "restore", "config.toml"),
]  # fmt: skip


@pytest.mark.parametrize("command", EVERY, ids=" ".join)
def test_a_broken_configuration_exits_6_naming_every_mistake(home, command):
    (home / "config.toml").write_text(f"[mail]\nport = 0\npassword = '{SECRET}'\n[wbe]\n")
    ran = run(*command)
    assert (ran.exit_code, ran.stdout) == (6, "")
    for place in ("mail.port", "mail.password", "wbe"):
        assert f"config.toml: {place}: " in ran.stderr
    assert SECRET not in ran.stderr


def test_the_configuration_may_be_named_before_the_command_behind_it_or_by_the_environment(home):
    for way in (["--config", "none.toml", "status"], ["status", "--config", "none.toml"]):
        assert run(*way).exit_code == 6
    assert run("status", env={"ITAKU_CONFIG": "none.toml"}).exit_code == 6


USING = [
    one for one in EVERY if one[0] not in {"doctor", "serve"} and one[:2] not in {("db", "backup"), ("db", "restore")}
]
AWAY = {
    "nobody listens": f"postgres://u:{SECRET}@127.0.0.1:1/itaku",
    "no such folder": "sqlite:////no/such/folder/x.sqlite3",
    "a folder": "sqlite:///data",
    "another file": "sqlite:///config.toml",
}


@pytest.mark.parametrize("url", AWAY.values(), ids=AWAY.keys())
@pytest.mark.parametrize("command", USING, ids=" ".join)
def test_a_database_that_is_away_gives_75(home, command, url):
    ran = run(*command, env={"ITAKU_DATABASE__URL": url})
    assert (ran.exit_code, ran.stdout) == (75, "")
    assert "The database cannot be reached" in ran.stderr
    assert SECRET not in ran.stderr


def test_a_database_that_another_process_holds_gives_75(home, monkeypatch):
    from monitor.tables import store

    assert run("apply").exit_code == 0
    (home / "registry.toml").write_text(registry(overdue()).replace("Acme Printing", "Acme Press"))
    usual = store.configuration

    def impatient(url):
        made = usual(url)
        made["connections"]["sqlite"]["credentials"]["busy_timeout"] = 10
        return made

    monkeypatch.setattr(store, "configuration", impatient)
    holder = sqlite3.connect(home / "data" / "itaku.sqlite3", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    ran = run("apply")
    holder.close()
    assert ran.exit_code == 75
    assert "locked" in ran.stderr
    assert run("apply").exit_code == 0


@pytest.mark.parametrize("command", [("status",), ("status", "--json", "--exit-status")], ids=" ".join)
def test_status_of_a_house_without_a_registry_says_what_to_do(home, command):
    ran = run(*command)
    assert (ran.exit_code, ran.stdout) == (6, "")
    assert "itaku apply" in ran.stderr


def test_status_tells_nothing_open_from_a_misspelt_company(home):
    assert run("apply").exit_code == 0
    assert (run("status").exit_code, run("status", "--json").stdout) == (0, "")
    assert run("status", "--exit-status").exit_code == 0
    wrong = run("status", "--company", "impres")
    assert wrong.exit_code == 2
    assert "did you mean impress?" in wrong.stderr


def test_the_ledger_is_exported_verified_and_found_broken(home):
    assert run("apply").exit_code == 0
    exported = run("ledger", "export").stdout
    lines = [json.loads(line) for line in exported.splitlines()]
    assert set(lines[0]) == {"seq", "at", "type", "actor", "company", "subject", "data", "prev", "hash"}
    assert run("ledger", "export", "--since", "3").stdout.splitlines() == exported.splitlines()[2:]
    head = run("ledger", "head").stdout
    assert head == f"{lines[-1]['seq']}:{lines[-1]['hash']}\n"
    assert run("ledger", "verify").stdout == head
    assert run("ledger", "verify", "--looks").stdout == head
    assert run("ledger", "verify", "-", input=exported).stdout == head
    assert run("ledger", "verify", "-", input=exported.replace("system", "sistem")).exit_code == 5
    assert run("ledger", "verify", "--head", f"{lines[-1]['seq'] + 1}:{'a' * 64}").exit_code == 5
    base = sqlite3.connect(home / "data" / "itaku.sqlite3", isolation_level=None)
    base.executescript("DROP TRIGGER ledger_update; UPDATE ledger SET actor = 'somebody' WHERE seq = 2")
    base.close()
    broken = run("ledger", "verify")
    assert broken.exit_code == 5
    assert "seq 2" in broken.stderr


def test_an_exported_registry_is_applied_without_a_change(home):
    assert run("apply").exit_code == 0
    wrote = run("export", "registry", "-o", "out.toml")
    assert (wrote.exit_code, wrote.stdout) == (0, "")
    assert (home / "out.toml").read_text() == run("export", "registry").stdout
    assert run("plan", "--detailed-exitcode", "out.toml").exit_code == 0
    lost = run("export", "registry", "-o", "no/such/folder.toml")
    assert lost.exit_code == 1
    assert "no/such/folder.toml: No such file or directory" in lost.stderr


def test_a_backup_is_restored_and_what_was_there_is_kept(home):
    assert run("apply").exit_code == 0
    head = run("ledger", "head").stdout
    name = "copy #1?mode=rw&x.sqlite3"
    assert run("db", "backup", name).exit_code == 0
    assert stat.S_IMODE((home / name).stat().st_mode) == 0o600
    assert run("db", "backup", name).exit_code == 1
    (home / "registry.toml").write_text(registry(overdue(), engagement("more", state="closed")))
    assert run("apply").exit_code == 0
    assert run("ledger", "head").stdout != head
    assert run("db", "restore", name, input="n\n").exit_code == 1
    assert run("db", "restore", name, "--yes").exit_code == 0
    assert run("ledger", "head").stdout == head
    assert (home / "data" / "itaku.sqlite3.before-restore").exists()


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("db", "backup", "no/such/x.sqlite3"), 1),
        (("db", "restore", "config.toml", "--yes"), 1),
        (("db", "restore", "none"), 2),
    ],
)
def test_backups_that_cannot_be_say_why(home, command, code):
    ran = run(*command)
    assert ran.exit_code == code
    assert ran.stderr


def test_a_backup_of_no_database_leaves_no_file(home):
    assert run("db", "backup", "x.sqlite3").exit_code in {1, 75}
    assert not (home / "x.sqlite3").exists()


def test_doctor_says_what_is_wrong_and_repeats_no_secret(home):
    password = home / "mail.password"
    password.write_text(SECRET)
    given_ = {"ITAKU_MAIL__HOST": "127.0.0.1", "ITAKU_MAIL__PORT": "1", "ITAKU_MAIL__FROM": "a@b.example", "ITAKU_MAIL__USERNAME": "u",
              "ITAKU_MAIL__PASSWORD_FILE": str(password), "ITAKU_DATABASE__URL": f"postgres://u:{SECRET}@127.0.0.1:1/d"}  # fmt: skip
    ran = run("doctor", "--json", env=given_)
    rows = {row["what"]: row for row in map(json.loads, ran.stdout.splitlines())}
    assert ran.exit_code == 1
    assert {frozenset(row) for row in rows.values()} == {frozenset({"what", "state", "says", "remedy"})}
    assert (rows["database"]["state"], rows["mail server"]["state"], rows["keys"]["state"]) == ("bad", "bad", "ok")
    assert all(row["remedy"] for row in rows.values() if row["state"] == "bad")
    assert SECRET not in ran.output
    (home / "data" / "link.keys").chmod(0o644)
    assert "can be read by others" in run("doctor").stdout


@pytest.mark.parametrize(
    ("environ", "code", "words"),
    [
        ({"ITAKU_LINKS__KEYS": "none"}, 6, "Make keys with `itaku init`"),
        ({"ITAKU_PROBE__CA_FILE": "none.pem"}, 6, "probe.ca_file: names"),
        (
            {"ITAKU_MAIL__HOST": "h.example", "ITAKU_MAIL__FROM": "a@b.example", "ITAKU_MAIL__PASSWORD_FILE": "none"},
            6,
            "mail.password_file: names",
        ),
        ({"ITAKU_MAIL__HOST": "h.example"}, 6, "mail"),
        ({"ITAKU_WEB__LISTEN": "192.0.2.1:1"}, 1, "itaku cannot run"),
    ],
    ids=["no keys", "no authority", "no password file", "no sender", "no such address"],
)
@pytest.mark.slow
def test_serve_refuses_to_start_with_words(home, environ, code, words):
    """In a process of its own: the daemon takes signals and logging over."""
    ran = subprocess.run([sys.executable, "-m", "monitor", "serve"], cwd=home, env={**os.environ, **environ}, capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
    assert ran.returncode == code, ran.stderr
    assert words in ran.stderr
    assert "Traceback" not in ran.stderr


SPAN = ("--from", "2026-09-01", "--until", "2026-12-01")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (SPAN, 2, "--registry"),
        (("--registry", "registry.toml", "--from", "yesterday", "--until", "2026-12-01"), 2, "yesterday is not"),
        (("--registry", "registry.toml", "--from", "2026-12-01", "--until", "2026-09-01"), 2, "is before"),
        (("--registry", "registry.toml", "--from", "2026-12-01"), 2, "--until"),
        (("--registry", "bad.toml", "--script", "script.toml", *SPAN), 6, "bad.toml"),
        (("--registry", "registry.toml", "--script", "none.toml", *SPAN), 6, "none.toml"),
    ],
)
def test_a_simulation_that_cannot_be_says_why(home, arguments, code, words):
    (home / "bad.toml").write_text("nonsense")
    (home / "script.toml").write_text("event = 5")
    ran = run("simulate", *arguments)
    assert (ran.exit_code, ran.stdout) == (code, "")
    assert words in ran.stderr
    if words == "bad.toml":
        assert "script.toml: event: is a single table." in ran.stderr, "the mistakes of both files"


def test_a_simulation_prints_lines_as_the_contract_says(home):
    (home / "registry.toml").write_text(registry(engagement("dm", attestation=last_accepted("2025-10-01"))))
    ran = run("simulate", "--json", "--registry", "registry.toml", *SPAN)
    assert ran.exit_code == 0
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)
    first = next(line for line in lines if line["what"] == "mail")
    told = {
        name: first[name]
        for name in ("at", "notice", "rung", "audience", "to", "engagement", "obligation", "company", "party", "due_on")
    }
    assert told == {
        "at": "2026-09-01T09:00:00+09:00", "notice": "rung", "rung": "T-30", "audience": ["vendor"], "to": ["privacy@acme.example"],
        "engagement": "dm", "obligation": "attestation", "company": "impress", "party": "acme", "due_on": "2026-10-01",
    }  # fmt: skip
    assert not (home / "data" / "itaku.sqlite3").exists()


WORDS = st.sampled_from([*COMMANDS, "verify", "head", "export", "registry", "upgrade", "backup", "restore", "--json", "--config", "config.toml", "none", "-o",
                         "--since", "0", "--company", "impress", "--prune", "--yes", "--from", "2026-09-01", "--head", "--only", "--help", "\x1b", "名", "-"])  # fmt: skip


@pytest.mark.timeout(120)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(WORDS, max_size=5))
@pytest.mark.slow
def test_no_order_of_words_ends_in_a_traceback(home, words):
    if "serve" in words[:1] or "serve" in words[2:3]:
        return
    ran = CliRunner().invoke(itaku, words, input="")
    assert ran.exception is None or isinstance(ran.exception, SystemExit), (words, ran.exception)
    assert ran.exit_code in {0, 1, 2, 3, 4, 5, 6, 75, 130}


def test_an_error_of_our_own_is_said_without_a_traceback_unless_asked_for(home):
    code = "import sys; from monitor import board; board.board = None; from monitor.__main__ import main; sys.argv = ['itaku', 'status']; main()"
    assert run("apply").exit_code == 0
    for debug, shown in (("", False), ("1", True)):
        ran = subprocess.run([sys.executable, "-c", code], env={**os.environ, "ITAKU_DEBUG": debug}, capture_output=True, text=True, check=False)  # fmt: skip
        assert ran.returncode == 1
        assert ("Traceback" in ran.stderr) is shown


@pytest.mark.slow  # real processes with a pipe between them
def test_a_reader_who_has_seen_enough_is_no_database_that_is_away(home):
    command = f"{sys.executable} -m monitor simulate registry.toml --from 2026-01-01 --until 2026-12-31"
    ran = subprocess.run(
        ["bash", "-c", f"{command} | head -n 1"], capture_output=True, text=True, timeout=60, check=False
    )
    assert len(ran.stdout.splitlines()) == 1
    assert ran.stderr == ""


@pytest.mark.slow
def test_what_changed_while_the_plan_was_read_is_not_applied_unread(home, monkeypatch):
    plans = iter(["what was shown", "what is there now"])

    async def plan(declaration, at, *, prune):
        return [Change("add", "party", next(plans))]

    monkeypatch.setattr("monitor.registry.apply.plan", plan)
    ran = run("apply", "--yes")
    assert ran.exit_code == 1
    assert "look again" in ran.stderr
    assert run("status").exit_code == 6, "there is still no registry"


@pytest.mark.slow  # a resolver that is not there is given its time
def test_doctor_asks_for_the_name_of_the_site(home, monkeypatch):
    monkeypatch.setenv("ITAKU_WEB__BASE_URL", "https://itaku.group.example")
    monkeypatch.setenv("ITAKU_PROBE__NAMESERVERS", "127.0.0.1")
    ran = run("doctor")
    assert ran.exit_code == 1
    assert "itaku.group.example:" in ran.output
    assert "Check the resolver of this machine" in ran.output
