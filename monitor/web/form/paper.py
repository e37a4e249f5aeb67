"""The request on A4, for those who answer by hand, and the page to which the sheet's number leads.

Whoever finds a sheet on a copier must not get at the answers. So neither number nor QR code opens anything: they lead
to a page that says the same of every number, and that mails a fresh link to the registered address and to no other.
Printing writes nothing down; the number is the same each time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from monitor import shortcodes
from monitor.language import Message
from monitor.obligations.sheets import number_of, request_of
from monitor.offline.conditions import ever_asked, numbers, only_if
from monitor.questionnaire import QuestionType
from monitor.web.answers import view
from monitor.web.border import LIMITS, STRANGERS, remote
from monitor.web.form.beginning import mail_fresh
from monitor.web.form.opening import Opened, form_page, while_read
from monitor.web.pages import language_of, moment, page
from monitor.web.site import SITE

if TYPE_CHECKING:
    from aiohttp import web

    from monitor.questionnaire import Question


@while_read
async def show(request: web.Request, found: Opened) -> web.StreamResponse:
    """All questions with boxes to tick and lines to write on."""
    site = request.app[SITE]
    code = number_of(site.keyring, found.duty.id)
    address = f"{site.base_url}/p/{code}"
    return form_page(
        request, found, "print.html", sections=_sections(found), code=shortcodes.grouped(code), address=address,
        qr=qr(address), postal=(found.company.address if found.company else "") or "",
    )  # fmt: skip


def qr(text: str) -> Markup:
    """A drawing without style, id or script, which the pages' policy would refuse. Who draws it comes with the first
    sheet: its tables take more memory than all sheets of a month.
    """
    import segno

    made = segno.make(text, error="m", micro=False)
    return Markup(made.svg_inline(scale=1, border=2, omitsize=True, svgclass="qr", lineclass=None))  # noqa: S704 - drawn here


def _sections(found: Opened) -> list[dict[str, Any]]:
    language, number, asked = found.language, numbers(found.questionnaire), ever_asked(found.questionnaire)
    return [
        {
            "title": section.title.in_(language),
            "intro": section.intro.in_(language) if section.intro else "",
            "questions": [_asked(one, number[one.id], found) for one in section.questions if one.id in asked],
        }
        for section in found.sections
    ]


def _asked(question: Question, number: str, found: Opened) -> dict[str, Any]:
    language = found.language
    return {
        "number": number,
        "kind": view.KINDS[question.type],
        "text": question.text.in_(language),
        "only": only_if(question, found.questionnaire, language),
        "help": question.help.in_(language) if question.help else "",
        "source": question.reference.in_(language) if question.reference else "",
        "boxes": _boxes(question, language),
        "many": question.type is QuestionType.CHOICES,
        "unit": question.unit.in_(language) if question.unit else "",
        "na": question.na_allowed,
        "comment": question.takes_comment or question.id in found.back.points,
        "came_back": found.back.points.get(question.id, ""),
        "optional": not question.required,
        "file": question.evidence.what.in_(language) if question.evidence else "",
    }


def _boxes(question: Question, language: str) -> list[str]:
    """The answers to tick, where they are fixed."""
    words = view.said_words(language)
    if question.type is QuestionType.YES_NO:
        return [words["yes"], words["no"]]
    if question.type is QuestionType.STATEMENT:
        return [Message("This is true.").in_(language)]
    return [choice.text.in_(language) for choice in question.choices]


async def entry(request: web.Request) -> web.StreamResponse:
    """What the number on a sheet is for. The page is the same whether it stands for something or not."""
    await request.app[LIMITS].hit(STRANGERS, "paper", remote(request))
    return page(request, "web/form/sheet.html", language=language_of(request), code=_typed(request))


async def ask_fresh(request: web.Request) -> web.StreamResponse:
    """A fresh link goes to the registered address, if the number stands for a request that still runs."""
    await request.app[LIMITS].hit(STRANGERS, "fresh", remote(request))
    duty_id = await request_of(request.app[SITE].keyring, request.match_info["code"])
    if duty_id is not None:
        await mail_fresh(duty_id, moment())
    return page(request, "web/form/fresh.html", language=language_of(request))


def _typed(request: web.Request) -> str:
    """The number as it is printed; what can be none never comes into the page."""
    code = shortcodes.typed(request.match_info["code"])
    return shortcodes.grouped(code) if code else ""
