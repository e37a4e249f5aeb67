"""Telling of an incident (漏えい等の通知): a party begins its notice itself, for the work of the form that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import links, tables
from monitor.hearing.asking_on import NOTICE
from monitor.language import Message, say_day
from monitor.obligations.adding import may_add
from monitor.promises.incidents.reporting import announce
from monitor.questionnaire.entry import calendar_day, three_boxes
from monitor.refusal import Refused
from monitor.tables.duty import ASKED
from monitor.web.fields import said as typed
from monitor.web.form.opening import Opened, form_page, through_link
from monitor.web.pages import moment, see_other
from monitor.web.site import SITE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

BEGIN = "incident"
MOST = 20  #: incidents that are listed
NO_DAY = Message("Enter the day on which it was noticed.")


@through_link
async def show(request: web.Request, found: Opened) -> web.StreamResponse:
    """Only to the registered contact: a colleague was trusted with one request."""
    return await _page(request, found, {}) if found.lists else see_other(f"{found.base}/")


async def _page(
    request: web.Request, found: Opened, said: Mapping[str, str], wrong: Message | None = None
) -> web.Response:
    errors = [{"text": wrong.in_(found.language), "href": "#noticed_year"}] if wrong else []
    days = found.present.group.incidents.on(found.present.calendar.day_of(moment())).notice_days
    return form_page(
        request, found, "incident.html", status=422 if wrong else 200, errors=errors, said=said, days=days,
        here=found.duty.kind == NOTICE and found.duty.state in ASKED, told=await _told(found),
    )  # fmt: skip


async def _told(found: Opened) -> list[dict[str, object]]:
    """The incidents of this work that are being dealt with, to which the party can add; the latest first."""
    going = tables.Incident.filter(engagement_id=found.duty.engagement_id, state="told").order_by("-aware_on", "-id")
    return [{"day": one.aware_on, "on": say_day(one.aware_on, found.language)} for one in await going.limit(MOST)]


@through_link
async def begin(request: web.Request, found: Opened) -> web.StreamResponse:
    """Begin a notice. What is to be done stands in the button: a form that comes back without it changes nothing."""
    said = await typed(request, 20)
    if not found.lists or said.get("begin") != BEGIN:
        return see_other(f"{found.base}/incident")
    day = calendar_day(three_boxes(*(said.get(f"noticed_{part}", "") for part in ("year", "month", "day"))))
    if day is None:
        return await _page(request, found, said, NO_DAY)
    site = request.app[SITE]
    try:
        duty = await announce(found.duty.engagement_id, day, found.at, found.actor, site.shelf)
        if duty.id == found.duty.id:
            return see_other(f"{found.base}/tasks")
        if duty.state not in ASKED and not await may_add(duty):
            return see_other(f"{found.base}/mine")
        token = await links.issue_from(site.keyring, duty, found.at, found.link)
    except Refused as no:
        return await _page(request, found, said, no.message)
    return see_other(f"/f/{token}/{found.language}/")
