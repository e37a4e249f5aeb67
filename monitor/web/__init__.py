"""The site: the parties' form, the managers' pages, public pages, health. Made by `site`, run by the daemon."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from monitor.assets import TEMPLATES
from monitor.web.api.operations import ROUTES as API
from monitor.web.border import LIMITS, Limits, errors, same_site, stamp
from monitor.web.console.routes import ROUTES as CONSOLE
from monitor.web.entering import ROUTES as ENTERING
from monitor.web.external_transmission import ROUTES as EXTERNAL_TRANSMISSION
from monitor.web.form.routes import ROUTES as FORM
from monitor.web.joint_use import ROUTES as JOINT_USE
from monitor.web.public import ROUTES as PUBLIC
from monitor.web.site import SITE, Site
from monitor.web.verifying import ROUTES as VERIFYING
from monitor.web.verifying import TURN

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ROUTES", "SITE", "Site", "site"]

#: Every address of the site but those of files; a package with addresses of its own is named here and nowhere else.
ROUTES = (*FORM, *CONSOLE, *ENTERING, *PUBLIC, *JOINT_USE, *EXTERNAL_TRANSMISSION, *VERIFYING, *API)
LARGEST_POST = 1024 * 1024  #: octets of a form without files; files stream past it and are counted elsewhere


def site(parts: Site, extra: Iterable[web.AbstractRouteDef] = ()) -> web.Application:
    """The application. `extra` are routes of the demonstration."""
    app = web.Application(middlewares=[errors, same_site], client_max_size=LARGEST_POST)
    app[SITE] = parts
    app[LIMITS] = Limits()
    app[TURN] = asyncio.Semaphore(1)
    app.on_response_prepare.append(stamp)
    app.add_routes([*ROUTES, *extra])
    app.router.add_static("/static/", TEMPLATES / "static", append_version=False)
    return app
