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
from checks.detail import Detail
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


def told(error: Exception, record: Record) -> tuple[Trouble, Detail]:
    """Which trouble an exception of a visit stands for, and one sentence about it."""
    if isinstance(error, TimeoutError):
        return _out_of_time(record)
    if isinstance(error, NotConnected):
        return _not_connected(error.cause, record)
    if isinstance(error, HungUp | ClientConnectionResetError):
        return Trouble.CLOSED, Detail("The connection was closed before an answer came.")
    if isinstance(error, OSError):
        return _from_errno(error, record)
    if isinstance(error, BadUrl):
        return Trouble.MALFORMED, Detail("The redirect leads to something that is no URL.")
    name = type(error.__cause__ or error).__name__
    return Trouble.MALFORMED, Detail("The answer is not HTTP that can be read ({name}).", name=name)


def _out_of_time(record: Record) -> tuple[Trouble, Detail]:
    if record.connected:
        return Trouble.TIMEOUT, Detail("The host did not finish its answer in time.")
    if record.opened:
        words = "No connection to {address} port {port} in time."
        return Trouble.CONNECT_TIMEOUT, Detail(words, address=record.opened[0], port=record.opened[1])
    return Trouble.DNS_TIMEOUT, Detail("The name could not be resolved in time.")


def _not_connected(cause: OSError, record: Record) -> tuple[Trouble, Detail]:
    if isinstance(cause, ssl.SSLCertVerificationError):
        why = cause.verify_message
        return Trouble.CERTIFICATE, Detail("{why}", why=why) if why else Detail("The certificate is not trusted.")
    if isinstance(cause, NameTrouble):
        return cause.trouble, cause.detail
    if record.refused and record.opened is None:
        return record.refused
    if record.connected or isinstance(cause, ssl.SSLError):
        why = getattr(cause, "reason", None) or type(cause).__name__
        return Trouble.TLS_FAILED, Detail("The TLS handshake failed ({why}).", why=why)
    return _from_errno(cause, record)


def _from_errno(error: OSError, record: Record) -> tuple[Trouble, Detail]:
    where = f" ({record.opened[0]} port {record.opened[1]})" if record.opened else ""
    why = f"{errno.errorcode.get(error.errno or 0, type(error).__name__)}{where}"
    if error.errno in OUR_SIDE:
        return Trouble.LOCAL_FAULT, Detail("Our own network or system did not let us out: {why}.", why=why)
    if error.errno == errno.ETIMEDOUT:
        return Trouble.CONNECT_TIMEOUT, Detail("No connection in time: {why}.", why=why)
    if record.secured:
        return Trouble.CLOSED, Detail("The connection broke: {why}.", why=why)
    if error.errno in REFUSED:
        return Trouble.REFUSED, Detail("The connection was refused: {why}.", why=why)
    return Trouble.UNREACHABLE, Detail("No connection: {why}.", why=why)
