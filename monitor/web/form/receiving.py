"""What whoever answered takes away: what happens next and when, the receipt as a file, a date, a copy for a colleague.

All of it opens by a link that may read the answers.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiohttp import web

from monitor import receipt
from monitor.asked import last_submission
from monitor.language import Message, say_day, say_instant, say_short_day
from monitor.letters.ahead import coming
from monitor.letters.appointment import FILE_NAME, MEDIA_TYPE, calendar, foreseen, numbers, of_duty
from monitor.letters.words import duty_reference
from monitor.obligations.colleagues import domains
from monitor.obligations.copies import send_copy
from monitor.obligations.foresight import next_one
from monitor.receipt.document import STEPS
from monitor.refusal import Refused
from monitor.registry.values import email_typed
from monitor.tables import Submission
from monitor.tables.duty import ASKED
from monitor.tables.remediation import REQUEST
from monitor.web.form.mine import asked_of
from monitor.web.form.opening import Opened, through_link
from monitor.web.pages import see_other
from monitor.web.site import SITE

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.letters.appointment import Appointment
    from monitor.obligations.foresight import Foreseen

MAY_READ = ("submit", "view")  #: grades of link: a colleague who prepared answers gets a receipt without them
_LISTED = 2  #: reminders of its reviewers after which an answer is decided on, as the letter says as well

Errors = list[dict[str, str]]


async def afterwards(found: Opened) -> dict[str, Any]:
    """What the last page says of the time after, for a request that was answered."""
    following = await next_one(found.duty, found.present, found.at)
    return {
        "remedy": await _remedy(found),
        "ahead": [*_review(found), *_next(found, following)],
        "dated": following is not None and found.grade in MAY_READ,
        "readable": found.grade in MAY_READ,
        "domains": sorted(domains(found.party)),
        "hand_steps": [step.in_(found.language) for step in STEPS],
    }


async def receipts(found: Opened) -> list[dict[str, Any]]:
    """All that was handed in for this request, with what became of it, for those who may read it."""
    if found.grade not in MAY_READ:
        return []
    rows = await Submission.filter(obligation_id=found.duty.id).order_by("id")
    zone, language = found.present.calendar.zone, found.language
    return [
        {"number": number, "when": say_instant(row.submitted_at, zone, language), "outcome": _outcome(row, found)}
        for number, row in enumerate(rows, 1)
    ]


def _outcome(row: Submission, found: Opened) -> str:
    text = _OUTCOMES.get(row.verdict or "", "Being looked through")
    day = found.present.calendar.day_of(row.decided_at) if row.decided_at else ""
    return Message(text, {"day": day}).in_(found.language)


_OUTCOMES = {"accepted": "Accepted on {day}", "returned": "Came back on {day} to be completed"}


async def _remedy(found: Opened) -> dict[str, Any]:
    """The open request about what an accepted answer left to be put right, where this link may show what else its
    reader is asked.
    """
    if found.duty.state != "accepted" or not found.lists:
        return {}
    of = (duty for duty in await asked_of(found) if duty.engagement_id == found.duty.engagement_id)
    duty = next((one for one in of if one.kind == REQUEST), None)
    if duty is None:
        return {}
    return {"id": duty.id, "ref": duty_reference(duty.id), "due": say_day(duty.due_on, found.language)}


def _review(found: Opened) -> list[dict[str, str]]:
    """Until somebody has decided: who looks, and the day by which the receipt's letter promises the result."""
    if found.duty.state != "submitted":
        return []
    language = found.language
    looks = Message("{asker} looks through your answer.", {"asker": found.asker}).in_(language)
    told = Message("You get a mail when it is accepted, or when something is missing.").in_(language)
    steps = [
        {"when": Message("From now on").in_(language), "what": f"{looks} {told}" if language == "en" else looks + told}
    ]
    ahead = list(islice(coming(found.duty, found.present.calendar, found.at), _LISTED))
    if ahead:
        day = say_short_day(found.present.calendar.day_of(ahead[-1].at), language)
        steps.append({"when": day, "what": Message("We aim to let you know the result by then.").in_(language)})
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
    """The receipt as a signed file: of what was handed in last, or of the time that the address names."""
    made = await receipt_of(request, found, request.match_info.get("number", ""))
    return _file(*made) if made else see_other(f"{found.base}/")


async def receipt_of(request: web.Request, found: Opened, number: str) -> tuple[str, str, str] | None:
    """A receipt, its media type and its name as a file; none where nothing was handed in, or not for this link."""
    last = await _handed_in(found, number) if found.grade in MAY_READ else None
    site = request.app[SITE]
    source = receipt.Source(found.duty, found.engagement, found.party, found.present, f"{site.base_url}/verify")
    matter = await receipt.gather(last, source) if last else None
    if matter is None:
        return None
    name = f"receipt-{matter.request['reference']}.json"
    return receipt.compose(matter, site.signing), receipt.CONTENT_TYPE, name


async def _handed_in(found: Opened, number: str) -> Submission | None:
    if not number:
        return await last_submission(found.duty.id)
    return await Submission.filter(obligation_id=found.duty.id).order_by("id").offset(int(number) - 1).first()


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
        return of_duty(found.duty, await numbers([found.duty]), found.asker)
    following = await next_one(found.duty, found.present, found.at)
    if following is None:
        return None
    if following.row is not None:
        return of_duty(following.row, await numbers([following.row]), found.asker)
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
