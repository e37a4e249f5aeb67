"""The rival at looking: Prometheus' blackbox_exporter, which stores nothing.

Taken from where it is installed, else fetched from Debian and unpacked into a folder, without installing anything.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import aiohttp

from bench.process import cpu_of, free_port, listening, running
from bench.target import DOMAIN

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator

    from bench.target import Target

NAME = "prometheus-blackbox-exporter"
HOW = f"{NAME} is absent: apt-get install {NAME}"
AT_ONCE = 10  #: above, it degrades: 850 checks a second at 10, 538 at 200
_MODULE = """modules:
  look:
    prober: http
    timeout: 20s
    http:
      preferred_ip_protocol: ip4
      headers: {{Host: {domain}}}
      tls_config: {{ca_file: {ca}, server_name: {domain}}}
"""


async def find(home: Path) -> Path | None:
    """The program, or none when it is neither here nor to be had."""
    known = shutil.which(NAME)
    if known:
        return Path(known)
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        return None
    for command in (("apt-get", "download", NAME), ("sh", "-c", f"dpkg -x {NAME}_*.deb .")):
        process = await asyncio.create_subprocess_exec(
            *command, cwd=home, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
        if await process.wait():
            return None
    found = home / "usr/bin" / NAME
    return found if os.access(found, os.X_OK) else None


@asynccontextmanager
async def blackbox(program: Path, home: Path, where: Target) -> AsyncIterator[Rival]:
    port, file = free_port(), home / "blackbox.yml"
    await asyncio.to_thread(file.write_text, _MODULE.format(domain=DOMAIN, ca=where.ca_file))
    command = (str(program), f"--config.file={file}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error")
    async with running(*command, GOMAXPROCS="1") as process:
        await listening(port)
        yield Rival(process, port, where)


class Rival:
    """A running blackbox_exporter that is told to probe."""

    def __init__(self, process: Process, port: int, where: Target) -> None:
        self._process = process
        self._url = f"http://127.0.0.1:{port}/probe?module=look&target=https://127.0.0.1:{where.port}/"

    async def cost(self, checks: int) -> float:
        """CPU milliseconds of its process for one check. An `ArithmeticError` if not all of them passed."""
        before = cpu_of(self._process.pid)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as session:
            passed = await asyncio.gather(*(self._probe(session, checks // AT_ONCE) for _ in range(AT_ONCE)))
        if sum(passed) != checks // AT_ONCE * AT_ONCE:
            raise ArithmeticError(f"blackbox: {sum(passed)} of {checks} probes passed")
        return (cpu_of(self._process.pid) - before) / checks * 1000

    async def share(self, a_second: int, seconds: int) -> float:
        """The part of a core that its process takes for so many checks a second, evenly spread, as a patrol asks. A
        machine that falls asleep between two looks makes each of them dearer, for everybody.
        """
        async with aiohttp.ClientSession() as session:
            began, before = perf_counter(), cpu_of(self._process.pid)
            async with asyncio.TaskGroup() as group:
                for number in range(a_second * seconds):
                    await asyncio.sleep(began + number / a_second - perf_counter())
                    group.create_task(self._probe(session, 1))
            return (cpu_of(self._process.pid) - before) / (perf_counter() - began)

    async def _probe(self, session: aiohttp.ClientSession, times: int) -> int:
        passed = 0
        for _ in range(times):
            async with session.get(self._url) as answer:
                passed += "probe_success 1" in await answer.text()
        return passed
