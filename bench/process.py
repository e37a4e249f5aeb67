"""Processes beside ours: started, asked what they cost, ended."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import shutil
import socket
import sys
import tempfile
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator

ROOT = Path(__file__).parent.parent
TICK = os.sysconf("SC_CLK_TCK")
PATIENCE = 20.0
RESTING = 0.05  #: CPU seconds in a second


class Failed(Exception):  # noqa: N818 - what became of the run
    """A process of the bench did not do its work."""


class Meter:
    """CPU and wall time of this process since it was made."""

    def __init__(self) -> None:
        self._cpu, self._wall = own_cpu(), perf_counter()

    @property
    def cpu(self) -> float:
        return own_cpu() - self._cpu

    @property
    def wall(self) -> float:
        return perf_counter() - self._wall


def own_cpu() -> float:
    """CPU seconds of this process, all its threads, user and system."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def cpu_of(pid: int) -> float:
    """CPU seconds of another process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def memory_of(pid: int | str = "self") -> float:
    """What a process holds in memory now, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def _command(place: str, loop: str, arguments: dict[str, Any]) -> list[str]:
    return [sys.executable, "-m", "bench.child", place, loop, json.dumps(arguments)]


def _environment() -> dict[str, str]:
    """Ours, with what the unit gives to a daemon in earnest."""
    lines = (ROOT / "deploy/itaku.service").read_text(encoding="utf-8").splitlines()
    given = (line.removeprefix("Environment=").split("=", 1) for line in lines if line.startswith("Environment="))
    return {**os.environ, **dict(given)}


async def at_rest(pid: int) -> None:
    """Until a process that was just started has done what was waiting for it: it takes less than a twentieth of a core
    for two seconds on end.
    """
    quiet = 0
    async with asyncio.timeout(300):
        while quiet < 2:
            before = cpu_of(pid)
            await asyncio.sleep(1)
            quiet = quiet + 1 if cpu_of(pid) - before < RESTING else 0


async def child(place: str, loop: str = "uvloop", **arguments: Any) -> dict[str, Any]:
    """What `module:function` returned from a fresh process."""
    process = await asyncio.create_subprocess_exec(
        *_command(place, loop, arguments),
        cwd=ROOT, env=_environment(), stdout=asyncio.subprocess.PIPE, limit=1 << 26,
    )  # fmt: skip
    said, _ = await process.communicate()
    if process.returncode:
        raise Failed(f"{place} ended with {process.returncode}")
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found


@asynccontextmanager
async def companion(
    place: str, loop: str = "uvloop", **arguments: Any
) -> AsyncIterator[tuple[Process, dict[str, Any]]]:
    """A `module:function` that prints a line of JSON when it is ready and goes on until it is told to end."""
    process = await asyncio.create_subprocess_exec(
        *_command(place, loop, arguments),
        cwd=ROOT, env=_environment(), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 26,
    )  # fmt: skip
    try:
        yield process, await said_by(process)
    finally:
        await ended(process)


async def said_by(process: Process) -> dict[str, Any]:
    """The next line that a companion says."""
    assert process.stdout is not None
    async with asyncio.timeout(600):
        line = await process.stdout.readline()
    if not line:
        raise Failed("a companion ended early")
    found: dict[str, Any] = json.loads(line)
    return found


async def told(process: Process, word: str) -> dict[str, Any]:
    """Tell a companion something; what it answers."""
    assert process.stdin is not None
    process.stdin.write(f"{word}\n".encode())
    await process.stdin.drain()
    return await said_by(process)


def say(**said: Any) -> None:
    """A companion's line to the one who started it."""
    print(json.dumps(said), flush=True)


async def words() -> AsyncIterator[str]:
    """What a companion is told, line by line, until nobody is there any more."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield line.decode().strip()


async def ended(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(PATIENCE):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


@asynccontextmanager
async def running(*command: str, **environment: str) -> AsyncIterator[Process]:
    """Another program, until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        await ended(process)


async def listening(port: int) -> None:
    """Wait until somebody listens there."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@asynccontextmanager
async def folder() -> AsyncIterator[Path]:
    """A folder that is gone afterwards."""
    made = Path(tempfile.mkdtemp(prefix="itaku-bench-"))
    os.chmod(made, 0o755)  # noqa: PTH101 - nothing else runs yet
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
