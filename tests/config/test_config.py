"""config.toml and the environment: every key is read, every mistake is named, no secret is repeated."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import monitor
from monitor.assets import CONFIG
from monitor.config import SECTIONS, Section, Settings, check_files, load
from monitor.mistakes import Invalid

JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
SECRET = "hunter2-correct-horse"


def keys(model=Settings, before=()):
    """Every key that a configuration may hold, as a path of names as they are written."""
    for name, field in model.model_fields.items():
        path = (*before, field.alias or name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from keys(field.annotation, path)
        elif not field.exclude and path != ("notifiers",):
            yield path


KEYS = list(keys())


@pytest.fixture
def configured(tmp_path):
    """The settings of a text and an environment."""

    def run(text="", **environ):
        file = tmp_path / "config.toml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load(file, environ)

    return run


@pytest.fixture
def said(configured, tmp_path):
    def run(text="", language="en", **environ):
        with pytest.raises(Invalid) as caught:
            configured(text, **environ)
        return [mistake.in_(language).removeprefix(f"{tmp_path}/") for mistake in caught.value.mistakes]

    return run


def test_the_shipped_file_changes_nothing_and_shows_every_key_with_its_default(configured, tmp_path):
    shipped = CONFIG.read_text()
    assert configured(shipped) == configured("")
    lines = [re.sub(r"^# (?=[a-z_]+ = )", "", line) for line in shipped.splitlines()]
    once = [line for line in lines if not line.startswith('url = "postgres')]
    tables = tomllib.loads("\n".join(once))
    shown = {(*before, name) for before, table in _tables(tables) for name in table}
    assert shown == set(KEYS) - {("mail", "password")}
    assert configured("\n".join(once))


def _tables(tables, before=()):
    for name, table in tables.items():
        inner = {key: value for key, value in table.items() if isinstance(value, dict)}
        yield (*before, name), {key: value for key, value in table.items() if key not in inner}
        yield from _tables(inner, (*before, name))


def test_no_key_is_idle():
    """Each is asked for by name somewhere outside the module that declares it."""
    sources = [path for path in Path(monitor.__file__).parent.rglob("*.py") if path.name != "config.py"]
    used = {
        node.attr
        for path in sources
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
    }
    through_settings = {"url": {"database_url", "evidence_url"}, "password": {"mail_password"}, "password_file": {"mail_password"}, "from": {"sender"},
                        "listen": {"host", "port"}}  # fmt: skip
    idle = [path for path in KEYS if not (through_settings.get(path[-1], {path[-1]}) & used)]
    assert not idle


VALUES = {
    ("database", "url"): "sqlite:///other.sqlite3", ("web", "listen"): "[::1]:9000", ("web", "base_url"): "https://itaku.example",
    ("web", "trusted_proxies"): "10.0.0.0/8,192.0.2.1/32", ("mail", "host"): "relay.example", ("mail", "port"): "25", ("mail", "tls"): "none",
    ("mail", "username"): "u", ("mail", "password_file"): "p", ("mail", "password"): SECRET, ("mail", "from"): "a@b.example", ("mail", "ca_file"): "ca.pem",
    ("mail", "connections"): "3", ("mail", "hello"): "me.example", ("probe", "concurrency"): "5", ("probe", "timeout"): "2.5", ("probe", "confirm"): "3",
    ("probe", "allow_private"): "10.0.0.0/8", ("probe", "ca_file"): "ca.pem", ("probe", "user_agent"): "x", ("probe", "nameservers"): "192.0.2.53",
    ("probe", "suspect_ourselves"): "0.7", ("probe", "canary"): "https://canary.example/", ("evidence", "url"): "s3://bucket", ("evidence", "file_mb"): "3",
    ("evidence", "form_mb"): "9", ("evidence", "scanner"): "tcp://clamd.example:3310",
    ("cadence", "takeover_per_day"): "7", ("cadence", "keep_looks"): "9", ("cadence", "keep_daily"): "8", ("links", "keys"): "k", ("log", "level"): "debug",
    ("review", "second_person"): "A,B", ("review", "treat_from"): "high",
    ("inbound", "domain"): "bounce.group.example", ("inbound", "listen"): "127.0.0.1:8024", ("inbound", "protocol"): "smtp",
    ("log", "format"): "json", ("ladder", "answer", "before"): "10,2", ("ladder", "answer", "after"): "2,4", ("ladder", "answer", "repeat"): "5",
    ("ladder", "answer_short", "before"): "2", ("ladder", "answer_short", "after"): "3", ("ladder", "answer_short", "repeat"): "4",
}  # fmt: skip


@pytest.mark.parametrize("path", KEYS, ids=".".join)
def test_the_environment_overrides_each_key_alone(configured, path):
    changed = configured("", **{"ITAKU_" + "__".join(path).upper(): VALUES.get(path, "7")}).model_dump(by_alias=True)
    usual = configured("").model_dump(by_alias=True)
    flat = {key: (_at(usual, key), _at(changed, key)) for key in KEYS}
    assert [key for key, (old, new) in flat.items() if old != new] == [path]


def _at(tree, path):
    for step in path:
        tree = tree[step]
    return tree


def test_the_environment_stands_above_the_file_and_the_file_above_the_default(configured):
    text = '[mail]\nhost = "file.example"\nport = 26\n'
    found = configured(text, ITAKU_MAIL__HOST="environment.example").mail
    assert (found.host, found.port, found.tls) == ("environment.example", 26, "starttls")


MISTAKES = {
    "a misspelt key": ("[mail]\nhots = 'x'\n", "config.toml: mail.hots: is not a known key. Did you mean host?"),
    "a misspelt section": ("[mial]\nhost = 'x'\n", "config.toml: mial: is not a known key. Did you mean mail?"),
    "the place of the file": ("home = '/tmp'\n", "config.toml: home: is not a known key. Remove it."),
    "a section that is none": ("mail = 5\n", "mail: is 5, which is no table. Write its keys below a [table] heading."),
    "a list for a section": ("[[mail]]\nhost = 'x'\n", "mail: is [{…}], which is no table."),
    "a port out of range": ("[mail]\nport = 70000\n", "mail.port: is 70000. Write 65535 or less."),
    "a port in words": ("[mail]\nport = 'smtp'\n", 'mail.port: is "smtp", which is no whole number.'),
    "an unknown word": (
        "[mail]\ntls = 'ssl'\n",
        "mail.tls: is \"ssl\". Write one of 'starttls', 'implicit' or 'none'.",
    ),
    "no address to listen at": ("[web]\nlisten = '8080'\n", 'web.listen: is "8080". Write host and port'),
    "a port of another alphabet": ("[web]\nlisten = 'a:²'\n", 'web.listen: is "a:²". Write host and port'),
    "a site that is none": ("[web]\nbase_url = 'http://'\n", 'web.base_url: is "http://", which is no web address.'),
    "a site that cannot be": (
        "[web]\nbase_url = 'http://[bad'\n",
        'web.base_url: is "http://[bad", which is no web address.',
    ),
    "a network that is none": (
        "[probe]\nallow_private = ['10.0.0.1/8']\n",
        'probe.allow_private 1: is "10.0.0.1/8", which is no network.',
    ),
    "a name server by name": (
        "[probe]\nnameservers = ['dns.example']\n",
        'probe.nameservers 1: is "dns.example", which is no address.',
    ),
    "another database": (
        "[database]\nurl = 'mysql://h/d'\n",
        'database.url: is "mysql://h/d". Write "sqlite:///data/itaku.sqlite3"',
    ),
    "a database port": ("[database]\nurl = 'postgres://h:nope/d'\n", 'database.url: is "postgres://h:nope/d". Write'),
    "another store": ("[evidence]\nurl = 'ftp://h/d'\n", 'evidence.url: is "ftp://h/d". Write'),
    "days that are none": (
        "[ladder.answer]\nbefore = ['x']\n",
        'ladder.answer.before 1: is "x", which is no whole number.',
    ),
    "no number": ("[probe]\ntimeout = nan\n", "probe.timeout: is nan"),
    "zero seconds": ("[probe]\ntimeout = 0\n", "probe.timeout: is 0. Write more than 0.0."),
    "no TOML": ("[mail\n", "config.toml: -: is not TOML:"),
    "no UTF-8": (b"# \x8a\xbf\x8e\x9a", "config.toml: -: is not UTF-8 text."),
}


@pytest.mark.parametrize(("text", "words"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_names_its_place_and_the_remedy_in_both_languages(said, text, words):
    assert any(words in mistake for mistake in said(text)), said(text)
    assert not any("See the documentation" in mistake for mistake in said(text))
    assert all(JAPANESE.search(mistake) for mistake in said(text, "ja"))


def test_all_mistakes_come_at_once_those_of_the_environment_too(said):
    found = said(
        "[mail]\nport = 0\nhots = 1\n[web]\nlisten = 'x'\n",
        ITAKU_LOG__LEVEL="loud",
        ITAKU_MAIL_HOST="x",
        ITAKU_NOTHING__KEY="x",
    )
    for words in (
        "mail.port",
        "mail.hots",
        "web.listen",
        "log.level",
        "ITAKU_MAIL_HOST: is no setting",
        "ITAKU_NOTHING__KEY: is no setting",
    ):
        assert any(words in mistake for mistake in found), (words, found)


def test_a_variable_that_is_a_key_and_a_table_is_named(said):
    assert said(ITAKU_MAIL__HOST="x", ITAKU_MAIL__HOST__Y="z") == [
        "environment: ITAKU_MAIL__HOST__Y: is a key and a table at once. Unset one of the two variables."
    ]


def test_variables_for_other_purposes_are_no_settings(configured):
    assert configured("", ITAKU_CONFIG="x", ITAKU_DEBUG="1", ITAKU_TEST_POSTGRES="x", OTHER="x") == configured("")


def test_a_configuration_that_was_named_must_be_there_and_the_usual_one_need_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load(None, {}) == Settings(home=tmp_path)
    for given_, environ in ((Path("none.toml"), {}), (None, {"ITAKU_CONFIG": "none.toml"})):
        with pytest.raises(Invalid) as caught:
            load(given_, environ)
        assert "none.toml: -: is not there. Write one with `itaku init`" in caught.value.mistakes[0].in_("en")


SECRETS = {
    "a password": f"[mail]\npassword = '{SECRET}'\n",
    "a password in a list": f"[[mail]]\npassword = '{SECRET}'\n",
    "a password of another kind": f"[mail]\npassword = ['{SECRET}']\n",
    "a misspelt password": f"[mail]\npasword = '{SECRET}'\n",
    "a database's password": f"[database]\nurl = 'postgres://u:{SECRET}@db.example/itaku'\n",
    "a password in a bad URL": f"[database]\nurl = 'mysql://u:{SECRET}@db.example/itaku'\n",
    "a password and a bad port": f"[database]\nurl = 'postgres://u:{SECRET}@db.example:x/itaku'\n",
    "a password in a site": f"[web]\nbase_url = 'https://u:{SECRET}@itaku.example'\n",
}


@pytest.mark.parametrize("text", SECRETS.values(), ids=SECRETS.keys())
def test_a_secret_in_the_file_is_refused_and_not_repeated(said, text):
    for language in ("en", "ja"):
        assert SECRET not in "\n".join(said(text, language))


def test_a_secret_in_the_environment_is_taken_and_not_repeated(configured, said):
    found = configured("", ITAKU_MAIL__PASSWORD=SECRET, ITAKU_DATABASE__URL=f"postgres://u:{SECRET}@db.example/itaku")
    assert found.mail_password() == SECRET
    assert SECRET in found.database_url
    assert SECRET not in repr(found.mail)
    assert SECRET not in "\n".join(said(ITAKU_MAIL__PASSWORD=SECRET, ITAKU_DATABASE__URL=f"mysql://u:{SECRET}@h/d"))


def test_the_password_is_read_from_the_file_that_is_named(configured, tmp_path):
    (tmp_path / "secret").write_text(SECRET + "\n")
    assert configured("[mail]\npassword_file = 'secret'\n").mail_password() == SECRET
    assert configured("").mail_password() == ""


def test_files_that_are_named_and_not_there_are_mistakes_all_at_once(configured):
    with pytest.raises(Invalid) as caught:
        check_files(configured("[mail]\npassword_file = 'p'\nca_file = 'c'\n[probe]\nca_file = 'd'\n"))
    assert [mistake.place for mistake in caught.value.mistakes] == [
        "mail.password_file",
        "mail.ca_file",
        "probe.ca_file",
    ]


def test_relative_places_begin_at_the_file_and_absolute_ones_do_not(configured, tmp_path):
    assert configured("").database_url == f"sqlite:///{tmp_path}/data/itaku.sqlite3"
    assert configured("").evidence_url == f"file:///{tmp_path}/data/evidence"
    assert configured("[database]\nurl = 'sqlite:////srv/x.sqlite3'\n").database_url == "sqlite:////srv/x.sqlite3"


ANYTHING = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=200)
@example(("inbound", "domain"), "\x80")
@given(st.sampled_from(KEYS), ANYTHING)
def test_whatever_stands_at_a_key_is_taken_or_named_with_a_remedy(path, value):
    from pydantic import ValidationError

    from monitor.mistakes import of_validation

    tree = value
    for step in reversed(path):
        tree = {step: tree}
    try:
        Settings.model_validate(tree)
    except ValidationError as error:
        for mistake in of_validation(error, Settings, "f"):
            assert "See the documentation" not in mistake.in_("en"), mistake.in_("en")
            assert mistake.in_("ja")


def test_the_sections_are_those_of_the_contract():
    assert {"database", "web", "mail", "probe", "evidence", "ladder", "cadence"} <= SECTIONS
