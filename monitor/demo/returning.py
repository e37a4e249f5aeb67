"""A mailbox of the demonstration that is gone: what is sent there comes back, as a mail server would send it back.

The report goes the way that every report goes: into a Maildir, and from there through the same reading as any other.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from typing import TYPE_CHECKING

from monitor.demo.sink import TAKEN

if TYPE_CHECKING:
    from pathlib import Path

    from aiosmtpd.smtp import Envelope

GONE = "gone@"  #: what addresses begin with that are no more
DOMAIN = "bounce.impress-holdings.example"
_HOST = "mx.stand-in.example"


@dataclass
class Returning:
    """Answers for the mail server, and writes reports into a Maildir."""

    maildir: Path
    _writing: set[asyncio.Future[int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        for name in ("new", "cur", "tmp"):
            (self.maildir / name).mkdir(parents=True, exist_ok=True)

    def answer(self, envelope: Envelope, number: int) -> str:
        """Everything is taken, and what nobody can have comes back a moment later."""
        for place, address in enumerate(envelope.rcpt_tos):
            if address.startswith(GONE) and envelope.mail_from:
                octets = report(address, envelope.mail_from).as_bytes()
                file = self.maildir / "new" / f"{number:06}.{place}"
                writing = asyncio.get_running_loop().run_in_executor(None, file.write_bytes, octets)
                self._writing.add(writing)
                writing.add_done_callback(self._writing.discard)
        return TAKEN


def report(address: str, to: str) -> MIMEMultipart:
    """A report of RFC 3464: the mailbox does not exist."""
    why = f"550 5.1.1 <{address}>: no such mailbox here"
    whole = MIMEMultipart("report", report_type="delivery-status")
    for name, value in {"Return-Path": "<>", "From": f"MAILER-DAEMON@{_HOST}", "To": to}.items():
        whole[name] = value
    whole["Subject"] = "Undelivered Mail Returned to Sender"
    whole["Auto-Submitted"] = "auto-replied"
    whole.attach(MIMEText(f"Your letter could not be delivered.\n\n<{address}>: {why}\n"))
    status = MIMEBase("message", "delivery-status")
    server, reader = EmailMessage(), EmailMessage()
    server["Reporting-MTA"] = f"dns; {_HOST}"
    reader["Final-Recipient"] = f"rfc822; {address}"
    reader["Action"], reader["Status"], reader["Diagnostic-Code"] = "failed", "5.1.1", f"smtp; {why}"
    status.set_payload([server, reader])
    whole.attach(status)
    return whole
