"""The demonstration: a living sample group on scratch data, with stand-in sites and mails that can be read.

Nothing leaves this machine: the parties' sites are stand-ins on loopback, and the mail server keeps what it is handed.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import shutil
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from monitor import clock, tables
from monitor.building import build, open_inbound, start_site
from monitor.config import Settings, Web
from monitor.daemon import Stop, begin, on_loop
from monitor.demo.history import seed
from monitor.demo.mailbox import routes
from monitor.demo.returning import DOMAIN, Returning
from monitor.demo.sink import MailSink
from monitor.demo.sites import StandIns
from monitor.keys import make_keys
from monitor.logs import set_up
from monitor.mistakes import Invalid, of_validation
from monitor.patrol import Patrol
from monitor.probe import Probe, ProbeSettings

if TYPE_CHECKING:
    from monitor.house import House

log = logging.getLogger(__name__)
LISTEN = "ITAKU_WEB__LISTEN"  #: the one setting that it minds: two can run beside each other


def run_demo() -> int:
    """Run the demonstration; the exit code."""
    return on_loop(serve_demo(_listen()))


def _listen() -> Web:
    """Where it listens. Raises `Invalid`."""
    said = {"listen": os.environ[LISTEN]} if os.environ.get(LISTEN) else {}
    try:
        return Settings.model_validate({"web": said}).web
    except ValidationError as error:
        raise Invalid(list(of_validation(error, Settings, LISTEN))) from error


async def serve_demo(where: Web) -> int:
    """Set everything up in a folder that goes at the end, and run until told to stop."""
    set_up("info", "text")
    home = Path(tempfile.mkdtemp(prefix="itaku-demo-"))
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        sink = await stack.enter_async_context(MailSink())
        sink.answer = Returning(home / "returned").answer
        sites = await stack.enter_async_context(StandIns(home))
        settings = _settings(home, sink.port, where)
        make_keys(settings.at_home(settings.links.keys))
        stop = Stop()
        house = await build(settings, stack, stop)
        if house is None:
            return 0
        log.info("setting up the sample group; a few seconds")
        await seed(house, clock.now())
        await _point_at_stand_ins(house, sites, stack)
        await start_site(house, stack, settings, demo=True, extra=routes(sink))
        if not await begin(house, stack, stop):
            return 0
        await open_inbound(house, stack, settings)
        log.info(
            "the demonstration is at %s — mails at %s/demo/mail — Ctrl+C ends it",
            settings.web.base_url,
            settings.web.base_url,
        )
        await stop.wait()
    return 0


def _settings(home: Path, mail_port: int, where: Web) -> Settings:
    everywhere = where.host in {"0.0.0.0", "::"}  # noqa: S104 - compared, and bound only where somebody set it
    host = "127.0.0.1" if everywhere else f"[{where.host}]" if ":" in where.host else where.host
    return Settings.model_validate({
        "database": {"url": f"sqlite:///{home}/itaku.sqlite3"},
        "web": {"listen": where.listen, "base_url": f"http://{host}:{where.port}"},
        "mail": {"host": "127.0.0.1", "port": mail_port, "tls": "none", "from": "itaku@impress-holdings.example"},
        "inbound": {"domain": DOMAIN, "maildir": home / "returned"},
        "evidence": {"url": f"file:///{home}/evidence"},
        "links": {"keys": str(home / "link.keys")},
        "home": home,
    })  # fmt: skip


async def _point_at_stand_ins(house: House, sites: StandIns, stack: AsyncExitStack) -> None:
    """A probe that finds the parties' names on loopback and trusts their stand-in authority; first looks at once."""
    settings = ProbeSettings(
        allow_private=(ipaddress.ip_network("127.0.0.0/8"),),
        ca_file=sites.authority,
        user_agent=ProbeSettings.named("demo", house.settings.web.base_url),
        resolve=sites.overrides,
        nameservers=(sites.nameserver,),
        timeout=3.0,
    )
    probe = await stack.enter_async_context(Probe(settings))
    old = house.patrol
    house.patrol = Patrol(probe, old.looks if old else {})
    await tables.Watch.all().update(next_at=clock.now())
