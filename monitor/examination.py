"""The doctor's examination: one question after the other, each with what to do."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiodns

from checks.names import is_address
from monitor import tables
from monitor.building import notifier
from monitor.evidence.scanner import Scanner, ScannerAway
from monitor.inbound.health import conditions
from monitor.keys import read_keys
from monitor.mistakes import Invalid
from monitor.outbox.dead import SILENT_FOR
from monitor.pulse import FORM
from monitor.registry.roster import RISING, NoRegistry, roster
from monitor.tables.store import StoreAway, is_postgres, opened, pending, sqlite_path
from notifiers.contract import Permanent, Temporary

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from monitor.config import Settings

LOW_DISK = 1024**3
OLD_BACKUP = timedelta(days=2)


@dataclass(frozen=True)
class Ailment:
    """What was examined and how it is: `ok`, `note` (can wait) or `bad`; and what to do."""

    what: str
    state: str
    says: str
    remedy: str = ""


async def examine(settings: Settings, at: datetime) -> AsyncIterator[Ailment]:
    """Everything, in the order in which it would have to be mended."""
    yield Ailment("configuration", "ok", f"read from {settings.home}")
    yield _keys(settings)
    yield _receipt_keys(settings)
    async for ailment in _database(settings, at):
        yield ailment
    yield await _mail(settings)
    async for found in conditions(settings):
        yield Ailment("returned mail", found.state, found.says, found.remedy)
    if settings.evidence.scanner:
        yield await _scanner(settings.evidence.scanner)
    yield await _names(settings)
    yield _clock(at)
    yield _address(settings)
    yield _disk(settings.home)


def _keys(settings: Settings) -> Ailment:
    path = settings.at_home(settings.links.keys)
    try:
        count = len(read_keys(path).keys)
    except Invalid as error:
        return Ailment(
            "keys",
            "bad",
            error.mistakes[0].in_("en"),
            "Run itaku init in an empty folder and move its data/link.keys here, or restore yours.",
        )
    return Ailment("keys", "ok", f"{count} in {path}")


def _receipt_keys(settings: Settings) -> Ailment:
    path = settings.at_home(settings.links.receipt_keys)
    if not path.exists():
        says = f"{path} is not there yet; the daemon makes it at its start"
        return Ailment("receipt keys", "note", says, "Where several daemons run, give all of them the same file.")
    try:
        count = len(read_keys(path).keys)
    except Invalid as error:
        return Ailment("receipt keys", "bad", error.mistakes[0].in_("en"), "Restore it from your backup.")
    return Ailment("receipt keys", "ok", f"{count} in {path}")


async def _database(settings: Settings, at: datetime) -> AsyncIterator[Ailment]:
    url = settings.database_url
    try:
        async with opened(url):
            missing = await pending()
            if missing:
                yield Ailment("database", "note", f"{len(missing)} migrations are missing", "itaku db upgrade")
                return
            yield Ailment("database", "ok", "PostgreSQL" if is_postgres(url) else f"SQLite at {sqlite_path(url)}")
            yield await _registry()
            async for ailment in _mailboxes(at):
                yield ailment
            yield await _daemon(at)
            yield await _backup(settings, at)
    except StoreAway as error:
        yield Ailment(
            "database", "bad", str(error), "Check database.url, that the server runs, and that this user may open it."
        )


async def _registry() -> Ailment:
    try:
        present = await roster()
    except NoRegistry:
        return Ailment(
            "registry", "note", "nothing was applied yet", "Edit registry.toml, then: itaku plan · itaku apply"
        )
    if not present.group.privacy_office:
        return Ailment(
            "registry",
            "bad",
            "the group has no privacy office",
            "Name its address in [group] privacy_office: it stands in for companies that leave.",
        )
    return Ailment("registry", "ok", f"revision {present.revision}, {len(present.companies)} companies")


async def _mailboxes(at: datetime) -> AsyncIterator[Ailment]:
    """Our own people who are written to no more for the moment, since their mail came back."""
    with suppress(NoRegistry):
        present = await roster()
        day = present.calendar.day_of(at)
        audiences = [present.audience(key, ("reviewer", *RISING), day) for key in present.companies]
        ours = {one.lower() for audience in audiences for people in audience.values() for one in people}
        silent = tables.Person.filter(name="", refused_at__gt=at - SILENT_FOR).order_by("email")
        for address in map(str, await silent.values_list("email", flat=True)):
            if address in ours | {one.lower() for one in present.group.privacy_office}:
                remedy = "Ask its reader: sign in by a mailed link if it works, or correct the registry."
                yield Ailment("mailbox", "bad", f"mail to {address} came back; those above hear instead", remedy)


async def _daemon(at: datetime) -> Ailment:
    pulse = await tables.Pulse.get_or_none(name=FORM)
    if pulse is None:
        return Ailment("daemon", "note", "has never run on this database", "itaku serve")
    silent = at - pulse.at
    if silent > timedelta(minutes=5):
        return Ailment(
            "daemon",
            "bad",
            f"silent since {pulse.at:%Y-%m-%d %H:%M} UTC",
            "Start it: itaku serve (or systemctl start itaku)",
        )
    return Ailment("daemon", "ok", f"last seen {silent.total_seconds():.0f} s ago")


async def _backup(settings: Settings, at: datetime) -> Ailment:
    if is_postgres(settings.database_url):
        return Ailment(
            "backup",
            "note",
            "PostgreSQL is backed up with its own tools",
            "Make sure that pg_dump or WAL archiving runs and is restored for practice.",
        )
    found = (
        sorted(settings.home.glob("**/*.backup*.sqlite3"), key=lambda path: path.stat().st_mtime)
        if settings.home.exists()
        else []
    )
    last = datetime.fromtimestamp(found[-1].stat().st_mtime, at.tzinfo) if found else None
    if last is None or at - last > OLD_BACKUP:
        when = f"the last is of {last:%Y-%m-%d}" if last else "none was found beside the configuration"
        return Ailment(
            "backup", "note", when, f"Daily: itaku db backup {settings.home}/backup/itaku.backup-DATE.sqlite3"
        )
    return Ailment("backup", "ok", f"{found[-1].name} of {last:%Y-%m-%d %H:%M}")


async def _mail(settings: Settings) -> Ailment:
    if not settings.mail.host:
        return Ailment(
            "mail server",
            "bad",
            "none is configured: nobody is asked and nobody is told",
            "Fill in [mail] host and from.",
        )
    try:
        post = notifier(settings)
        assert post is not None  # noqa: S101 - a host is configured
        try:
            async with asyncio.timeout(30):
                await post.check()
        finally:
            await post.aclose()
    except (Temporary, Permanent) as error:
        return Ailment(
            "mail server", "bad", error.reason, "Correct [mail] in config.toml; the reason above is the server's own."
        )
    except Invalid as error:
        return Ailment("mail server", "bad", error.mistakes[0].what.in_("en"), "Correct [mail] in config.toml.")
    except (TimeoutError, OSError) as error:
        return Ailment("mail server", "bad", str(error) or "no answer in 30 s", "Correct [mail] in config.toml.")
    return Ailment("mail server", "ok", f"{settings.mail.host}:{settings.mail.port} takes mail from us")


async def _scanner(url: str) -> Ailment:
    try:
        await Scanner(url).ping()
    except ScannerAway as error:
        remedy = "Start clamd, or correct [evidence] scanner; until then no file is taken."
        return Ailment("virus scanner", "bad", f"{url}: {error}", remedy)
    return Ailment("virus scanner", "ok", f"answers at {url}")


async def _names(settings: Settings) -> Ailment:
    host = urlsplit(settings.web.base_url).hostname or ""
    if is_address(host):
        return Ailment(
            "name resolution",
            "note",
            "base_url is an address",
            "Give the site a name before vendors get mails: [web] base_url.",
        )
    resolver = aiodns.DNSResolver(nameservers=list(settings.probe.nameservers) or None, timeout=3, tries=1)
    try:
        await resolver.getaddrinfo(host, family=socket.AF_INET)
    except aiodns.error.DNSError as error:
        return Ailment(
            "name resolution",
            "bad",
            f"{host}: {error.args[-1]}",
            "Check the resolver of this machine, and [web] base_url.",
        )
    finally:
        await resolver.close()
    return Ailment("name resolution", "ok", f"{host} resolves")


def _clock(at: datetime) -> Ailment:
    synchronised = os.path.exists("/run/systemd/timesync/synchronized") or shutil.which("chronyc")  # noqa: PTH110 - a marker
    if at.year < 2026:  # noqa: PLR2004 - older than the product
        return Ailment("clock", "bad", f"says {at:%Y-%m-%d}", "Set the clock; due dates depend on it.")
    if synchronised:
        return Ailment("clock", "ok", f"{at:%Y-%m-%d %H:%M} UTC")
    return Ailment(
        "clock", "note", f"{at:%Y-%m-%d %H:%M} UTC; no time service was found", "Run systemd-timesyncd or chrony."
    )


def _address(settings: Settings) -> Ailment:
    parts = urlsplit(settings.web.base_url)
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        return Ailment(
            "site",
            "bad",
            f"{settings.web.base_url} is not HTTPS",
            "Put a proxy with TLS in front and set [web] base_url to its https:// address.",
        )
    return Ailment("site", "ok", f"{settings.web.base_url}, listening on {settings.web.listen}")


def _disk(home: Path) -> Ailment:
    free = shutil.disk_usage(home).free
    state = "ok" if free > LOW_DISK else "bad"
    return Ailment(
        "disk",
        state,
        f"{free / 1024**3:.1f} GB free",
        "" if state == "ok" else "Make room: the ledger must be able to grow.",
    )
