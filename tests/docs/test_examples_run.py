"""Every TOML, JSON, shell and program text of the pages parses, loads and runs."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING
from urllib.parse import unquote

import click
import pytest
from click.testing import CliRunner
from pages import DOCS, FENCE, ROOT, blocks, links, prose, text_of

from monitor import plugins
from monitor.__main__ import itaku
from monitor.building import _email_settings
from monitor.config import load
from monitor.mistakes import Invalid
from monitor.registry.read import read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGES = sorted(path.name for path in DOCS.glob("*.md"))
MINE = ["configuration.md", "registry.md", "rules.md", "simulate.md", "ledger.md", "operations.md", "commands.md"]
READERS = [path for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md") if path.exists()]


def _named(page: str, name: str) -> str:
    return next(block.text for block in blocks(page, "toml") if block.text.startswith(f"# {name}\n"))


@pytest.mark.parametrize("block", [*blocks("configuration.md", "toml"), *blocks("operations.md", "toml")], ids=str)
def test_an_example_of_the_configuration_loads(block, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/mail.password").write_text("secret")
    file = tmp_path / "config.toml"
    file.write_text(block.text, encoding="utf-8")
    settings = load(file, {})
    if settings.mail.host:
        password = {"password_file": tmp_path / "data/mail.password"} if settings.mail.username else {}
        mail = settings.mail.model_copy(update=password)
        assert _email_settings(mail, settings.model_copy(update={"mail": mail})).sender == "itaku@group.example"


@pytest.mark.parametrize("page", PAGES)
def test_every_toml_and_json_of_a_page_parses(page):
    for block in blocks(page, "toml"):
        tomllib.loads(block.text)
    for block in blocks(page, "json"):
        json.loads(block.text)


@pytest.mark.parametrize(("page", "name"), [("registry.md", "ledger"), ("simulate.md", "registry")])
def test_an_example_of_a_registry_is_without_mistakes(page, name, tmp_path):
    file = tmp_path / "registry.toml"
    file.write_text(_named(page, name), encoding="utf-8")
    assert read([file], plugins.known()).entries["engagement"]


def test_the_registry_that_is_shipped_is_without_mistakes():
    assert read([ROOT / "examples/registry.toml"], plugins.known()).group


def test_the_example_of_mistakes_has_them(tmp_path):
    file = tmp_path / "broken.toml"
    file.write_text(_named("registry.md", "broken"), encoding="utf-8")
    with pytest.raises(Invalid) as caught:
        read([file], plugins.known())
    said = [mistake.in_("en").replace(str(file), "broken.toml") for mistake in caught.value.mistakes]
    assert said == _printed("registry.md", "itaku plan broken.toml")


def _printed(page: str, command: str) -> list[str]:
    """The lines below a command, down to the next."""
    console = "".join(block.text for block in blocks(page, "console"))
    found = re.search(rf"^\$ {re.escape(command)}\n((?:(?!\$ ).*\n)*)", console, re.MULTILINE)
    assert found, command
    return found[1].splitlines()


def _simulations() -> Iterator[tuple[str, str]]:
    for page in ("simulate.md", "registry.md"):
        for block in blocks(page, "console"):
            for command in re.findall(r"^\$ (itaku simulate .*)$", block.text, re.MULTILINE):
                yield page, command


@pytest.mark.parametrize(("page", "command"), list(_simulations()))
def test_a_simulation_that_is_shown_prints_what_is_shown(page, command, tmp_path, monkeypatch):
    for name in ("registry", "script", "ledger"):
        if f"# {name}\n" in text_of(page):
            (tmp_path / f"{name}.toml").write_text(_named(page, name), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke(itaku, shlex.split(command)[1:])
    assert run.exit_code == 0, run.output
    assert _lines(run.stdout.splitlines()) == _lines(_printed(page, command))


def _lines(text: list[str]) -> list[str]:
    """Without the ids of mails; mails of one instant have no order."""
    return sorted(re.sub(r'"mail": "[0-9a-f]+"', '"mail": "…"', line) for line in text)


def _commands_shown() -> Iterator[str]:
    texts = {path.name: path.read_text(encoding="utf-8") for path in (*READERS, *DOCS.glob("*.md"))}
    for text in texts.values():
        shell = [match[2] for match in FENCE.finditer(text) if match[1] in {"console", "sh", "bash", "shell", ""}]
        for line in "\n".join(shell).splitlines():
            found = re.match(r"(?:[$#] )?(?:sudo -u itaku )?(?:\S*/bin/)?itaku ((?:\w|-).*)", line)
            if found:
                yield found[1].split(" #")[0].split(" > ")[0].strip()
        yield from (word.removeprefix("itaku ") for word in re.findall(r"`(itaku [a-z][^`]*)`", prose(text)))


@pytest.mark.parametrize("words", sorted({*_commands_shown()}))
def test_a_command_that_is_shown_exists_with_its_options(words):
    command: click.Command = itaku
    for word in (rest := shlex.split(words.replace("…", "").replace("[", "").replace("]", ""))):
        if isinstance(command, click.Group) and not word.startswith("-"):
            found = command.get_command(click.Context(command), word)
            assert found, f"there is no command {word} in: itaku {words}"
            command = found
    known = {name for part in command.params for name in part.opts} | {"--help", "--version", "--config"}
    unknown = {word.partition("=")[0] for word in rest if re.match(r"--?[a-z]", word)} - known
    assert not unknown


VERIFIER = blocks("ledger.md", "python")[0].text


def _check(export: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", VERIFIER], input=export, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A folder with what `itaku init` writes, applied. Made once, but really: it takes its seconds."""
    home = tmp_path_factory.mktemp("house")
    _run("init", str(home))
    _run("apply", "--yes", "--config", f"{home}/config.toml")
    return home


def _run(*words: str) -> str:
    done = CliRunner().invoke(itaku, words)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def export(house):
    return _run("ledger", "export", "--config", f"{house}/config.toml")


@pytest.mark.slow
@pytest.mark.timeout(60)
def test_the_independent_verifier_agrees_with_ours(house, export):
    ours = _run("ledger", "head", "--config", f"{house}/config.toml")
    assert len(export.splitlines()) > 3
    assert _check(export).stdout == ours


@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.parametrize("broken", ["edited", "removed", "moved"])
def test_the_independent_verifier_finds_what_is_wrong(export, broken):
    lines = export.splitlines()
    if broken == "edited":
        lines[2] = lines[2].replace('"actor": "system"', '"actor": "nobody"')
    elif broken == "removed":
        del lines[1]
    else:
        lines[1], lines[2] = lines[2], lines[1]
    assert _check("\n".join(lines)).returncode == 1


def test_the_verifier_fits_on_a_page():
    assert len(VERIFIER.splitlines()) <= 20


@pytest.mark.slow
@pytest.mark.timeout(60)
def test_persons_can_be_erased_as_the_page_says_and_the_chain_still_holds(house, tmp_path):
    home = shutil.copytree(house, tmp_path / "house")
    with sqlite3.connect(home / "data/itaku.sqlite3") as database:
        database.execute("INSERT INTO person (id, email, name, title, seen_at) VALUES (12, 'a@b.example', 'A', '', 0)")
        database.executescript(blocks("ledger.md", "sql")[0].text)
        assert database.execute("SELECT email, name FROM person WHERE id = 12").fetchone() == ("erased-12@invalid", "")
    database.close()
    _run("ledger", "verify", "--config", f"{home}/config.toml")


@pytest.mark.parametrize("path", [*READERS, *(DOCS / page for page in PAGES)], ids=lambda path: path.name)
def test_relative_links_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    lost = [link for link in links(text) if not re.match(r"[a-z]+:", link) and not _there(path, link)]
    assert not lost


def _there(path: Path, link: str) -> bool:
    file, _, anchor = unquote(link).partition("#")
    target = (path.parent / file).resolve() if file else path
    if not target.exists():
        return False
    return not anchor or anchor in _anchors(target)


def _anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", prose(path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_unit_starts_what_the_page_installs():
    unit = (ROOT / "deploy/itaku.service").read_text(encoding="utf-8")
    page = text_of("operations.md")
    assert "ExecStart=/opt/itaku/bin/itaku serve --config /etc/itaku/config.toml" in unit
    assert "/opt/itaku/bin/itaku init /etc/itaku" in page
    assert "StateDirectory=itaku" in unit
    assert "/var/lib/itaku" in page


async def test_the_proxy_takes_what_the_form_takes():
    sizes = re.findall(r"client_max_body_size (\d+)m;", blocks("operations.md", "nginx")[0].text)
    settings = await asyncio.to_thread(load, None, {})
    assert int(sizes[0]) > settings.evidence.form_mb


@pytest.mark.parametrize("page", MINE)
def test_a_page_is_no_stub(page):
    assert len(text_of(page)) > 2000
