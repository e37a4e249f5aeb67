"""Delivery reports and answers in the shapes of several mail servers, written for these tests."""

from __future__ import annotations

ADDRESS = "gone@acme.example"


def report(status: str = "5.1.1", action: str = "failed", *, to: str = "b@bounce.example", address: str = ADDRESS,
           kind: str = "multipart/report; report-type=delivery-status", diagnostic: str = "smtp; 550 5.1.1 no such user",
           sender: str = "MAILER-DAEMON@mx.acme.example", back: str = "<>") -> bytes:  # fmt: skip
    return f"""Return-Path: {back}
From: {sender}
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: {kind}; boundary="B1"

--B1
Content-Type: text/plain; charset=us-ascii

The mail system could not do it.

<{address}>: host mx.acme.example said: {diagnostic.partition(";")[2].strip()}

--B1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.acme.example
Arrival-Date: Tue, 1 Sep 2026 09:00:00 +0900

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: {action}
Status: {status}
Diagnostic-Code: {diagnostic}

--B1
Content-Type: message/rfc822

Subject: the letter
Message-ID: <0123456789abcdef0123456789abcdef@itaku.example>

Here was the letter.
--B1--
""".replace("\n", "\r\n").encode()


POSTFIX = report()
OPENSMTPD = report(kind="multipart/mixed", diagnostic="smtp; 550 Invalid recipient")
EXCHANGE = report(
    "5.1.10", diagnostic="smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found", sender="postmaster@acme.example"
)
DELAYED = report("4.4.1", "delayed", diagnostic="smtp; 451 4.4.1 connection timed out")
GIVEN_UP = report("4.4.7", "failed", diagnostic="smtp; 451 4.4.7 delivery time expired")
DELIVERED = report("2.0.0", "delivered", diagnostic="smtp; 250 ok")

EXIM = f"""Return-Path: <>
From: Mail Delivery System <Mailer-Daemon@mx.acme.example>
To: b@bounce.example
X-Failed-Recipients: {ADDRESS}
Auto-Submitted: auto-replied
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {ADDRESS}
    550 5.1.1 Unrouteable address

------ This is a copy of the message, including all the headers. ------
""".encode()

QMAIL = f"""Return-Path: <>
From: MAILER-DAEMON@mx.acme.example
To: b@bounce.example
Subject: failure notice

Hi. This is the qmail-send program at mx.acme.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{ADDRESS}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <b@bounce.example>
""".encode()

ABSENT = b"""Return-Path: <privacy@acme.example>
From: privacy@acme.example
To: b@bounce.example
Subject: =?utf-8?b?6Ieq5YuV6L+U5L+h77ya5LiN5Zyo?=
Auto-Submitted: auto-replied (vacation)

I am away until Monday.
"""

#: An absence note as some programs send it: nothing but the subject says what it is.
ABSENT_UNMARKED = ABSENT.replace(b"Auto-Submitted: auto-replied (vacation)\n", b"")

READ_RECEIPT = report().replace(b"report-type=delivery-status", b"report-type=disposition-notification").replace(
    b"message/delivery-status", b"message/disposition-notification").replace(b"Return-Path: <>", b"Return-Path: <a@acme.example>").replace(
    b"MAILER-DAEMON@", b"privacy@")  # fmt: skip


def reply(
    text: str,
    *,
    to: str = "r@bounce.example",
    charset: str = "iso-2022-jp",
    sender: str = "privacy@acme.example",
    subject: str = "Re: 要回答",
    more: str = "",
) -> bytes:
    import base64

    coded = base64.b64encode(subject.encode()).decode()
    head = f"""Return-Path: <{sender}>
From: {sender}
To: {to}
Subject: =?utf-8?b?{coded}?=
{more}MIME-Version: 1.0
Content-Type: text/plain; charset={charset}
Content-Transfer-Encoding: 8bit

"""
    return head.encode() + text.encode(charset, "replace")
