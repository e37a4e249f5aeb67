"""A house with a virus scanner keeps nothing that it has not looked at. Its clamd here speaks the real protocol."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.config import Settings
from monitor.evidence import EvidenceAway, EvidenceStore, RefusedFile
from monitor.examination import examine
from tests.evidence.evidence_corpus import pdf

_AT = datetime(2026, 11, 23, tzinfo=UTC)
FILE = pdf(b"<< /Length 300000 >>\nstream\n%b\nendstream" % bytes(300_000))


class Clamd:
    """Takes a stream piece by piece, as the real one, and says what it was told to say."""

    def __init__(self, says=b"stream: OK", most=25_000_000):
        self.says, self.most, self.seen = says, most, []

    async def serve(self, reader, writer):
        command = await reader.readuntil(b"\0")
        writer.write((b"PONG" if command == b"zPING\0" else await self._stream(reader)) + b"\0")
        writer.close()

    async def _stream(self, reader):
        taken = bytearray()
        while size := int.from_bytes(await reader.readexactly(4)):
            if len(taken) + size > self.most:
                return b"INSTREAM size limit exceeded. ERROR"
            taken += await reader.readexactly(size)
        self.seen.append(bytes(taken))
        return self.says


@asynccontextmanager
async def listening(clamd, home):
    async with await asyncio.start_unix_server(clamd.serve, home / "clamd.ctl"):
        yield f"unix://{home}/clamd.ctl"


async def taken(home, scanner):
    async def sending():
        yield FILE

    made = await asyncio.to_thread(EvidenceStore, f"file://{home}/evidence", scanner=scanner)
    return await made.take(sending(), "規程.pdf", 1_000_000)


def kept(home):
    return [place for place in Path(home, "evidence").rglob("*") if place.is_file()]


async def test_a_clean_file_is_kept_after_the_scanner_has_seen_all_of_it(tmp_path):
    clamd = Clamd()
    async with listening(clamd, tmp_path) as scanner:
        await taken(tmp_path, scanner)
    assert clamd.seen == [FILE]
    assert len(kept(tmp_path)) == 1


async def test_what_the_scanner_finds_is_refused_by_its_name_and_not_kept(tmp_path):
    async with listening(Clamd(b"stream: Win.Test<b>.EICAR-1 FOUND"), tmp_path) as scanner:
        with pytest.raises(RefusedFile) as no:
            await taken(tmp_path, scanner)
    assert no.value.code == "infected"
    assert "Win.Testb.EICAR-1" in no.value.message.in_("ja")
    assert not kept(tmp_path)


@pytest.mark.parametrize("clamd", [Clamd(b"stream: no space ERROR"), Clamd(b""), Clamd(most=1000)])
async def test_a_scanner_that_does_not_look_lets_nothing_pass(tmp_path, clamd):
    async with listening(clamd, tmp_path) as scanner:
        with pytest.raises(EvidenceAway):
            await taken(tmp_path, scanner)
    assert not kept(tmp_path)


async def test_a_scanner_that_is_away_lets_nothing_pass(tmp_path):
    with pytest.raises(EvidenceAway):
        await taken(tmp_path, f"unix://{tmp_path}/nobody.ctl")
    assert not kept(tmp_path)


async def test_a_scanner_elsewhere_is_reached_over_tcp_and_the_doctor_asks_it(tmp_path):
    async with await asyncio.start_server(Clamd().serve, "127.0.0.1", 0) as server:
        url = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await taken(tmp_path, url)
        settings = Settings.model_validate(
            {"evidence": {"scanner": url}, "database": {"url": f"sqlite:///{tmp_path}/none.sqlite3"}, "home": tmp_path}
        )
        said = {one.what: one.state async for one in examine(settings, _AT)}
    assert said["virus scanner"] == "ok"


@pytest.mark.parametrize("wrong", ["clamd", "unix://run/clamd.ctl", "tcp://127.0.0.1", "tcp://host:none", "http://a:1"])
def test_an_address_of_no_scanner_is_refused_with_what_to_write(wrong):
    with pytest.raises(ValueError, match="scanner-url"):
        Settings.model_validate({"evidence": {"scanner": wrong}})
