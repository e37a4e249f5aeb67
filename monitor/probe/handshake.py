"""Handshakes that are made for their own sake: to fetch the chain that was refused, and to learn what a server accepts.

They open sockets through the same guarded opener as everything else.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
from typing import TYPE_CHECKING

from checks.answers import Handshake, Trouble
from checks.detail import Detail
from checks.names import is_address
from monitor.probe.outcome import Refused, told
from monitor.probe.resolver import NameTrouble
from monitor.probe.trust import shown

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from aiohttp.abc import AbstractResolver
    from aiohttp.connector import AddrInfoType

    from monitor.probe.record import Address, Record
    from monitor.target import Target

    Opener = Callable[[AddrInfoType], socket.socket]
    Saying = Callable[[socket.socket], Awaitable[Handshake]]

# OpenSSL's words when it fails by itself, before the other side was asked: then nothing was learnt about the party.
OUR_INABILITY = frozenset({"NO_CIPHERS_AVAILABLE", "NO_PROTOCOLS_AVAILABLE"})


def info(address: Address) -> AddrInfoType:
    """An address as those who open sockets want it."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    return (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address)


async def connected(addresses: Iterable[Address], opener: Opener) -> socket.socket:
    """A socket that is connected to the first of the addresses that answers."""
    loop = asyncio.get_running_loop()
    last: OSError = NameTrouble(Trouble.NO_SUCH_NAME, Detail("There is no address."))
    for address in addresses:
        try:
            connection = opener(info(address))
        except Refused as refusal:
            last = refusal
            continue
        try:
            await _connect(loop, connection, address)
        except OSError as error:
            connection.close()
            last = error
        except asyncio.CancelledError:
            connection.close()
            raise
        else:
            return connection
    raise last


async def _connect(loop: asyncio.AbstractEventLoop, connection: socket.socket, address: Address) -> None:
    """As `loop.sock_connect` does, but without a word to a resolver: uvloop hands even an address that is one to a
    thread that asks for it, which costs a twentieth of a look.
    """
    error = connection.connect_ex(address)
    if error == errno.EINPROGRESS:
        await _writable(loop, connection)
        error = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if error:
        raise OSError(error, os.strerror(error))


async def _writable(loop: asyncio.AbstractEventLoop, connection: socket.socket) -> None:
    writable = loop.create_future()
    loop.add_writer(connection, _tell, writable)
    try:
        await writable
    finally:
        loop.remove_writer(connection)


def _tell(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


async def shake(connection: socket.socket, host: str, context: ssl.SSLContext, record: Record) -> Handshake:
    """Shake hands over a connected socket, keep what was shown, and leave without a word."""
    loop = asyncio.get_running_loop()
    try:
        transport, _ = await loop.create_connection(
            asyncio.Protocol, sock=connection, ssl=context, server_hostname=host
        )
    except ssl.SSLError as error:
        ours = error.reason in OUR_INABILITY
        return Handshake(None, Trouble.LOCAL_FAULT if ours else Trouble.TLS_FAILED, error.reason or "no agreement")
    except OSError as error:
        return Handshake(None, Trouble.TLS_FAILED, type(error).__name__)
    record.transport = transport
    handshake = transport.get_extra_info("ssl_object")
    return Handshake(shown(handshake, whole=True))


async def offered(target: Target, said: Saying, record: Record, names: AbstractResolver, opener: Opener) -> Handshake:
    """Connect to the target, wherever its name leads, and say to it what there is to say."""
    try:
        addresses = await addresses_of(target, names)
        connection = await connected(addresses, opener)
    except NameTrouble as trouble:
        return Handshake(None, trouble.trouble, trouble.detail)
    except OSError as error:
        if record.refused and record.opened is None:
            return Handshake(None, *record.refused)
        return Handshake(None, *told(error, record))
    return await said(connection)


async def addresses_of(target: Target, names: AbstractResolver) -> list[Address]:
    if is_address(target.host):
        return [(target.host, target.port)]
    found = await names.resolve(target.host, target.port, socket.AF_UNSPEC)
    return [(result["host"], result["port"]) for result in found]
