"""What went wrong between us and the mail server, in words that tell an operator what to look at.

All of it is `Temporary`: none of it is about a letter. `fault` marks what does not pass by itself.
"""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

import aiosmtplib

from notifiers.contract import Temporary
from notifiers.email.reply import Reply, Step, later

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notifiers.email.settings import EmailSettings


def explained(error: aiosmtplib.SMTPException | OSError, settings: EmailSettings) -> Temporary:
    """The deepest cause that we know says most: "certificate expired" rather than "cannot connect"."""
    where = settings.where
    for cause in _causes(error):
        match cause:
            case ssl.SSLCertVerificationError():
                return unfit(
                    f"shows a certificate that we do not trust ({cause.verify_message})",
                    "check [mail] host and ca_file",
                    settings,
                )
            case ssl.SSLError():
                return Temporary(
                    f"no TLS with {where} ({cause.reason or 'handshake failed'}); does [mail] tls fit the port?"
                )
            case socket.gaierror():
                return Temporary(f"{where} cannot be found ({cause.strerror}); check [mail] host and the resolver")
    if isinstance(error, aiosmtplib.SMTPResponseException) and error.code > 0:
        return later(Step.SESSION, Reply.of(error.code, settings.redacted(error.message)))
    if isinstance(error, TimeoutError):
        return Temporary(f"{where} does not answer in time")
    return Temporary(f"the line to {where} is not there or broke off ({_words(error)})")


def unfit(what: str, remedy: str, settings: EmailSettings) -> Temporary:
    """The server is not set up as our settings say, or the settings are wrong."""
    return Temporary(f"the mail server {settings.where} {what}; {remedy}", fault=True)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """From the outermost to the innermost."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _words(error: Exception) -> str:
    return Reply.of(0, str(error)).text
