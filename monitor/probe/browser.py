"""Shows one page in a real Chromium that is started for it, alone, and killed after it.

A browser that opens strangers' pages is the most dangerous thing that we run, so:
- it runs in its own sandbox, or not at all; there is no setting that would take the sandbox away. (Who tests, hands us
  a program that does so before it becomes the browser.)
- it has one way out, the proxy, which is as guarded as the probe: no DNS of its own, no QUIC, no WebRTC beside it;
- it gets nothing of ours: an empty folder for a home, no variable of our environment, where passwords may stand;
- it has a dead-line, and when that comes it is killed with everything that it has started.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any

from checks.answers import Trouble
from checks.browsed import Browsed
from checks.page_cookies import MOST_COOKIES, Cookie
from monitor.finishing import finished
from monitor.probe.devtools import LONGEST_MESSAGE, DevTools, Gone
from monitor.probe.proxy import LOOPBACK, Proxy
from monitor.target import read_target

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Mapping
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from aiohttp.abc import AbstractResolver

    from monitor.probe.handshake import Opener

REWIRED = 'exec "$@" 3<&0 4>&1 0</dev/null 1>/dev/null'  # the browser wants its developer tools at 3 and 4
LAST_WORDS = 4000  # bytes of what it says on its way out
LAST_WORDS_SECONDS = 2.0
END_SECONDS = 5.0  # for what somebody who got away may hold open
UNCAGED = ("No usable sandbox", "without --no-sandbox", "sandbox_host_linux", "Failed to move to new namespace")
SHOWN_ALL_THE_SAME = "net::ERR_HTTP_RESPONSE_CODE_FAILURE"  # an error page of the site's own
FAR = 253_402_300_799  # the last second that a datetime can tell

ALL_OF_IT = "<-loopback>"  # of what browsers would send past a proxy
NOWHERE = 1  # a port on which nobody listens
UNWANTED = (
    "AimEnabled",
    "AimServerEligibilityEnabled",
    "AimServerRequestOnStartupEnabled",
    "AsyncDns",
    "AutofillServerCommunication",
    "CertificateTransparencyComponentUpdater",
    "DialMediaRouteProvider",
    "DnsOverHttps",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "InterestFeedContentSuggestions",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PreconnectToSearch",
    "Translate",
)
FLAGS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-startup-window",
    "--no-first-run",
    "--no-default-browser-check",
    "--password-store=basic",
    "--mute-audio",
    "--disable-gpu",
    "--lang=ja",
    # The page's context is given the proxy; what the browser itself would like to ask its makers ends here.
    f"--proxy-server=http://{LOOPBACK}:{NOWHERE}",
    f"--proxy-bypass-list={ALL_OF_IT}",
    # No way beside the proxy, for loopback neither, and names are nobody's business but the proxy's.
    f"--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE {LOOPBACK}",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    # It says nothing on its own account: what the proxy hears is the page's doing.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-component-extensions-with-background-pages",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--metrics-recording-only",
    "--no-service-autorun",
    f"--disable-features={','.join(UNWANTED)}",
)


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. `start`: until the browser answers; `whole`: for the page; `rest`: of silence, after which it is done;
    `answer`: for a question that needs no network; `turn`: for which one look waits for another.
    """

    start: float = 20.0
    whole: float = 30.0
    rest: float = 3.0
    answer: float = 5.0
    turn: float = 120.0


class Browser:
    """The operator's browser, one page at a time: it needs more memory than all the rest of us."""

    def __init__(
        self, program: Path | None, names: AbstractResolver, opener: Opener, user_agent: str, pace: Pace | None = None
    ) -> None:
        self._program, self._user_agent, self._pace = program, user_agent, pace or Pace()
        self._names, self._opener = names, opener
        self._turn = asyncio.Semaphore(1)

    async def show(self, url: str, politely: AbstractAsyncContextManager[None]) -> Browsed:
        """Open the page, wait until it has all that it asks for, and tell whom it talked to. `politely`: our turn at
        its host, which is asked for last, so that a queue for the browser keeps nobody else from looking.
        """
        if self._program is None or not os.access(self._program, os.X_OK):
            return Browsed(url, trouble=Trouble.NO_BROWSER, detail="No browser is configured that can be run.")
        try:
            await asyncio.wait_for(self._turn.acquire(), self._pace.turn)
        except TimeoutError:
            return Browsed(url, trouble=Trouble.BROWSER_FAILED, detail="Other pages kept the browser all the time.")
        try:
            async with politely, Proxy(self._names, self._opener) as proxy:
                began = perf_counter()
                seen = await self._seen(self._program, url, proxy)
        finally:
            self._turn.release()
        return _told(url, proxy, seen, round((perf_counter() - began) * 1000, 2))

    async def _seen(self, program: Path, url: str, proxy: Proxy) -> _Seen:
        arguments = [
            str(program),
            *FLAGS,
            f"--user-agent={self._user_agent}",
        ]
        async with _folder() as home, _running(arguments, home) as (process, said):
            try:
                return await self._looked(DevTools(process), url, proxy)
            except (Gone, KeyError) as gone:
                return _failed(str(gone), await _last_words(said))
            except TimeoutError:
                return _failed("It did not answer in time.", "")

    async def _looked(self, tools: DevTools, url: str, proxy: Proxy) -> _Seen:
        async with asyncio.timeout(self._pace.start):
            way_out = {"proxyServer": f"http://{LOOPBACK}:{proxy.port}", "proxyBypassList": ALL_OF_IT}
            context = (await tools.ask("Target.createBrowserContext", **way_out))["browserContextId"]
            await tools.ask("Browser.setDownloadBehavior", behavior="deny", browserContextId=context)
            page = await tools.ask("Target.createTarget", url="about:blank", browserContextId=context)
            attached = await tools.ask("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        session, loop = attached["sessionId"], asyncio.get_running_loop()
        until = loop.time() + self._pace.whole
        proxy.forget()
        try:
            async with asyncio.timeout_at(until):
                went = await tools.ask("Page.navigate", session=session, url=url)
        except TimeoutError:
            return _Seen(Trouble.TIMEOUT, "The page did not come in time.")
        if went.get("errorText", SHOWN_ALL_THE_SAME) != SHOWN_ALL_THE_SAME:
            return _refused(str(went["errorText"]), read_target(url).host in proxy.kept_from)
        settled = await _rested(proxy, self._pace.rest, until)
        async with asyncio.timeout(self._pace.answer):
            kept = await tools.ask("Storage.getCookies", browserContextId=context)
        return _Seen(cookies=_cookies(kept), settled=settled, status=await self._status(tools, session))

    async def _status(self, tools: DevTools, session: str) -> int:
        """What the page itself was answered with; 0 where it keeps its scripts too busy to say."""
        question = "(performance.getEntriesByType('navigation')[0] || {}).responseStatus"
        with suppress(TimeoutError):
            async with asyncio.timeout(self._pace.answer):
                said = await tools.ask("Runtime.evaluate", session=session, expression=question, returnByValue=True)
                value = said.get("result", {}).get("value")
                return value if isinstance(value, int) else 0
        return 0


@dataclass(frozen=True, slots=True)
class _Seen:
    trouble: Trouble | None = None
    detail: str = ""
    cookies: tuple[Cookie, ...] = ()
    status: int = 0
    settled: bool = False


def _told(url: str, proxy: Proxy, seen: _Seen, took_ms: float) -> Browsed:
    return Browsed(
        url,
        tuple(sorted(proxy.hosts)),
        tuple(sorted(proxy.kept_from)),
        seen.cookies,
        seen.status,
        seen.settled,
        seen.trouble,
        seen.detail,
        took_ms,
    )


def _failed(why: str, last_words: str) -> _Seen:
    """It did not work; its last words say whether for want of a sandbox."""
    if any(mark in last_words for mark in UNCAGED):
        return _Seen(Trouble.NO_SANDBOX, "The browser has no sandbox here.")
    return _Seen(Trouble.BROWSER_FAILED, why)


def _refused(error: str, kept_from: bool) -> _Seen:
    """Why the page itself was not shown, in the browser's own token."""
    if kept_from:
        return _Seen(Trouble.GUARD_ADDRESS, "The page is not at a public address.")
    if error.startswith(("net::ERR_CERT", "net::ERR_SSL")):
        return _Seen(Trouble.CERTIFICATE, f"The browser does not trust the certificate ({error}).")
    return _Seen(Trouble.CLOSED, f"The browser was not shown the page ({error}).")


async def _rested(proxy: Proxy, rest: float, until: float) -> bool:
    try:
        async with asyncio.timeout_at(until):
            await proxy.silence(rest)
    except TimeoutError:
        return False
    return True


def _cookies(kept: Mapping[str, Any]) -> tuple[Cookie, ...]:
    """The cookies without their values."""
    rows = [row for row in kept.get("cookies", ()) if isinstance(row, dict)][:MOST_COOKIES]
    return tuple(_cookie(row) for row in rows)


def _cookie(row: Mapping[str, Any]) -> Cookie:
    ends = float(row.get("expires", -1))
    return Cookie(
        str(row.get("name", "")),
        str(row.get("domain", "")).lstrip("."),
        bool(row.get("secure")),
        bool(row.get("httpOnly")),
        str(row.get("sameSite", "")).lower(),
        None if ends < 0 else datetime.fromtimestamp(min(ends, FAR), UTC),
    )


@asynccontextmanager
async def _folder() -> AsyncIterator[str]:
    """A home for one look, gone after it."""
    home = await asyncio.to_thread(tempfile.mkdtemp, prefix="itaku-browser-")
    try:
        yield home
    finally:
        await finished(asyncio.to_thread(shutil.rmtree, home, ignore_errors=True))


@asynccontextmanager
async def _running(arguments: list[str], home: str) -> AsyncIterator[tuple[Process, asyncio.Task[str]]]:
    """The browser in a process group of its own, and what it says; at the end nobody of that group is left."""
    starting = asyncio.create_task(_started(arguments, home))
    try:
        process = await asyncio.shield(starting)
    except asyncio.CancelledError:
        await finished(_called_off(starting))
        raise
    listening = asyncio.create_task(_heard_out(process))
    try:
        yield process, listening
    finally:
        await finished(_ended(process, listening))


async def _started(arguments: list[str], home: str) -> Process:
    return await asyncio.create_subprocess_exec(
        "/bin/sh",
        "-c",
        REWIRED,
        "sh",
        *arguments,
        f"--user-data-dir={home}/profile",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=LONGEST_MESSAGE,
        start_new_session=True,
        cwd=home,
        env={"PATH": os.defpath, "HOME": home, "TMPDIR": home, "LANG": "C.UTF-8"},
    )


async def _called_off(starting: asyncio.Task[Process]) -> None:
    """A start that is broken off would leave behind what the first process has started by then."""
    process = await starting
    await _ended(process, asyncio.create_task(_heard_out(process)))


async def _heard_out(process: Process) -> str:
    """What it said last. It is heard all the time, so that it never waits for us."""
    assert process.stderr is not None  # noqa: S101 - started with it
    words = b""
    while piece := await process.stderr.read(LAST_WORDS):
        words = (words + piece)[-LAST_WORDS:]
    return words.decode("utf-8", "replace")


async def _last_words(said: asyncio.Task[str]) -> str:
    done, _ = await asyncio.wait({said}, timeout=LAST_WORDS_SECONDS)
    return said.result() if done else ""


async def _ended(process: Process, listening: asyncio.Task[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    assert process.stdout is not None  # noqa: S101 - started with it
    with suppress(TimeoutError):
        async with asyncio.timeout(END_SECONDS):
            while await process.stdout.read(LONGEST_MESSAGE):
                pass  # its end is not told to us before all that it said was read
            await process.wait()
            await listening
    listening.cancel()
