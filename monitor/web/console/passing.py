"""What the registers of what went to others share on their pages: one template, one way to take a form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web
from markupsafe import Markup

from monitor.refusal import Refused
from monitor.web.console.act import LONGEST, act_of
from monitor.web.console.entries import refused, shown
from monitor.web.console.looking import Wrong, console_page
from monitor.web.fields import said
from monitor.web.pages import language_of
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from monitor.web.console.act import Act
    from monitor.web.console.forms import Form
    from monitor.web.console.session import Reader

MOST = 500  #: entries that a list shows, the latest first
LINK = Markup('<a href="{}">{}</a>')


async def perform(
    form: Form,
    request: web.Request,
    who: Reader,
    act: Callable[[Act, Mapping[str, str]], Awaitable[str]],
    places: Mapping[str, str],
) -> tuple[str, Wrong]:
    """One act of a form that is said in a table: where to go on, or all that is wrong."""
    sent, language = await said(request, LONGEST), language_of(request)
    if mistakes := form.mistakes(sent):
        return "", shown(mistakes, form.deed, sent, language)
    try:
        return await act(await act_of(who, form.deed, sent), sent), Wrong()
    except Refused as no:
        return "", refused(no, form.deed, sent, language, places)


def visible(who: Reader, company: str | None) -> None:
    """To whoever may not see it, it does not exist."""
    if company is None or not who.sees(company):
        raise web.HTTPNotFound


def page_of(request: web.Request, who: Reader, wrong: Wrong, **values: Any) -> web.Response:
    usual: dict[str, Any] = dict.fromkeys(("name", "intro", "state"), "") | {
        "back": None,
        "facts": (),
        "tables": (),
        "ways": (),
        "forms": (),
        "history": (),
    }
    return console_page(
        request, who, "passing.html", status=wrong.status, errors=wrong.errors, said=wrong.said, **(usual | values)
    )


def company_name(key: str, who: Reader, language: str) -> str:
    return named(who.present.companies.get(key) or who.present.group, language)
