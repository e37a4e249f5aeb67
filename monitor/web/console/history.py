"""What happened to a request or a case, from the ledger and the outbox, in words and in order."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.ladder import OPENING
from monitor.language import Message, say_day, say_instant
from monitor.letters.details import people
from monitor.letters.words import ROLES
from monitor.own_duties import own_kind
from monitor.promises.states import WORK_STATES
from monitor.tables import Case, Disposal, Engagement, Obligation, OwnDuty, Remediation, SubEntrustment
from monitor.web.console.pleas import SAYS, TITLES
from monitor.web.console.returned import in_runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from monitor.calendar import Calendar
    from monitor.tables import LedgerLine

SAVED, DONE = "answer.saved", "own-duty.done"
MOMENT = timedelta(microseconds=1)
#: What the ledger calls a row, and which column of a notice names it; none where no letter is about it alone.
_NAMES = {
    Obligation: ("obligation", "obligation_id"),
    Case: ("case", "case_id"),
    OwnDuty: ("own-duty", "own_duty_id"),
    Remediation: ("remediation", None),
    SubEntrustment: ("sub-entrustment", None),
    Disposal: ("disposal", None),
    Engagement: ("engagement", None),
}
#: The states of a work.
WORDS = {
    "registry.add": "Entered",
    "registry.change": "Entry changed",
    "registry.restore": "Entered again",
    "engagement.state": "New state",
    "engagement.waived": "Waived",
    "engagement.amended": "Record corrected",
    "engagement.classified": "Class decided",
    "evidence.erased": "Erased: its time was over",
    "obligation.scheduled": "Scheduled",
    "obligation.opened": "Opened",
    "obligation.due_moved": "Due date moved",
    "obligation.overdue": "Overdue",
    "obligation.submitted": "Answer submitted",
    "obligation.returned": "Answer returned",
    "obligation.proposed": "Acceptance proposed: it waits for a second person",
    "obligation.unproposed": "Proposal taken back",
    "obligation.accepted": "Answer accepted",
    "obligation.waived": "Waived",
    "obligation.acknowledged": "Taken in hand",
    "obligation.cancelled": "Cancelled",
    "obligation.plea": "The party wrote",
    "obligation.declined": "The party declines to answer",
    "obligation.resumed": "Asked again",
    "obligation.plea_decided": "Reply to the party's wish",
    "own-duty.opened": "Arose",
    "own-duty.changed": "Changed once more",
    "own-duty.overdue": "Overdue",
    "own-duty.acknowledged": "Taken in hand",
    "own-duty.done": "Done",
    "own-duty.cancelled": "Cancelled",
    "remediation.raised": "Found in an accepted answer",
    "remediation.found_again": "Found again in a later answer",
    "remediation.found_no_more": "A later answer raises it no more",
    "remediation.promised": "The party is at it",
    "remediation.answered": "The party has answered",
    "remediation.fixed": "Reported as put right",
    "remediation.verified": "Verified",
    "remediation.dismissed": "Withdrawn: the objection was accepted",
    "remediation.risk_accepted": "Risk accepted",
    "remediation.reopened": "Open again",
    "remediation.lapsed": "Over",
    "remediation.owner_set": "Owner named",
    "sub-entrustment.requested": "Passing work on was asked for",
    "sub-entrustment.named": "Named by the party, and not known until then",
    "sub-entrustment.consented": "First entruster's consent entered",
    "sub-entrustment.data-handed": "Data was handed over",
    "sub-entrustment.approved": "Approved, not begun",
    "sub-entrustment.active": "Approved",
    "sub-entrustment.refused": "Refused",
    "sub-entrustment.objected": "Objected to",
    "sub-entrustment.withdrawn": "Withdrawn: the work above is over",
    "sub-entrustment.ended": "Ended",
    "disposal.state": "Certificate booked; not all is gone yet",
    "disposal.confirmed": "Certificate booked: all is gone",
    "disposal.gone": "Nothing is left at a place",
    "disposal.over": "All is gone",
    "case.opened": "Failing since two looks in a row",
    "conduct.opened": "Found",
    "conduct.closed": "Put right",
    "case.worsened": "Became worse",
    "case.acknowledged": "Taken in hand",
    "case.reopened": "Fails again: the same case",
    "case.relapsed": "Fails again before it was held to be well",
    "case.recovering": "Passes again; it closes if that lasts",
    "case.joined": "Another address of the host does not answer",
    "case.left": "An address of the host answers again",
    "case.muted": "Muted",
    "case.unmuted": "Muted no more",
    "case.closed": "Case closed",
    "obligation.bounced": "A mail came back",
    "obligation.replied": "The party replied by mail; that is no answer",
    "obligation.reachable": "Mails can arrive again",
    "case.bounced": "A mail came back",
    "case.replied": "The party replied by mail; that is no answer",
    "answer.saved": "Draft saved",
    "answer.marked": "Answers reviewed",
    "answer.noted": "Internal note written",
    "answer.contradicted": "A look contradicts an answer",
    "answer.uncontradicted": "An answer is contradicted no more",
    "answer.reused": "Earlier answers given again",
    "evidence.stored": "File handed in",
    "evidence.withdrawn": "File withdrawn",
    "workbook.received": "Workbook handed in",
    "workbook.taken": "Answers taken from the workbook",
    "entry.scan_received": "Scan handed in",
    "entry.begun": "Answer on paper being entered",
    "entry.dropped": "Entry of the answer on paper given up",
    "entry.submitted": "Answer on paper entered",
    "evidence.shown": "Evidence shown, not handed in",
    "link.asked": "Fresh link asked for",
    "link.revoked": "Links made void",
    "link.code_asked": "A code to confirm the signature asked for",
    "link.code_wrong": "A wrong code was entered",
    "colleague.named": "A colleague named",
    "colleague.waits": "A colleague outside the registered domains named",
    "colleague.approved": "A colleague approved",
    "colleague.refused": "A colleague refused",
    "colleague.withdrawn": "A colleague's link withdrawn",
}
REOPENED = {
    "risk-ended": "The risk was accepted until now",
    "risk-withdrawn": "The risk is accepted no longer",
    "contradicted": "A look contradicts it",
    "in-doubt": "It is in doubt",
}
#: Mails about conduct, the first and those after it.
CONDUCT = {
    "resolved": ("Mail: it was put right", "Mail: it was put right"),
    "rung": ("Mail: to be corrected", "Mail: to be corrected, business day {day}"),
}
WORDS_OF_CONDUCT = {"case.opened": "conduct.opened", "case.closed": "conduct.closed"}
NOTICES = {
    "receipt": "Mail: receipt",
    "review": "Mail: to review",
    "review-reminder": "Mail: reminder of the review",
    "second-person": "Mail: a second person is needed",
    "returned": "Mail: answer returned",
    "accepted": "Mail: answer accepted",
    "due-moved": "Mail: new due date",
    "cancelled": "Mail: cancelled",
    "undeliverable": "Mail: undeliverable",
    "fresh-link": "Mail: fresh link",
    "use-link": "Mail: please answer in the form",
    "still-missing": "Mail: what is missing in the notice",
    "mail-reply": "Mail: the party replied by mail",
    "hand-over": "Mail: link for a colleague",
    "named": "Mail: to the person responsible",
    "code": "Mail: code to confirm the signature",
    "plea": "Mail: the party wrote",
    "plea-receipt": "Mail: copy of what the party wrote",
    "plea-decided": "Mail: reply to what the party wrote",
    "sub-entrustment-decided": "Mail: decision on a sub-entrustment",
    "resolved": "Mail: it passes again",
    "mute-ended": "Mail: muted no more, and it still fails",
}


SENT = ("sent", "bounced")  #: states of a letter that its mail server took
_TONES = {
    "obligation.overdue": ("bad", "warning"),
    "obligation.returned": ("warn", "returned"),
    "obligation.accepted": ("good", "done"),
    "obligation.submitted": ("accent", "sent"),
    "obligation.acknowledged": ("accent", "pause"),
    "obligation.waived": ("", "pause"),
    "obligation.declined": ("warn", "returned"),
    "obligation.cancelled": ("", "cross"),
    "own-duty.overdue": ("bad", "warning"),
    "own-duty.acknowledged": ("accent", "pause"),
    "own-duty.done": ("good", "done"),
    "own-duty.cancelled": ("", "cross"),
    "remediation.raised": ("warn", "warning"),
    "remediation.found_again": ("bad", "warning"),
    "remediation.promised": ("accent", "half"),
    "remediation.fixed": ("accent", "sent"),
    "remediation.verified": ("good", "done"),
    "remediation.risk_accepted": ("warn", "pause"),
    "remediation.reopened": ("bad", "warning"),
    "case.opened": ("bad", "warning"),
    "conduct.opened": ("bad", "warning"),
    "conduct.closed": ("good", "done"),
    "case.worsened": ("bad", "warning"),
    "case.acknowledged": ("accent", "pause"),
    "case.closed": ("good", "done"),
    "case.reopened": ("bad", "warning"),
    "case.relapsed": ("bad", "warning"),
    "case.recovering": ("accent", "half"),
    "case.joined": ("bad", "warning"),
    "case.left": ("good", "done"),
    "case.muted": ("accent", "pause"),
    "evidence.stored": ("", "file"),
    "answer.contradicted": ("bad", "warning"),
    "answer.uncontradicted": ("good", "done"),
    "answer.saved": ("", "pencil"),
    "obligation.bounced": ("bad", "cross"),
    "obligation.reachable": ("good", "done"),
    "case.bounced": ("bad", "cross"),
    "answer.marked": ("", "pencil"),
    "answer.noted": ("", "pencil"),
    "obligation.proposed": ("accent", "half"),
    "link.revoked": ("warn", "cross"),
}


async def history(
    row: Obligation | Case | OwnDuty | Remediation | SubEntrustment | Disposal | Engagement,
    language: str,
    calendar: Calendar,
) -> list[dict[str, Any]]:
    """Newest first, for the kit's timeline. Each line of the ledger has its number; each mail says who got it.

    At one instant the ledger's order holds, and what was mailed of it comes after it.
    """
    name, about = _NAMES[type(row)]
    subject = f"{name}/{row.pk}"
    runs = await in_runs(await tables.LedgerLine.filter(subject=subject).order_by("seq"))
    lines, several = [run.last for run in runs], {run.last.seq: run.words(calendar, language) for run in runs}
    sent = tables.Notice.filter(**{about: row.pk}, state="sent").prefetch_related("items__mail") if about else None
    notices = await sent if sent else []
    known = _Known(await names_of(lines), await _reasons(lines), calendar, language)
    told = [known.event(line) for line in _once_a_day(lines, calendar)] + [
        _mail(notice, language, conduct=isinstance(row, Case) and bool(row.rule)) for notice in notices
    ]
    ordered = sorted(told, key=lambda one: (one["instant"], one["seq"] or 0), reverse=True)
    zone = calendar.zone
    return [
        {
            **one,
            **several.get(one["seq"], {}),
            "at": say_instant(one["instant"], zone, language),
            "iso": one["instant"].isoformat(),
        }
        for one in ordered
    ]


def _once_a_day(lines: Sequence[LedgerLine], calendar: Calendar) -> list[LedgerLine]:
    """Of the saves of a draft, the last of each day: a form is saved with every page."""
    saves = {calendar.day_of(datetime.fromisoformat(line.at)): line.seq for line in lines if line.type == SAVED}
    kept = set(saves.values())
    return [line for line in lines if line.type != SAVED or line.seq in kept]


async def names_of(lines: Iterable[LedgerLine]) -> dict[str, str]:
    """Those who acted, by what they are in the ledger."""
    ids = {int(line.actor.removeprefix("person/")) for line in lines if line.actor.startswith("person/")}
    return {f"person/{person.id}": person.name or person.email for person in await tables.Person.filter(id__in=ids)}


async def _reasons(lines: Iterable[LedgerLine]) -> dict[str, str]:
    """The reasons that were given, by the hash that the ledger has of them."""
    hashes = {sha256 for line in lines if (sha256 := json.loads(line.data).get("reason_sha256"))}
    return {row.sha256: row.text for row in await tables.Reason.filter(sha256__in=hashes)}


def last_day(until: datetime, calendar: Calendar) -> date:
    """The day that somebody named, of the midnight that ends it."""
    return calendar.day_of(until - MOMENT)


def until_words(until: datetime, calendar: Calendar, language: str, why: str = "") -> str:
    """`until Thu 10 Dec 2026`: the last day, as it was named, and not the midnight that ends it; and why, if said."""
    day = Message("until {day}", {"day": last_day(until, calendar)}).in_(language)
    return f"{day}{Message(': ').in_(language)}{why}" if why else day


@dataclass(frozen=True)
class _Known:
    names: Mapping[str, str]
    reasons: Mapping[str, str]
    calendar: Calendar
    language: str

    def event(self, line: LedgerLine) -> dict[str, Any]:
        data = json.loads(line.data)
        kind = _kind(line.type, data)
        tone, sign = _TONES.get(kind, ("", "ring"))
        said = [self.names.get(line.actor, ""), self._ended(data) if kind == DONE else self._said(line.type, data)]
        said.append(self.reasons.get(data.get("reason_sha256", ""), ""))
        return {
            "instant": datetime.fromisoformat(line.at),
            "what": Message(WORDS.get(kind, kind)).in_(self.language),
            "detail": " · ".join(part for part in said if part),
            "seq": line.seq,
            "tone": tone,
            "sign": sign,
        }

    def _said(self, kind: str, data: Mapping[str, Any]) -> str:
        if kind == "remediation.reopened":
            return Message(REOPENED[data["reason"]]).in_(self.language)
        if kind in {"remediation.promised", "obligation.due_moved"}:
            return say_day(date.fromisoformat(data["due_on"]), self.language)
        words = {
            "obligation.plea": TITLES.get(str(data.get("plea_kind"))),
            "obligation.plea_decided": SAYS.get(str(data.get("decision"))),
            "engagement.state": WORK_STATES.get(str(data.get("state"))),
        }.get(kind)
        if words:
            return Message(words).in_(self.language)
        if kind in {"case.joined", "case.left"}:
            return str(data["url"])
        if kind == "case.recovering":
            return say_instant(datetime.fromisoformat(data["until"]), self.calendar.zone, self.language)
        until = data.get("until")
        return until_words(datetime.fromisoformat(until), self.calendar, self.language) if until else ""

    def _ended(self, data: Mapping[str, Any]) -> str:
        """How something that was owed ended, and on which day, if that is not when it was said."""
        words = own_kind(str(data.get("obligation"))).ended(str(data.get("outcome")))
        day = say_day(date.fromisoformat(data["on"]), self.language) if "on" in data else ""
        return " · ".join(part for part in (words.in_(self.language) if words else "", day) if part)


def _kind(kind: str, data: Mapping[str, Any]) -> str:
    """Cases of conduct begin and end in other words than those of checks; what comes between is the same."""
    return WORDS_OF_CONDUCT.get(kind, kind) if "rule" in data else kind


def _mail(notice: tables.Notice, language: str, *, conduct: bool) -> dict[str, Any]:
    roles = [role for role in ROLES if any(role in item.roles for item in notice.items)]
    return {
        "instant": notice.done_at,
        "what": (_of_conduct(notice) if conduct and notice.kind in CONDUCT else _subject(notice)).in_(language),
        "detail": _readers(notice, roles, language),
        "seq": None,
        "tone": "",
        "sign": "arrow",
    }


def _of_conduct(notice: tables.Notice) -> Message:
    alone, later = CONDUCT[notice.kind]
    return Message(later if notice.rung else alone, {"day": notice.rung})


def _readers(notice: tables.Notice, roles: Sequence[str], language: str) -> str:
    """Whom a letter was for, and the addresses that its mail server took it for."""
    gone = [item for item in notice.items if item.mail.state in SENT]
    addresses = ", ".join(dict.fromkeys(one for item in gone for one in item.mail.to))
    if not roles:
        return Message("To: {roles}", {"roles": addresses}).in_(language) if addresses else ""
    values = {"roles": people(roles, language), "addresses": addresses}
    return Message("To: {roles} ({addresses})" if addresses else "To: {roles}", values).in_(language)


def _subject(notice: tables.Notice) -> Message:
    if notice.kind != "rung" or notice.rung is None:
        return Message(NOTICES.get(notice.kind, notice.kind))
    if notice.case_id is not None:
        return Message("Mail: failing, business day {day}" if notice.rung else "Mail: failing", {"day": notice.rung})
    if notice.data.get("declined"):
        return Message("Mail: the party declines")
    if notice.rung == OPENING:
        return Message("Mail: it is to be done" if notice.own_duty_id else "Mail: the request")
    return _later(notice.rung, by_hours=str(notice.data.get("rung", "")).startswith("H"))


def _later(rung: int, *, by_hours: bool) -> Message:
    """A rung after the opening, by days around the due date or by hours."""
    if by_hours:
        return Message("Mail: no answer after {hours} hours", {"hours": rung})
    if rung < 0:
        return Message("Mail: reminder, day {day} before the due date", {"day": -rung})
    return Message("Mail: overdue, day {day} after the due date", {"day": rung})
