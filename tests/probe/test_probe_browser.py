"""A page in a real browser: what it talks to is seen, and nothing of ours is within its reach."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from checks.answers import Trouble
from monitor.probe import browser as browser_module
from monitor.probe.browser import Pace
from tests.probe.probe_world import answers, page

CHROMIUM = Path("/usr/bin/chromium")
INSIDE = "127.0.0.2"  # stands for our own network: the tests' guard allows 127.0.0.1 and nothing else
HTML = "Content-Type: text/html"
HASTE = Pace(start=40.0, whole=20.0, rest=0.6, answer=10.0, turn=1.0)  # in no haste where a busy machine is slow
QUICK = Pace(start=0.5, whole=0.5, rest=0.1, answer=0.5, turn=0.2)


@pytest.fixture
def pace(monkeypatch):
    """Sets how patient browsers are that are made from now on."""
    monkeypatch.setattr(browser_module, "LAST_WORDS_SECONDS", 0.3)
    return lambda pace: monkeypatch.setattr(browser_module, "Pace", lambda: pace)


@pytest.fixture
def program(tmp_path):
    """Writes a program that stands for the operator's browser."""

    def write(script):
        path = tmp_path / "browser"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    return write


@pytest.fixture
def chromium(program, pace):
    """The real one. Continuous integration is root in a container, where Chromium has no sandbox. The product has no
    setting for that, on purpose; the program that it is given here takes the sandbox off before it becomes Chromium.
    """
    if not CHROMIUM.exists():
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up(f"NO PAGE IS LOOKED AT IN A BROWSER: {CHROMIUM} is missing.")
    pace(HASTE)
    return program(f'exec {CHROMIUM} --no-sandbox "$@"')


def left_over(word):
    """Processes that live and were started with that word."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and entry.name != str(os.getpid()):
            with suppress(OSError):
                line = (entry / "cmdline").read_bytes()
                alive = (entry / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
                found += [line] if alive and word.encode() in line else []
    return found


async def until_gone(word):
    async with asyncio.timeout(10):
        while left_over(word):  # noqa: ASYNC110 - processes tell nobody that they end
            await asyncio.sleep(0.05)


# What a browser sees


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.browser
async def test_what_scripts_add_later_is_seen_with_the_cookies_that_they_set(world, chromium):
    body = b"""<p>hello<script>
      document.cookie = "mine=SECRET; max-age=864000; samesite=strict";
      setTimeout(() => { new Image().src = "http://late.example:%d/pixel" }, 200)
    </script>"""
    theirs = page("Set-Cookie: theirs=SECRET; HttpOnly", "Content-Type: image/gif", body=b"x")
    late = await world.serve(theirs, host="late.example")
    heard = []
    url = await world.plain(answers(page(HTML, "Set-Cookie: sent=1", body=body % late), asked=heard))
    seen = await (await world.probe(browser=chromium, user_agent="itaku/test (+https://itaku.example/)")).browse(url)
    assert (seen.trouble, seen.status, seen.settled) == (None, 200, True), seen.detail
    assert seen.hosts == ("late.example", "vendor.example")
    assert seen.kept_from == ()
    kept = {cookie.name: cookie for cookie in seen.cookies}
    assert {"mine", "sent"} <= set(kept)
    assert kept["mine"].same_site == "strict"
    now = datetime.now(UTC)  # noqa: TID251 - a real browser goes by the real clock
    assert timedelta(days=9) < kept["mine"].ends - now <= timedelta(days=10)
    assert kept["sent"].ends is None
    assert "SECRET" not in repr(seen)
    assert b"User-Agent: itaku/test (+https://itaku.example/)" in heard[0]


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.browser
async def test_the_browser_itself_talks_to_nobody_while_a_page_is_open(world, chromium, pace):
    """What it says on its own account would be held against the party."""
    pace(replace(HASTE, rest=4.0))
    url = await world.plain(page(HTML, body=b"<title>quiet</title>"))
    assert (await (await world.probe(browser=chromium)).browse(url)).hosts == ("vendor.example",)


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self):
        self.heard = []

    def datagram_received(self, data, peer):
        self.heard.append(data)


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.browser
async def test_no_way_leads_from_a_page_to_an_address_of_ours(world, chromium):
    heard = []
    inside = await world.serve(answers(page(HTML), asked=heard), address=INSIDE)
    loop = asyncio.get_running_loop()
    transport, stun = await loop.create_datagram_endpoint(Datagrams, local_addr=("127.0.0.1", 0))
    udp = transport.get_extra_info("sockname")[1]
    away = await world.serve(
        page(f"Location: http://{INSIDE}:{inside}/redirected", status="302 Found"), host="away.example"
    )
    turning = [("127.0.0.1"), INSIDE]
    nameserver = await world.names({"turn.example": turning, "inside.example": INSIDE})
    turn = await world.serve(page("Access-Control-Allow-Origin: *"))
    body = f"""<img src="http://{INSIDE}:{inside}/img"><img src="http://10.0.0.1/"><img src="http://0x7f.2:{inside}/spelled">
      <img src="http://away.example:{away}/"><img src="http://inside.example:{inside}/named">
      <iframe src="http://[::ffff:127.0.0.2]:{inside}/frame"></iframe><link rel="prefetch" href="http://{INSIDE}:{inside}/p">
      <link rel="preconnect" href="http://{INSIDE}:{inside}"><link rel="stylesheet" href="http://{INSIDE}:{inside}/css">
      <script>
        new WebSocket("ws://{INSIDE}:{inside}/socket");
        navigator.sendBeacon("http://{INSIDE}:{inside}/beacon", "x");
        const rtc = new RTCPeerConnection({{iceServers: [{{urls: "stun:127.0.0.1:{udp}"}}]}});
        rtc.createDataChannel("x"); rtc.createOffer().then(offer => rtc.setLocalDescription(offer));
        try {{ new WebTransport("https://{INSIDE}:{udp}/").closed.catch(() => 0) }} catch (e) {{}}
        const again = () => fetch("http://turn.example:{turn}/").catch(() => 0)
          .then(() => fetch("http://turn.example:{inside}/rebound").catch(() => 0));
        again();
      </script>""".encode()
    url = await world.plain(page(HTML, body=body))
    seen = await (await world.probe(browser=chromium, nameservers=(nameserver,))).browse(url)
    transport.close()
    assert seen.trouble is None, seen.detail
    assert heard == []
    assert stun.heard == []
    assert {INSIDE, "10.0.0.1", "inside.example", "turn.example"} <= set(seen.kept_from)
    assert {"away.example", "vendor.example"} <= set(seen.hosts) - set(seen.kept_from)
    assert set(seen.kept_from) <= set(seen.hosts)


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.browser
async def test_a_page_that_never_rests_is_left_in_time_with_what_it_asked_for(world, chromium, pace):
    pace(replace(HASTE, whole=3.0, rest=1.0, answer=4.0))
    body = b'<script>setInterval(() => fetch("/again?" + Math.random()), 100); setTimeout(() => { for (;;); }, 1500)</script>'
    url = await world.plain(page(HTML, body=body + b"<img src='http://10.0.0.1/'>"))
    seen = await (await world.probe(browser=chromium)).browse(url)
    assert (seen.trouble, seen.settled) in {(None, False), (None, True)}, seen.detail
    assert "vendor.example" in seen.hosts
    await until_gone("itaku-browser-")


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.browser
@pytest.mark.parametrize(
    ("answer", "status", "trouble"),
    [
        (page(HTML, status="403 Forbidden", body=b"<p>are you human"), 403, None),
        (page(HTML, status="204 No Content", body=b""), 0, Trouble.CLOSED),
    ],
)
async def test_a_browser_says_how_the_page_itself_was_answered(world, chromium, answer, status, trouble):
    url = await world.plain(answer)
    seen = await (await world.probe(browser=chromium)).browse(url)
    assert (seen.status, seen.trouble) == (status, trouble), seen.detail


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.browser
async def test_a_certificate_that_the_browser_does_not_trust_ends_the_look(world, chromium):
    url = await world.secure()
    seen = await (await world.probe(browser=chromium)).browse(url)
    assert seen.trouble is Trouble.CERTIFICATE


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.browser
async def test_a_page_at_an_address_of_ours_is_not_opened(world, chromium):
    url = f"http://{INSIDE}:{await world.serve(page(HTML), address=INSIDE)}/"
    seen = await (await world.probe(browser=chromium)).browse(url)
    assert seen.trouble is Trouble.GUARD_ADDRESS


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.browser
@pytest.mark.skipif(os.geteuid() != 0, reason="only root is refused the sandbox everywhere")
async def test_without_a_sandbox_chromium_itself_will_not_run_and_that_is_told(world, chromium):
    seen = await (await world.probe(browser=CHROMIUM)).browse(await world.plain(page(HTML)))
    assert (seen.trouble, seen.hosts) == (Trouble.NO_SANDBOX, ())


# What may become of a browser


async def shown(world, browser):
    return await (await world.probe(browser=browser)).browse("http://vendor.example/")


@pytest.mark.parametrize("browser", [None, Path("/nowhere/chromium"), Path("/etc/passwd")])
async def test_a_browser_that_is_not_there_is_told(world, browser):
    assert (await shown(world, browser)).trouble is Trouble.NO_BROWSER


@pytest.mark.parametrize(
    ("script", "trouble"),
    [
        ("exit 1", Trouble.BROWSER_FAILED),
        ("echo '[1:1:FATAL] No usable sandbox! Update your kernel' >&2; exit 1", Trouble.NO_SANDBOX),
        ("exec 0<&- 3<&- 4>&-; sleep 60", Trouble.BROWSER_FAILED),
        ("sleep 60", Trouble.BROWSER_FAILED),
        ("printf 'no json\\0' >&4; sleep 60", Trouble.BROWSER_FAILED),
        ("printf '[]\\0' >&4; sleep 60", Trouble.BROWSER_FAILED),
        ('printf \'{"id": 1, "error": {}}\\0\' >&4; sleep 60', Trouble.BROWSER_FAILED),
        ('printf \'{"id": 1, "result": {}}\\0\' >&4; sleep 60', Trouble.BROWSER_FAILED),
        ("head -c 20000000 /dev/zero | tr '\\0' x >&4; sleep 60", Trouble.BROWSER_FAILED),
    ],
)
async def test_a_browser_that_does_not_work_is_our_trouble_and_told(world, program, pace, script, trouble):
    pace(QUICK)
    seen = await shown(world, program(script))
    assert seen.trouble is trouble
    assert seen.detail


async def test_nothing_that_a_browser_started_outlives_its_look(world, program, pace):
    pace(QUICK)
    await shown(world, program('sleep 61.07 & sh -c "sleep 61.07 & sleep 61.07" & sleep 61.07'))
    await until_gone("61.07")


async def test_a_look_that_is_called_off_leaves_no_browser_behind(world, program, pace, tmp_path):
    pace(Pace())
    looking = asyncio.create_task(shown(world, program(f"touch {tmp_path}/began; sleep 62.07")))
    async with asyncio.timeout(5):
        while not (tmp_path / "began").exists():  # noqa: ASYNC110 - nor that they begin
            await asyncio.sleep(0.02)
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    await until_gone("62.07")


async def test_a_look_that_is_called_off_while_its_browser_starts_leaves_none_behind(world, program, pace):
    pace(Pace())
    looking = asyncio.create_task(shown(world, program("sleep 63.07 & sleep 63.07")))
    async with asyncio.timeout(5):
        while not left_over("--headless=new"):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0)
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    await until_gone("63.07")


async def test_a_browser_gets_an_empty_home_that_is_gone_after_it_and_none_of_our_secrets(
    world, program, pace, tmp_path, monkeypatch
):
    pace(QUICK)
    monkeypatch.setenv("ITAKU_MAIL__PASSWORD", "hunter2")
    await shown(world, program(f'env > {tmp_path}/env; ls -A "$HOME" > {tmp_path}/ls; exit 1'))
    given = dict(line.split("=", 1) for line in (tmp_path / "env").read_text().splitlines())
    assert "hunter2" not in given.values()
    assert set(given) <= {"PATH", "HOME", "TMPDIR", "LANG", "PWD", "OLDPWD", "SHLVL", "_"}
    assert (tmp_path / "ls").read_text() == ""
    assert given["HOME"] not in {str(path) for path in Path(given["HOME"]).parent.iterdir()}


async def test_the_sandbox_is_left_on_and_the_only_way_out_is_a_proxy(world, program, pace, tmp_path):
    pace(QUICK)
    await shown(world, program(f'printf "%s\\n" "$@" > {tmp_path}/arguments; exit 1'))
    given = (tmp_path / "arguments").read_text().splitlines()
    assert not [flag for flag in given if "sandbox" in flag]
    assert "--proxy-bypass-list=<-loopback>" in given
    assert any(flag.startswith("--proxy-server=http://127.0.0.1:") for flag in given)


async def test_one_browser_runs_at_a_time_and_who_waits_too_long_is_told(world, program, pace, tmp_path):
    pace(Pace(start=1.0, turn=0.2))
    probe = await world.probe(browser=program(f"echo x >> {tmp_path}/runs; sleep 60"), per_host=2)
    first, second = await asyncio.gather(*(probe.browse(f"http://{n}.example/") for n in "ab"))
    assert {first.trouble, second.trouble} == {Trouble.BROWSER_FAILED}
    assert (tmp_path / "runs").read_text() == "x\n"


async def test_a_queue_for_the_browser_keeps_nobody_else_from_looking(world, program, pace, tmp_path):
    pace(Pace(start=1.5, turn=5.0))
    url = await world.plain(page(HTML))
    probe = await world.probe(browser=program(f"echo x >> {tmp_path}/runs; sleep 60"), concurrency=2)
    queue = [asyncio.create_task(probe.browse(f"http://{n}.example/")) for n in "abc"]
    async with asyncio.timeout(5):
        while not (tmp_path / "runs").exists():  # noqa: ASYNC110 - processes tell nobody that they begin
            await asyncio.sleep(0.02)
    assert (await probe.fetch(url)).final.status == 200
    assert not any(task.done() for task in queue)
    for task in queue:
        task.cancel()
    await asyncio.gather(*queue, return_exceptions=True)


async def test_who_gets_away_from_a_browser_holds_up_nobody(world, program, pace, monkeypatch):
    pace(QUICK)
    monkeypatch.setattr(browser_module, "END_SECONDS", 0.2)
    seen = await shown(world, program("setsid sleep 1.07 & exit 1"))
    assert seen.trouble is Trouble.BROWSER_FAILED
    await until_gone("1.07")


async def test_checks_of_one_endpoint_reach_the_browser_through_their_visit(world):
    probe = await world.probe()
    assert (await probe.visit().browse("http://vendor.example/")).trouble is Trouble.NO_BROWSER
