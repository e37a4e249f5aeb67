"""Templates to responses, and the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import __version__, clock
from monitor.language import LANGUAGES
from monitor.registry.roster import last_known
from monitor.rendering import render
from monitor.web.site import LANGUAGE, SITE
from monitor.web.words import named

if TYPE_CHECKING:
    from datetime import datetime

COOKIE = "itaku-language"


def moment() -> datetime:
    """The instant of this request; everything that it causes is of this one instant."""
    return clock.now()


def language_of(request: web.Request) -> str:
    """Named in the path, chosen earlier (managers), else what the browser prefers, else Japanese."""
    named = request.match_info.get("language") or request.get(LANGUAGE) or request.cookies.get(COOKIE)
    return str(named) if named in LANGUAGES else wanted(request) or "ja"


def wanted(request: web.Request) -> str | None:
    """The first of our languages that the caller asks for; none where no such is named."""
    asked = [part.split(";")[0].strip().lower()[:2] for part in request.headers.get("Accept-Language", "").split(",")]
    return next((tongue for tongue in asked if tongue in LANGUAGES), None)


def page(request: web.Request, template: str, *, status: int = 200, language: str = "", **values: Any) -> web.Response:
    """A page. HEAD gets the same without the body, by aiohttp."""
    language = language or language_of(request)
    site = request.app[SITE]
    present = last_known()
    common = {
        "request_path": request.path,
        "version": __version__,
        "status": status,
        "demo": site.demo,
        "operator": named(present.group, language) if present else "itaku",
        "languages": [],
    }
    text = render(template, language, {**common, **values})
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


def see_other(place: str) -> web.Response:
    """After a change: where to look. Every POST that worked answers so, so that reloading repeats nothing."""
    return web.Response(status=303, headers={"Location": place})
