"""What whoever answered takes away: what happens next and when, the receipt as a file, a date, a copy for a colleague.

All of it opens by a link that may read the answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiohttp import web

from monitor import receipt
from monitor.language import Message, say_day, say_short_day
from monitor.letters.ahead import coming
from monitor.letters.appointment import FILE_NAME, MEDIA_TYPE, calendar, foreseen, of_duty
from monitor.letters.words import ROLES
from monitor.obligations.colleagues import domains
from monitor.obligations.copies import send_copy
from monitor.obligations.foresight import next_one
from monitor.receipt.document import STEPS
from monitor.refusal import Refused
from monitor.registry.values import email_typed
from monitor.tables.duty import ASKED
from monitor.web.form.opening import Opened, through_link
from monitor.web.pages import see_other
from monitor.web.site import SITE

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.letters.appointment import Appointment
    from monitor.obligations.foresight import Foreseen
    from monitor.tables import Submission

MAY_READ = ("submit", "view")  #: grades of link: a colleague who prepared answers gets a receipt without them
_LISTED = 2  #: steps ahead that a page names

Errors = list[dict[str, str]]


async def afterwards(found: Opened) -> dict[str, Any]:
    """What the last page says of the time after, for a request that was answered."""
    following = await next_one(found.duty, found.present, found.at)
    return {
        "ahead": [*_review(found), *_next(found, following)],
        "dated": following is not None and found.grade in MAY_READ,
        "readable": found.grade in MAY_READ,
        "domains": sorted(domains(found.party)),
        "hand_steps": [step.in_(found.language) for step in STEPS],
    }


def _review(found: Opened) -> list[dict[str, str]]:
    """Until somebody has decided: who looks, and when they are reminded."""
    if found.duty.state != "submitted":
        return []
    language = found.language
    looks = Message("{asker} looks through your answer.", {"asker": found.asker}).in_(language)
    told = Message("You get a mail when it is accepted, or when something is missing.").in_(language)
    steps = [
        {"when": Message("From now on").in_(language), "what": f"{looks} {told}" if language == "en" else looks + told}
    ]
    for step, _ in zip(coming(found.duty, found.present.calendar, found.at), range(_LISTED), strict=False):
        day = say_short_day(found.present.calendar.day_of(step.at), language)
        what = Message("If it still waits then, we remind those who decide.").in_(language)
        who = ("、" if language == "ja" else ", ").join(Message(ROLES[role]).in_(language) for role in step.reviewers)
        steps.append({"when": day, "what": what, "who": who})
    return steps


def _next(found: Opened, following: Foreseen | None) -> list[dict[str, str]]:
    if following is None:
        return []
    day, language = say_day(following.due_on, found.language), found.language
    if following.row is None:
        what = Message("The next answer is due about then, if this one is accepted today.")
    else:
        what = Message("The next answer is due then. You get a mail with a link in good time.")
    return [{"when": day, "what": what.in_(language), "who": ""}]


@through_link
async def download(request: web.Request, found: Opened) -> web.StreamResponse:
    """The receipt as a signed file."""
    last = await receipt.last_of(found.duty.id) if found.grade in MAY_READ else None
    site = request.app[SITE]
    source = receipt.Source(found.duty, found.engagement, found.party, found.present, f"{site.base_url}/verify")
    matter = await receipt.gather(last, source) if last else None
    if matter is None:
        return see_other(f"{found.base}/")
    return _file(
        receipt.compose(matter, site.signing), receipt.CONTENT_TYPE, f"receipt-{matter.request['reference']}.json"
    )


@through_link
async def due(request: web.Request, found: Opened) -> web.StreamResponse:
    """The due date for a calendar: of what is asked, or of what will be asked next."""
    entry = await _appointment(found)
    if entry is None:
        return see_other(f"{found.base}/")
    host = urlsplit(request.app[SITE].base_url).hostname or request.host
    return _file(calendar([entry], found.language, host, _written(found)), MEDIA_TYPE, FILE_NAME)


def _written(found: Opened) -> datetime:
    """When the entry got its present form: the same file again is the same."""
    return found.duty.submitted_at or found.duty.opened_at or found.at


async def _appointment(found: Opened) -> Appointment | None:
    if found.duty.state in ASKED:
        return await of_duty(found.duty, found.asker)
    following = await next_one(found.duty, found.present, found.at)
    if following is None:
        return None
    if following.row is not None:
        return await of_duty(following.row, found.asker)
    return await foreseen(found.duty, following.due_on, found.asker)


def _file(text: str, media_type: str, name: str) -> web.Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(text=text, content_type=media_type, charset="utf-8", headers=headers)


async def copied(found: Opened, last: Submission, typed: str) -> Errors:
    """Send a copy of the receipt; what is wrong with the address, if anything is."""
    email = email_typed(typed)
    if not email:
        text = Message("Enter the address of a colleague, such as name@company.example.")
        return [_error(text, found)]
    try:
        await send_copy(last, email, found.at, found.actor)
    except Refused as no:
        return [_error(no.message, found)]
    return []


def _error(text: Message, found: Opened) -> dict[str, str]:
    return {"field": "email", "text": text.in_(found.language), "href": "#email"}
