"""What managers see: the board of their companies, one request, one case, one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import tables
from monitor.board import board
from monitor.evidence import content_disposition
from monitor.letters import named, next_steps
from monitor.questionnaire import examine, thaw, thaw_answers
from monitor.registry.format import Company
from monitor.schedule import ASKED, overdue
from monitor.web.console.history import history
from monitor.web.console.session import Reader, reader
from monitor.web.form.ending import answer_groups
from monitor.web.keys import SITE
from monitor.web.pages import language_of, moment, page

if TYPE_CHECKING:
    from monitor.tables import Obligation

SANDBOX = "sandbox; default-src 'none'"


def console_page(request: web.Request, who: Reader, template: str, *, current: str = "", status: int = 200, **values: Any) -> web.Response:
    """A managers' page, with what all of them show."""
    language = language_of(request)
    common = {
        "who": who,
        "current": current,
        "scheme": request.cookies.get("itaku-scheme", "auto"),
        "group_name": named(who.present.group, language),
        "zone": who.present.calendar.zone,
        "companies": [(key, named(who.present.companies[key], language)) for key in who.companies],
        "at": moment(),
    }
    return page(request, f"web/console/{template}", status=status, language=language, **common, **values)


async def board_page(request: web.Request) -> web.StreamResponse:
    """Today: what is overdue or failing first, then what waits for the reader's review, then what runs."""
    who, at = await reader(request), moment()
    company = request.query.get("company") or None
    if company and not who.sees(company):
        raise web.HTTPNotFound
    language = language_of(request)
    rows = [row for row in await board(at, company) if who.sees(row["company"])]
    parties = await who.present.parties({row["party"] for row in rows})
    engagements = await who.present.engagements({row["engagement"] for row in rows if row.get("engagement")})
    for row in rows:
        owner = who.present.companies.get(row["company"] or "")
        row["company_name"] = named(owner, language) if owner else named(who.present.group, language)
        row["party_name"] = named(parties[row["party"]], language)
        row["title"] = engagements[row["engagement"]].title if row.get("engagement") else row["url"]
        row["href"] = f"/{row['id'].replace('obligation/', 'duty/')}"
    return console_page(request, who, "board.html", current="today", rows=rows, company=company, counts=_counts(rows))


def _counts(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {
        "overdue": sum(1 for row in rows if row["state"] == "overdue"),
        "failing": sum(1 for row in rows if row["state"] == "failing"),
        "review": sum(1 for row in rows if row["state"] == "submitted"),
        "running": sum(1 for row in rows if row["state"] in {"open", "returned"}),
    }


async def duty_of(request: web.Request, who: Reader) -> Obligation:
    """The request named in the path, if the reader may see it; to all others it does not exist."""
    duty = await tables.Obligation.get_or_none(id=int(request.match_info["id"]))
    if duty is None or not who.sees(duty.company_id):
        raise web.HTTPNotFound
    return duty


async def duty_page(request: web.Request) -> web.StreamResponse:
    """One request: where it stands, what was answered, what happened, what comes next, what can be done."""
    who = await reader(request)
    return await show_duty(request, who, await duty_of(request, who))


async def show_duty(request: web.Request, who: Reader, duty: Obligation, *, status: int = 200, errors: list[dict[str, str]] | None = None,
                    said: dict[str, str] | None = None) -> web.Response:  # fmt: skip
    language, at, calendar = language_of(request), moment(), who.present.calendar
    engagement, party = await who.present.engagement(duty.engagement_id), await who.present.party(duty.party_id)
    company = who.present.companies.get(duty.company_id)
    submission = await tables.Submission.filter(obligation_id=duty.id).order_by("-id").first()
    return console_page(
        request, who, "duty.html", current="today", status=status,
        duty=duty, engagement=engagement, party=party, party_name=named(party, language),
        company_name=named(company, language) if isinstance(company, Company) else "",
        late=overdue(duty, calendar, at), days=(calendar.day_of(at) - duty.due_on).days, ref=f"ITK-{duty.id:06d}",
        submission=submission, groups=await _answers(duty, submission, language, who, at),
        steps=next_steps(duty, who.present, at, language), history=await history(duty, language, calendar.zone),
        pleas=await tables.Plea.filter(obligation_id=duty.id).order_by("-id"), asked=duty.state in ASKED,
        files=await tables.Evidence.filter(obligation_id=duty.id, withdrawn_at=None).order_by("stored_at"),
        errors=errors or [], said=said or {},
    )  # fmt: skip


async def _answers(duty: Obligation, submission: tables.Submission | None, language: str, who: Reader, at: Any) -> list[dict[str, Any]]:
    """The answers as handed in. What is still a draft belongs to the party and is not shown."""
    if submission is None or duty.request_id is None:
        return []
    questionnaire = thaw((await tables.FrozenRequest.get(sha256=duty.request_id)).body)
    answers = thaw_answers(submission.answers)
    examined = examine(questionnaire, answers, who.present.calendar.day_of(submission.submitted_at))
    before = await tables.Submission.filter(
        verdict="accepted", obligation__engagement_id=duty.engagement_id, obligation__kind=duty.kind, id__lt=submission.id
    ).order_by("-id").first()  # fmt: skip
    return answer_groups(questionnaire, answers, examined, thaw_answers(before.answers) if before else {}, language)


async def case_page(request: web.Request) -> web.StreamResponse:
    """One failing check: what was found, since when, what comes next."""
    who = await reader(request)
    case = await tables.Case.get_or_none(id=int(request.match_info["id"]))
    if case is None or not who.sees(case.company_id):
        raise web.HTTPNotFound
    return await show_case(request, who, case)


async def show_case(request: web.Request, who: Reader, case: tables.Case, *, status: int = 200, errors: list[dict[str, str]] | None = None) -> web.Response:
    language, at = language_of(request), moment()
    party = await who.present.party(case.party_id)
    findings = await tables.FindingRow.filter(watch_id=case.watch_id).order_by("closed_at", "-severity")
    looks = await tables.LookRow.filter(watch_id=case.watch_id).order_by("-at").limit(20)
    return console_page(
        request, who, "case.html", current="today", status=status, case=case, party_name=named(party, language),
        findings=[finding for finding in findings if finding.closed_at is None or case.closed_at], looks=looks,
        rules=request.app[SITE].rules, steps=next_steps(case, who.present, at, language), errors=errors or [],
    )  # fmt: skip


async def evidence_file(request: web.Request) -> web.StreamResponse:
    """A file that a party handed in: always as a download, never shown inside a page."""
    who = await reader(request)
    row = await tables.Evidence.get_or_none(id=request.match_info["id"]).select_related("obligation")
    if row is None or not who.sees(row.obligation.company_id):
        raise web.HTTPNotFound
    response = web.StreamResponse(headers={
        "Content-Type": row.media_type,
        "Content-Disposition": content_disposition(row.name),
        "Content-Security-Policy": SANDBOX,
        "X-Content-Type-Options": "nosniff",
        "Content-Length": str(row.size),
    })  # fmt: skip
    await response.prepare(request)
    async for chunk in request.app[SITE].evidence.read(row.sha256):
        await response.write(chunk)
    await response.write_eof()
    return response
