"""Letters in words: what a notice is about, and the subject, text and HTML that its readers get, in their language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks.contract import Severity
from monitor.language import Message, say_short_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.outbox.deliver import Claimed
    from monitor.registry.format import Company, Engagement, Party
    from monitor.registry.roster import Roster
    from monitor.tables import Case, Notice, Obligation


@dataclass(frozen=True)
class Topic:
    """One notice of a letter with all that it speaks of."""

    notice: Notice
    roles: Sequence[str]
    duty: Obligation | None
    case: Case | None
    engagement: Engagement | None
    party: Party | None
    company: Company | None

    @property
    def ref(self) -> str:
        """What people quote on the telephone: `ITK-000123`."""
        return f"ITK-{self.duty.id:06d}" if self.duty else f"ITK-C{self.case.id:05d}" if self.case else ""

    def party_name(self, language: str) -> str:
        return named(self.party, language) if self.party else ""


def named(entity: Party | Company, language: str) -> str:
    return (entity.name_ja or entity.name) if language == "ja" else entity.name


async def gather(claimed: Claimed, present: Roster) -> list[Topic]:
    """The topics of a letter, in the order in which they were put into it."""
    subjects, topics = claimed.subjects, []
    for notice, roles in claimed.items:
        duty = subjects.duties.get(notice.obligation_id or 0)
        case = subjects.cases.get(notice.case_id or 0)
        engagement = await present.engagement(duty.engagement_id) if duty else None
        party = await present.party(notice.party_id) if notice.party_id else None
        company = present.companies.get(notice.company_id or "")
        topics.append(Topic(notice, roles, duty, case, engagement, party, company))
    return topics


_DUTY = {"attestation": "Confirmation of security control measures", "deletion": "Confirmation of return or deletion"}
_CHECK = {"availability": "Availability", "tls": "TLS certificate and encryption", "headers": "Security headers"}
_SUBJECTS = {
    ("vendor", "rung"): "[Answer needed by {due}] {what} [{ref}]",
    ("vendor", "due-moved"): "[New due date {due}] {what} [{ref}]",
    ("vendor", "returned"): "[Please complete by {due}] {what} [{ref}]",
    ("vendor", "accepted"): "[Accepted] {what} [{ref}]",
    ("vendor", "receipt"): "[Receipt] {what} [{ref}]",
    ("vendor", "cancelled"): "[No answer needed any more] {what} [{ref}]",
    ("company", "rung"): "[{days} days overdue] {party}: {what} [{ref}]",
    ("company", "review"): "[To review] {party}: {what} [{ref}]",
    ("company", "review-reminder"): "[Waiting for review] {party}: {what} [{ref}]",
    ("company", "undeliverable"): "[Undeliverable] {party}: {what} [{ref}]",
    ("case", "rung"): "[Check failing: {severity}] {party}: {what} [{ref}]",
    ("case", "resolved"): "[Passing again] {party}: {what} [{ref}]",
    ("case", "undeliverable"): "[Undeliverable] {party}: {what} [{ref}]",
}
_SEVERITY = {Severity.LOW: "low", Severity.MEDIUM: "medium", Severity.HIGH: "high", Severity.CRITICAL: "critical"}


def subject(topics: Sequence[Topic], language: str, present: Roster, at: datetime) -> str:
    """The subject of a letter. The deed and its day come first: a telephone shows some 35 characters."""
    first = _subject(topics[0], language, present, at)
    if len(topics) == 1:
        return first
    return Message("{first} and {count} more", {"first": first, "count": len(topics) - 1}).in_(language)


def _subject(topic: Topic, language: str, present: Roster, at: datetime) -> str:
    duty, case = topic.duty, topic.case
    pattern = _SUBJECTS["case" if case else topic.notice.side, topic.notice.kind]
    values = {"ref": topic.ref, "party": topic.party_name(language), "due": "", "what": "", "days": 0, "severity": ""}
    if duty:
        values["due"] = say_short_day(duty.due_on, language)
        values["days"] = max((present.calendar.day_of(at) - duty.due_on).days, 0)
        values["what"] = Message(_DUTY.get(duty.kind, duty.kind)).in_(language)
    if case:
        values["severity"] = Message(_SEVERITY[Severity(case.severity)]).in_(language)
        values["what"] = Message(_CHECK.get(case.check_kind, case.check_kind)).in_(language)
    return Message(pattern, values).in_(language)
