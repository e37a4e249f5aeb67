"""Two hundred senders at once, and a process that dies: what it costs, and what is left."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest

HERE = str(Path(__file__).parents[2])
CROWD = """
import asyncio, json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from monitor.evidence import EvidenceStore
from tests.evidence.evidence_corpus import noise, pdf

whole = pdf(b"<< /Length 1500000 >> stream " + noise(1_500_000) + b" endstream")
resident = lambda: int(Path("/proc/self/statm").read_text().split()[1]) * 4096
peak = lag = 0

async def sending(number):  # each another file: its own first line, then what all have in common
    yield b"%%PDF-1.7\\n%% %d\\n" % number
    for at in range(9, len(whole), 1 << 16):
        yield whole[at : at + (1 << 16)]
        await asyncio.sleep(0)

async def watch():
    global peak, lag
    loop = asyncio.get_running_loop()
    while True:
        asked = loop.time()
        await asyncio.sleep(0.01)
        lag = max(lag, loop.time() - asked - 0.01)
        peak = max(peak, resident())

async def main():
    kept = EvidenceStore("file://" + sys.argv[2])
    await kept.take(sending(-1), "warm.pdf", 10_000_000)
    begin = resident()
    watching = asyncio.ensure_future(watch())
    taken = await asyncio.gather(*(kept.take(sending(number), "a.pdf", 10_000_000) for number in range(200)))
    watching.cancel()
    print(json.dumps({"files": len({each.sha256 for each in taken}), "grown": peak - begin, "lag": lag}))

asyncio.run(main())
"""


@pytest.mark.slow
def test_two_hundred_uploads_at_once_take_little_memory_and_let_the_loop_run(tmp_path):
    told = subprocess.run([sys.executable, "-c", CROWD, HERE, str(tmp_path)], check=True, capture_output=True)
    measured = json.loads(told.stdout)
    assert measured["files"] == 200
    assert measured["grown"] < 64_000_000
    assert measured["lag"] < 1  # seconds, on a machine that others use; a tenth of that on an idle one


DYING = """
import asyncio, sys
sys.path.insert(0, sys.argv[1])
from monitor.evidence import EvidenceStore
from tests.evidence.evidence_corpus import noise, pdf

async def sending(number):
    yield pdf(b"<< >> stream " + noise(4_000_000, number) + b" endstream")

async def main():
    kept = EvidenceStore("file://" + sys.argv[2])
    print("ready", flush=True)
    for number in range(0, 400, 4):
        await asyncio.gather(*(kept.take(sending(number + at), "a.pdf", 10_000_000) for at in range(4)))

asyncio.run(main())
"""


@pytest.mark.slow
def test_a_process_that_is_killed_leaves_no_half_file_under_a_hash(tmp_path):
    chance = random.Random(7)
    seen = 0
    for attempt in range(6):
        folder = tmp_path / str(attempt)
        with subprocess.Popen([sys.executable, "-c", DYING, HERE, str(folder)], stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            with suppress(subprocess.TimeoutExpired):
                process.wait(chance.uniform(0.3, 1))
            process.kill()
        whole = [place for place in folder.rglob("*") if place.is_file() and "#" not in place.name]
        assert all(sha256(place.read_bytes()).hexdigest() == place.name for place in whole)
        seen += len(whole)
    assert seen
