"""What must be read from the database before a letter can be written: a few queries for all its topics together."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any

from tortoise.expressions import Q

from checks.contract import Severity
from monitor import tables
from monitor.asked import frozen, last_submission
from monitor.ladder import OPENING
from monitor.letters.digest import parties_in
from monitor.letters.remedies import remedies_of
from monitor.tables.duty import ASKED
from monitor.tables.remediation import REQUEST

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from monitor.letters.topic import Topic
    from monitor.questionnaire.text import Text
    from monitor.registry.format import Engagement, Party
    from monitor.registry.roster import Roster
    from monitor.tables import Case, Contradiction, FindingRow, Obligation, Remediation, Submission

STEP = 5  #: minutes; nobody knows more exactly how long a part of a form takes


@dataclass
class Told:
    """Who has heard of a duty or case so far: the party, and the company by role, each when first."""

    asked_at: datetime | None = None
    reminders: int = 0
    last_at: datetime | None = None
    roles: dict[str, datetime] = field(default_factory=dict)

    def add(self, side: str, roles: Iterable[str], at: datetime) -> None:
        if side == "company":
            for role in roles:
                self.roles.setdefault(role, at)
        elif self.asked_at is None:
            self.asked_at = at
        else:
            self.reminders, self.last_at = self.reminders + 1, at


@dataclass(frozen=True)
class Doubt:
    """An answer that a finding contradicts: when it was handed in, to which question, and by which rule."""

    answered_at: datetime
    question: Text | None
    rule: str


@dataclass(frozen=True)
class Part:
    """What of a form a colleague was asked for."""

    titles: Sequence[Text]
    minutes: int


@dataclass(frozen=True)
class Background:
    """Facts beside the topics themselves, by the ids that those name."""

    minutes: Mapping[str, int]
    titles: Mapping[str, Text]  #: of the questions, by request
    fingerprints: Mapping[int, str]
    findings: Mapping[int, Sequence[FindingRow]]
    doubts: Mapping[int, Sequence[Doubt]]  #: by case
    beside: Mapping[int, Sequence[str]]  #: by case, the other addresses of a host that is down
    told: Mapping[str, Told]
    last_days: Mapping[str, date | None]
    parties: Mapping[str, Party]
    engaged: Mapping[str, Sequence[Engagement]]  #: by party, of those whose certificates are spoken of
    points: Mapping[int, Sequence[tuple[Text, str]]]  #: by duty, the questions that came back, and what is said of each
    proposed: Collection[int]  #: duties whose acceptance waits for a second person
    remedies: Mapping[int, Sequence[Remediation]]  #: by duty, the findings that it asks about or that its answer left
    following: Mapping[int, date]  #: by duty that was accepted, the due date of the next one of its kind
    returned: Mapping[int, datetime]  #: by duty that waits for a better answer, when the letter that asked for it left
    remedied: Mapping[int, Obligation]  #: by duty that was accepted, the open request about what it left to put right
    above: Mapping[str, Party]  #: by engagement, whoever sub-entrusted the work (再委託元)
    earlier: Mapping[int, datetime]  #: by duty that is asked, when its last answers for the same work were accepted
    parts: Mapping[str, Part]  #: by notice to a colleague, what they were asked for, where it is not all of it
    entered: Mapping[int, date]  #: by submission that the company entered from a sheet, when that was received
    through: Mapping[int, Party]  #: by duty, the party above that is asked in place of its own, for which it answers

    @classmethod
    async def of(cls, topics: Sequence[Topic], present: Roster) -> Background:
        reports = [topic.notice for topic in topics if topic.notice.kind == "digest"]
        named = {key for notice in reports for key in parties_in(notice)}
        engagements = {topic.duty.engagement_id for topic in topics if topic.duty}
        certified = {topic.certificate.party for topic in topics if topic.certificate}
        requests = {topic.duty.request_id for topic in topics if topic.duty and topic.duty.request_id}
        return cls(
            await _minutes(requests),
            {key: (await frozen(key)).title for key in requests},
            await _fingerprints(topics),
            await _findings({topic.case.watch_id for topic in topics if topic.case and topic.case.watch_id}),
            await _doubts([topic.case for topic in topics if topic.case and topic.case.watch_id]),
            await _beside({topic.case.id for topic in topics if topic.case}),
            await _told(topics),
            {key: await present.last_day(key) for key in engagements},
            await present.parties(named) if named else {},
            await present.engaged(certified) if certified else {},
            await _points([topic.duty for topic in topics if topic.duty and topic.duty.state == "returned"]),
            await _proposed([topic.duty.id for topic in topics if topic.duty and topic.duty.state == "submitted"]),
            await remedies_of(topics),
            await _following([topic.duty for topic in topics if topic.duty and topic.notice.kind == "accepted"]),
            await _returned([topic.duty.id for topic in topics if topic.duty and topic.duty.state == "returned"]),
            await _remedied([topic.duty for topic in topics if topic.duty and topic.notice.kind == "accepted"]),
            {
                one.key: await _above(one, present)
                for topic in topics
                if topic.duty and (one := topic.engagement) and one.under
            },
            await _earlier([topic.duty for topic in topics if topic.duty and topic.duty.state == "open"]),
            {topic.notice.key: part for topic in topics if (part := await _part(topic))},
            await _entered(topics),
            await _through([topic.duty for topic in topics if topic.duty and topic.duty.asks], present),
        )


async def _following(duties: Sequence[Obligation]) -> dict[int, date]:
    found: dict[int, date] = {}
    for duty in duties:
        later = tables.Obligation.filter(engagement_id=duty.engagement_id, kind=duty.kind, id__gt=duty.id)
        row = await later.exclude(state="cancelled").order_by("id").first()
        if row:
            found[duty.id] = row.due_on
    return found


async def _returned(duties: Sequence[int]) -> dict[int, datetime]:
    """The party knows the day of that letter, which may have waited for the hours in which mail leaves."""
    about = Q(notice__obligation_id__in=list(duties), notice__kind="returned", notice__side="vendor")
    rows = tables.MailItem.filter(about, mail__state="sent").order_by("mail__sent_at", "id")
    return dict(await rows.values_list("notice__obligation_id", "mail__sent_at")) if duties else {}


async def _remedied(duties: Sequence[Obligation]) -> dict[int, Obligation]:
    open_ones = tables.Obligation.filter(kind=REQUEST, state__in=ASKED, opened_at__isnull=False)
    found = {duty.id: await open_ones.filter(engagement_id=duty.engagement_id).first() for duty in duties}
    return {number: row for number, row in found.items() if row}


async def _above(engagement: Engagement, present: Roster) -> Party:
    return await present.party((await present.engagement(str(engagement.under))).party)


async def _through(duties: Sequence[Obligation], present: Roster) -> dict[int, Party]:
    """Who has been confirmed as another person of the party itself is none of these."""
    found: dict[int, Party] = {}
    for duty in duties:
        above = await present.parties({one.party for one in await present.line_above(duty.engagement_id)})
        asked = next((one for one in above.values() if duty.asks in one.contacts), None)
        if asked and duty.asks not in (await present.party(duty.party_id)).contacts:
            found[duty.id] = asked
    return found


async def _earlier(duties: Sequence[Obligation]) -> dict[int, datetime]:
    """The page offers those answers once more (monitor/obligations/reuse.py), where the same is asked."""
    last, found = await _last_accepted(duties), {}
    for duty in duties:
        answers = last.get((duty.engagement_id, duty.kind))
        asked = {question.id for question in (await frozen(duty.request_id)).questions} if duty.request_id else set()
        if answers and not asked.isdisjoint(json.loads(answers.answers)):
            found[duty.id] = answers.decided_at or answers.submitted_at
    return found


async def _last_accepted(duties: Sequence[Obligation]) -> dict[tuple[str, str], Submission]:
    """The answers that were accepted last, by work and kind."""
    if not duties:
        return {}
    works, kinds = {duty.engagement_id for duty in duties}, {duty.kind for duty in duties}
    same = Q(obligation__engagement_id__in=works, obligation__kind__in=kinds, verdict="accepted")
    rows = (
        await tables.Submission.filter(same)
        .order_by("id")
        .values_list("obligation__engagement_id", "obligation__kind", "id")
    )
    last: dict[tuple[str, str], int] = {(str(work), str(kind)): int(str(key)) for work, kind, key in rows}
    found = {row.id: row for row in await tables.Submission.filter(id__in=list(last.values()))} if last else {}
    return {key: found[number] for key, number in last.items()}


async def _part(topic: Topic) -> Part | None:
    """The parts that a colleague was asked for, in the order of the form, and what share of its time they take."""
    duty, contact = topic.duty, topic.notice.data.get("contact")
    if topic.notice.kind != "hand-over" or duty is None or not duty.request_id:
        return None
    one = await tables.Colleague.get_or_none(obligation_id=duty.id, contact_id=contact, grade="draft")
    asked = await frozen(duty.request_id)
    chosen = [section for section in asked.sections if one and section.id in one.sections]
    if not chosen:
        return None
    share = sum(len(section.questions) for section in chosen) / len(asked.questions)
    return Part([section.title for section in chosen], STEP * max(1, ceil(asked.minutes * share / STEP)))


async def _minutes(requests: set[str]) -> dict[str, int]:
    """How long the questions take, by the request in which they were frozen."""
    return {key: (await frozen(key)).minutes for key in requests}


async def _fingerprints(topics: Sequence[Topic]) -> dict[int, str]:
    """The hashes of the answers that receipts speak of."""
    ids = [topic.notice.data["submission"] for topic in topics if topic.notice.kind in {"receipt", "copy"}]
    rows = tables.Submission.filter(id__in=ids).values_list("id", "sha256") if ids else None
    return dict(await rows) if rows else {}


async def _entered(topics: Sequence[Topic]) -> dict[int, date]:
    """Of the answers that letters speak of, those that came on a sheet."""
    ids = [topic.notice.data["submission"] for topic in topics if "submission" in topic.notice.data]
    rows = tables.PaperEntry.filter(submission_id__in=ids).values_list("submission_id", "received_on") if ids else None
    return dict(await rows) if rows else {}


async def _points(duties: Sequence[Obligation]) -> dict[int, list[tuple[Text, str]]]:
    """Of answers that went back question by question: the questions, in their order, and what the reviewers wrote."""
    found = {}
    for duty in {duty.id: duty for duty in duties}.values():
        last = await last_submission(duty.id)
        marks = tables.Mark.filter(submission_id=last.id, verdict="returned") if last else None
        said = dict(await marks.values_list("question", "comment")) if marks else {}
        if said and duty.request_id:
            asked = (await frozen(duty.request_id)).questions
            found[duty.id] = [(one.text, str(said[one.id])) for one in asked if one.id in said]
    return found


async def _proposed(duties: Sequence[int]) -> set[int]:
    """Of these, those whose last answer one person would accept."""
    rows = tables.Proposal.filter(submission__obligation_id__in=list(duties), submission__verdict=None)
    found: list[Any] = await rows.values_list("submission__obligation_id", flat=True) if duties else []
    return set(found)


async def _findings(watches: set[int]) -> dict[int, list[FindingRow]]:
    found: defaultdict[int, list[FindingRow]] = defaultdict(list)
    rows = tables.FindingRow.filter(watch_id__in=watches, closed_at=None, severity__gt=Severity.LOW)
    for row in await rows.order_by("-severity", "rule", "key") if watches else []:
        found[row.watch_id].append(row)
    return found


async def _doubts(cases: Sequence[Case]) -> dict[int, list[Doubt]]:
    """The answers to a case's company that its findings contradict. Not those to other companies: they are not its."""
    found: defaultdict[int, list[Doubt]] = defaultdict(list)
    rows = tables.Contradiction.filter(finding__watch_id__in={case.watch_id for case in cases}, closed_at=None)
    for row in await rows.select_related("finding", "submission", "obligation").order_by("id") if cases else []:
        doubt = await _doubt(row)
        for case in cases:
            if (case.watch_id, case.company_id) == (row.finding.watch_id, row.obligation.company_id):
                found[case.id].append(doubt)
    return found


async def _doubt(row: Contradiction) -> Doubt:
    request = row.obligation.request_id
    asked = (await frozen(request)).questions if request else ()
    text = next((question.text for question in asked if question.id == row.question), None)
    return Doubt(row.submission.submitted_at, text, row.rule)


async def _beside(cases: set[int]) -> dict[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    rows = tables.Joined.filter(case_id__in=cases, well_at=None).order_by("joined_at", "id")
    for case, url in await rows.values_list("case_id", "watch__url") if cases else []:
        found[case].append(url)
    return found


async def _told(topics: Sequence[Topic]) -> dict[str, Told]:
    """Rungs that the mail server took, for letters that are rungs themselves."""
    rungs = [topic for topic in topics if topic.notice.kind == "rung" and topic.notice.rung != OPENING]
    own = [topic for topic in rungs if topic.duty or topic.case]
    told: defaultdict[str, Told] = defaultdict(Told)
    if own:
        about = Q(notice__obligation_id__in=[topic.duty.id for topic in own if topic.duty])
        about |= Q(notice__case_id__in=[topic.case.id for topic in own if topic.case])
        for row in await _history(about):
            duty, case = row["notice__obligation_id"], row["notice__case_id"]
            told[f"o{duty}" if duty else f"c{case}"].add(row["notice__side"], row["roles"], row["mail__sent_at"])
    return told


async def _history(about: Q) -> list[dict[str, Any]]:
    sent = tables.MailItem.filter(about, notice__kind="rung", mail__state="sent").order_by("mail__sent_at", "id")
    columns = ("notice__obligation_id", "notice__case_id", "notice__side", "roles", "mail__sent_at")
    return list(await sent.values(*columns))
