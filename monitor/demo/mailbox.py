"""The mails of the demonstration, to be read in the browser."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from aiohttp import web
from markupsafe import Markup, escape

from monitor.language import say_instant
from monitor.registry.roster import roster
from monitor.web.pages import language_of, page

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from monitor.demo.sink import MailSink, ReceivedMail

_LINK = re.compile(r"https?://[^\s<>]+")
# The letter's own HTML, as a mail program would show it: its style and nothing else, links open in the whole window.
SHOWN = "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups allow-top-navigation-by-user-activation"


def routes(sink: MailSink) -> list[web.AbstractRouteDef]:
    """The list, one mail as text, and its HTML form."""

    async def listed(request: web.Request) -> web.StreamResponse:
        zone = (await roster()).calendar.zone
        mails = [(mail, written(mail, zone, language_of(request))) for mail in reversed(sink.mails)]
        return page(request, "web/demo-mail.html", mails=mails, mail=None)

    async def one(request: web.Request) -> web.StreamResponse:
        mail = _found(sink, request)
        return page(request, "web/demo-mail.html", mails=[], mail=mail, text=_linked(mail.text))

    async def html(request: web.Request) -> web.StreamResponse:
        mail = _found(sink, request)
        text = mail.html.replace("<head>", '<head><base target="_top">', 1)
        return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": SHOWN})

    return [
        web.get("/demo/mail", listed),
        web.get(r"/demo/mail/{id:\d+}", one),
        web.get(r"/demo/mail/{id:\d+}/html", html),
    ]


def _found(sink: MailSink, request: web.Request) -> ReceivedMail:
    mail = next((mail for mail in sink.mails if mail.id == int(request.match_info["id"])), None)
    if mail is None:
        raise web.HTTPNotFound
    return mail


def written(mail: ReceivedMail, zone: ZoneInfo, language: str) -> str:
    """When it was written, as the pages beside it say when things happened."""
    return say_instant(parsedate_to_datetime(mail.header("Date")), zone, language)


def _linked(text: str) -> Markup:
    """The text with its links to follow."""
    parts, last = [], 0
    for found in _LINK.finditer(text):
        url = found.group()
        parts += [escape(text[last : found.start()]), Markup('<a href="{0}">{0}</a>').format(url)]
        last = found.end()
    return Markup("").join([*parts, escape(text[last:])])
