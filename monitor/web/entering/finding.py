"""From the number on a sheet, or a reference as people type it, to the page of what it names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from checks.spelling import normal
from monitor import tables
from monitor.language import Message
from monitor.obligations.sheets import request_of
from monitor.questionnaire.entry import tidy
from monitor.web.console.looking import console_page
from monitor.web.console.session import reader
from monitor.web.pages import language_of, see_other
from monitor.web.site import SITE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

    from monitor.tables import Case, OwnDuty

#: A request's reference as people type it; the hyphen may be any line that a keyboard has.
REFERENCE = re.compile(r"(?:ITK[-\u2010-\u2015\u2212\u30fc\u2500]?)?0*([0-9]{1,9})")
#: The same of a case (`ITK-C00012`) and of what a company owes itself (`ITK-D00012`).
OTHER = re.compile(r"(?:ITK[-\u2010-\u2015\u2212\u30fc\u2500]?)?([CD])0*([0-9]{1,9})")


async def find(request: web.Request) -> web.StreamResponse:
    """From the number on a sheet, or a request's reference, to its page."""
    who, typed = await reader(request), request.query.get("q", "")[:100]
    duty_id = await request_of(request.app[SITE].keyring, typed) or _referred(typed)
    found = await tables.Obligation.get_or_none(id=duty_id) if duty_id else await _other(typed)
    if found is None or not who.sees(found.company_id):
        return console_page(request, who, "find.html", typed=tidy(typed), errors=_unfound(typed, language_of(request)))
    return see_other(f"/{_PLACES[type(found)]}/{found.id}")


_PLACES: Mapping[type, str] = {tables.Obligation: "duty", tables.Case: "case", tables.OwnDuty: "own-duty"}


async def _other(typed: str) -> Case | OwnDuty | None:
    """The case or the duty of a company itself that a reference names: `ITK-C00012`, `itk-d3`."""
    found = OTHER.fullmatch("".join(normal("NFKC", typed).split()).upper())
    model: Any = {"C": tables.Case, "D": tables.OwnDuty}[found[1]] if found else None
    return await model.get_or_none(id=int(found[2])) if found else None


def _unfound(typed: str, language: str) -> list[dict[str, str]]:
    if not typed.strip():
        return []
    text = "Nothing that you may see has the number “{typed}”. It stands at the foot of each page of a sheet."
    return [{"text": Message(text, {"typed": tidy(typed)}).in_(language), "href": "#q"}]


def _referred(typed: str) -> int | None:
    """The request of a reference, in any width and case, with its noughts and hyphen or without: `ITK-25`, `itk000025`,
    `25`.
    """
    found = REFERENCE.fullmatch("".join(normal("NFKC", typed).split()).upper())
    return int(found[1]) or None if found else None
