"""Files of keys: one key a line, `id hex`; the first signs, all verify. One signs links, the other receipts."""

from __future__ import annotations

import os
import secrets
from itertools import count
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from monitor.language import Message
from monitor.links import Keyring
from monitor.mistakes import Invalid, Mistake

if TYPE_CHECKING:
    from pathlib import Path

_SHORTEST = 32


def read_keys(path: Path) -> Keyring:
    """The keys of a file. Raises `Invalid` where there is none, or where others may read it."""
    try:
        lines = [line.split() for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
        mode = path.stat().st_mode
    except OSError as error:
        what = Message("cannot be read ({why}).", {"why": error.strerror})
        raise Invalid(
            [Mistake(str(path), "-", what, Message("Make keys with `itaku init`, or restore them."))]
        ) from error
    if mode & 0o077:
        raise Invalid([Mistake(str(path), "-", Message("can be read by others."), Message("Set its mode to 0600."))])
    try:
        keys = {name: bytes.fromhex(value) for name, value in lines}
    except ValueError:
        keys = {}
    if not keys or any(len(key) < _SHORTEST for key in keys.values()):
        what, remedy = Message("holds no keys."), Message("Write lines of an id and 64 hexadecimal digits.")
        raise Invalid([Mistake(str(path), "-", what, remedy)])
    return Keyring(keys)


def renew_keys(path: Path) -> None:
    """A new key in front of those that there are, which go on to verify. The file is replaced whole, or not at all."""
    known = read_keys(path).keys
    name = next(f"k{number}" for number in count(len(known) + 1) if f"k{number}" not in known)
    lines = [f"{name} {secrets.token_hex(32)}\n", *(f"{old} {key.hex()}\n" for old, key in known.items())]
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def make_keys(path: Path) -> bool:
    """New keys, readable by their owner only; an existing file is never touched. The file appears with its keys in it,
    so that of several replicas that start at once on one machine one makes them, and the others read them.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.") as file:
        file.write(f"k1 {secrets.token_hex(32)}\n")
        file.flush()
        os.fsync(file.fileno())
        try:
            os.link(file.name, path)
        except FileExistsError:
            return False
    return True
