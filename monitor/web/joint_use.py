"""The public notice of joint use: what the register says today, for anybody, in both languages (APPI 27(5)(iii))."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor.language import LANGUAGES
from monitor.promises.joint_use.daily import cast_of
from monitor.promises.joint_use.notice import notice
from monitor.promises.joint_use.register import joint_uses
from monitor.registry.roster import NoRegistry, roster
from monitor.web.pages import language_of, moment, page
from monitor.web.words import named

if TYPE_CHECKING:
    from datetime import date

    from monitor.promises.joint_use.notice import Notice
    from monitor.registry.roster import Roster

PATH = "/joint-use"
NAMES = {"ja": "日本語", "en": "English"}
FRESH = "public, max-age=300"  #: a change is told to everybody within five minutes


async def joint_use_page(request: web.Request) -> web.StreamResponse:
    """All joint uses, one after the other. Nothing here depends on who asks but the language."""
    language, at = language_of(request), moment()
    try:
        present = await roster()
    except NoRegistry as nothing:
        raise web.HTTPNotFound from nothing
    day = present.calendar.day_of(at)
    found = [_shown(one) for one in await notices(present, day, language)]
    shown = page(
        request, "web/joint-use.html", language=language, notices=found, day=day,
        group=named(present.group, language),
        languages=[{"text": NAMES[one], "href": f"{PATH}/{one}", "current": one == language} for one in LANGUAGES],
    )  # fmt: skip
    shown.headers["Cache-Control"] = FRESH
    shown.headers["Vary"] = "Accept-Language, Cookie"
    shown.headers["X-Robots-Tag"] = "all"
    return shown


async def notices(present: Roster, day: date, language: str) -> list[Notice]:
    """What is told of each joint use that goes on that day."""
    uses = [use for use in (await joint_uses()).values() if use.members_on(day)]
    return [notice(use, await cast_of(use, present), day, language) for use in uses]


def _shown(one: Notice) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


ROUTES = [web.get(PATH, joint_use_page), web.get(PATH + "/{language:ja|en}", joint_use_page)]
