"""Which addresses the probe may talk to. Pure; it is asked at connect time, about the address that is really used.

URLs come from parties, and so do redirects and DNS answers. Looking at names or at URLs first would leave every
spelling (127.1, 0x7f.1, [::ffff:127.0.0.1]) and every name that resolves differently the second time; an address that
a socket is about to connect to has only one spelling.

The standard library's `is_global` is not used, because what it says about some networks differs between patch
releases of the interpreters that we support. The lists below follow IANA's special-purpose registries.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from checks.answers import Trouble

Network = IPv4Network | IPv6Network

NOT_PUBLIC_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local: clouds keep their secrets at 169.254.169.254
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation, as 198.51.100 and 203.0.113
        "192.88.99.0/24",  # the retired 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, with broadcast
    )
)
PUBLIC_V6 = IPv6Network("2000::/3")  # all that has been handed out; everything outside is special
NOT_PUBLIC_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: a v4 address in disguise that nobody serves from
        "3fff::/20",  # documentation
    )
)
NAT64 = IPv6Network("64:ff9b::/96")

# Ports of other protocols, where a request line could be taken for a command: those that browsers refuse as well
# (Fetch Standard, "port blocking"). Any other port is a site that a person could visit.
# fmt: off
FOREIGN_PORTS = frozenset((
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109,
    110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531,
    532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060,
    5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
))
# fmt: on


def unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The address that packets really go to: v4-mapped and NAT64 addresses are an IPv4 address in a wrapper."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def public(address: IPv4Address | IPv6Address) -> bool:
    """Whether the address belongs to the public internet, so that reaching it tells nothing about our own network."""
    inner = unwrapped(address)
    if isinstance(inner, IPv4Address):
        return not any(inner in network for network in NOT_PUBLIC_V4)
    return inner in PUBLIC_V6 and not any(inner in network for network in NOT_PUBLIC_V6)


@lru_cache(maxsize=8192)
def _read(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None


@lru_cache(maxsize=8192)
def _public(text: str) -> bool:
    address = _read(text)
    return address is not None and public(address)


@dataclass(frozen=True, slots=True)
class Guard:
    """The public internet, and what the operator adds to it: some private networks, or everything."""

    allow: tuple[Network, ...] = ()
    allow_all: bool = False

    def refusal(self, address: str, port: int) -> Trouble | None:
        """Why a connection to there is refused, or none. What cannot be read as an address is refused."""
        if port in FOREIGN_PORTS:
            return Trouble.GUARD_PORT
        if self.allow_all or _public(address) or self._allowed(address):
            return None
        return Trouble.GUARD_ADDRESS

    def _allowed(self, text: str) -> bool:
        address = _read(text)
        return address is not None and any(
            address in network or unwrapped(address) in network for network in self.allow
        )
