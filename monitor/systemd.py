"""Talking to systemd: `Type=notify-reload` and the watchdog. Fifteen lines of a datagram; silent where there is no
systemd.
"""

from __future__ import annotations

import os
import socket
from time import monotonic_ns


def notify(state: str) -> None:
    """Say `READY=1`, `STOPPING=1`, `WATCHDOG=1`, ... to whoever started us."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.connect("\0" + address[1:] if address.startswith("@") else address)
        channel.send(state.encode())


def reloading() -> None:
    """Say that the configuration is being read; systemd believes it only with the time by its own clock."""
    notify(f"RELOADING=1\nMONOTONIC_USEC={monotonic_ns() // 1000}")


def watchdog_seconds() -> float:
    """How often systemd wants to hear from us: half of its patience; 0 where it does not watch."""
    patience = int(os.environ.get("WATCHDOG_USEC", "0"))
    return patience / 2_000_000
