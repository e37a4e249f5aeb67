"""What a letter speaks of: its notices, each with the duty or case, the engagement, and the parties to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks.contract import Severity
from monitor.cause import AGAIN
from monitor.certificates import Held
from monitor.ladder import OPENING
from monitor.letters.words import case_reference, duty_reference, own_reference
from monitor.notices import NAMED
from monitor.tables.duty import DECLINED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from monitor.outbox.claim import Claimed
    from monitor.registry.format import Company, Engagement, Party
    from monitor.registry.roster import Roster
    from monitor.tables import Case, Notice, Obligation, OwnDuty

_DEEDS = frozenset(
    {
        "returned",
        "rung",
        NAMED,
        "due-moved",
        "undeliverable",
        "plea",
        "review-reminder",
        "second-person",
        "review",
        "hand-over",
        "mute-ended",
        "mail-reply",
        "mailbox",
        "use-link",
        "still-missing",
        "code",
    }
)


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
    own: OwnDuty | None = None  #: what the company owes itself

    @property
    def ref(self) -> str:
        """What people quote on the telephone."""
        if self.own:
            return own_reference(self.own.id)
        return duty_reference(self.duty.id) if self.duty else case_reference(self.case.id) if self.case else ""

    @property
    def certificate(self) -> Held | None:
        return Held.told_of(self.notice)

    @property
    def thread(self) -> str:
        """The local part of the Message-ID that everything about this duty, case or certificate names as its root."""
        certificate = self.notice.certificate_id
        root = f"k{certificate}" if certificate else f"w{self.own.id}" if self.own else ""
        return f"o{self.duty.id}" if self.duty else f"c{self.case.id}" if self.case else root

    def stage(self, today: date) -> str:
        """Which text it gets. Rungs before T, after T, and of a failing check are different letters."""
        notice, duty = self.notice, self.duty
        if self.case:
            name = "conduct" if self.case.rule else "case"
            return {"rung": name, "resolved": f"{name}-resolved"}.get(notice.kind, notice.kind)
        if notice.kind in {"rung", NAMED} and (self.own or self.certificate):
            return "own-duty" if self.own else "certificate"
        if notice.kind != "rung" or duty is None:
            return notice.kind
        if notice.side == "company":
            return "declined" if duty.state == DECLINED else "overdue"
        if notice.rung == OPENING:
            return "reopened" if duty.cause.get("reason") in AGAIN else "opening"
        return "reminder" if today <= duty.due_on else "overdue"

    @property
    def asks(self) -> bool:
        """Whether it asks its reader for a deed. A colleague whom a party has asked is only told of."""
        asking = self.notice.kind in _DEEDS or self.notice.data.get("reason") == "another-person"
        return asking and self.notice.data.get("kind") != "hand-over"

    def urgency(self) -> tuple[int, int, int]:
        """The order within a letter: what is critical, what asks for a deed (oldest date first), what only tells."""
        if self.case and self.notice.kind == "rung":
            return (0 if self.case.severity >= Severity.CRITICAL else 2, -self.case.severity, self.case.id)
        deed = self.asks
        if self.duty:
            return (1 if deed else 3, self.duty.due_on.toordinal(), self.duty.id)
        if self.own:
            return (1, self.own.due_on.toordinal(), self.own.id)
        if self.certificate:
            return (1, self.certificate.expires_on.toordinal(), 0)
        return (1 if deed else 3, 0, self.case.id if self.case else 0)


async def gather(claimed: Claimed, present: Roster) -> list[Topic]:
    """The topics of a letter, in the order in which they were put into it."""
    subjects, topics = claimed.subjects, []
    for notice, roles in claimed.items:
        duty = subjects.duties.get(notice.obligation_id or 0)
        case = subjects.cases.get(notice.case_id or 0)
        party = await present.party(notice.party_id) if notice.party_id else None
        company = present.companies.get(notice.company_id or "")
        own = subjects.own.get(notice.own_duty_id or 0)
        about: Obligation | Case | OwnDuty | None = duty or case or own
        engagement = await present.engagement(about.engagement_id) if about and about.engagement_id else None
        topics.append(Topic(notice, roles, duty, case, engagement, party, company, own))
    return topics
