"""The daemon as a process: started, asked, told to reload and to stop; the demonstration; the doctor."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientError, ClientSession

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
SERVE = """
import sys
from monitor.daemon import on_loop
from monitor.config import Web
from monitor.demo import serve_demo
sys.exit(on_loop(serve_demo(Web(listen="127.0.0.1:" + sys.argv[1]))))
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@asynccontextmanager
async def process(*words: str, cwd, **environ: str):
    """A process of ours that is gone at the end, whatever happens."""
    running = await asyncio.create_subprocess_exec(
        sys.executable, *words, cwd=cwd, env=os.environ | environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )  # fmt: skip
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
            await running.communicate()


async def ended(running) -> tuple[int, str, str]:
    out, err = await running.communicate()
    return running.returncode, out.decode(), err.decode()


async def itaku(*words: str, cwd, **environ: str) -> tuple[int, str, str]:
    async with process("-m", "monitor", *words, cwd=cwd, **environ) as running:
        return await ended(running)


async def answer(url: str, wanted=lambda status, body: True, running=None) -> tuple[int, str]:
    """What a page says, once it says what is wanted."""
    async with ClientSession() as client:
        for _ in range(600):
            try:
                async with client.get(url) as found:
                    body = await found.text()
                    if wanted(found.status, body):
                        return found.status, body
            except ClientError:
                assert running is None or running.returncode is None, (await running.stderr.read()).decode()
            await asyncio.sleep(0.1)
    raise AssertionError(f"{url} never said what was wanted")


async def home(tmp_path, port: int, more: str = ""):
    assert (await itaku("init", ".", cwd=tmp_path))[0] == 0
    (tmp_path / "config.toml").write_text(
        f'[web]\nlisten = "127.0.0.1:{port}"\nbase_url = "http://127.0.0.1:{port}"\n{more}', encoding="utf-8"
    )


async def test_the_daemon_starts_reloads_refuses_a_broken_file_and_stops_and_its_supervisor_hears_it_all(tmp_path):
    port = free_port()
    await home(tmp_path, port)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as supervisor:
        supervisor.bind(str(tmp_path / "notify"))
        loop = asyncio.get_running_loop()
        told = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "400000"}
        async with process("-m", "monitor", "serve", cwd=tmp_path, **told) as running:
            heard = {await loop.sock_recv(supervisor, 4096) for _ in range(4)}
            assert heard >= {b"READY=1", b"WATCHDOG=1"}
            assert (await answer(f"http://127.0.0.1:{port}/healthz"))[0] == 200
            status, body = await answer(f"http://127.0.0.1:{port}/readyz")
            assert (status, json.loads(body)["parts"]["database"]["ok"]) == (503, True)
            (tmp_path / "config.toml").write_text("[nonsense]\n", encoding="utf-8")
            running.send_signal(signal.SIGHUP)
            while not (await loop.sock_recv(supervisor, 4096)).startswith(b"RELOADING=1\nMONOTONIC_USEC="):
                pass
            while await loop.sock_recv(supervisor, 4096) != b"READY=1":
                pass
            assert (await answer(f"http://127.0.0.1:{port}/healthz"))[0] == 200
            running.send_signal(signal.SIGTERM)
            while await loop.sock_recv(supervisor, 4096) != b"STOPPING=1":
                pass
            code, out, err = await ended(running)
    assert (code, out) == (0, "")
    assert "not reloaded" in err
    assert "nonsense" in err
    assert "Traceback" not in err


class Line:
    """A line to the database that can be cut: TCP in front of the server's own socket."""

    def __init__(self, path: str) -> None:
        self.path, self.port, self.server = path, free_port(), None
        self.carried: set[asyncio.StreamWriter] = set()

    async def join(self) -> None:
        self.server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)

    async def cut(self) -> None:
        self.server.close()
        for writer in self.carried:
            writer.transport.abort()
        await self.server.wait_closed()

    async def _carry(self, reader, writer) -> None:
        there, back = await asyncio.open_unix_connection(self.path)
        self.carried |= {writer, back}
        await asyncio.gather(self._pump(reader, back), self._pump(there, writer), return_exceptions=True)

    @staticmethod
    async def _pump(reader, writer) -> None:
        try:
            while piece := await reader.read(65536):
                writer.write(piece)
                await writer.drain()
        finally:
            writer.close()


@pytest.mark.postgres
async def test_a_database_that_is_away_at_the_start_and_again_later_is_waited_for_both_times(tmp_path, new_postgres):
    url = urlsplit(await new_postgres())
    folder = parse_qs(url.query).get("host", [""])[0]
    if not folder:
        pytest.skip("the PostgreSQL that was named is not reached by a local socket")
    line, port = Line(f"{folder}/.s.PGSQL.{url.port or 5432}"), free_port()
    database = f"postgres://{url.username}:x@127.0.0.1:{line.port}{url.path}"
    await home(tmp_path, port)
    site = f"http://127.0.0.1:{port}"
    async with process("-m", "monitor", "serve", cwd=tmp_path, ITAKU_DATABASE__URL=database) as running:
        while b"the database is away" not in await running.stderr.readline():
            pass
        await line.join()
        await answer(f"{site}/readyz", lambda _, body: json.loads(body)["parts"]["database"]["ok"], running)
        await line.cut()
        status, _body = await answer(
            f"{site}/readyz", lambda _, body: not json.loads(body)["parts"]["database"]["ok"], running
        )
        assert (status, (await answer(f"{site}/healthz", running=running))[0]) == (503, 200)
        await line.join()
        await answer(f"{site}/readyz", lambda _, body: json.loads(body)["parts"]["database"]["ok"], running)
        running.send_signal(signal.SIGTERM)
        code, _, err = await ended(running)
        assert code == 0, err
    await line.cut()


async def test_the_demonstration_is_alive_within_a_minute_and_leaves_nothing_behind(tmp_path):
    port = free_port()
    async with process("-c", SERVE, str(port), cwd=tmp_path, TMPDIR=str(tmp_path)) as running:
        _status, body = await answer(f"http://127.0.0.1:{port}/readyz", lambda status, _: status == 200, running)
        assert json.loads(body)["ready"]
        assert (await answer(f"http://127.0.0.1:{port}/demo/mail"))[0] == 200
        running.send_signal(signal.SIGTERM)
        code, _, err = await ended(running)
    assert code == 0
    assert "Traceback" not in err
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith("itaku-demo-")] == []


async def test_the_doctor_names_every_ailment_with_its_remedy(tmp_path):
    await home(tmp_path, free_port())
    code, out, _ = await itaku("doctor", "--json", cwd=tmp_path)
    found = {line["what"]: line for line in map(json.loads, out.splitlines())}
    assert code == 1
    assert found["mail server"]["state"] == "bad"
    assert all(line["remedy"] for line in found.values() if line["state"] != "ok")
    assert {"configuration", "keys", "database"} <= found.keys()


@pytest.mark.parametrize("missing", ["keys", "port"])
async def test_a_start_that_cannot_be_ends_in_a_sentence(tmp_path, missing):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        await home(tmp_path, taken.getsockname()[1])
        if missing == "keys":
            (tmp_path / "data" / "link.keys").unlink()
        code, out, err = await itaku("serve", cwd=tmp_path)
    assert (code, out) == (6, "")
    assert "Traceback" not in err


async def test_a_port_that_is_taken_is_named_with_the_setting_that_names_another(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        await home(tmp_path, port)
        code, _, err = await itaku("serve", cwd=tmp_path)
    assert (code, f"127.0.0.1:{port} is in use" in err, "ITAKU_WEB__LISTEN=127.0.0.1:PORT" in err) == (6, True, True)
    code, _, err = await itaku("serve", "--demo", cwd=tmp_path, ITAKU_WEB__LISTEN="nonsense")
    assert (code, "web.listen" in err, "error of its own" in err) == (6, True, False)
