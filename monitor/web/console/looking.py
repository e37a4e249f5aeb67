"""What managers see of one request, one case, one file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from checks.contract import Severity
from monitor import links, tables
from monitor.archive.recall import latest
from monitor.asked import frozen, last_submission
from monitor.certificates import concerning
from monitor.duties.changes import CHECK, KIND, RULE
from monitor.evidence import content_disposition
from monitor.language import Message, listed, say_day, say_instant
from monitor.letters.words import duty_reference
from monitor.obligations import KINDS
from monitor.obligations.adding import handed_in_before
from monitor.obligations.drafts import last_accepted
from monitor.obligations.marks import marks_of
from monitor.questionnaire import examine, thaw_answers
from monitor.schedule import overdue
from monitor.tables.duty import ASKED
from monitor.web.answers.groups import answer_groups
from monitor.web.answers.view import size
from monitor.web.console.colleagues import named_colleagues
from monitor.web.console.correspondence import correspondence
from monitor.web.console.course import course, row_of
from monitor.web.console.doubt import Tongue, Trust, against, answers_against, trust
from monitor.web.console.facts import about, commented, declaration, particular
from monitor.web.console.findings import findings_of
from monitor.web.console.history import history, until_words
from monitor.web.console.limits import duty as limits
from monitor.web.console.pairing import waiting
from monitor.web.console.pleas import objected, objections, undecided
from monitor.web.console.reappearance import reappeared
from monitor.web.console.remedies import of_duty
from monitor.web.console.session import Reader, reader
from monitor.web.console.steps import next_steps
from monitor.web.pages import language_of, moment, page
from monitor.web.site import SITE
from monitor.web.words import named, topic_name, whose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from monitor.calendar import Calendar
    from monitor.questionnaire import Examination, Questionnaire
    from monitor.tables import Obligation

VIEWS = {"/": "Today", "/findings": "Remediation", "/registers": "Registers", "/closed": "Closed"}
SANDBOX = "sandbox; default-src 'none'"


@dataclass(frozen=True)
class Wrong:
    """An act that was refused: what is wrong, and what was typed."""

    errors: Sequence[Mapping[str, str]] = ()
    said: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        return 422 if self.errors else 200


def console_page(request: web.Request, who: Reader, template: str, *, status: int = 200, **values: Any) -> web.Response:
    """A managers' page, with what all of them show."""
    language = language_of(request)
    chosen = request.query.get("company", "")
    companies = [(key, named(who.present.companies[key], language)) for key in who.companies]
    common = {
        "who": who,
        "me": who.name or who.person.email,
        "here": request.path,
        "scheme": request.cookies.get("itaku-scheme", "auto"),
        "group": named(who.present.group, language),
        "zone": who.present.calendar.zone,
        "company_action": request.path if request.path in VIEWS else "/",
        "companies": [
            {"value": "", "text": Message("All companies").in_(language), "selected": not chosen},
            *({"value": key, "text": name, "selected": key == chosen} for key, name in companies),
        ]
        if len(companies) > 1
        else [],
        "navigation": [
            {"text": Message(text).in_(language), "href": href, "current": request.path == href}
            for href, text in VIEWS.items()
        ],
        "preferences_action": "/settings",
        "signout_action": "/sign-out",
        "at": moment(),
    }
    return page(request, f"web/console/{template}", status=status, language=language, **common, **values)


async def duty_of(request: web.Request, who: Reader) -> Obligation:
    """The request named in the path, if the reader may see it; to all others it does not exist."""
    duty = await tables.Obligation.get_or_none(id=int(request.match_info["id"]))
    if duty is None or not who.sees(duty.company_id):
        raise web.HTTPNotFound
    if duty.erased_on:
        raise web.HTTPSeeOther(f"/erased/{duty.id}")
    return duty


async def duty_page(request: web.Request) -> web.StreamResponse:
    """One request: where it stands, what was answered, what happened, what comes next, what can be done."""
    who = await reader(request)
    return await show_duty(request, who, await duty_of(request, who))


async def show_duty(request: web.Request, who: Reader, duty: Obligation, wrong: Wrong | None = None) -> web.Response:
    wrong = wrong or Wrong()
    language, at, calendar = language_of(request), moment(), who.present.calendar
    engagement, party = await who.present.engagement(duty.engagement_id), await who.present.party(duty.party_id)
    company = who.present.companies.get(duty.company_id)
    submission = await last_submission(duty.id)
    questions = await _asked_of(duty)
    late = overdue(duty, calendar, at)
    files = await _handed_in(submission)
    sure = await _trust(request, who, duty, submission)
    last_day = await who.present.last_day(duty.engagement_id)
    return console_page(
        request, who, "duty.html", status=wrong.status, errors=wrong.errors, said=wrong.said,
        again=await reappeared(duty, calendar), two=request.app[SITE].review.needs_second(engagement.effective_tier),
        proposed=await waiting(duty, submission, who, at, language),
        mails=await correspondence(duty, party, who.present, language),
        duty=duty, engagement=engagement, party_name=named(party, language), what=topic_name(duty.kind, language),
        company_name=named(company, language) if company else "", late=late, ref=duty_reference(duty.id),
        due_words=_due_words(duty, late, calendar, at, language),
        extra_facts=particular(duty, calendar, language) + await commented(duty, submission, language),
        submission=submission, groups=await _answers(duty, submission, questions, sure, language, who),
        doubts=await against(sure, questions, duty.company_id) if sure and questions else [],
        declared=await declaration(submission, questions, who.present, language),
        about=await about(engagement, party, who.present, language),
        steps=next_steps(duty, who.present, at, language, last_day=last_day),
        history=await history(duty, language, calendar), asked=duty.state in ASKED,
        pleas=await undecided(duty, questions, calendar, language),
        unregistered=duty.asks if duty.asks.lower() not in {one.lower() for one in party.contacts} else "",
        links_valid=await links.valid(duty.id, at), told=duty.told_on is not None,
        colleagues=await named_colleagues(duty.id, language),
        files=[{"id": file.id, "name": file.name, "words": size(file.size)} for file in files],
        asks_findings=KINDS[duty.kind].about_findings,
        remedies=await of_duty(duty, submission, who, language, at), limits=limits(duty, who, at, language),
    )  # fmt: skip


async def _handed_in(submission: tables.Submission | None) -> list[tables.Evidence]:
    """The files of an answer. What lies in a draft belongs to the party, like the rest of it."""
    answers = thaw_answers(submission.answers) if submission else {}
    ids = [file.id for answer in answers.values() for file in answer.files]
    return await tables.Evidence.filter(id__in=ids).order_by("stored_at", "id")


def _due_words(duty: Obligation, late: bool, calendar: Calendar, at: datetime, language: str) -> str:
    days = (calendar.day_of(at) - duty.due_on).days
    text = "{day} ({days} days overdue)" if late else "{day}"
    return Message(text, {"day": say_day(duty.due_on, language), "days": days}).in_(language)


async def _asked_of(duty: Obligation) -> Questionnaire | None:
    """The questions as they were sent."""
    return await frozen(duty.request_id) if duty.request_id else None


async def _answers(
    duty: Obligation,
    submission: tables.Submission | None,
    questionnaire: Questionnaire | None,
    sure: Trust | None,
    language: str,
    who: Reader,
) -> list[dict[str, Any]]:
    """The answers as handed in. What is still a draft belongs to the party and is not shown."""
    if submission is None or questionnaire is None or sure is None:
        return []
    answers = sure.answers
    examined = examine(questionnaire, answers, who.present.calendar.day_of(submission.submitted_at))
    grows = KINDS[duty.kind].grows
    before = await handed_in_before(duty, submission.id) if grows else await last_accepted(duty, before=submission.id)
    groups = answer_groups(questionnaire, answers, examined, before, language)
    said, marks = await objections(duty.id, who.present.calendar, language), await marks_of(submission.id)
    return [
        {
            **group,
            "rows": [
                objected(_for_reviewers(row, examined, sure), said) | judged(marks.get(row["id"]))
                for row in group["rows"]
            ],
        }
        for group in groups
    ]


def _for_reviewers(row: dict[str, Any], examined: Examination, sure: Trust) -> dict[str, Any]:
    """With how sure one can be of it. What the form told the party to do is not said to reviewers: they read that there
    is no answer.
    """
    return row | sure.label(row["id"]) | ({"problem": ""} if examined.questions[row["id"]].problems else {})


def judged(mark: tables.Mark | None) -> dict[str, str]:
    """What a reviewer has marked an answer with, and told the party of it."""
    return {"verdict": mark.verdict, "told": mark.comment} if mark else {}


async def _trust(
    request: web.Request, who: Reader, duty: Obligation, submission: tables.Submission | None
) -> Trust | None:
    if submission is None:
        return None
    return await trust(submission, duty.party_id, request.app[SITE].claims, _tongue(request, who), moment())


def _tongue(request: web.Request, who: Reader) -> Tongue:
    return Tongue(language_of(request), who.present.calendar, request.app[SITE].rules)


async def case_of(request: web.Request, who: Reader) -> tables.Case:
    """The case named in the path, if the reader may see it."""
    case = await tables.Case.get_or_none(id=int(request.match_info["id"]))
    if case is None or not who.sees(case.company_id):
        raise web.HTTPNotFound
    return case


async def show_case(request: web.Request, who: Reader, case: tables.Case, wrong: Wrong | None = None) -> web.Response:
    wrong, watch = wrong or Wrong(), case.watch_id
    if watch is None:
        raise web.HTTPNotFound
    language, at, zone = language_of(request), moment(), who.present.calendar.zone
    looks = await latest(watch, 20)
    rules = request.app[SITE].rules
    calendar = who.present.calendar
    owner = named(who.present.companies.get(case.company_id or "") or who.present.group, language)
    held = [(Message("Responsible company").in_(language), owner), *await _works(case, who, language)]
    held += await _been_through(case, calendar, language)
    if case.paused_until:
        until = until_words(case.paused_until, calendar, language, case.paused_why)
        held.append((Message("Taken in hand").in_(language), until))
    return console_page(
        request, who, "case.html", status=wrong.status, errors=wrong.errors, said=wrong.said, case=case,
        party_name=await whose(case.party_id, who.present, language), what=topic_name(case.check_kind, language),
        severity=Severity(case.severity).word, extra_facts=held,
        findings=await findings_of(case, rules, language),
        doubts=await answers_against(case, _tongue(request, who)),
        looks=[row_of(look, rules, zone, language) for look in looks],
        course=await course(watch, at, calendar, language),
        steps=next_steps(case, who.present, at, language), history=await history(case, language, calendar),
        texts=await tables.FindingRow.exists(watch_id=watch, rule=RULE), decision=await _decision(case),
    )  # fmt: skip


async def _decision(case: tables.Case) -> tables.OwnDuty | None:
    """What the case's own company has to decide for it to close."""
    if case.check_kind != CHECK:
        return None
    owed = tables.OwnDuty.filter(kind=KIND, party_id=case.party_id, url=case.url, company_id=case.company_id)
    return await owed.get_or_none(state="open")


async def _been_through(case: tables.Case, calendar: Calendar, language: str) -> list[tuple[str, str]]:
    """What a case has been through: the addresses that joined it, how often it came back, what it waits for."""
    zone, found = calendar.zone, []
    joined = tables.Joined.filter(case_id=case.id).order_by("joined_at", "id")
    for url, well in await joined.values_list("watch__url", "well_at"):
        name = "Another address, which answers again" if well else "Another address, which does not answer either"
        found.append((Message(name).in_(language), url))
    if case.returned_at:
        last = say_instant(case.returned_at, zone, language)
        words = Message("{times} times, last {when}", {"times": case.returns, "when": last})
        found.append((Message("Came back").in_(language), words.in_(language)))
    if case.closes_at:
        found.append((Message("Passes again; closes").in_(language), say_instant(case.closes_at, zone, language)))
    if case.muted_until:
        until = until_words(case.muted_until, calendar, language, case.muted_why)
        found.append((Message("Muted").in_(language), until))
    return found


async def _works(case: tables.Case, who: Reader, language: str) -> list[tuple[str, str]]:
    """The company's works with that party which are in force while it fails."""
    if case.party_id is None:
        return []
    engaged = (await who.present.engaged([case.party_id]))[case.party_id]
    titles = [one.title or one.key for one in concerning(engaged, case.company_id, case.opened_on)]
    return [(Message("Work").in_(language), listed(titles, language))] if titles else []


async def evidence_file(request: web.Request) -> web.StreamResponse:
    """A file that a party handed in: always as a download, never shown inside a page."""
    who = await reader(request)
    row = await tables.Evidence.get_or_none(id=request.match_info["id"]).select_related("obligation")
    if row is None or not who.sees(row.obligation.company_id) or not await _belongs_to_an_answer(row):
        raise web.HTTPNotFound
    pieces = await request.app[SITE].evidence.read(row.sha256)
    response = web.StreamResponse(headers={
        "Content-Type": row.media_type,
        "Content-Disposition": content_disposition(row.name),
        "Content-Security-Policy": SANDBOX,
        "X-Content-Type-Options": "nosniff",
        "Content-Length": str(row.size),
    })  # fmt: skip
    await response.prepare(request)
    async for chunk in pieces:
        await response.write(chunk)
    await response.write_eof()
    return response


async def _belongs_to_an_answer(row: tables.Evidence) -> bool:
    """Whether a file was in the draft when something was handed in, even if it was taken out later."""
    after = tables.Submission.filter(obligation_id=row.obligation_id, submitted_at__gte=row.stored_at)
    return await (after.filter(submitted_at__lte=row.withdrawn_at) if row.withdrawn_at else after).exists()
