"""Passing work on: who works below as we know it, and a request to let somebody else in (再委託の申請)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor import links, tables
from monitor.language import Message, say_day
from monitor.obligations.sub_entrustment_request import REQUEST
from monitor.obligations.turning import turn
from monitor.promises.sub_entrustment import begin, tree
from monitor.refusal import Refused
from monitor.tables.duty import ASKED
from monitor.web.fields import said as typed
from monitor.web.form.opening import Opened, form_page, through_link
from monitor.web.pages import see_other
from monitor.web.site import SITE

if TYPE_CHECKING:
    from aiohttp import web

    from monitor.tables import Obligation, SubEntrustment

BEGIN = "request"
STATES = {
    "requested": "Asked for; not decided yet. Please hand over no data",
    "approved": "Approved",
    "active": "Approved",
    "refused": "Not approved. Please hand over no data",
    "objected": "Not approved. Please hand over no data",
    "undisclosed": "Not asked for yet. Please ask, and hand over no data before it is approved",
    "ended": "Ended; the confirmation of return or erasure is still needed",
    "deletion_confirmed": "Ended, and return or erasure is confirmed",
    "withdrawn": "Withdrawn, since the work had ended",
}


@through_link
async def show(request: web.Request, found: Opened) -> web.StreamResponse:
    """Only to the registered contact: a colleague was trusted with one request."""
    return await _page(request, found) if found.lists else see_other(f"{found.base}/")


async def _page(request: web.Request, found: Opened, no: Refused | None = None) -> web.Response:
    rows = await tables.SubEntrustment.filter(engagement_id=found.duty.engagement_id).order_by("-id")
    wrong = [{"text": no.message.in_(found.language), "href": ""}] if no else []
    return form_page(
        request, found, "pass-on.html", status=422 if no else 200, errors=wrong,
        rows=[_row(row, found) for row in rows], below=await _below(found, {str(row.node_id) for row in rows}),
        here=found.duty.kind == REQUEST,
    )  # fmt: skip


def _row(row: SubEntrustment, found: Opened) -> dict[str, Any]:
    language = found.language
    days = [(Message("Asked on"), row.requested_on), (Message("Decided on"), row.decided_on)]
    said = [f"{word.in_(language)} {say_day(day, language)}" for word, day in days if day]
    return {
        "name": row.name,
        "state": Message(STATES[row.state]).in_(language),
        "days": said,
        "words": row.conditions,
    }


async def _below(found: Opened, known: set[str]) -> list[str]:
    """Who is in the tree directly below without a request that would tell."""
    top = await tree(found.duty.engagement_id, found.present)
    return [node.name for node in top.below if node.entry is not None and node.entry.key not in known]


@through_link
async def ask(request: web.Request, found: Opened) -> web.StreamResponse:
    """Begin a request. What is to be done stands in the button: a form that comes back without it changes nothing."""
    if not found.lists or (await typed(request, 20)).get("begin") != BEGIN:
        return see_other(f"{found.base}/pass-on")
    try:
        duty = await begin(found.duty.engagement_id, found.at, found.actor)
        return see_other(await _way_to(request, found, duty))
    except Refused as no:
        return await _page(request, found, no)


async def _way_to(request: web.Request, found: Opened, duty: Obligation) -> str:
    """Its form, by a link that ends with this one; it is opened here, so that nobody has to wait for its letter."""
    site = request.app[SITE]
    if duty.state == "scheduled":
        await turn(found.at, site.shelf)
        duty = await tables.Obligation.get(id=duty.id)
    if duty.state not in ASKED or duty.request_id is None:
        return f"{found.base}/mine"
    if duty.id == found.duty.id:
        return f"{found.base}/tasks"
    return f"/f/{await links.issue_from(site.keyring, duty, found.at, found.link)}/{found.language}/"
