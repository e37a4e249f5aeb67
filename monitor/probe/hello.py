"""The first word of a TLS handshake, written by hand, to hear which suite a server picks.

Whether a server takes RC4, 3DES or an export suite cannot be asked with our own OpenSSL: it was built without them, and
would fail by itself. To be picked, a suite need only be offered; so we offer it, read the server's choice, and leave.
Nothing is ever encrypted with one.
"""

from __future__ import annotations

import asyncio
import secrets
import struct
from typing import TYPE_CHECKING, Final

from checks.answers import Handshake, Offer, Tls, Trouble
from checks.names import is_address

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable

Suites = dict[int, str]

# Code points and names of the IANA registry "TLS Cipher Suites".
BROKEN: Final[Suites] = {
    0x0001: "TLS_RSA_WITH_NULL_MD5",
    0x0002: "TLS_RSA_WITH_NULL_SHA",
    0x003B: "TLS_RSA_WITH_NULL_SHA256",
    0xC006: "TLS_ECDHE_ECDSA_WITH_NULL_SHA",
    0xC010: "TLS_ECDHE_RSA_WITH_NULL_SHA",
    0x0003: "TLS_RSA_EXPORT_WITH_RC4_40_MD5",
    0x0006: "TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5",
    0x0008: "TLS_RSA_EXPORT_WITH_DES40_CBC_SHA",
    0x0011: "TLS_DHE_DSS_EXPORT_WITH_DES40_CBC_SHA",
    0x0014: "TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA",
    0x0017: "TLS_DH_anon_EXPORT_WITH_RC4_40_MD5",
    0x0019: "TLS_DH_anon_EXPORT_WITH_DES40_CBC_SHA",
    0x0062: "TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA",
    0x0064: "TLS_RSA_EXPORT1024_WITH_RC4_56_SHA",
    0x0004: "TLS_RSA_WITH_RC4_128_MD5",
    0x0005: "TLS_RSA_WITH_RC4_128_SHA",
    0xC007: "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA",
    0xC011: "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
    0x0009: "TLS_RSA_WITH_DES_CBC_SHA",
    0x0012: "TLS_DHE_DSS_WITH_DES_CBC_SHA",
    0x0015: "TLS_DHE_RSA_WITH_DES_CBC_SHA",
    0x0018: "TLS_DH_anon_WITH_RC4_128_MD5",
    0x001A: "TLS_DH_anon_WITH_DES_CBC_SHA",
    0x001B: "TLS_DH_anon_WITH_3DES_EDE_CBC_SHA",
    0x0034: "TLS_DH_anon_WITH_AES_128_CBC_SHA",
    0x003A: "TLS_DH_anon_WITH_AES_256_CBC_SHA",
    0x00A6: "TLS_DH_anon_WITH_AES_128_GCM_SHA256",
    0x00A7: "TLS_DH_anon_WITH_AES_256_GCM_SHA384",
    0xC016: "TLS_ECDH_anon_WITH_RC4_128_SHA",
    0xC018: "TLS_ECDH_anon_WITH_AES_128_CBC_SHA",
    0xC019: "TLS_ECDH_anon_WITH_AES_256_CBC_SHA",
}
TRIPLE_DES: Final[Suites] = {
    0x000A: "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
    0x0013: "TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA",
    0x0016: "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA",
    0xC008: "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA",
    0xC012: "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
}
STATIC_RSA: Final[Suites] = {
    0x002F: "TLS_RSA_WITH_AES_128_CBC_SHA",
    0x0035: "TLS_RSA_WITH_AES_256_CBC_SHA",
    0x003C: "TLS_RSA_WITH_AES_128_CBC_SHA256",
    0x003D: "TLS_RSA_WITH_AES_256_CBC_SHA256",
    0x009C: "TLS_RSA_WITH_AES_128_GCM_SHA256",
    0x009D: "TLS_RSA_WITH_AES_256_GCM_SHA384",
    0x0041: "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA",
    0x0084: "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA",
    0x0096: "TLS_RSA_WITH_SEED_CBC_SHA",
    0x0007: "TLS_RSA_WITH_IDEA_CBC_SHA",
    0xC09C: "TLS_RSA_WITH_AES_128_CCM",
    0xC09D: "TLS_RSA_WITH_AES_256_CCM",
}
CURRENT: Final[Suites] = {
    0xC02B: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    0xC02F: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    0xC02C: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    0xC030: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    0xCCA9: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    0xCCA8: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    0xC023: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    0xC027: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    0xC009: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    0xC013: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    0xC00A: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    0xC014: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    0x009E: "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
    0x009F: "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
}
OFFERED: Final[dict[Offer, Suites]] = {
    Offer.UP_TO_TLS_1_2: CURRENT | STATIC_RSA | TRIPLE_DES | BROKEN,
    Offer.WEAK_SUITES: STATIC_RSA | TRIPLE_DES | BROKEN,
    Offer.BROKEN_SUITES: BROKEN,
    Offer.TRIPLE_DES: TRIPLE_DES,
    Offer.STATIC_RSA: STATIC_RSA,
}

VERSIONS = {0x0300: "SSLv3", 0x0301: "TLSv1", 0x0302: "TLSv1.1", 0x0303: "TLSv1.2"}
ALERT, HANDSHAKE, SERVER_HELLO = 21, 22, 2
RECORD = 5  #: bytes before the contents of a record
LONGEST = 16_384 + RECORD
GROUPS = (0x001D, 0x0017, 0x0018, 0x0019, 0x0100)
SIGNATURES = (0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201, 0x0202)


async def heard(connection: socket.socket, host: str, offer: Offer) -> Handshake:
    """Say hello over a connected socket with the suites of that offer, up to TLS 1.2; what the server picked."""
    loop = asyncio.get_running_loop()
    suites = OFFERED[offer]
    try:
        await loop.sock_sendall(connection, hello(host, suites))
        return chosen(await _record(connection), suites)
    except OSError as error:
        return Handshake(None, Trouble.TLS_FAILED, type(error).__name__)
    finally:
        connection.close()


async def _record(connection: socket.socket) -> bytes:
    """The first record of the answer, or what there is of it."""
    loop = asyncio.get_running_loop()
    read = b""
    while len(read) < RECORD or len(read) < RECORD + int.from_bytes(read[3:RECORD]):
        piece = await loop.sock_recv(connection, LONGEST - len(read))
        if not piece:
            break
        read += piece
    return read


def hello(host: str, suites: Iterable[int]) -> bytes:
    """A ClientHello (RFC 5246 section 7.4.1.2) in its record, with the extensions without which servers do not pick."""
    extensions = b"" if is_address(host) else _extension(0, _long(b"\0" + _long(host.encode("ascii"))))
    extensions += (
        _extension(10, _long(_pairs(GROUPS))) + _extension(11, b"\1\0") + _extension(13, _long(_pairs(SIGNATURES)))
    )
    extensions += _extension(0xFF01, b"\0") + _extension(23, b"")
    body = b"\3\3" + secrets.token_bytes(32) + b"\0" + _long(_pairs(suites)) + b"\1\0" + _long(extensions)
    message = b"\1" + len(body).to_bytes(3) + body
    return struct.pack(">BH", HANDSHAKE, 0x0301) + _long(message)


def _long(contents: bytes) -> bytes:
    return struct.pack(">H", len(contents)) + contents


def _pairs(numbers: Iterable[int]) -> bytes:
    return b"".join(struct.pack(">H", number) for number in numbers)


def _extension(kind: int, contents: bytes) -> bytes:
    return struct.pack(">H", kind) + _long(contents)


def chosen(record: bytes, suites: Suites) -> Handshake:
    """What a record says: a ServerHello with one of our suites in it is a yes, everything else a no."""
    kind, message = record[:1], record[RECORD:]
    if kind == bytes([ALERT]):
        return Handshake(None, Trouble.TLS_FAILED, f"The server refused (alert {message[1] if message[1:] else 0}).")
    if kind != bytes([HANDSHAKE]) or message[:1] != bytes([SERVER_HELLO]):
        return Handshake(None, Trouble.TLS_FAILED, "The server did not answer the greeting.")
    version, at = int.from_bytes(message[4:6]), 39 + (message[38] if message[38:] else 0)
    suite = suites.get(int.from_bytes(message[at : at + 2]))
    if suite is None or version not in VERSIONS:
        return Handshake(None, Trouble.TLS_FAILED, "The server picked what was not offered.")
    return Handshake(Tls(VERSIONS[version], suite, (), ""))
