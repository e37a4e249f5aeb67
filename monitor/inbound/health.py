"""Whether what comes back by mail can find us: the doctor's questions about `[inbound]`."""

from __future__ import annotations

import asyncio
import ipaddress
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiodns

from monitor.inbound.maildir import Maildir

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from monitor.config import Settings

PATIENCE = 5.0


@dataclass(frozen=True)
class Condition:
    """`ok`, `note` or `bad`, what was seen, and what to do."""

    state: str
    says: str
    remedy: str = ""


async def conditions(settings: Settings) -> AsyncIterator[Condition]:
    """Everything about the way in, in the order in which it would be set up."""
    inbound = settings.inbound
    if not inbound.domain:
        yield _unset(settings)
        return
    if not inbound.listen and not inbound.maildir:
        says = f"letters name {inbound.domain} as where to return to, and nothing comes in here"
        yield Condition("bad", says, "Set [inbound] listen or maildir, or take domain out.")
    yield await _exchanger(settings)
    if inbound.maildir:
        yield await asyncio.to_thread(_maildir, Maildir(settings.at_home(inbound.maildir)))
    if inbound.listen:
        yield await _door(settings)


def _unset(settings: Settings) -> Condition:
    if settings.inbound.listen or settings.inbound.maildir:
        return Condition("bad", "a way in is set, and no domain", "Set [inbound] domain, or nothing comes back to it.")
    says = f"not set up: bounces and replies go to {settings.mail.sender or '[mail] from'} and are not seen here"
    return Condition("note", says, "Give us a domain for what comes back: [inbound] domain and listen.")


async def _exchanger(settings: Settings) -> Condition:
    domain = settings.inbound.domain
    resolver = aiodns.DNSResolver(nameservers=list(settings.probe.nameservers) or None, timeout=3, tries=1)
    try:
        await resolver.query_dns(domain, "MX")
    except aiodns.error.DNSError as error:
        says = f"{domain} has no mail server in DNS ({error.args[-1]})"
        return Condition("bad", says, f"Publish an MX record of {domain} that names your mail server.")
    finally:
        await resolver.close()
    return Condition("ok", f"{domain} has a mail server in DNS")


def _maildir(maildir: Maildir) -> Condition:
    trouble = maildir.trouble()
    if not trouble and not all(os.access(maildir.path / name, os.R_OK | os.W_OK | os.X_OK) for name in ("new", "cur")):
        trouble = f"{maildir.path} may not be read and written by this user"
    remedy = "Let your mail server make the Maildir, and give this user the right to move mails in it."
    return Condition("bad", trouble, remedy) if trouble else Condition("ok", f"{maildir.path} is a Maildir of ours")


async def _door(settings: Settings) -> Condition:
    inbound = settings.inbound
    if not _private(inbound.host):
        says = f"{inbound.listen} can be reached by strangers, and no login is asked there"
        return Condition("bad", says, "Listen on 127.0.0.1, or on an address of a private network.")
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(inbound.host, inbound.port)
            greeting = await reader.readline()
            writer.close()
    except (OSError, TimeoutError) as error:
        says = f"nobody answers at {inbound.listen} ({error or 'no answer in time'})"
        return Condition("note", says, "It answers while the daemon runs: itaku serve.")
    if not greeting.startswith(b"220 "):
        return Condition(
            "bad", f"something else answers at {inbound.listen}", "Choose another port for [inbound] listen."
        )
    return Condition("ok", f"{inbound.protocol.upper()} at {inbound.listen}")


def _private(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return address.is_private and not address.is_unspecified
