"""All that is asked of one contact, by all companies of the group, on one page.

What a forwarded link may thereby reach has to be thought of. The page shows, for each open request for which the same
mailbox is registered: who asks, for what work, by when, and how far the answers are; no answer. Only a link that was
mailed to a registered contact shows it: a colleague was trusted with one request, and sees that one alone.

Another request is opened by a press, which issues a link of its own. It may prepare answers and, with a code from the
registered mailbox, submit them; it may name nobody, shows nobody else's requests, and ends with the link from which it
came, so that whoever makes that one void has made both void. So somebody to whom one mail was forwarded can read and
prepare at most what the same person of the same party was asked, and can hand in nothing without that person.

Below them stand the answers to which the same contact may still add (notices of incidents), on the same terms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor import links, tables
from monitor.asked import frozen, last_submission
from monitor.language import Message, say_day, say_last_day
from monitor.letters.items import items
from monitor.letters.words import duty_reference
from monitor.obligations import KINDS, drafts, signing
from monitor.obligations.adding import may_add
from monitor.questionnaire import SectionState, examine
from monitor.refusal import Refused
from monitor.registry.addresses import parties_at
from monitor.tables.duty import ASKED, HANDED_IN
from monitor.web.answers.groups import visible
from monitor.web.fields import said as typed
from monitor.web.form.opening import Opened, form_page, through_link
from monitor.web.pages import see_other
from monitor.web.site import SITE
from monitor.web.words import named, topic_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiohttp import web
    from tortoise.queryset import QuerySet

    from monitor.obligations.drafts import Draft
    from monitor.tables import Obligation


async def asked_of(found: Opened) -> list[Obligation]:
    """The open requests of whoever this link was mailed to, the most urgent first."""
    if not found.lists:
        return [found.duty] if found.duty.state in ASKED else []
    asked = await _theirs(found, tables.Obligation.filter(told_on__not_isnull=True, state__in=ASKED))
    return sorted(asked, key=lambda duty: (duty.due_on, duty.id))


async def growing(found: Opened) -> list[Obligation]:
    """What whoever this link was mailed to has handed in and may still add to, the latest first."""
    if not found.lists:
        return [found.duty] if found.adding else []
    kinds = [kind.name for kind in KINDS.values() if kind.grows]
    handed_in = await _theirs(found, tables.Obligation.filter(kind__in=kinds, state__in=HANDED_IN, erased_on=None))
    return sorted([duty for duty in handed_in if await may_add(duty)], key=lambda duty: -duty.id)


async def _theirs(found: Opened, duties: QuerySet[Obligation]) -> list[Obligation]:
    """Those of these for which the contact behind the link is asked."""
    contact = await signing.contact_of(found.duty, found.link, found.party)
    named = await duties.filter(asks__gt="", asks__iexact=contact)  # each by an index of its own
    return [*named, *await duties.filter(party_id__in=await parties_at(contact), asks="")]


@through_link
async def show(request: web.Request, found: Opened) -> web.StreamResponse:
    """Who asks, for what, by when, and how far it is."""
    return await _page(request, found)


async def _page(request: web.Request, found: Opened, no: Refused | None = None) -> web.Response:
    duties = await asked_of(found)
    known = await drafts.read_all([duty.id for duty in duties])
    rows = [await _row(duty, known[duty.id], found) for duty in duties]
    told = [await _told(duty, found) for duty in await growing(found)]
    wrong = [{"text": no.message.in_(found.language), "href": ""}] if no else []
    return form_page(
        request, found, "mine.html", status=422 if no else 200, errors=wrong, rows=rows, told=told, owner=found.lists,
        codes=_elsewhere([*rows, *told]),
    )  # fmt: skip


def _elsewhere(rows: Iterable[dict[str, Any]]) -> bool:
    """Whether a request is listed that this page opens, and that will ask for a code."""
    return any(not row["here"] for row in rows)


async def _row(duty: Obligation, draft: Draft, found: Opened) -> dict[str, Any]:
    language, present = found.language, found.present
    done, parts = await _progress(duty, draft, found)
    late = found.at >= present.calendar.end_of(duty.due_on)
    return await _named(duty, found) | {
        "due": say_last_day(duty.due_on, present.calendar.zone, language),
        "state": "overdue" if late else "wanting" if duty.state == "returned" else duty.state,
        "progress": Message("{done} of {all} parts", {"done": done, "all": parts}).in_(language),
    }


async def _told(duty: Obligation, found: Opened) -> dict[str, Any]:
    """What was handed in: when, and what it does not say yet."""
    gist = await KINDS[duty.kind].gist(duty, {})
    last = await last_submission(duty.id)
    on = say_day(found.present.calendar.day_of(last.submitted_at), found.language) if last else ""
    return await _named(duty, found) | {"on": on, "missing": items(str(gist.get("missing", "")), found.language)}


async def _named(duty: Obligation, found: Opened) -> dict[str, Any]:
    """Which request it is, in words."""
    language, present = found.language, found.present
    engagement = await present.engagement(duty.engagement_id)
    return {
        "id": duty.id,
        "asker": named(present.companies.get(duty.company_id) or present.group, language),
        "party": named(await present.party(duty.party_id), language),
        "what": topic_name(duty.kind, language),
        "work": engagement.title or engagement.key,
        "ref": duty_reference(duty.id),
        "here": duty.id == found.duty.id,
    }


async def _progress(duty: Obligation, draft: Draft, found: Opened) -> tuple[int, int]:
    questionnaire = await frozen(duty.request_id)
    examined = examine(questionnaire, draft.answers, found.present.calendar.day_of(found.at))
    parts = [section for section in questionnaire.sections if visible(section, examined)]
    return sum(examined.sections[one.id] is SectionState.COMPLETE for one in parts), len(parts)


@through_link
async def open_one(request: web.Request, found: Opened) -> web.StreamResponse:
    """Open one of them. Which one stands in the button: a form that comes back without it changes nothing."""
    wished = (await typed(request, 20)).get("open", "")
    listed = [*await asked_of(found), *await growing(found)]
    duty = next((one for one in listed if str(one.id) == wished), None)
    if duty is None:
        return see_other(f"{found.base}/mine")
    if duty.id == found.duty.id:
        return see_other(f"{found.base}/tasks")
    try:
        token = await links.issue_from(request.app[SITE].keyring, duty, found.at, found.link)
    except Refused as no:
        return await _page(request, found, no)
    return see_other(f"/f/{token}/{found.language}/")
