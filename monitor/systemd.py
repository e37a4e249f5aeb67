"""Talking to systemd: `Type=notify` (or `notify-reload`) and the watchdog; silent where there is no systemd."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from time import monotonic_ns

_GRACE = 30.0  #: seconds that we ask for beyond what we mean to wait


def notify(state: str) -> None:
    """Say `READY=1`, `STOPPING=1`, `WATCHDOG=1`, ... to whoever started us; that nobody listens is not our trouble."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as channel:
        channel.connect("\0" + address[1:] if address.startswith("@") else address)
        channel.send(state.encode())


def reloading() -> None:
    """Say that the configuration is being read; systemd believes it only with the time by its own clock."""
    notify(f"RELOADING=1\nMONOTONIC_USEC={monotonic_ns() // 1000}")


def waiting(seconds: float, why: str) -> None:
    """Say that we are not ready yet and why, and that it is too early to give us up."""
    notify(f"EXTEND_TIMEOUT_USEC={round((seconds + _GRACE) * 1_000_000)}\nSTATUS={why}")


def watchdog_seconds() -> float:
    """How often systemd wants to hear from us: half of its patience; 0 where it does not watch, or not us."""
    patience, whom = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if not patience.isdigit() or (whom and whom != str(os.getpid())):
        return 0.0
    return int(patience) / 2_000_000
