"""From a token to the request that it opens. What does not open shows one and the same page, without data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aiohttp import web

from monitor import links, shortcodes, tables
from monitor.asked import frozen
from monitor.cause import seen_again
from monitor.language import Message, say_last_day
from monitor.letters.words import duty_reference
from monitor.obligations import KINDS
from monitor.obligations.adding import may_add, said_last
from monitor.obligations.colleagues import GIVEN
from monitor.obligations.holding import NOT_OPEN
from monitor.obligations.marks import Returned, returned
from monitor.obligations.reuse import Shelf, shelf
from monitor.obligations.signing import Standing, behind
from monitor.refusal import Refused
from monitor.registry.roster import roster
from monitor.tables.duty import ASKED, HANDED_IN
from monitor.web.border import LIMITS, OFTEN, SAFE, STRANGERS, remote
from monitor.web.form.filling import Filling
from monitor.web.form.standing import points
from monitor.web.pages import moment, page, see_other
from monitor.web.site import SITE
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.obligations.drafts import Draft
    from monitor.questionnaire import Section
    from monitor.tables import Colleague, Link


SAID = ("check", "back", "opened", "first", "saved", "told", "again", "changed", "seen")
"""What addresses of the form's pages say behind the question mark."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, kw_only=True)
class Opened(Filling):
    """A request that a link has opened, with all that its pages show."""

    token: str
    link: Link
    colleague: Colleague | None = None  #: whose link it is, if it is not the registered contact's
    standing: Standing = Standing.PARTY  #: what the contact to whom the link leads back is today

    @property
    def grade(self) -> str:
        """What the link may do: view, draft, submit. A colleague's may be changed by whoever named them."""
        return self.colleague.grade if self.colleague else self.link.grade

    @property
    def owner(self) -> bool:
        """Whether it was mailed to a registered contact, who may let others in."""
        return self.lists and not self.link.via

    @property
    def lists(self) -> bool:
        """Whether it shows what else the same contact is asked: a colleague was trusted with one request, and whoever
        is registered no more is asked nothing else.
        """
        return self.link.contact_id is None and self.link.grade == "submit" and self.standing is not Standing.GONE

    @property
    def sections(self) -> Sequence[Section]:
        """The parts that this link shows: all of them, or those that a colleague was asked for."""
        chosen = self.colleague.sections if self.colleague and self.grade == "draft" else ()
        return [one for one in self.questionnaire.sections if not chosen or one.id in chosen]

    @property
    def base(self) -> str:
        return f"/f/{self.token}/{self.language}"

    @property
    def writable(self) -> bool:
        """Whether it takes answers now, from whose link they come as may be."""
        return self.duty.state in ASKED or self.adding

    @property
    def answerable(self) -> bool:
        return self.writable and self.grade in {"draft", "submit"}

    @property
    def submittable(self) -> bool:
        return self.writable and self.grade == "submit"

    @property
    def actor(self) -> str:
        return f"link/{self.link.id}"

    @property
    def foot(self) -> Mapping[str, str]:
        pages = {"colleagues": "Who works on this request"}
        more = {"pass-on": "Passing work on", "incident": "Tell of an incident"}
        return {"mine": "All requests to you"} | pages | more if self.lists else pages

    async def shelf(self) -> Shelf:
        """The party's earlier answers that may be given again; those told elsewhere only to its own contact, and not
        to somebody whom a company has confirmed for the one request.
        """
        if self.adding:
            return Shelf()  # what it goes on from stands in the form already
        today = self.present.calendar.day_of(self.at)
        return await shelf(self.duty, today, elsewhere=self.owner and self.standing is Standing.PARTY)


Page = Callable[[web.Request, Opened], Awaitable[web.StreamResponse]]


class Closed(web.HTTPException):
    """A token that opens nothing. The page is the same for an unknown, a foreign, a revoked and an expired one."""

    status_code = 404


async def opened(request: web.Request) -> Opened:
    """The request behind this path. Raises `Closed`."""
    return await opened_by(request, request.match_info["token"], request.match_info.get("language"))


async def opened_by(request: web.Request, token: str, language: str | None) -> Opened:
    """The request that a token opens, shown in that language or else the party's. Raises `Closed`; counts strangers
    and busy links.
    """
    at = moment()
    link = await links.open_(request.app[SITE].keyring, token, at)
    colleague = await _colleague(link) if link else None
    if link is None or (colleague and colleague.state != GIVEN):
        await request.app[LIMITS].hit(STRANGERS, "stranger", remote(request))
        raise Closed
    if request.method not in SAFE:
        await request.app[LIMITS].hit(OFTEN, "link", link.id)
    duty = await tables.Obligation.get(id=link.obligation_id)
    present = await roster()
    engagement = await present.engagement(duty.engagement_id)
    party = await present.party(duty.party_id)
    company = (
        present.companies.get(duty.company_id)
        if present.responsible(duty.company_id, present.calendar.day_of(at))
        else None
    )
    questionnaire = await frozen(duty.request_id)
    adding = await may_add(duty)
    code = await shortcodes.of(shortcodes.MAIL, link.mail) if link.mail else None
    return Opened(
        token=token,
        link=link,
        duty=duty,
        engagement=engagement,
        company=company,
        party=party,
        present=present,
        language=language or party.language,
        at=at,
        questionnaire=questionnaire,
        colleague=colleague,
        back=Returned({}, await said_last(duty)) if adding else await returned(duty, at, questionnaire),
        adding=adding,
        code=code or "",
        standing=(await behind(duty, link, party))[1],
    )


async def _colleague(link: Link) -> Colleague | None:
    """The colleague whose link it is."""
    if link.contact_id is None:
        return None
    return await tables.Colleague.get_or_none(obligation_id=link.obligation_id, contact_id=link.contact_id)


def through_link(handler: Page) -> Handler:
    """A page that a link opens: it gets the request that was opened, or is never reached."""

    @wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        try:
            found = await opened(request)
        except Closed:
            return closed_page(request)
        with request.app[LIMITS].one_of_few(request, found.link.id):
            return await handler(request, found)

    return guarded


def while_asked(handler: Page) -> Handler:
    """A page on which something is answered. When nothing is asked any more, or not by this link, it leads to the
    first page, which says why. What closes the request between looking and writing leads there as well. Whatever else
    is refused is said, on a page that sends the reader back to what they typed.
    """

    @wraps(handler)
    async def guarded(request: web.Request, found: Opened) -> web.StreamResponse:
        if found.answerable:
            try:
                return await handler(request, found)
            except Refused as no:
                if no.reason != NOT_OPEN:
                    why = no.message.in_(found.language)
                    return form_page(request, found, "refused.html", status=422, why=why, over=False)
        over = KINDS[found.duty.kind].no_more if request.method == "POST" and await _was_added_to(found) else None
        if over:
            return form_page(request, found, "refused.html", status=422, why=over.in_(found.language), over=True)
        return see_other(f"{found.base}/")

    return through_link(guarded)


async def _was_added_to(found: Opened) -> bool:
    """Whether this is somebody who was adding to an answer, and may not any more: what they typed is on no page of
    ours, so that they are told before they leave theirs.
    """
    fresh = await tables.Obligation.get(id=found.duty.id)
    adds = fresh.state in HANDED_IN and KINDS[fresh.kind].grows and found.grade in {"draft", "submit"}
    return adds and not await may_add(fresh) and fresh.erased_on is None


def while_read(handler: Page) -> Handler:
    """A page that shows what is being answered, to those as well whose link may only read."""

    @wraps(handler)
    async def guarded(request: web.Request, found: Opened) -> web.StreamResponse:
        return await handler(request, found) if found.writable else see_other(f"{found.base}/")

    return through_link(guarded)


def closed_page(request: web.Request) -> web.Response:
    """What every token that opens nothing shows. What does not even look like one is not written into the page: it
    could be a path that leads the button elsewhere.
    """
    token = request.match_info["token"]
    action = f"/f/{token}/fresh" if links.spelled(token) else ""
    return page(request, "web/form/closed.html", status=404, action=action)


def form_page(
    request: web.Request, found: Filling, template: str, *, status: int = 200, draft: Draft | None = None, **values: Any
) -> web.Response:
    """A page of the form, with what all of them show. `draft`: what is answered so far, where the page says what of an
    answer that came back is dealt with.
    """
    duty, calendar, language = found.duty, found.present.calendar, found.language
    title, group = found.questionnaire.title.in_(language), named(found.present.group, language)
    ref = duty_reference(duty.id)
    common = {
        "found": found,
        "duty": duty,
        "base": found.base,
        "asker": found.asker,
        "site": found.asker,
        "party_name": named(found.party, language),
        "statement": found.statement(language),
        "group_name": group,
        "operator": group,
        "title_of_form": title,
        "engagement_title": found.engagement.title or found.engagement.key,
        "subject": f"{title} {ref}",
        "ref": ref,
        "points": points(found, draft.answers if draft else None),
        "again": seen_again(duty, calendar),
        "days_left": (duty.due_on - calendar.day_of(found.at)).days,
        "due_words": say_last_day(duty.due_on, calendar.zone, language),
        "zone": calendar.zone,
        "contact": {"name": found.asker, "email": contact_of(found)},
        "languages": _languages(request, found),
        "links": _foot(found),
        "verify_code": shortcodes.grouped(found.code) if found.code else "",
        "privacy": Message(PRIVACY, {"asker": found.asker}).in_(language),
    }
    return page(request, f"web/form/{template}", status=status, language=language, **common, **values)


PRIVACY = (
    "{asker} keeps your name, post and email address with your answers for as long as it must be able to show that it "
    "supervises those to whom it entrusts personal data: until five years after the end of the work. They are used for "
    "nothing else, and are seen only by {asker}'s managers and reviewers, the group's privacy office and the auditors."
)


def _languages(request: web.Request, found: Filling) -> list[dict[str, Any]]:
    names = {"ja": "日本語", "en": "English"}
    return [
        {
            "text": name,
            "lang": code,
            "current": code == found.language,
            "href": _place(request).replace(f"/{found.language}/", f"/{code}/", 1),
        }
        for code, name in names.items()
    ]


def _foot(found: Filling) -> list[dict[str, str]]:
    """What stands below every page of the form."""
    return [
        {"text": Message(text).in_(found.language), "href": f"{found.base}/{name}"} for name, text in found.foot.items()
    ]


def _place(request: web.Request) -> str:
    """Where the reader is, with what pages of ours say in an address; what else somebody wrote there is not repeated.
    What a form sent is on no page of its own: there the form begins anew.
    """
    known = {name: request.query[name] for name in SAID if name in request.query} if request.method in SAFE else {}
    return f"{request.path}?{urlencode(known)}" if known else request.path


def contact_of(found: Filling) -> str:
    day = found.present.calendar.day_of(found.at)
    people = found.present.audience(found.duty.company_id, ["managers"], day)
    return next((addresses[0] for addresses in people.values() if addresses), "")
