"""Building the house: the database first, then the tools of the configuration, then the doors.

Each tool puts its own end onto the caller's stack, so that what was opened last is closed first.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import logging
from datetime import timedelta
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlsplit

from aiohttp import web

from checks.rulebook import REASONS
from monitor import __version__, plugins
from monitor.cases import Damping
from monitor.evidence import EvidenceStore
from monitor.house import House
from monitor.inbound.intake import Intake
from monitor.inbound.listener import Listener
from monitor.inbound.maildir import Maildir
from monitor.keys import make_keys, read_keys
from monitor.language import Message
from monitor.letters import Letters
from monitor.mistakes import Invalid, Mistake
from monitor.patrol import Patrol
from monitor.probe import Probe, ProbeSettings
from monitor.receipt import Signing
from monitor.return_address import ReturnAddresses
from monitor.reviewing import Policy
from monitor.systemd import waiting
from monitor.tables.store import AWAY, StoreAway, opened, pending, upgrade
from monitor.web import Site, site
from monitor.web.border import AccessLog
from notifiers.email import Email, EmailSettings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from contextlib import AsyncExitStack

    from monitor.config import Mail, Settings
    from notifiers.contract import Notifier

log = logging.getLogger(__name__)
WAIT = (1, 2, 5, 10, 30)  #: seconds between two tries to reach the database
DOORS, TOOLS = 10.0, 10.0  #: seconds for open connections, and for the tools
RHYTHM = 1.0  #: seconds between two walks of the patrol


class Stopping(Protocol):
    """Whoever can ask us to give up waiting."""

    async def wait(self, seconds: float | None = None) -> bool: ...


async def build(settings: Settings, stack: AsyncExitStack, stop: Stopping) -> House | None:
    """The house with its tools, the database first. None: the end came while we waited for the database."""
    if not await _open_store(settings, stack, stop):
        return None
    keyring = read_keys(settings.at_home(settings.links.keys))
    house = House(settings, keyring, plugins.equipment(settings))
    probe = await stack.enter_async_context(Probe(probe_settings(settings)))
    house.patrol = Patrol(probe, house.tools.looks, settings.probe.confirm, canary=settings.probe.canary)
    house.patrol.damping = damping(settings)
    house.patrol.suspicion.share = settings.probe.suspect_ourselves
    house.patrol.rhythm = RHYTHM
    returns = ReturnAddresses(keyring, settings.inbound.domain)
    house.letters = Letters(settings.web.base_url, keyring, mail_domain(settings), returns)
    house.notifier = notifier(settings)
    if house.notifier:
        stack.push_async_callback(_within, house.notifier.aclose())
    else:
        log.warning("no mail server is configured: nobody is asked and nobody is told")
    return house


def signing(settings: Settings) -> Signing:
    """The keys that sign receipts. A house of before there were any makes them at its start."""
    path = settings.at_home(settings.links.receipt_keys)
    if make_keys(path):
        log.warning("made %s, which signs receipts: keep it with the backup, and give it to every replica", path)
    return Signing(list(read_keys(path).keys.values()))


def damping(settings: Settings) -> Damping:
    """How flapping is damped, as the configuration has it."""
    return Damping(timedelta(hours=settings.probe.flapping), timedelta(hours=settings.probe.calm))


async def _open_store(settings: Settings, stack: AsyncExitStack, stop: Stopping) -> bool:
    """Open the database, for as long as it takes; an empty one gets its tables."""

    async def opening() -> None:
        await stack.enter_async_context(opened(settings.database_url))

    return await insist(opening, stop) and await insist(apart(_fit_tables), stop)


async def _fit_tables() -> None:
    missing = await pending()
    if missing and (missing == ["all"] or missing[0].startswith("0001")):
        log.info("an empty database: %s", ", ".join(await upgrade()))
    elif missing:
        raise SystemExit(
            f"The database is of an older release ({', '.join(missing)}). Back it up, then: itaku db upgrade"
        )


async def insist(work: Callable[[], Awaitable[None]], stop: Stopping) -> bool:
    """Do what needs the database, again from its beginning whenever the database goes away in the middle of it.
    False: the end came first.
    """
    for wait in chain(WAIT, repeat(WAIT[-1])):
        try:
            await work()
        except (StoreAway, *AWAY) as error:
            log.warning("the database is away (%s); tried again in %s s", error, wait)
            waiting(wait, "waiting for the database")
            if await stop.wait(wait):
                return False
        else:
            break
    return True


def apart(work: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """The same in a task of its own. A transaction that the database leaves in its middle may stay behind as the
    connection of whoever began it; with the task it is forgotten, and the next attempt begins on a whole one.
    """

    async def attempt() -> None:
        await asyncio.ensure_future(work())

    return attempt


def probe_settings(settings: Settings) -> ProbeSettings:
    probe = settings.probe
    return ProbeSettings(
        concurrency=probe.concurrency,
        timeout=probe.timeout,
        allow_private=tuple(ipaddress.ip_network(text) for text in probe.allow_private),
        ca_file=settings.at_home(probe.ca_file) if probe.ca_file else None,
        user_agent=probe.user_agent or ProbeSettings.named(__version__, settings.web.base_url),
        nameservers=probe.nameservers,
        browser=settings.at_home(probe.browser) if probe.browser else None,
    )


def mail_domain(settings: Settings) -> str:
    """The right-hand side of Message-IDs: the sender's domain, else the site's host."""
    return settings.mail.sender.rpartition("@")[2] or urlsplit(settings.web.base_url).hostname or "itaku.invalid"


def notifier(settings: Settings) -> Notifier | None:
    """The first channel that is configured, or none. Raises `Invalid` where its options do not go together."""
    for section, made in NOTIFIERS.items():
        try:
            found = made(settings)
        except (OSError, ValueError) as error:
            what = Message("cannot be used: {why}.", {"why": error})
            raise Invalid([Mistake(str(settings.home), section, what, Message("Correct the file."))]) from error
        if found:
            return found
    return None


def _email(settings: Settings) -> Notifier | None:
    return Email(_email_settings(settings.mail, settings)) if settings.mail.host else None


def _email_settings(mail: Mail, settings: Settings) -> EmailSettings:
    return EmailSettings(
        host=mail.host,
        sender=mail.sender,
        port=mail.port,
        tls=mail.tls,
        username=mail.username,
        password=settings.mail_password(),
        ca_file=settings.at_home(mail.ca_file) if mail.ca_file else None,
        connections=mail.connections,
        hello=mail.hello,
    )


#: The channels to people, by their section of the configuration.
NOTIFIERS: Final[Mapping[str, Callable[[Settings], Notifier | None]]] = {"mail": _email}


async def start_site(house: House, stack: AsyncExitStack, settings: Settings, **more: Any) -> int:
    """Open the doors; the port that they are at."""
    scanner = settings.evidence.scanner
    evidence = house.evidence = await asyncio.to_thread(EvidenceStore, settings.evidence_url, scanner=scanner)
    looks = house.tools.looks
    parts = Site(
        base_url=settings.web.base_url,
        keyring=house.keyring,
        signing=signing(settings),
        evidence=evidence,
        shelf=house.tools.shelf,
        claims=house.tools.claims,
        review=_review_policy(settings),
        file_limit=settings.evidence.file_mb * 1024 * 1024,
        form_limit=settings.evidence.form_mb * 1024 * 1024,
        trusted_proxies=tuple(ipaddress.ip_network(text) for text in settings.web.trusted_proxies),
        health=house,
        rules={name: rule for look in looks.values() for name, rule in look.rules.items()} | dict(REASONS),
        rhythms={kind: int(look.every.total_seconds()) for kind, look in looks.items()},
        contact=settings.mail.sender,
        demo=bool(more.pop("demo", False)),
    )
    runner = web.AppRunner(site(parts, more.pop("extra", ())), access_log_class=AccessLog, shutdown_timeout=DOORS)
    await runner.setup()
    house.doors = runner
    stack.push_async_callback(house.shut)
    await _opened(web.TCPSite(runner, settings.web.host, settings.web.port), settings)
    return int(runner.addresses[0][1])


async def _opened(doors: web.TCPSite, settings: Settings) -> None:
    """Raises `Invalid` where another process, or another one of ours, listens there already."""
    try:
        await doors.start()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        what = Message("{listen} is in use.", {"listen": settings.web.listen})
        remedy = Message("End what listens there, or set ITAKU_WEB__LISTEN={host}:PORT.", {"host": settings.web.host})
        raise Invalid([Mistake("itaku serve", "web.listen", what, remedy)]) from error


def _review_policy(settings: Settings) -> Policy:
    review = settings.review
    return Policy(frozenset(review.second_person), review.treat_from, review.good, review.fair)


async def open_inbound(house: House, stack: AsyncExitStack, settings: Settings) -> None:
    """Open the door for mail that comes back, where one is configured; it closes before the stages stop."""
    inbound = settings.inbound
    if not inbound.domain or house.evidence is None:
        return
    returns = ReturnAddresses(house.keyring, inbound.domain)
    house.intake = Intake(house.evidence, returns, settings.mail.sender, inbound.mail_mb * 1024 * 1024)
    house.maildir = Maildir(settings.at_home(inbound.maildir)) if inbound.maildir else None
    if inbound.listen:
        door = Listener(house.intake, inbound.host, inbound.port, lmtp=inbound.protocol == "lmtp")
        await stack.enter_async_context(door)
        log.info("mail that comes back is taken at %s:%s over %s", door.host, door.port, inbound.protocol.upper())


async def _within(work: Any) -> None:
    try:
        async with asyncio.timeout(TOOLS):
            await work
    except TimeoutError:
        log.warning("a tool did not close in time")
