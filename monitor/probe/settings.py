"""What a probe is built from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks.names import is_address

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.probe.guard import Network

DNS = 53
PORTS = 65536


@dataclass(frozen=True, slots=True)
class Override:
    """Where a name is to be found instead of in DNS, for one port. `host` may be `*`.

    `to_port`: another port there, for stand-ins that cannot have the real one.
    """

    host: str
    port: int
    addresses: tuple[str, ...]
    to_port: int | None = None

    @classmethod
    def of(cls, text: str) -> Override:
        """Read `HOST:PORT:ADDR[,ADDR]...` as curl writes it, IPv6 addresses in brackets or not; else `ValueError`."""
        host, _, rest = text.rpartition("]:") if text.startswith("[") else text.partition(":")
        port, _, addresses = rest.partition(":")
        found = tuple(address.strip().removeprefix("[").removesuffix("]") for address in addresses.split(","))
        if not host or not port.isdecimal() or not 0 < int(port) < PORTS or not all(map(is_address, found)):
            raise ValueError(f"{text!r} is not HOST:PORT:ADDRESS, for example www.example.jp:443:192.0.2.7")
        return cls(host.removeprefix("[").rstrip(".").lower(), int(port), found)


def resolver_at(text: str) -> tuple[str, int]:
    """Read `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`; else `ValueError`."""
    whole = is_address(text) or text.endswith("]")
    host, port = (text, str(DNS)) if whole else text.rpartition(":")[::2]
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not text.isascii() or not is_address(host) or not port.isdecimal() or not 0 < int(port) < PORTS:
        raise ValueError(f"{text!r} is not the address of a resolver, for example 192.0.2.53 or 192.0.2.53:5353")
    return host, int(port)


@dataclass(frozen=True, slots=True)
class ProbeSettings:
    """The operator's wishes. `timeout` is the time that one visit may take, redirects and all; waiting for a slot
    does not count into it. `ca_file` is trusted in addition to the system's authorities.
    """

    concurrency: int = 50
    timeout: float = 20.0
    allow_private: tuple[Network, ...] = ()
    allow_all_private: bool = False
    ca_file: Path | None = None
    user_agent: str = "itaku"
    resolve: tuple[Override, ...] = ()
    nameservers: tuple[str, ...] = ()
    body_limit: int = 65536
    text_limit: int = 1024 * 1024  #: of texts that are read as such: policies and lists of a megabyte are real
    max_redirects: int = 5
    browser: Path | None = None  #: a Chromium that pages may be opened in
    per_domain: int = 2
    per_host: int = 1

    @staticmethod
    def named(version: str, base_url: str = "") -> str:
        """The honest user agent: who looks, and where a party reads what we do, how often, and how to object."""
        return f"itaku/{version} (+{base_url.rstrip('/')}/about-monitoring)" if base_url else f"itaku/{version}"
