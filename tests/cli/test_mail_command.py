"""`itaku mail`: every letter can be looked at, a test is sent in earnest, and what waits is shown and tried again."""

from __future__ import annotations

import asyncio
import json

import pytest
from click.testing import CliRunner

from monitor import clock, shortcodes, tables
from monitor.cli.mail import mail as command
from monitor.demo.sink import MailSink
from monitor.letters import Letters
from monitor.links import Keyring
from monitor.simulation.preview import Wanted, find, kinds, preview, sample, shown
from monitor.tables.store import opened
from notifiers.email import compose

LETTERS = shown(Letters("https://itaku.example", Keyring({"k": b"k" * 32}), "itaku.example"))


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_every_kind_of_letter_can_be_looked_at_in_both_languages():
    at = clock.now()
    async with sample(at):
        before = await tables.LedgerLine.all().count(), await tables.Link.all().count()
        for kind in kinds():
            for language in ("ja", "en"):
                letter = await preview(Wanted(kind, language), LETTERS, at)
                assert letter.headers.get("X-Itaku-Reason", kind.stage) == kind.stage
                assert letter.text.count("https://itaku.example/verify") == 1, kind
                assert compose(letter, "itaku@itaku.example").as_bytes()
        after = await tables.LedgerLine.all().count(), await tables.Link.all().count()
        assert before == after
        assert await tables.ShortCode.all().count() == 0


def test_a_kind_that_is_not_there_is_answered_with_the_nearest():
    said = CliRunner().invoke(command, ["preview", "openning"])
    assert said.exit_code == 2
    assert "did you mean opening?" in said.stderr
    assert [kind.name for kind in find("overdue")] == ["vendor/overdue", "company/overdue"]


def _config(tmp_path, **said):
    lines = [f"{name} = {json.dumps(value)}" for name, value in said.items()]
    file = tmp_path / "config.toml"
    file.write_text('[database]\nurl = "sqlite:///itaku.sqlite3"\n[mail]\n' + "\n".join(lines))
    return str(file)


def test_a_test_letter_goes_through_the_server_and_a_failure_says_what_to_do(tmp_path):
    async def sending():
        async with MailSink() as sink:
            file = _config(tmp_path, host="127.0.0.1", port=sink.port, tls="none", **{"from": "itaku@group.example"})
            args = ["test", "me@group.example", "--config", file]
            said = await asyncio.to_thread(CliRunner().invoke, command, args, env={"LC_ALL": "C"})
            return said, list(sink.mails), args

    said, mails, args = asyncio.run(sending())
    assert said.exit_code == 0, said.output
    assert [one.to for one in mails] == [("me@group.example",)]
    assert "250" in said.stdout
    away = CliRunner().invoke(command, args, env={"LC_ALL": "C"})
    assert away.exit_code == 75
    assert "Not sent:" in away.stderr
    assert "tls = none" in away.stderr
    without = CliRunner().invoke(command, ["test", "me@group.example", "--config", _config(tmp_path)])
    assert without.exit_code == 1
    assert "[mail] host" in without.stderr


def test_what_waits_is_listed_with_the_servers_words_and_tried_again(tmp_path):
    file, at = _config(tmp_path), clock.now()
    url = f"sqlite:///{tmp_path}/itaku.sqlite3"

    async def put():
        async with opened(url, create=True):
            fields = {"side": "vendor", "to": ["a@b.example"], "language": "ja", "made_at": at}
            await tables.Mail.create(id="ab12", state="parked", reply="TypeError", **fields)
            await tables.Mail.create(id="ab34", state="failed", reply="550 no such user", **fields)

    async def states():
        async with opened(url):
            return dict(await tables.Mail.all().values_list("id", "state"))

    asyncio.run(put())
    listed = CliRunner().invoke(command, ["queue", "--json", "--config", file])
    assert [json.loads(line)["reply"] for line in listed.stdout.splitlines()] == ["TypeError", "550 no such user"]
    run = lambda number: CliRunner().invoke(command, ["retry", number, "--config", file])  # noqa: E731
    assert "More than one letter" in run("ab").stderr
    assert "no longer true" in run("ab34").stderr
    assert "There is no letter" in run("zz").stderr
    assert run("ab12").exit_code == 0
    assert asyncio.run(states()) == {"ab12": "queued", "ab34": "failed"}


async def test_a_code_is_the_same_for_the_same_letter_and_never_two_things(store):
    keyring = Keyring({"k": b"k" * 32})
    at = clock.now()
    first = await shortcodes.issue(keyring, shortcodes.MAIL, "m1", at)
    assert await shortcodes.issue(keyring, shortcodes.MAIL, "m1", at) == first
    taken = shortcodes.derive(keyring, shortcodes.PAPER, "p1")
    await tables.ShortCode.create(code=taken, kind="mail", reference="other", issued_at=at)
    second = await shortcodes.issue(keyring, shortcodes.PAPER, "p1", at)
    assert second not in {taken, first}
    assert (await shortcodes.resolve(second)).reference == "p1"


async def test_codes_that_are_made_together_are_those_that_each_would_get_and_no_two_alike(store):
    keyring, at = Keyring({"k": b"k" * 32}), clock.now()
    known = await shortcodes.issue(keyring, shortcodes.MAIL, "m1", at)
    taken = shortcodes.derive(keyring, shortcodes.MAIL, "m2")
    await tables.ShortCode.create(code=taken, kind="paper", reference="other", issued_at=at)
    made = await shortcodes.issue_all(keyring, shortcodes.MAIL, ["m1", "m2", "m3"], at)
    assert made["m1"] == known
    assert made["m3"] == shortcodes.derive(keyring, shortcodes.MAIL, "m3")
    assert len({*made.values(), taken}) == 4
    assert await shortcodes.issue_all(keyring, shortcodes.MAIL, ["m3", "m2", "m1"], at) == made


def test_a_code_is_read_however_it_is_typed():
    code = "C7D54942"
    for typed in ("c7d5-4942", "Ｃ７Ｄ５－４９４２", " C7D5 ー 4942 ", "c7ds4942"):
        assert shortcodes.typed(typed) == code
    for other in ("", "C7D5494", "C7D549422", "A7D54942", "../../etc"):
        assert shortcodes.typed(other) is None
