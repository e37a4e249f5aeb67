"""The form's first pages: what is asked and why, the list of its parts; and a fresh link for one that has expired."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from monitor import ledger, links, tables
from monitor.language import Message
from monitor.notices import VENDOR, about_duty, tell
from monitor.obligations.adding import may_add
from monitor.obligations.drafts import last_accepted
from monitor.offline.conditions import ever_asked, numbers
from monitor.promises.earlier_refusals import ALL
from monitor.promises.incidents.exposing import REF
from monitor.promises.owners.requesting import REQUESTS
from monitor.questionnaire import SectionState
from monitor.references import called
from monitor.tables.duty import ASKED, DECLINED
from monitor.tables.store import transaction
from monitor.web.answers.groups import visible
from monitor.web.border import LIMITS, STRANGERS, remote
from monitor.web.form.colleagues import holding, last_saved
from monitor.web.form.ending import over
from monitor.web.form.opening import Opened, form_page, through_link, while_asked
from monitor.web.form.pleading import declined
from monitor.web.form.receiving import receipts
from monitor.web.form.reuse import answered_before, unchanged
from monitor.web.form.saying import heard_at, told_so_far
from monitor.web.form.signing import awaited
from monitor.web.form.standing import of_section
from monitor.web.pages import language_of, moment, page, see_other
from monitor.web.site import SITE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aiohttp import web

    from monitor.obligations.drafts import Draft
    from monitor.questionnaire import Answer, Examination, Section

_STATES = {
    SectionState.UNTOUCHED: "unstarted",
    SectionState.INCOMPLETE: "started",
    SectionState.COMPLETE: "complete",
}
DONE = frozenset({"complete", "unchanged"})
AGAIN_AFTER = timedelta(minutes=10)
A_DAY = 5  #: fresh links of one duty


@through_link
async def enter(_request: web.Request, found: Opened) -> web.StreamResponse:
    """The link itself: on to the pages, in the language that was registered for the party."""
    return see_other(f"/f/{found.token}/{found.language}/")


@through_link
async def start(request: web.Request, found: Opened) -> web.StreamResponse:
    """Who asks, why, by when, and all questions at once; or, when it is over, the receipt."""
    if found.duty.state == DECLINED:
        return await declined(request, found)
    if found.duty.state not in ASKED:
        return await over(request, found)
    draft = await found.draft()
    return form_page(
        request, found, "start.html",
        promises=promises(found),
        begun=bool(draft.answers),
        earlier=await answered_before(found),
        waiting=await awaited(found, draft),
        pleas=await told_so_far(found),
        heard=await heard_at(found),
        sections=found.sections,
        numbers=numbers(found.questionnaire),
        asked=ever_asked(found.questionnaire),
        draft=draft,
        holders=await holding(found),
        receipts=await receipts(found),
        steps=None,
        wanted=wanted(found),
        matter=called(matter(found), found.language),
    )  # fmt: skip


def matter(found: Opened) -> str:
    """What it is about, where that is a name that tells its reader something."""
    return "" if found.duty.subject.startswith((REF, ALL)) else found.duty.subject


def wanted(found: Opened) -> tuple[str, str] | None:
    """What an owner has asked for, where it is that which is to be dealt with; or what has happened, where the party is
    to say whether it is affected.
    """
    said = str(found.duty.cause.get("request", ""))
    words = REQUESTS.get(said)
    if words:
        return Message("Asked for").in_(found.language), words.in_(found.language)
    return (Message("What has happened").in_(found.language), said) if said else None


@while_asked
async def tasks(request: web.Request, found: Opened) -> web.StreamResponse:
    """The parts of the form and how far each is."""
    draft = await found.draft()
    examined = found.examined(draft)
    rows = task_rows(found, examined, draft, await last_accepted(found.duty))
    return form_page(
        request, found, "tasks.html",
        rows=rows,
        draft=draft,
        done=sum(1 for row in rows if row["state"] in DONE),
        ready=examined.complete,
        earlier=await answered_before(found),
        saved="saved" in request.query,
        last_saved=await last_saved(draft, found),
        waiting=await awaited(found, draft),
    )  # fmt: skip


def task_rows(
    found: Opened, examined: Examination, draft: Draft, before: Mapping[str, Answer]
) -> list[Mapping[str, object]]:
    """The sections as the task list shows them. One in which nothing is asked is left out."""
    asked = [section for section in found.sections if visible(section, examined)]
    return [
        {
            "title": section.title.in_(found.language),
            "state": _STATES[examined.sections[section.id]],
            "href": f"{found.base}/s/{section.id}",
            "note": "",
        }
        | ({"state": "unchanged"} if unchanged(section, before, draft, examined) and _done(examined, section) else {})
        | of_section(found, section, draft.answers)
        for section in asked
    ]


def _done(examined: Examination, section: Section) -> bool:
    return examined.sections[section.id] is SectionState.COMPLETE


def promises(found: Opened) -> list[tuple[str, str]]:
    """The published words that this request serves, and the purpose that they belong to."""
    told: list[tuple[str, str]] = []
    for key in found.engagement.purposes:
        purpose = found.present.purposes.get(key)
        if purpose:
            text = (purpose.promise_ja if found.language == "ja" else purpose.promise_en) or ""
            name = (purpose.text_ja or purpose.text) if found.language == "ja" else purpose.text
            told.append((text or name, name))
    return told


async def ask_fresh(request: web.Request) -> web.StreamResponse:
    """A fresh link goes to the address that is registered, and to no other; the answer never says whether it did."""
    at = moment()
    await request.app[LIMITS].hit(STRANGERS, "fresh", remote(request))
    link = await links.named(request.app[SITE].keyring, request.match_info["token"])
    if link is not None:
        await mail_fresh(link.obligation_id, at)
    return page(request, "web/form/fresh.html", language=language_of(request))


async def mail_fresh(duty_id: int, at: datetime) -> None:
    async with transaction():
        duty = await tables.Obligation.filter(id=duty_id).select_for_update().get()
        asked = tables.Notice.filter(obligation_id=duty_id, kind="fresh-link")
        soon = await asked.filter(made_at__gt=at - AGAIN_AFTER).exists()
        adding = await may_add(duty)
        unasked, lately = duty.told_on is None and not adding, asked.filter(made_at__gt=at - timedelta(days=1))
        if unasked or soon or await lately.count() >= A_DAY:
            return
        data = {"adding": True} if adding else {}
        await tell([about_duty(duty, "fresh-link", VENDOR, at, mark=at.isoformat(), urgent=True, data=data)])
        await ledger.note("link.asked", duty, at, "vendor")
