"""The TLS contexts: made once, off the loop, and shared by all visits, because loading the system's authorities costs
twenty times as much as a whole visit.

- `verdict` decides whether a chain is trusted, as tolerantly as browsers are: no X.509 strictness, names from the
  SAN only, static-RSA suites still offered. What is weak about a connection is for the checks to say.
- `diagnosis` trusts anybody and offers everything. It exists to fetch the chain that the verdict refused.
- `old` offers nothing but TLS 1.0 and 1.1. Without SECLEVEL=0 OpenSSL 3 would fail by itself, before asking, and
  "the server refuses old versions" would be a false pass.
"""

from __future__ import annotations

import asyncio
import ssl
import warnings
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from checks.answers import Tls

if TYPE_CHECKING:
    from pathlib import Path

OP_LEGACY_SERVER_CONNECT = 0x4  # servers without RFC 5746, which browsers reach; the name exists from Python 3.12 on
EVERYTHING = "ALL:@SECLEVEL=0"
AS_BROWSERS = "DEFAULT:@SECLEVEL=1"


@dataclass(frozen=True, slots=True)
class Trust:
    verdict: ssl.SSLContext
    diagnosis: ssl.SSLContext
    old: ssl.SSLContext | None  #: none where OpenSSL was built without the old versions

    @classmethod
    async def load(cls, ca_file: Path | None) -> Trust:
        """Read the authorities anew. A `ca_file` that cannot be read is `OSError` (`ssl.SSLError` is one)."""
        return cls(await asyncio.to_thread(_verdict, ca_file), _diagnosis(), _old())


def _verdict(ca_file: Path | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.hostname_checks_common_name = False
    # Python 3.13 turned strictness on, and with it refuses chains that every browser takes. A certificate that the
    # operator trusts is an end of the chain even if it is not a root, as in browsers and curl.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return _ready(context, AS_BROWSERS)


def _diagnosis() -> ssl.SSLContext:
    return _ready(_blind(), EVERYTHING)


def _old() -> ssl.SSLContext | None:
    context = _ready(_blind(), EVERYTHING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that they are old is what we are after
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
    except ValueError:
        return None
    return context


def _blind() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    return context


def _ready(context: ssl.SSLContext, ciphers: str) -> ssl.SSLContext:
    context.set_ciphers(ciphers)
    context.set_alpn_protocols(["http/1.1"])
    context.options |= OP_LEGACY_SERVER_CONNECT
    return context


def shown(handshake: ssl.SSLObject, *, whole: bool = False) -> Tls:
    """What a finished handshake showed. The `whole` chain is wanted only where trust failed: it costs more to fetch."""
    leaf = handshake.getpeercert(binary_form=True) or b""
    cipher = handshake.cipher()
    return Tls(
        version=handshake.version() or "",
        cipher=cipher[0] if cipher else "",
        chain=_chain(handshake) if whole else (leaf,),
        sha256=sha256(leaf).hexdigest(),
    )


def _chain(handshake: ssl.SSLObject) -> tuple[bytes, ...]:
    if hasattr(handshake, "get_unverified_chain"):  # 3.13
        return tuple(handshake.get_unverified_chain())
    inner = handshake._sslobj  # type: ignore[attr-defined] # noqa: SLF001 - before 3.13 the chain is to be had only here
    return tuple(ssl.PEM_cert_to_DER_cert(link.public_bytes()) for link in inner.get_unverified_chain() or ())
