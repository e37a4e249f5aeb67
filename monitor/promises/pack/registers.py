"""Which rows go into a pack: a literal table of registers, each with the days by which a row belongs to a year."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from tortoise.expressions import Q

from monitor import tables

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from monitor.calendar import Calendar
    from monitor.promises.trustees.choosing import Choice

BATCH = 500
#: Where a ladder stands, what stages search by: nothing of it is evidence.
_INNER = frozenset(
    (
        *("vendor_queued", "company_queued", "next_at", "version", "lease", "lease_until", "turns_at", "planned_at"),
        *("look_at", "weighed", "erase_at", "held_until", "closes_at", "meant_on", "base_on", "hushed_at"),
    )
)


@dataclass(frozen=True, slots=True)
class Register:
    """`days`, `instants`: columns one of which has to lie in the year. `whose`: the columns that name company and
    party; what has no company is of all who have works with the party, what has no party is of the company as a whole.
    """

    model: type[Any]
    days: tuple[str, ...] = ()
    instants: tuple[str, ...] = ()
    whose: tuple[str, str] = ("company_id", "party_id")
    columns: tuple[str, ...] = ()
    only: Mapping[str, Any] = field(default_factory=dict)

    def of(self, choice: Choice, calendar: Calendar) -> Any:
        """The rows of that choice."""
        rows = self.model.filter(**self.only)
        for column, key in zip(self.whose, (choice.company, choice.party), strict=True):
            rows = rows.filter(**{column: key}) if column and key else rows
        return rows.filter(self._within(choice, calendar)) if choice.first and choice.last else rows

    def _within(self, choice: Choice, calendar: Calendar) -> Q:
        first, last = choice.first, choice.last
        assert first is not None  # noqa: S101 - the caller has looked
        assert last is not None  # noqa: S101
        begin, end = calendar.instant(first), calendar.end_of(last)
        spans: list[dict[str, Any]] = [{f"{name}__gte": first, f"{name}__lte": last} for name in self.days]
        spans += [{f"{name}__gte": begin, f"{name}__lt": end} for name in self.instants]
        return Q(*(Q(**span) for span in spans), join_type="OR")


OF_WORK = ("engagement__company_id", "engagement__party_id")
OF_COMPANY = ("company_id", "")
OF_REQUEST = ("obligation__company_id", "obligation__party_id")
#: By the name of the file.
REGISTERS: Mapping[str, Register] = {
    "requests": Register(
        tables.Obligation, ("due_on", "accepted_on"), ("opened_at", "submitted_at", "decided_at"),
        only={"erased_on": None},
    ),
    "pleas": Register(tables.Plea, (), ("made_at", "decided_at"), whose=OF_REQUEST),
    "findings": Register(tables.Remediation, ("first_on", "due_on"), ("settled_at", "since")),
    "cases": Register(tables.Case, ("opened_on",), ("closed_at",)),
    "own-duties": Register(tables.OwnDuty, ("due_on",), ("opened_at", "done_at")),
    "sub-entrustments": Register(
        tables.SubEntrustment, ("requested_on", "decided_on", "ended_on"), ("made_at",), whose=OF_WORK
    ),
    "certificates-of-deletion": Register(tables.Disposal, ("accepted_on", "over_on")),
    "places-of-deletion": Register(
        tables.DisposalPlace, ("disposal__accepted_on", "disposal__over_on"),
        whose=("disposal__company_id", "disposal__party_id"),
    ),
    "incidents": Register(tables.Incident, ("aware_on",), ("received_at", "closed_at")),
    "hand-overs": Register(tables.HandOver, ("on",)),
    "instructions": Register(tables.InstructionRecord, ("on",), whose=OF_WORK),
    "suspensions": Register(tables.Suspension, (), ("begun_at", "ended_at"), whose=OF_WORK),
    "statistics": Register(tables.StatisticsReview, (), ("entered_at",), whose=OF_WORK),
    "transfer-checks": Register(tables.TransferCheck, ("on",), whose=OF_WORK),
    "provisions": Register(tables.ProvisionRecord, ("made_on", "last_on"), only={"erased_on": None}),
    "disclosures": Register(tables.Disclosure, ("reported_on",), ("entered_at",)),
    "complaints": Register(tables.Complaint, ("arrived_on", "acknowledged_on", "settled_on")),
    "corrective-actions": Register(tables.CorrectiveAction, ("due_on", "done_on", "checked_on"), ("entered_at",)),
    "owner-requests": Register(
        tables.OwnerRequest, ("arrived_on", "answered_on"), ("entered_at",), whose=OF_COMPANY, only={"erased_on": None}
    ),
    "corrections": Register(
        tables.Correction, ("known_on", "due_on", "ended_on"), ("entered_at",), whose=OF_COMPANY,
        only={"erased_on": None},
    ),
    "opt-outs": Register(tables.OptOut, ("arrived_on",), ("entered_at",), whose=OF_COMPANY),
    "yearly-summaries": Register(tables.YearlySummary, (), ("signed_at",), whose=OF_COMPANY),
    "papers": Register(tables.PaperEntry, ("received_on",), ("begun_at",), whose=OF_REQUEST),
    "endpoints": Register(
        tables.Watch, (), ("first_seen_at", "last_at"), whose=("", "party_id"),
        columns=("id", "party_id", "url", "check_kind", "settled", "last_verdict", "last_at", "first_seen_at",
                 "retired_at"),
    ),
    "endpoint-findings": Register(
        tables.FindingRow, (), ("first_seen_at", "last_seen_at", "closed_at"), whose=("", "watch__party_id"),
        columns=("id", "watch_id", "rule", "key", "severity", "detail", "first_seen_at", "last_seen_at", "closed_at"),
    ),
    "days-of-looks": Register(tables.LookDay, ("day",), whose=("", "watch__party_id")),
    # Without subjects: a letter to a company may speak of several parties, and name another first.
    "letters": Register(
        tables.MailItem, (), ("mail__made_at", "mail__sent_at"),
        whose=("notice__company_id", "notice__party_id"),
        columns=(
            *("id", "mail_id", "notice__kind", "notice__side", "notice__rung", "notice__level", "roles"),
            *("notice__company_id", "notice__party_id", "notice__obligation_id", "notice__case_id"),
            *("notice__own_duty_id", "mail__bounced_at"),
            *("mail__state", "mail__to", "mail__made_at", "mail__sent_at", "mail__reply"),
        ),
    ),
}  # fmt: skip

#: What stays out though it hangs on a company, a party, a work or a request, with the reason.
LEFT_OUT: Mapping[type[Any], str] = {
    tables.Answer: "drafts, which nobody has handed in",
    tables.Colleague: "whom a party asked for help is its own affair",
    tables.Contact: "in the registry",
    tables.Contradiction: "worked out anew at any time from answers and looks, which are in",
    tables.Engagement: "in the registry and in the ledger of trustees",
    tables.Evidence: "among the files",
    tables.Link: "secrets",
    tables.Note: "what reviewers tell each other stays among them",
    tables.OfflineFile: "among the files",
    tables.SigningCode: "secrets",
    tables.Submission: "among the receipts and the reviews",
}


async def rows(register: Register, choice: Choice, calendar: Calendar) -> AsyncIterator[str]:
    """As lines of JSON, in order of their numbers, some at a time."""
    last: Any = 0
    names = register.columns or _columns(register.model)
    while found := await register.of(choice, calendar).filter(id__gt=last).order_by("id").limit(BATCH).values(*names):
        for row in found:
            yield json.dumps({name: row[name] for name in names}, ensure_ascii=False, default=_plain) + "\n"
        last = found[-1]["id"]


def _columns(model: type[Any]) -> tuple[str, ...]:
    return tuple(name for name in model._meta.fields_db_projection if name not in _INNER)  # noqa: SLF001 - no other door


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
