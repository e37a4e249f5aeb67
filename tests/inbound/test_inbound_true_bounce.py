"""A real mail server between us and the party: OpenSMTPD takes the letter, cannot deliver it, and mails the bounce to
where our letters come back to. Where it is not installed (Debian: opensmtpd), or who runs the tests may not start it,
the shapes of bounces that it and others are known to make are tested alone.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from conftest import RETURNS
from postal import LETTERS, OPENS, Carrier, office, there_is

from monitor import clock, tables
from monitor.evidence import EvidenceStore
from monitor.inbound.intake import Intake
from monitor.inbound.listener import Listener
from monitor.inbound.mending import mend
from monitor.inbound.sorting import sort
from monitor.tables.store import MEMORY, opened

SMTPD = shutil.which("smtpd", path=os.environ.get("PATH", "") + ":/usr/sbin")
SETTINGS = """
table anybody {{ "@" = "root" }}
listen on 127.0.0.1 port {port} hostname mx.acme.example
action "gone" mda "cat >/dev/null; echo no such user; exit 67" virtual <anybody>
action "back" relay host smtp+notls://127.0.0.1:{back}
match from any for domain "bounce.example" action "back"
match from any for any action "gone"
"""

pytestmark = pytest.mark.skipif(SMTPD is None or os.geteuid() != 0, reason="no OpenSMTPD here, or not as root")


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@asynccontextmanager
async def mail_server(home, back):
    """Its port. What it cannot deliver it bounces through the door at `back`."""
    port, file = free_port(), home / "smtpd.conf"
    await asyncio.to_thread(file.write_text, SETTINGS.format(port=port, back=back))
    command = (str(SMTPD), "-d", "-f", str(file))
    quiet = {"stdout": asyncio.subprocess.DEVNULL, "stderr": asyncio.subprocess.DEVNULL}
    server = await asyncio.create_subprocess_exec(*command, start_new_session=True, **quiet)
    try:
        await answering(port)
        yield port
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        await server.wait()


async def answering(port):
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0)
        else:
            writer.close()
            return


@pytest.mark.slow
async def test_a_letter_that_a_real_mail_server_cannot_deliver_comes_back_and_is_loud(tmp_path, monkeypatch):
    soon = OPENS + timedelta(minutes=3)
    monkeypatch.setattr(clock, "now", lambda: soon)
    evidence = await asyncio.to_thread(EvidenceStore, f"file://{tmp_path}/evidence")
    intake = Intake(evidence, RETURNS, "itaku@itaku.example", 1024 * 1024)
    async with (
        opened(MEMORY, create=True),
        Listener(intake, "127.0.0.1", 0, lmtp=False) as door,
        office(tmp_path) as us,
    ):
        async with mail_server(tmp_path, door.port) as port:
            us.writer, us.carrier = replace(LETTERS, returns=RETURNS), Carrier(port)
            await us.work(OPENS)
            await us.carrier.aclose()
            await there_is(tables.Incoming.all())
        assert await sort(soon, evidence) + await mend(soon)
        assert (await us.duty()).undeliverable_at == soon
        assert await tables.Notice.filter(kind="undeliverable", side="company").exists()
