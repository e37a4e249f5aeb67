"""Where evidence is kept: an object store, each file under the hash of its content and nothing else.

`take`, step by step:

1. The name alone may refuse it, before a byte is read.
2. It streams into a private file without a name, which the system itself drops when it is closed or the process dies:
   there is nothing to sweep up. Hashed and counted on the way; the byte that passes the limit is the last one read.
3. It is judged, and looked at by the house's virus scanner where there is one.
4. It is put under `ab/abcd...` unless it is there. A put shows all of an object or nothing of it; equal files taken at
   once write the same bytes to the same place. In a folder it is on the disk, not merely in its cache, before `take`
   says so; if the power goes before that, the next equal upload finds a file of the wrong size and replaces it.

Memory: uploads wait on disk, and few are judged and put at a time; two hundred at once take some forty megabytes.
Not promised: that a part that was sent to a bucket before a crash is removed; its lifecycle rule must do that.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import re
import shutil
import tempfile
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, from_url

from monitor import clock
from monitor.evidence.judgement import expect, judge
from monitor.evidence.names import clean
from monitor.evidence.refusal import refused
from monitor.evidence.scanner import Scanner, ScannerAway

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from datetime import datetime

    from obstore import ObjectMeta
    from obstore.store import ObjectStore, RetryConfig

log = logging.getLogger(__name__)
FOLDER = "file://"
BATCH = 1 << 17  # what is written at once: a thread is woken forty times for 5 MB
PIECE = 1 << 18
SPARE = 1 << 30  # what a disk must have left: the database beside the evidence must still be able to write
LATELY = timedelta(hours=6)  # far less than the day for which the store's own sweeping leaves a file alone
PATIENCE = 60.0  # seconds that a file waits for its turn and for the store
_PART = {True: 1 << 20, False: 5 << 20}  # of a long put: a folder takes any, buckets none below 5 MiB
_RETRY: RetryConfig = {
    "max_retries": 3,
    "retry_timeout": timedelta(seconds=20),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=5), "base": 2},
}
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MEGABYTE = 1 << 20  # as Windows counts, in whose windows most senders look up the size


class EvidenceAway(Exception):  # noqa: N818 - what the store then is
    """The store cannot be used now: disk full, bucket away, keys refused. Later it may; the cause is chained."""


class EvidenceMissing(LookupError):  # noqa: N818 - what it then is
    """Nothing is kept under this hash."""


class EvidenceChanged(EvidenceAway):
    """What is kept under this hash has another: a disk, or somebody, changed it."""


@dataclass(frozen=True, slots=True)
class Stored:
    """`name` is cleaned, to be shown and sent back; the store itself knows only the hash."""

    sha256: str
    size: int
    media_type: str
    name: str


class EvidenceStore:
    """`url` as in the configuration. A folder is made here, so construct it in a thread or before the loop runs.

    What follows `file://` is a path as it stands, without %-escapes. The settings put the absolute path of the folder
    there, which may well hold Japanese or a `#`. `scratch` is where files wait to be judged: beside the evidence if
    that is a folder, else where the system keeps temporary files; that must be a disk and not memory.
    `scanner` is where a virus scanner listens, if there is one.
    """

    def __init__(self, url: str, scratch: Path | None = None, scanner: str = "") -> None:
        with _borders():
            self.folder = _own_folder(url) if url.startswith(FOLDER) else None
            self._store = _open(url, self.folder)
        self._scratch = scratch or self.folder
        self._scanner = Scanner(scanner) if scanner else None
        self._scanning = asyncio.Semaphore(4)
        self._judging = asyncio.Semaphore(2)
        self._putting = asyncio.Semaphore(4)

    async def take(self, chunks: AsyncIterator[bytes], name: str, limit: int) -> Stored:
        """Receive, judge and keep one file. `RefusedFile` if it cannot be taken, `EvidenceAway` if nothing can now.

        Errors of `chunks` itself (the sender went away) pass through. After a refusal the rest was not read; what to
        do with it, draining or closing, is for the one who owns the connection.
        """
        name = clean(name)
        expect(name)
        if self.folder:
            with _borders():
                await asyncio.to_thread(_spared, self.folder)
        async with self._scratch_file() as file:
            sha256, size = await _receive(chunks, file, name, limit)
            async with self._judging:
                with _borders():
                    media_type = await asyncio.to_thread(judge, file, name)
            await self._scan(file, name)
            await self._keep(file, sha256, size)
        return Stored(sha256, size, media_type, name)

    async def keep(self, octets: bytes) -> str:
        """Keep what we were handed by a machine and judge ourselves, such as a mail; its hash. `EvidenceAway` if it
        cannot be kept now. Nobody is ever given it to open.
        """
        if self.folder:
            with _borders():
                await asyncio.to_thread(_spared, self.folder)
        sha256 = hashlib.sha256(octets).hexdigest()
        async with self._scratch_file() as file:
            with _borders():
                await asyncio.to_thread(file.write, octets)
            await self._keep(file, sha256, len(octets))
        return sha256

    async def whole(self, sha256: str) -> bytes:
        """All of something that is known to be small."""
        return b"".join([piece async for piece in await self.read(sha256)])

    async def read(self, sha256: str) -> AsyncIterator[bytes]:
        """The content, by piece. Opened before the iterator is handed out: trouble is known before an answer begins.

        It is hashed on the way. What is no longer what was kept ends with `EvidenceAway` before its last piece.
        """
        with _borders(sha256):
            found = await obstore.get_async(self._store, _key(sha256))
        return _proven(_pieces(found.stream(min_chunk_size=PIECE)), sha256)

    async def verify(self, sha256: str) -> bool:
        """Whether what is kept under the hash still has it. False if it is missing, too."""
        try:
            async for _ in await self.read(sha256):
                pass
        except (EvidenceMissing, EvidenceChanged):
            return False
        return True

    async def exists(self, sha256: str) -> bool:
        return await self._head(sha256) is not None

    async def _head(self, sha256: str) -> ObjectMeta | None:
        try:
            with _borders(sha256):
                return await obstore.head_async(self._store, _key(sha256))
        except EvidenceMissing:
            return None

    async def _kept(self, sha256: str, size: int) -> bool:
        """Whether it lies there, whole and put there lately. What is older is put there once more: it may be about to
        be discarded, because its last row has just gone.
        """
        found = await self._head(sha256)
        return found is not None and found["size"] == size and found["last_modified"] > clock.now() - LATELY

    async def discard(self, sha256: str, before: datetime) -> bool:
        """Delete what was put there before that instant; whether it went. What is not there has gone already."""
        found = await self._head(sha256)
        if found is None or found["last_modified"] >= before:
            return False
        with _borders(), suppress(NotFoundError, FileNotFoundError):
            await obstore.delete_async(self._store, _key(sha256))
        return True

    async def older(self, before: datetime, part: int, parts: int) -> AsyncIterator[str]:
        """The hashes of what was put there before that instant, of one part of the store out of so many."""
        for folder in range(part, 256, parts):
            with _borders():
                found = await obstore.list(self._store, f"{folder:02x}/").collect_async()
            for one in found:
                sha256 = one["path"].rpartition("/")[2]
                if one["last_modified"] < before and _SHA256.fullmatch(sha256):
                    yield sha256

    @asynccontextmanager
    async def _scratch_file(self) -> AsyncIterator[BinaryIO]:
        """Closed in every case; a cancelled upload may still be opening it, or have a thread writing to it."""
        opening = asyncio.ensure_future(asyncio.to_thread(_open_scratch, self._scratch))
        try:
            with _borders():
                file = await asyncio.shield(opening)
            yield file
        finally:
            await asyncio.shield(_close(opening))

    async def _scan(self, file: BinaryIO, name: str) -> None:
        if self._scanner is None:
            return
        async with self._scanning:
            try:
                found = await self._scanner.look(file)
            except ScannerAway as error:
                raise EvidenceAway("the virus scanner did not look at it") from error
        if found:
            raise refused("infected", name, found=found)

    async def _keep(self, file: BinaryIO, sha256: str, size: int) -> None:
        try:
            async with asyncio.timeout(PATIENCE), self._putting:
                if not await self._kept(sha256, size):
                    await self._put(file, _key(sha256))
                if self.folder:
                    with _borders():
                        await asyncio.to_thread(_settle, self.folder / _key(sha256))
        except TimeoutError as error:
            raise EvidenceAway("no answer in time") from error

    async def _put(self, file: BinaryIO, key: str) -> None:
        """Pieces are read here and handed over: the store must not call back into a file of ours, as it would do so in
        a thread of its own, and a process that ends at that moment aborts. An exception in between drops the whole.
        """
        with _borders():
            writer = obstore.open_writer_async(
                self._store, key, buffer_size=_PART[self.folder is not None], max_concurrency=1
            )
            async with writer:
                await asyncio.to_thread(file.seek, 0)
                while piece := await asyncio.to_thread(file.read, PIECE):
                    await writer.write(piece)


class _Intake:
    """What has arrived, hashed and written in batches; `write` runs in a thread."""

    def __init__(self, file: BinaryIO) -> None:
        self.hashing = hashlib.sha256()
        self.size = 0
        self._file = file
        self._batch: list[bytes] = []
        self._waiting = 0

    @property
    def full(self) -> bool:
        return self._waiting >= BATCH

    def add(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self._waiting += len(chunk)
        self._batch.append(chunk)

    def write(self) -> None:
        for chunk in self._batch:
            self.hashing.update(chunk)
        self._file.writelines(self._batch)
        self._file.flush()
        self._batch, self._waiting = [], 0


async def _receive(chunks: AsyncIterator[bytes], file: BinaryIO, name: str, limit: int) -> tuple[str, int]:
    intake = _Intake(file)
    async for chunk in chunks:
        intake.add(chunk)
        if intake.size > limit:
            raise refused("too-large", name, limit=_megabytes(limit))
        if intake.full:
            with _borders():
                await asyncio.to_thread(intake.write)
    with _borders():
        await asyncio.to_thread(intake.write)
    return intake.hashing.hexdigest(), intake.size


async def _pieces(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    with _borders():
        async for piece in stream:
            yield bytes(piece)


async def _proven(pieces: AsyncIterator[bytes], sha256: str) -> AsyncIterator[bytes]:
    """The last piece is held back until the whole is known to be right, so that no reader gets a whole wrong file."""
    hashing, held = hashlib.sha256(), b""
    async for piece in pieces:
        await asyncio.to_thread(hashing.update, piece)
        if held:
            yield held
        held = piece
    if hashing.hexdigest() != sha256:
        log.error("evidence %s is not what was kept: its content has changed", sha256)
        raise EvidenceChanged(sha256)
    if held:
        yield held


async def _close(opening: asyncio.Future[BinaryIO]) -> None:
    with suppress(OSError):  # not opened at all, or a full disk's last word: it was thrown away in any case
        await asyncio.to_thread((await opening).close)


@contextmanager
def _borders(sha256: str = "") -> Iterator[None]:
    """Translate what disks and stores say into our two words."""
    try:
        yield
    except (NotFoundError, FileNotFoundError) as error:
        if sha256:
            raise EvidenceMissing(sha256) from error
        raise EvidenceAway("the place for evidence is not there") from error
    except (BaseError, OSError) as error:
        raise EvidenceAway(type(error).__name__) from error


def _key(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise EvidenceMissing(sha256)
    return f"{sha256[:2]}/{sha256}"


def _own_folder(url: str) -> Path:
    folder = Path("/" + url.removeprefix(FOLDER).lstrip("/"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _open(url: str, folder: Path | None) -> ObjectStore:
    if folder:
        return LocalStore(folder)
    return from_url(url, retry_config=_RETRY)


def _spared(folder: Path) -> None:
    if shutil.disk_usage(folder).free < SPARE:
        raise EvidenceAway("less than 1 GB is free where evidence is kept")


def _open_scratch(folder: Path | None) -> BinaryIO:
    return cast("BinaryIO", tempfile.TemporaryFile(dir=folder))


def _settle(path: Path) -> None:
    """Onto the disk: the file, then the folders that name it."""
    for place in (path, path.parent, path.parent.parent):
        opened = os.open(place, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _megabytes(size: int) -> str:
    """`20`, `3.4`: never rounded up to more than there is."""
    return f"{size * 10 // _MEGABYTE / 10:g}"
