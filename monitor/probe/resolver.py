"""Names to addresses: what the operator said, then /etc/hosts and DNS through c-ares.

Not the loop's own `getaddrinfo`: it runs in the default thread pool, where a few silent names keep everybody else
waiting, and it cannot tell "there is no such name" (the party's doing) from "nobody answered" (perhaps ours).
"""

from __future__ import annotations

import socket
from time import perf_counter
from typing import TYPE_CHECKING

import aiodns
from aiodns import error
from aiohttp.abc import AbstractResolver, ResolveResult

from checks.answers import Trouble
from checks.detail import Detail
from monitor.probe.record import CURRENT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.probe.settings import Override

NO_SEARCH = 1 << 5  # ARES_FLAG_NOSEARCH: a party's name is complete; our own search domains are none of its business
MOST_ADDRESSES = 4  # a name with hundreds of addresses must not make us knock at hundreds of doors
ATTEMPT_SECONDS = 2.0
ATTEMPTS = 2

NO_SUCH_NAME = frozenset({error.ARES_ENOTFOUND, error.ARES_ENODATA, error.ARES_EBADNAME, error.ARES_ENONAME})
OUR_SIDE = frozenset(
    {
        error.ARES_ECONNREFUSED,
        error.ARES_EFILE,
        error.ARES_ENOMEM,
        error.ARES_ENOTINITIALIZED,
        error.ARES_EDESTRUCTION,
        error.ARES_ECANCELLED,
    }
)


class NameTrouble(OSError):  # noqa: N818 - an answer of the world
    """No address for a name. An `OSError`, as everything is that keeps one from connecting."""

    def __init__(self, trouble: Trouble, detail: Detail) -> None:
        super().__init__(detail)
        self.trouble = trouble
        self.detail = detail


def _trouble(code: int) -> Trouble:
    if code in NO_SUCH_NAME:
        return Trouble.NO_SUCH_NAME
    if code == error.ARES_ETIMEOUT:
        return Trouble.DNS_TIMEOUT
    return Trouble.LOCAL_FAULT if code in OUR_SIDE else Trouble.SERVFAIL


class Names(AbstractResolver):
    """aiohttp's resolver. Which of the addresses may be used is not decided here but by the guard at connect time."""

    def __init__(self, overrides: Iterable[Override], nameservers: tuple[str, ...]) -> None:
        self._overrides = {(override.host, override.port): override for override in overrides}
        # Never pass `lookups` or `domains` here: pycares 5.2 hands c-ares text that is freed before it is read, and
        # one process in fifty then asks nobody. Left out, /etc/hosts comes first all the same.
        self._dns = aiodns.DNSResolver(nameservers or None, flags=NO_SEARCH, timeout=ATTEMPT_SECONDS, tries=ATTEMPTS)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        try:
            instead = self._overrides.get((host, port)) or self._overrides.get(("*", port))
            found = instead.addresses if instead else await self._asked(host, port, family)
        finally:
            record = CURRENT.get()
            if record is not None:
                record.named = perf_counter()
        there = instead.to_port if instead and instead.to_port else port
        return [_result(host, address, there) for address in found[:MOST_ADDRESSES]]

    async def _asked(self, host: str, port: int, family: socket.AddressFamily) -> tuple[str, ...]:
        try:
            answer = await self._dns.getaddrinfo(host, family=family, port=port, type=socket.SOCK_STREAM)
        except error.DNSError as refusal:
            code, words = refusal.args[0], str(refusal.args[-1])
            said = Detail("{host}: {why}", host=host, why=words)
            raise NameTrouble(_trouble(code), said) from refusal
        addresses = tuple(node.addr[0].decode("ascii") for node in answer.nodes)
        if not addresses:
            raise NameTrouble(Trouble.NO_SUCH_NAME, Detail("{host} has no address", host=host))
        return addresses

    async def close(self) -> None:
        await self._dns.close()


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=flags)
