"""The zip that a pack is: written part by part, each hashed on the way. The same parts make the same file to the last
octet: no time of writing and no order of a folder gets in.
"""

from __future__ import annotations

import hashlib
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUMS = "SHA256SUMS"
_BEGIN = (1980, 1, 1, 0, 0, 0)
_PIECE = 1 << 18
_PLAIN = frozenset({".xlsx", ".pdf", ".png", ".jpg", ".jpeg", ".zip", ".docx"})  #: packed already


class Part:
    """A part that is being written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._hash = file, hashlib.sha256()

    def write(self, octets: bytes) -> None:
        self._hash.update(octets)
        self._file.write(octets)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class Archive:
    """One pack, open until `close`. `top`: the folder that everything lies in."""

    def __init__(self, file: BinaryIO, top: str) -> None:
        self._zip, self._top = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED), top
        self.sums: dict[str, str] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[Part]:
        """Write one part; one at a time."""
        packed = any(name.endswith(ending) for ending in _PLAIN)
        with self._zip.open(self._info(name, plain=packed), "w", force_zip64=True) as file:
            part = Part(file)  # type: ignore[arg-type]
            yield part
        self.sums[name] = part.sha256

    def add(self, name: str, content: str | bytes) -> None:
        with self.part(name) as part:
            part.write(content.encode() if isinstance(content, str) else content)

    def take(self, name: str, file: Path) -> None:
        with self.part(name) as part, file.open("rb") as source:
            while piece := source.read(_PIECE):
                part.write(piece)

    def seal(self) -> None:
        """The hashes of all parts come last, in the form that `sha256sum -c` reads."""
        lines = "".join(f"{self.sums[name]}  {name}\n" for name in sorted(self.sums))
        self._zip.writestr(self._info(SUMS), lines.encode())

    def close(self) -> None:
        """After all of it, or after what went wrong."""
        self._zip.close()

    def _info(self, name: str, *, plain: bool = False) -> zipfile.ZipInfo:
        made = zipfile.ZipInfo(f"{self._top}/{name}", _BEGIN)
        made.compress_type = zipfile.ZIP_STORED if plain else zipfile.ZIP_DEFLATED
        made.create_system, made.external_attr = 3, 0o644 << 16
        return made
