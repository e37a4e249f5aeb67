"""What the daemon's tests share: the way to a running house, a registry, and a supervisor that listens."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "web"))
sys.path.insert(0, str(Path(__file__).parent))

from stage import engagement, registry

from monitor import clock
from monitor.plugins import looks
from monitor.registry.apply import apply
from monitor.registry.read import read

if TYPE_CHECKING:
    from collections.abc import Iterator


class Supervisor:
    """systemd's end of the socket: what it was told, in order."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel

    def heard(self) -> list[str]:
        found = []
        while True:
            try:
                found.append(self._channel.recv(4096).decode())
            except BlockingIOError:
                return found


@pytest.fixture
def supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as channel:
        channel.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield Supervisor(channel)


@pytest.fixture
async def applied(store: str, tmp_path: Path) -> str:
    """A database that holds a company, its sister, a party and an engagement."""
    file = tmp_path / "registry.toml"
    file.write_text(registry(engagement("dm")), encoding="utf-8")
    await apply(read([file]), clock.now(), looks())
    return store
