"""Evidence that was shown on a screen or on site and not handed in: written down by whoever saw it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.asked import frozen
from monitor.evidence import EvidenceAway, RefusedFile
from monitor.obligations import acts, drafts
from monitor.obligations.holding import open_for_answer
from monitor.obligations.showing import LONGEST, Shown, plausible, show
from monitor.questionnaire import QuestionType
from monitor.questionnaire.entry import calendar_day, three_boxes
from monitor.refusal import Refused, need, together
from monitor.tables.duty import ASKED
from monitor.web.console.looking import Wrong, console_page, duty_of
from monitor.web.console.session import reader
from monitor.web.fields import one_line, said
from monitor.web.pages import language_of, moment, see_other
from monitor.web.site import SITE
from monitor.web.words import AWAY, named

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from datetime import date

    from aiohttp import web

    from monitor.questionnaire import Question
    from monitor.tables import Obligation
    from monitor.web.console.session import Reader

FIELDS = {"by": "by", "seen": "seen_year", "place": "place", "what": "what", "question": "question"}


async def page(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    return await _page(request, who, await duty_of(request, who), Wrong())


async def _page(request: web.Request, who: Reader, duty: Obligation, wrong: Wrong) -> web.Response:
    language, chosen = language_of(request), wrong.said.get("shown_question", "")
    options = [
        {"value": one.id, "text": one.text.in_(language), "selected": one.id == chosen} for one in await _wanting(duty)
    ]
    party = await who.present.party(duty.party_id)
    return console_page(
        request, who, "shown.html", status=wrong.status, errors=wrong.errors, said=wrong.said, duty=duty,
        options=options, party_name=named(party, language), asked=duty.state in ASKED,
    )  # fmt: skip


async def _wanting(duty: Obligation) -> list[Question]:
    """The questions to which a file can belong."""
    if duty.request_id is None:
        return []
    asked = await frozen(duty.request_id)
    return [one for one in asked.questions if one.type is QuestionType.FILE or one.evidence]


async def write(request: web.Request) -> web.StreamResponse:
    """Keep the record as a file of its question."""
    who = await reader(request)
    duty, sent, language = await duty_of(request, who), await said(request, LONGEST), language_of(request)
    try:
        await _write(request, who, duty, sent)
    except (Refused, RefusedFile, EvidenceAway) as no:
        message = AWAY if isinstance(no, EvidenceAway) else no.message
        found = no.every if isinstance(no, Refused) else (Refused("what-refused", message),)
        places = [(one, FIELDS.get(one.reason.partition("-")[0], "by")) for one in found]
        errors = [{"text": one.message.in_(language), "href": f"#shown_{place}"} for one, place in places]
        return await _page(request, who, duty, Wrong(errors, sent))
    return see_other(f"/duty/{duty.id}")


async def _write(request: web.Request, who: Reader, duty: Obligation, sent: Mapping[str, str]) -> None:
    at, site = moment(), request.app[SITE]
    language = (await who.present.party(duty.party_id)).language  # the party reads it in its form
    shown = await _seen(duty, sent, who.present.calendar.day_of(at))
    open_for_answer(duty)
    need(not await drafts.full(duty.id), "too-many-files", "This request already holds as many files as it may.")
    await who.sign(shown.viewer)
    stored = await site.evidence.take(_once(shown.text(language)), shown.name(language), site.file_limit)
    await show(duty.id, shown, stored, at, await acts.person(who.person.email, at, shown.viewer))


async def _once(text: str) -> AsyncIterator[bytes]:
    yield text.encode()


async def _seen(duty: Obligation, sent: Mapping[str, str], today: date) -> Shown:
    """The record, if the form is complete; everything that is wrong with it, if not."""
    day = calendar_day(three_boxes(*(sent.get(f"shown_seen_{part}", "") for part in ("year", "month", "day"))))
    question = next((one for one in await _wanting(duty) if one.id == sent.get("shown_question")), None)
    viewer, place = one_line(sent.get("shown_by")), one_line(sent.get("shown_place"))
    what = sent.get("shown_what", "").strip()
    together(
        lambda: need(question, "question-missing", "Choose the question that it belongs to."),
        lambda: need(day, "seen-missing", "Enter the day on which it was shown."),
        lambda: plausible(viewer, day or today, place, what, today),
    )
    assert question is not None  # noqa: S101 - said above
    assert day is not None  # noqa: S101 - said above
    return Shown(question, viewer, day, place, what)
