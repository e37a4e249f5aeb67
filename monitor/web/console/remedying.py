"""The page of the register of findings, and one finding with what happened to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from checks.contract import Severity
from monitor import tables
from monitor.language import Message, say_day, say_instant
from monitor.letters.words import severity as severity_word
from monitor.questionnaire import thaw_answers
from monitor.refusal import Refused
from monitor.remediation.asking import said_of
from monitor.remediation.rules import HELD, unsettled
from monitor.tables.remediation import REQUEST
from monitor.web.console.history import history, until_words
from monitor.web.console.improving import measures
from monitor.web.console.limits import risk
from monitor.web.console.looking import Wrong, console_page
from monitor.web.console.paging import A_PAGE, Pages
from monitor.web.console.register import Register, Wanted
from monitor.web.console.remedies import Entry, day_said, entries_of, told
from monitor.web.console.session import Reader, reader
from monitor.web.pages import language_of, moment
from monitor.web.site import SITE
from monitor.web.words import topic_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.reviewing import Policy
    from monitor.tables import Remediation

#: What is shown of the register.
SHOWN = {"": "Not settled", "settled": "Settled", "all": "All"}
HOWS = {
    "evidence": "Evidence accepted by",
    "person": "Seen by",
    "look": "Seen by a look of ours",
    "objection": "The party's objection, accepted by",
    "replaced": "Replaced by another finding of the same question",
    "ended": "The work has ended",
}


async def findings_page(request: web.Request) -> web.StreamResponse:
    who, at, language = await reader(request), moment(), language_of(request)
    wanted = Wanted.of(request)
    found = Register(who, wanted, at)
    entries, count = await found.part((wanted.page - 1) * A_PAGE, A_PAGE), await found.count()
    levels = {one.word: severity_word(one, language) for one in reversed(Severity)}
    states = {key: Message(SHOWN[key]).in_(language) for key in SHOWN}
    return console_page(
        request, who, "findings.html", rows=await told(entries, who, language), wanted=wanted, count=count,
        late=await found.late(), levels=_options(levels, wanted.severity), states=_options(states, wanted.state),
        pages=Pages.of("/findings", wanted.page, count, wanted.said),
    )  # fmt: skip


def _options(words: Mapping[str, str], chosen: str) -> list[dict[str, Any]]:
    return [{"value": value, "text": text, "selected": value == chosen} for value, text in words.items()]


async def finding_of(request: web.Request, who: Reader) -> Remediation:
    """The finding named in the path, if the reader may see it; to all others it does not exist."""
    row = await tables.Remediation.get_or_none(id=int(request.match_info["id"])).select_related("owner", "origin")
    if row is None or not who.sees(row.company_id):
        raise web.HTTPNotFound
    return row


async def finding_page(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    return await show_finding(request, who, await finding_of(request, who))


async def show_finding(request: web.Request, who: Reader, row: Remediation, wrong: Wrong | None = None) -> web.Response:
    wrong, language, at = wrong or Wrong(), language_of(request), moment()
    entry = (await entries_of([row], who, at))[0]
    return console_page(
        request, who, "finding.html", status=wrong.status, errors=wrong.errors, said=wrong.said, row=row, entry=entry,
        one=(await told([entry], who, language))[0], facts=await _facts(entry, who, language),
        held=row.state in HELD, open=unsettled(row), answer=await _answered(row, language),
        treated=await _treated(row, who, language), owners=_owners(row, who),
        history=await history(row, language, who.present.calendar),
        limit=risk(row, who, at, language), measures=await measures(f"finding/{row.id}", language),
        too_few=await _too_few(row, who, request.app[SITE].review, language),
    )  # fmt: skip


async def _treated(row: Remediation, who: Reader, language: str) -> dict[str, str] | None:
    """What a reviewer said, before the answer that raised it was accepted, of how it is dealt with."""
    mark = await tables.Mark.get_or_none(submission_id=row.origin_id, question=row.question).select_related("reviewer")
    if mark is None or not mark.treatment:
        return None
    when = say_instant(mark.changed_at, who.present.calendar.zone, language)
    by = (mark.reviewer.name or mark.reviewer.email) if mark.reviewer else ""
    return {"text": mark.treatment, "by": " · ".join(part for part in (by, when) if part)}


async def _too_few(row: Remediation, who: Reader, review: Policy, language: str) -> str:
    """Why this reader cannot close it by word alone; empty where they can."""
    tier = (await who.present.engagement(row.engagement_id)).effective_tier
    try:
        who.authority(row.company_id).may_verify(row, pair=review.needs_second(tier))
    except Refused as refusal:
        return refusal.message.in_(language)
    return ""


async def _facts(entry: Entry, who: Reader, language: str) -> list[tuple[str, str]]:
    row, calendar = entry.row, who.present.calendar
    one = (await told([entry], who, language))[0]
    found = [(Message("Work"), one["title"]), (Message("Responsible company"), one["company_name"])]
    if row.state in HELD and row.state != "accepted_risk":
        found.append((Message("To be put right by"), one["due"]))
    if row.promised_on and unsettled(row):
        found.append((Message("Promised by the party for"), say_day(row.promised_on, language)))
    found.append((Message("Owner"), one["owner"] or Message("nobody yet").in_(language)))
    found.append((Message("First found"), one["first"]))
    if row.times > 1:
        found.append((Message("Found so far"), Message("{times} times", {"times": row.times}).in_(language)))
    if row.state == "accepted_risk" and row.risk_until:
        found.append((Message("Risk accepted"), until_words(row.risk_until, calendar, language, row.risk_why)))
        found.append((Message("Accepted by"), await _who(row.risk_by)))
    if row.proof and row.settled_at:
        found.append((Message(HOWS[row.proof["how"]]), await _shown(row, who, language)))
    return [(term.in_(language), value) for term, value in found]


async def _shown(row: Remediation, who: Reader, language: str) -> str:
    """Who or what settled it, and when."""
    when = say_instant(row.settled_at, who.present.calendar.zone, language) if row.settled_at else ""
    by = await _who(str(row.proof.get("by", "")))
    if row.proof["how"] == "look":
        urls = await tables.Watch.filter(id__in=row.proof["watches"]).order_by("id").values_list("url", flat=True)
        by = " ".join([topic_name(row.proof["check"], language), *(str(url) for url in urls)])
    return " · ".join(part for part in (by, when) if part)


async def _who(actor: str) -> str:
    if not actor.startswith("person/"):
        return ""
    found = await tables.Person.get_or_none(id=int(actor.removeprefix("person/")))
    return (found.name or found.email) if found else ""


async def _answered(row: Remediation, language: str) -> dict[str, Any] | None:
    """What the party said of it last, in a request that is under review or decided."""
    about = tables.Submission.filter(obligation__engagement_id=row.engagement_id, obligation__kind=REQUEST)
    async for handed_in in about.order_by("-id"):
        answers = thaw_answers(handed_in.answers)
        said = said_of(row.id, answers)
        if said:
            files = answers[f"finding.{row.id}.state"].files
            by = day_said(said.by, language)
            return {
                "said": said,
                "by": by,
                "files": files,
                "at": handed_in.submitted_at,
                "duty": handed_in.obligation_id,
            }
    return None


def _owners(row: Remediation, who: Reader) -> list[dict[str, Any]]:
    """The addresses of the company's people, of whom one can be its owner."""
    company = who.present.companies.get(row.company_id)
    if company is None:
        return []
    shared = (*company.managers, *company.reviewers, *company.pi_manager, *company.executive)
    present = row.owner.email if row.owner else ""
    known = dict.fromkeys(email.lower() for email in (*shared, *(one.email for one in company.person)))
    return [{"value": email, "text": email, "selected": email == present} for email in known]


def may_own(row: Remediation, email: str, who: Reader) -> bool:
    return any(one["value"] == email.lower() for one in _owners(row, who))
