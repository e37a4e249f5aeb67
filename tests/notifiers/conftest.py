"""What the e-mail tests share: a letter, a channel to a server, an authority, and a server that follows a script."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
import trustme

from monitor.demo.sink import MailSink
from notifiers.contract import Letter
from notifiers.email import Email, EmailSettings

JAPAN = timezone(timedelta(hours=9))
HANG, CUT = object(), object()
USUAL = {"GREETING": "220 hello", "DATA": "354 go on", "QUIT": "221 bye"}


@pytest.fixture
def letter():
    """Makes a letter; whatever matters to the test is said by the test."""
    plain = Letter(
        message_id="<ob.01J9.0@group.example>",
        to=("privacy@acme-print.example",),
        subject="【要回答・12/31(木)まで】安全管理措置の確認 [ITK-000123]",
        text="回答をお願いします。\n",
        html="<!doctype html><html lang='ja'><body><p>回答をお願いします。</p></body></html>",
        language="ja",
        sender_name="架空出版 委託先管理",
        written_at=datetime(2026, 9, 1, 9, 0, tzinfo=JAPAN),
    )

    def make(**changes):
        return replace(plain, **changes)

    return make


@pytest.fixture(scope="session")
def authority():
    """A certification authority that nobody outside these tests trusts."""
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


@pytest.fixture(scope="session")
def ca_file(authority, tmp_path_factory):
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture
def certified(authority):
    """What a server needs to prove that it is the one on the loopback address."""
    return _server_context(authority)


@pytest.fixture
def self_made():
    """The same from an authority of its own."""
    return _server_context(trustme.CA(key_type=trustme.KeyType.ECDSA))


@pytest.fixture
def misnamed(authority):
    """The same from the right authority, for another server."""
    return _server_context(authority, "other.example")


def _server_context(authority, name="127.0.0.1"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.fixture
async def channel():
    """Makes an e-mail channel to a server (something with a `port`), closed when the test is over."""
    async with AsyncExitStack() as stack:

        def make(server, **options):
            patience = 20.0 if isinstance(server, MailSink) else 1.0  # a real server answers, on a slow machine late
            options = {"tls": "none", "sender": "itaku@group.example", "timeout": patience, "pause": 0.0} | options
            channel = Email(EmailSettings(host="127.0.0.1", port=server.port, **options))
            stack.push_async_callback(channel.aclose)
            return channel

        yield make


class Scripted:
    """A mail server that gives the scripted reply to each verb: connection by connection, the last script for all more.

    `GREETING` and `END` (of the letter) count as verbs. A reply may be `HANG` (say nothing, for ever) or `CUT`. `BODY`
    is what happens while a letter comes in: `CUT`, or `HANG`: take no more of it until its writer is `gone`.
    """

    def __init__(self, *scripts):
        self.scripts = scripts
        self.heard = []  # a list of verbs for each connection
        self.reached = asyncio.Event()  # somebody waits for an answer that will not come
        self.gone = asyncio.Event()  # a client went away without a goodbye
        self.finished = asyncio.Event()  # a conversation is over
        self.letter = b""

    async def serve(self, reader, writer):
        script = USUAL | self.scripts[min(len(self.heard), len(self.scripts) - 1)]
        verbs = []
        self.heard.append(verbs)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._talk(reader, writer, script, verbs)
        if "QUIT" not in verbs:
            self.gone.set()
        self.finished.set()
        writer.close()

    async def _talk(self, reader, writer, script, verbs):
        verb = "GREETING"
        while True:
            reply = script.get(verb, "250 fine")
            if reply is CUT:
                return
            if reply is HANG:
                self.reached.set()
                await reader.readexactly(1_000_000)
            writer.write(f"{reply}\r\n".encode())
            await writer.drain()
            if verb == "DATA" and reply.startswith("354"):
                if "BODY" in script:
                    await self._swallow(reader, script["BODY"])
                    return
                await reader.readuntil(b"\r\n.\r\n")
                verb = "END"
            else:
                verb = (await reader.readuntil(b"\r\n")).split()[0].decode().upper()
            verbs.append(verb)

    async def _swallow(self, reader, manner):
        await reader.readexactly(200)
        if manner is HANG:
            self.reached.set()
            await self.gone.wait()
            self.letter = await reader.read()


@pytest.fixture
async def scripted():
    """Starts a `Scripted` server."""
    async with AsyncExitStack() as stack:

        async def start(*scripts, tls=None):
            script = Scripted(*scripts)
            server = await asyncio.start_server(script.serve, "127.0.0.1", 0, ssl=tls)
            stack.callback(server.close)
            script.port = server.sockets[0].getsockname()[1]
            return script

        start.HANG, start.CUT = HANG, CUT
        yield start
