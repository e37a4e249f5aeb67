"""`itaku check` as a person and as a script meet it, against real servers."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import rsa

from checks import CHECKS
from monitor.__main__ import COMMANDS, itaku
from tests.probe.dns_world import Zone, serving
from tests.probe.probe_world import Authority, World, page, self_signed

NOW = datetime.now(UTC)  # noqa: TID251 - real handshakes are judged by the real clock
HOST = "vendor.example"
USUAL = [kind for kind, look in CHECKS.items() if not look.named_only]
WIRE = "--only=availability,tls,headers"
KEYS = {"url", "check", "verdict", "findings", "observed", "took_ms"}
SECURE_PAGE = page(
    "Strict-Transport-Security: max-age=31536000",
    "Content-Security-Policy: default-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options: nosniff",
)


@pytest.fixture
def quiet_world(tmp_path):
    return World(tmp_path)


@pytest.fixture
async def world(quiet_world):
    async with quiet_world:
        yield quiet_world


@pytest.fixture
def check(world):
    """Runs the command in a thread, so that the servers can answer meanwhile."""

    async def run(*arguments, env=None, private=True):
        known = [f"--resolve={one.host}:{one.port}:{one.addresses[0]}" for one in world.overrides]
        given = ["check", *arguments, *known, f"--ca-file={world.ca_file}", *(["--allow-private"] if private else [])]
        return await asyncio.to_thread(CliRunner().invoke, itaku, given, env={"LANG": "C", "LC_ALL": "", **(env or {})})

    return run


@pytest.fixture
def rows(check):
    """The JSON of one run, by kind, with its exit code."""

    async def run(*arguments, **how):
        ran = await check("--json", *arguments, **how)
        return {row["check"]: row for row in json.loads(ran.stdout)}, ran.exit_code

    return run


async def test_a_good_endpoint_passes_every_check(world, rows):
    url = await world.secure(SECURE_PAGE)
    found, code = await rows(url, WIRE)
    assert {kind: row["verdict"] for kind, row in found.items()} == dict.fromkeys(
        ["availability", "tls", "headers"], "pass"
    )
    assert code == 0
    for row in found.values():
        assert set(row) == KEYS
        assert row["url"] == url
        assert row["took_ms"] > 0
    assert found["availability"]["observed"]["status"] == 200
    assert found["tls"]["observed"]["tls"] == "TLSv1.3"


def good(authority):
    return authority.issue(HOST)


CASES = {
    "expired": (lambda a: a.issue(HOST, ends=NOW - timedelta(days=1)), {}, {"tls.expired"}),
    "not yet valid": (lambda a: a.issue(HOST, begins=NOW + timedelta(days=1)), {}, {"tls.not-yet-valid"}),
    "wrong host": (lambda a: a.issue("other.example"), {}, {"tls.hostname"}),
    "self-signed": (lambda _: self_signed(HOST), {}, {"tls.self-signed", "tls.untrusted"}),
    "unknown issuer": (lambda _: Authority("stranger").issue(HOST), {}, {"tls.untrusted"}),
    "missing intermediate": (
        lambda a: a.issue(HOST, by=a.intermediate(), tells_issuer=True),
        {"with_chain": False},
        {"tls.untrusted", "tls.incomplete-chain"},
    ),
    "key exchange by RSA": (
        lambda a: a.issue(HOST, key=rsa.generate_private_key(65537, 2048)),
        {"suites": "ECDHE+AESGCM:AES128-GCM-SHA256"},
        {"tls.static-rsa"},
    ),
    "no encryption": (good, {"suites": "ECDHE+AESGCM:ECDHE-ECDSA-NULL-SHA"}, {"tls.broken-suite"}),
    "nobody authenticated": (good, {"suites": "ECDHE+AESGCM:AECDH-AES128-SHA"}, {"tls.broken-suite"}),
    "old TLS too": (good, {"old": "too"}, {"tls.old-protocol"}),
    "old TLS only": (good, {"old": "only"}, {"tls.old-protocol", "tls.no-agreement"}),
    "expires in 20 days": (lambda a: a.issue(HOST, ends=NOW + timedelta(days=20)), {}, {"tls.expires-soon"}),
}


@pytest.mark.parametrize(("make", "how", "expected"), CASES.values(), ids=CASES.keys())
async def test_a_bad_certificate_or_protocol_fails_with_its_rule(world, rows, make, how, expected):
    url = await world.secure(SECURE_PAGE, issued=make(world.authority), **how)
    found, code = await rows(url, WIRE)
    assert {finding["rule"] for finding in found["tls"]["findings"]} == expected
    assert (found["tls"]["verdict"], code) == ("fail", 4)
    assert found["tls"]["observed"]["not_after"]
    assert all(set(finding) == {"rule", "severity", "detail"} for finding in found["tls"]["findings"])
    assert found["availability"]["verdict"] in {"pass", "unknown"}


async def test_a_page_without_protection_fails_the_headers_check_alone(world, rows):
    found, code = await rows(await world.secure(), WIRE)
    assert {kind: row["verdict"] for kind, row in found.items()} == {
        "availability": "pass",
        "tls": "pass",
        "headers": "fail",
    }
    assert "headers.hsts-missing" in {finding["rule"] for finding in found["headers"]["findings"]}
    assert code == 4


async def test_a_down_endpoint_fails_availability_and_leaves_the_rest_unjudged(world, rows):
    found, code = await rows(await world.secure(page(status="503 Service Unavailable")), WIRE)
    assert {kind: row["verdict"] for kind, row in found.items()} == {
        "availability": "fail",
        "tls": "pass",
        "headers": "unknown",
    }
    assert (found["headers"]["reason"], code) == ("no-answer", 4)


async def test_where_nobody_answers_every_check_fails_but_one_of_what_has_to_be_gone(rows):
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"https://127.0.0.1:{server.getsockname()[1]}/"
    found, code = await rows(url, WIRE, "--only=erased,security-txt", "--allow-private")
    assert {kind: row["verdict"] for kind, row in found.items()} == {
        **dict.fromkeys(("availability", "tls", "headers", "security-txt"), "fail"),
        "erased": "pass",
    }
    assert [finding["rule"] for finding in found["tls"]["findings"]] == ["tls.no-answer"]
    assert code == 4


async def test_being_turned_away_fails_nothing(world, rows):
    found, code = await rows(await world.secure(page(status="403 Forbidden")), "--only", "availability,headers")
    assert {row["reason"] for row in found.values()} == {"refused-monitor"}
    assert code == 0


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "127.1", "http://[::ffff:127.0.0.1]/", "https://localhost"])
async def test_the_guard_is_visible_as_reason_and_as_rule(rows, url):
    found, code = await rows(url, private=False)
    for row in found.values():
        assert (row["verdict"], row["reason"]) == ("unknown", "guard.address")
        assert [(finding["rule"], finding["severity"]) for finding in row["findings"]] == [("guard.address", "low")]
    assert code == 0


async def test_a_redirect_to_loopback_is_refused_even_from_an_allowed_place(world, rows, monkeypatch):
    inside = await world.serve(SECURE_PAGE)
    url = await world.plain(page(f"Location: http://127.0.0.1:{inside}/", status="302 Found"), host="start.example")
    found, _ = await rows(url, "--only=availability", private=False)
    assert found["availability"]["reason"] == "guard.address"


async def test_one_visit_serves_all_checks(world, check):
    asked = []

    async def counting(reader, writer):
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(SECURE_PAGE)

    await check(await world.secure(counting), WIRE)
    assert sum(b"Origin:" not in request for request in asked) == 1
    assert all(b"User-Agent: itaku/" in request for request in asked)


async def test_only_the_wanted_kinds_are_looked_at(world, rows):
    url = await world.secure()
    assert set((await rows(url, "--only", "tls"))[0]) == {"tls"}
    assert set((await rows(url, "--only", "tls,headers", "--only=availability"))[0]) == {
        "tls",
        "headers",
        "availability",
    }
    assert set((await rows(await world.plain(host="plain.example"), WIRE))[0]) == {"availability", "headers"}


async def test_without_a_wish_every_check_that_needs_to_be_told_nothing_is_made(world, rows):
    async with serving(Zone()) as resolver:
        assert list((await rows(await world.secure(SECURE_PAGE), f"--nameserver={resolver}"))[0]) == USUAL


async def test_options_are_set_as_in_the_registry_and_ask_for_their_check(world, rows):
    url = await world.secure(SECURE_PAGE)
    found, code = await rows(url, "--only=tls", "--set", "availability.text=Welcome", "--set=tls.notice_days=60")
    assert set(found) == {"availability", "tls"}
    assert [finding["rule"] for finding in found["availability"]["findings"]] == ["availability.text-missing"]
    assert (found["tls"]["verdict"], code) == ("pass", 4)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tls.notice_days=soon", "tls.notice_days: "),
        ("tls.never=1", "tls.never: it is none of"),
        ("nothing.text=1", "is not KIND.OPTION=VALUE"),
        ("tls=1", "is not KIND.OPTION=VALUE"),
        ("tls.notice_days", "is not KIND.OPTION=VALUE"),
        ("availability.pattern='('", "availability.pattern: "),
    ],
)
async def test_an_option_that_cannot_be_set_says_why_before_anybody_is_visited(check, text, said):
    ran = await check("https://vendor.example/", "--set", text)
    assert ran.exit_code == 2
    assert said in " ".join(ran.output.split())


async def test_dns_is_not_asked_about_a_host_whose_address_was_given_by_hand(world, rows):
    url = await world.secure(SECURE_PAGE)
    assert set((await rows(url))[0]) == {"availability", "tls", "headers", "security-txt"}
    async with serving(Zone()) as resolver:
        assert "dns" in (await rows(url, f"--nameserver={resolver}"))[0]
        assert set((await rows(url, "--only=dns", f"--nameserver={resolver}"))[0]) == {"dns"}


async def test_several_urls_keep_their_order(world, check):
    first, second = await world.secure(SECURE_PAGE), await world.secure(SECURE_PAGE, host="second.example")
    ran = await check("--json", WIRE, first, second)
    assert [row["url"] for row in json.loads(ran.stdout)] == [first] * 3 + [second] * 3


async def test_a_url_without_a_scheme_is_https(world, rows):
    url = await world.secure(SECURE_PAGE)
    found, _ = await rows(url.removeprefix("https://").rstrip("/"), "--only=availability")
    assert found["availability"]["verdict"] == "pass"
    assert found["availability"]["url"] == url.rstrip("/")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Missing argument"),
        (["ftp://vendor.example/"], "neither http nor https"),
        (["https://"], "names no host"),
        (["https://u:p@vendor.example/"], "password"),
        (["vendor.example", "--only", "tsl"], "availability, tls, headers"),
        (["http://vendor.example", "--only", "tls"], "fits"),
        (["vendor.example", "--resolve", "nonsense"], "HOST:PORT:ADDRESS"),
        (["vendor.example", "--ca-file", "/no/such/file"], "does not exist"),
        (["vendor.example", "--ca-file", __file__], "PEM"),
        (["vendor.example", "--nameserver", "dns.example"], "192.0.2.53:5353"),
        (["vendor.example", "--nameserver", "192.0.2.53:"], "192.0.2.53:5353"),
        (["vendor.example", "--nameserver", "192.0.2.53:70000"], "192.0.2.53:5353"),
        (["vendor.example", "--nameserver", "[2001:db8::53"], "192.0.2.53:5353"),
    ],
)
def test_a_mistake_in_the_call_exits_2_and_says_what_would_do(arguments, words):
    ran = CliRunner().invoke(itaku, ["check", *arguments])
    assert ran.exit_code == 2
    assert words in ran.stderr.replace("\n", " ")
    assert not ran.stdout


async def test_the_table_says_what_is_wrong_and_what_to_do(world, check):
    url = await world.secure(issued=world.authority.issue("other.example"))
    ran = await check(url, env={"COLUMNS": "200"})
    assert ran.exit_code == 4
    assert "FAIL" in ran.stdout
    assert "The certificate is for another name (tls.hostname)" in ran.stdout
    assert "check the SNI configuration" in ran.stdout


async def test_a_check_that_had_nothing_to_judge_says_what_came_instead(world, check):
    url = await world.secure(page(status="401 Unauthorized"))
    async with serving(Zone()) as resolver:
        ran = await check(
            url, f"--nameserver={resolver}", "--only=availability,headers,mail-auth,dns", env={"COLUMNS": "200"}
        )
    said = [" ".join(line.split()) for line in ran.stdout.splitlines()]
    assert ran.exit_code == 0
    assert "pass availability" in " ".join(said)
    assert {"HTTP 401", f"{HOST} does not exist.", "The site was reached although DNS has no address for it."} <= set(
        said
    )


async def test_the_table_speaks_japanese_to_whoever_does(world, check):
    url = await world.secure(issued=world.authority.issue("other.example"))
    ran = await check(url, env={"LANG": "ja_JP.UTF-8", "COLUMNS": "200"})
    assert "不適合" in ran.stdout
    assert "証明書の名前がホスト名と合いません" in ran.stdout
    assert "The certificate is for another name" not in ran.stdout


async def test_why_a_look_could_not_judge_is_told_in_the_reader_s_language_too(check):
    japanese = {"LANG": "ja_JP.UTF-8", "COLUMNS": "200"}
    ran = await check("http://10.0.0.1/", "https://127.0.0.1:25/", env=japanese, private=False)
    assert "10.0.0.1 は公開されたアドレスではありません。" in ran.output
    assert "ポート 25 は別の用途のものです。" in ran.output
    assert "is not" not in ran.output


async def test_a_part_that_could_not_be_assessed_is_named_beside_what_was_found(world, check):
    names = {(HOST, "TXT"): ['"v=spf1 include:dead.example -all"'], (HOST, "MX"): ["0 ."]}
    async with serving(Zone(names, fails=["dead.example"])) as resolver:
        ran = await check(await world.secure(SECURE_PAGE), "--only=mail-auth", f"--nameserver={resolver}")
    assert "mail-auth.dmarc-missing" in ran.output
    assert "Not assessed this time: spf" in ran.output


async def test_what_a_server_says_cannot_steer_the_terminal(world, check):
    url = await world.secure(page("Set-Cookie: \x1b[31m[bold]x=1", "Strict-Transport-Security: \x1b]0;owned"))
    ran = await check(url)
    assert "\x1b" not in ran.stdout


def test_help_is_quick_and_loads_nothing_heavy():
    heavy = ("aiohttp", "cryptography", "aiodns", "rich", "tortoise", "pydantic")
    code = (
        "import sys; from monitor.__main__ import itaku; itaku.main(['--help'], standalone_mode=False);"
        f"print([name for name in {heavy} if name in sys.modules], file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ))
    assert ran.stderr.strip() == "[]"
    assert all(name in ran.stdout for name in COMMANDS)


def test_python_m_monitor_is_the_same_command():
    ran = subprocess.run([sys.executable, "-m", "monitor", "check"], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "Usage: itaku check" in ran.stderr
