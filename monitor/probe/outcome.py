"""The libraries' exceptions in the house's few words.

aiohttp reports an answer that it cannot parse as if the server had said 400; what the server really said is then
unknown, and "the party answers 400" would be false witness. None of the texts repeats what a server sent.
"""

from __future__ import annotations

import errno
import ssl
from typing import TYPE_CHECKING

from aiohttp import ClientConnectionResetError, ClientError
from aiohttp.http_exceptions import HttpProcessingError

from checks.answers import Trouble
from monitor.probe.resolver import NameTrouble
from monitor.target import BadUrl

if TYPE_CHECKING:
    from monitor.probe.record import Record

# No way out of here, or no room left here. EHOSTUNREACH is not among them: routers of the other side say it as well.
OUR_SIDE = frozenset(
    {
        errno.ENETUNREACH,
        errno.ENETDOWN,
        errno.EADDRNOTAVAIL,
        errno.EAFNOSUPPORT,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOBUFS,
        errno.ENOMEM,
        errno.EACCES,
        errno.EPERM,
    }
)
REFUSED = frozenset({errno.ECONNREFUSED, errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE})


class HungUp(Exception):  # noqa: N818 - what the other side did
    """The connection ended before there was an answer."""


class NotConnected(Exception):  # noqa: N818 - as far as one got
    """There was no connection, because of `cause`: no name, no way, nobody there, no handshake."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(str(cause))
        self.cause = cause


class Refused(OSError):  # noqa: N818 - what the guard did
    """The guard refused the address that was about to be connected to."""


TROUBLES = (ClientError, HttpProcessingError, HungUp, NotConnected, OSError, BadUrl)
"""All that a visit raises about the world."""


def told(error: Exception, record: Record) -> tuple[Trouble, str]:
    """Which trouble an exception of a visit stands for, and one sentence about it."""
    if isinstance(error, TimeoutError):
        return _out_of_time(record)
    if isinstance(error, NotConnected):
        return _not_connected(error.cause, record)
    if isinstance(error, HungUp | ClientConnectionResetError):
        return Trouble.CLOSED, "The connection was closed before an answer came."
    if isinstance(error, OSError):
        return _from_errno(error, record)
    if isinstance(error, BadUrl):
        return Trouble.MALFORMED, "The redirect leads to something that is no URL."
    return Trouble.MALFORMED, f"The answer is not HTTP that can be read ({type(error.__cause__ or error).__name__})."


def _out_of_time(record: Record) -> tuple[Trouble, str]:
    if record.connected:
        return Trouble.TIMEOUT, "The host did not finish its answer in time."
    if record.opened:
        return Trouble.CONNECT_TIMEOUT, f"No connection to {record.opened[0]} port {record.opened[1]} in time."
    return Trouble.DNS_TIMEOUT, "The name could not be resolved in time."


def _not_connected(cause: OSError, record: Record) -> tuple[Trouble, str]:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Trouble.CERTIFICATE, cause.verify_message or "not trusted"
    if isinstance(cause, NameTrouble):
        return cause.trouble, cause.detail
    if record.refused and record.opened is None:
        return record.refused
    if record.connected or isinstance(cause, ssl.SSLError):
        return (
            Trouble.TLS_FAILED,
            f"The TLS handshake failed ({getattr(cause, 'reason', None) or type(cause).__name__}).",
        )
    return _from_errno(cause, record)


def _from_errno(error: OSError, record: Record) -> tuple[Trouble, str]:
    where = f" ({record.opened[0]} port {record.opened[1]})" if record.opened else ""
    words = f"{errno.errorcode.get(error.errno or 0, type(error).__name__)}{where}"
    if error.errno in OUR_SIDE:
        return Trouble.LOCAL_FAULT, f"Our own network or system did not let us out: {words}."
    if error.errno == errno.ETIMEDOUT:
        return Trouble.CONNECT_TIMEOUT, f"No connection in time: {words}."
    if record.secured:
        return Trouble.CLOSED, f"The connection broke: {words}."
    if error.errno in REFUSED:
        return Trouble.REFUSED, f"The connection was refused: {words}."
    return Trouble.UNREACHABLE, f"No connection: {words}."
