"""What registers share on their pages: one template, one way to an entry, to what is wrong with it, to take a form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from aiohttp import web
from markupsafe import Markup
from tortoise.models import Model

from monitor import tables
from monitor.conduct import rule_of
from monitor.refusal import Refused
from monitor.web.console.act import LONGEST, act_of
from monitor.web.console.entries import refused, shown
from monitor.web.console.looking import Wrong, console_page
from monitor.web.fields import said
from monitor.web.pages import language_of
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from monitor.language import Message
    from monitor.web.console.act import Act
    from monitor.web.console.forms import Form
    from monitor.web.console.session import Reader

Entry = TypeVar("Entry", bound=Model)
Shown = dict[str, Any]  #: something as a template wants it
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


async def entry_of(model: type[Entry], request: web.Request, who: Reader) -> Entry:
    """The entry of a register that the path names, as far as the reader may see it."""
    row: Any = await model.get_or_none(id=int(request.match_info["id"]))
    if row is None or not who.sees(row.company_id):
        raise web.HTTPNotFound
    entry: Entry = row
    return entry


async def latest(model: Any, who: Reader) -> list[Any]:
    """The entries that the reader sees."""
    seen = model.all() if who.everywhere else model.filter(company_id__in=who.companies)
    return list(await seen.order_by("-id").limit(MOST))


async def cases_of(ref: str | None, language: str) -> list[dict[str, str]]:
    """The ways to what is open and wrong with an entry."""
    cases = await tables.Case.filter(ref=ref, closed_at=None).exclude(rule="").order_by("id")
    return [{"href": f"/case/{one.id}", "text": rule_of(one.rule).title.in_(language)} for one in cases]


def listing(title: Message, heads: Sequence[Message], rows: Sequence[object], none: Message, language: str) -> Shown:
    """A table as the template wants it. `none`: what stands there without rows."""
    return {
        "caption": title.in_(language),
        "columns": [head.in_(language) for head in heads],
        "rows": rows,
        "none": none.in_(language),
    }


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
