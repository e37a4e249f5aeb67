"""Taking files in and giving them back: whole or not at all, once each, and nothing left behind."""

from __future__ import annotations

import asyncio
import stat
import threading
from hashlib import sha256
from pathlib import Path

import pytest

from monitor.config import Settings
from monitor.evidence import EvidenceAway, EvidenceMissing, EvidenceStore, RefusedFile, Stored, store
from monitor.evidence.judgement import judge
from tests.evidence.evidence_bucket import bucket
from tests.evidence.evidence_corpus import noise, pdf

LIMIT = 20_000_000
FILE = pdf()
HASH = sha256(FILE).hexdigest()


class Sender:
    """Sends a file in chunks, and knows how many were asked for."""

    def __init__(self, content, chunk=64_000, fail=None):
        self.chunks = [content[at : at + chunk] for at in range(0, len(content), chunk)]
        self.sent = 0
        self.fail = fail
        self.halfway = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def __aiter__(self):
        for chunk in self.chunks:
            if self.sent * 2 >= len(self.chunks):
                self.halfway.set()
                await self.go_on.wait()
                if self.fail:
                    raise self.fail
            self.sent += 1
            yield chunk


def sending(content, **how):
    return aiter(Sender(content, **how))


def large_pdf(size=3_000_000, seed=1):
    return pdf(b"<< /Length %d >>\nstream\n%b\nendstream" % (size, noise(size, seed)))


async def content(kept, key):
    return b"".join([piece async for piece in await kept.read(key)])


def files(folder):
    return sorted(str(place.relative_to(folder)) for place in Path(folder).rglob("*") if place.is_file())


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


async def before_long(holds):
    """Threads, ours and the library's, end a moment after a cancelled upload; never later than the test."""
    for _ in range(100_000):
        if holds():
            return
        await asyncio.sleep(0)
    raise AssertionError


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "証跡 #1"


@pytest.fixture
async def kept(folder):
    """Nothing is left open and nothing lies about, whatever the test did."""
    made = await asyncio.to_thread(EvidenceStore, f"file://{folder}")
    await made.exists(HASH)  # the library's own threads have their files open now
    before = open_files()
    yield made
    await before_long(lambda: open_files() == before)
    assert all(len(name) == 67 and name[:2] == name[3:5] for name in files(folder))


# Taking and giving back


async def test_a_file_is_kept_under_its_hash(kept, folder):
    stored = await kept.take(sending(FILE), "認定証.pdf", LIMIT)
    assert stored == Stored(HASH, len(FILE), "application/pdf", "認定証.pdf")
    assert files(folder) == [f"{HASH[:2]}/{HASH}"]
    assert await content(kept, HASH) == FILE


async def test_a_long_file_comes_back_byte_by_byte(kept):
    whole = large_pdf()
    stored = await kept.take(sending(whole, chunk=7777), "a.pdf", LIMIT)
    assert stored.sha256 == sha256(whole).hexdigest()
    assert await content(kept, stored.sha256) == whole


async def test_the_name_is_cleaned_before_anybody_sees_it(kept):
    assert (await kept.take(sending(FILE), "..\\..\\か\u3099い.pdf\r\n", LIMIT)).name == "がい.pdf"


async def test_the_folder_is_made_and_nobody_else_may_look_into_it(kept, folder):
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert kept.folder == folder


async def test_the_settings_name_the_folder_beside_the_configuration(tmp_path):
    settings = Settings(home=tmp_path)
    made = await asyncio.to_thread(EvidenceStore, settings.evidence_url)
    assert made.folder == tmp_path / "data" / "evidence"


async def test_evidence_may_be_kept_in_memory_for_a_demo():
    made = EvidenceStore("memory://")
    stored = await made.take(sending(FILE), "a.pdf", LIMIT)
    assert await content(made, stored.sha256) == FILE


async def test_the_same_file_twice_is_stored_once(kept, folder):
    first = await kept.take(sending(FILE), "a.pdf", LIMIT)
    before = (folder / f"{HASH[:2]}/{HASH}").stat()
    second = await kept.take(sending(FILE), "b.pdf", LIMIT)
    after = (folder / f"{HASH[:2]}/{HASH}").stat()
    assert first.sha256 == second.sha256
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


async def test_the_same_file_many_times_at_once_is_stored_once(kept, folder):
    whole = large_pdf()
    taken = await asyncio.gather(*(kept.take(sending(whole), f"{number}.pdf", LIMIT) for number in range(10)))
    assert len({stored.sha256 for stored in taken}) == 1
    assert len(files(folder)) == 1
    assert await kept.verify(taken[0].sha256)


async def test_a_file_that_a_crash_left_short_is_replaced_by_the_next_equal_one(kept, folder):
    place = folder / HASH[:2] / HASH
    place.parent.mkdir()
    place.write_bytes(b"")
    await kept.take(sending(FILE), "a.pdf", LIMIT)
    assert place.read_bytes() == FILE


# Refusing


async def test_too_large_a_file_is_refused_and_its_rest_not_read(kept):
    sender = Sender(large_pdf(), chunk=10_000)
    with pytest.raises(RefusedFile) as caught:
        await kept.take(aiter(sender), "a.pdf", 1 << 20)
    assert caught.value.code == "too-large"
    assert "1 MB" in str(caught.value.message)
    assert sender.sent == 105
    assert len(sender.chunks) > 300


async def test_a_limit_that_is_not_passed_is_kept_to_the_byte(kept):
    assert await kept.take(sending(FILE), "a.pdf", len(FILE))
    with pytest.raises(RefusedFile):
        await kept.take(sending(FILE), "a.pdf", len(FILE) - 1)


async def test_a_limit_is_said_without_promising_more_than_there_is(kept):
    with pytest.raises(RefusedFile) as caught:
        await kept.take(sending(large_pdf()), "a.pdf", 1_999_999)
    assert "the 1.9 MB that" in str(caught.value.message)


async def test_a_name_that_cannot_be_taken_is_refused_before_a_byte_is_read(kept):
    sender = Sender(FILE)
    with pytest.raises(RefusedFile) as caught:
        await kept.take(aiter(sender), "a.zip", LIMIT)
    assert caught.value.code == "archive"
    assert sender.sent == 0


@pytest.mark.parametrize("sent", [b"", b"MZ" + bytes(500)])
async def test_a_refused_file_is_not_kept(kept, folder, sent):
    with pytest.raises(RefusedFile):
        await kept.take(sending(sent), "a.pdf", LIMIT)
    assert files(folder) == []


async def test_a_sender_who_goes_away_leaves_nothing(kept, folder):
    with pytest.raises(ConnectionResetError):
        await kept.take(sending(large_pdf(), fail=ConnectionResetError()), "a.pdf", LIMIT)
    assert files(folder) == []


# Being cancelled


async def cancelled(taking):
    taking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await taking


async def test_an_upload_cancelled_while_it_arrives_leaves_nothing(kept, folder):
    sender = Sender(large_pdf())
    sender.go_on.clear()
    taking = asyncio.ensure_future(kept.take(aiter(sender), "a.pdf", LIMIT))
    await sender.halfway.wait()
    await cancelled(taking)
    assert files(folder) == []


@pytest.mark.parametrize("turns", range(12))
async def test_an_upload_cancelled_at_its_very_beginning_leaves_nothing(kept, folder, turns):
    taking = asyncio.ensure_future(kept.take(sending(FILE), "a.pdf", LIMIT))
    for _ in range(turns):
        await asyncio.sleep(0)
    await cancelled(taking)


async def test_an_upload_cancelled_while_it_is_judged_leaves_nothing(kept, folder, monkeypatch):
    began, end = threading.Event(), threading.Event()

    def slow(file, name):
        began.set()
        end.wait(10)
        return judge(file, name)

    monkeypatch.setattr(store, "judge", slow)
    taking = asyncio.ensure_future(kept.take(sending(FILE), "a.pdf", LIMIT))
    await asyncio.to_thread(began.wait, 10)
    taking.cancel()
    end.set()
    with pytest.raises(asyncio.CancelledError):
        await taking
    assert files(folder) == []


async def test_an_upload_cancelled_while_it_is_put_leaves_all_or_nothing(kept, folder, monkeypatch):
    whole = large_pdf()
    put = kept._put
    putting = asyncio.Event()

    async def watched(file, key):
        putting.set()
        await put(file, key)

    monkeypatch.setattr(kept, "_put", watched)
    for turns in range(12):
        putting.clear()
        taking = asyncio.ensure_future(kept.take(sending(whole), "a.pdf", LIMIT))
        await putting.wait()
        for _ in range(turns):
            await asyncio.sleep(0)
        await cancelled(taking)
    await before_long(lambda: not any("#" in name for name in files(folder)))
    assert all(sha256((folder / name).read_bytes()).hexdigest() == name[3:] for name in files(folder))


# Looking after what is kept


async def test_what_is_kept_is_known_to_be_there(kept):
    assert not await kept.exists(HASH)
    await kept.take(sending(FILE), "a.pdf", LIMIT)
    assert await kept.exists(HASH)
    assert await kept.verify(HASH)


@pytest.mark.logs_errors
async def test_one_changed_bit_is_found(kept, folder):
    await kept.take(sending(FILE), "a.pdf", LIMIT)
    place = folder / HASH[:2] / HASH
    place.write_bytes(FILE[:100] + bytes([FILE[100] ^ 1]) + FILE[101:])
    assert not await kept.verify(HASH)


@pytest.mark.logs_errors
@pytest.mark.parametrize("whole", [FILE, large_pdf()])
async def test_a_file_that_was_changed_is_never_given_out_whole(kept, folder, caplog, whole):
    key = (await kept.take(sending(whole), "a.pdf", LIMIT)).sha256
    (folder / key[:2] / key).write_bytes(whole[:-1] + b"!")
    given = bytearray()

    async def asking():
        async for piece in await kept.read(key):
            given.extend(piece)

    with pytest.raises(EvidenceAway):
        await asking()
    assert len(given) < len(whole)
    assert [(record.levelname, key in record.message) for record in caplog.records] == [("ERROR", True)]


async def test_a_disk_that_is_nearly_full_takes_no_more(kept, folder, monkeypatch):
    monkeypatch.setattr(store, "SPARE", 1 << 62)
    sender = Sender(FILE)
    with pytest.raises(EvidenceAway, match="less than 1 GB"):
        await kept.take(aiter(sender), "a.pdf", LIMIT)
    assert sender.sent == 0
    assert files(folder) == []


@pytest.mark.parametrize("key", [HASH, "../../etc/passwd", "", HASH.upper(), f"{HASH}\n", f"{HASH}/../../x"])
async def test_what_is_not_kept_cannot_be_read(kept, key):
    with pytest.raises(EvidenceMissing):
        await kept.read(key)
    assert not await kept.exists(key)
    assert not await kept.verify(key)


# A store that is away


async def test_a_full_disk_is_the_stores_trouble_and_not_the_files(kept, monkeypatch):
    full = Path("/dev/full")
    monkeypatch.setattr(store, "_open_scratch", lambda folder: full.open("w+b"))
    with pytest.raises(EvidenceAway) as caught:
        await kept.take(sending(large_pdf()), "a.pdf", LIMIT)
    assert isinstance(caught.value.__cause__, OSError)


async def test_a_folder_that_vanished_is_the_stores_trouble(kept, folder):
    folder.rmdir()
    with pytest.raises(EvidenceAway):
        await kept.take(sending(FILE), "a.pdf", LIMIT)


async def test_a_folder_that_cannot_be_made_is_told_at_the_start(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(EvidenceAway):
        await asyncio.to_thread(EvidenceStore, f"file://{tmp_path}/file/evidence")


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setitem(store._RETRY, "max_retries", 0)


async def test_a_bucket_keeps_short_and_long_files(monkeypatch):
    async with bucket(monkeypatch) as remote:
        made = EvidenceStore("s3://evidence/of/2026")
        for whole in (FILE, large_pdf(12_000_000)):
            stored = await made.take(sending(whole), "a.pdf", LIMIT)
            key = f"/evidence/of/2026/{stored.sha256[:2]}/{stored.sha256}"
            assert remote.objects[key] == whole
            assert await content(made, stored.sha256) == whole
            assert await made.verify(stored.sha256)
        assert remote.parts == {}


async def test_a_bucket_is_not_sent_what_it_has(monkeypatch):
    async with bucket(monkeypatch) as remote:
        made = EvidenceStore("s3://evidence")
        await made.take(sending(FILE), "a.pdf", LIMIT)
        await made.take(sending(FILE), "a.pdf", LIMIT)
        assert remote.asked.count("PUT") == 1


@pytest.mark.parametrize("status", [403, 404, 500, 503])
async def test_a_bucket_that_refuses_is_away(monkeypatch, impatient, status):
    async with bucket(monkeypatch) as remote:
        made = EvidenceStore("s3://evidence")
        remote.refuse_writing = status
        with pytest.raises(EvidenceAway):
            await made.take(sending(FILE), "a.pdf", LIMIT)
        assert remote.objects == {}
        remote.refuse_writing = None
        assert await made.take(sending(FILE), "a.pdf", LIMIT)


@pytest.mark.parametrize("status", [403, 500])
async def test_a_bucket_that_cannot_be_asked_is_away_and_not_empty(monkeypatch, impatient, status):
    async with bucket(monkeypatch) as remote:
        made = EvidenceStore("s3://evidence")
        remote.refuse = status
        for asked in (made.exists, made.verify, made.read):
            with pytest.raises(EvidenceAway):
                await asked(HASH)


async def test_a_bucket_that_breaks_off_is_away(monkeypatch, impatient):
    async with bucket(monkeypatch) as remote:
        made = EvidenceStore("s3://evidence")
        stored = await made.take(sending(large_pdf()), "a.pdf", LIMIT)
        remote.break_off = True
        with pytest.raises(EvidenceAway):
            await content(made, stored.sha256)


async def test_a_bucket_that_nobody_serves_is_away(monkeypatch, impatient):
    async with bucket(monkeypatch):
        made = EvidenceStore("s3://evidence")
    with pytest.raises(EvidenceAway):
        await made.take(sending(FILE), "a.pdf", LIMIT)


async def test_a_bucket_that_never_answers_is_given_up(monkeypatch):
    monkeypatch.setattr(store, "PATIENCE", 0.05)
    async with bucket(monkeypatch) as remote:
        made = EvidenceStore("s3://evidence")
        remote.silent = asyncio.Event()
        with pytest.raises(EvidenceAway):
            await made.take(sending(FILE), "a.pdf", LIMIT)
        remote.silent.set()
