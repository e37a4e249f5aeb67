"""What happened to a request or a case, from the ledger and the outbox, in words and in order."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.cause import TRIGGERS
from monitor.language import Message, say_day, say_instant
from monitor.own_duties import own_kind
from monitor.promises.states import WORK_STATES
from monitor.tables import Case, Disposal, Engagement, Obligation, OwnDuty, Remediation, SubEntrustment
from monitor.web.console.happenings import CONDUCT, REOPENED, TONES, WORDS
from monitor.web.console.mailed import mailed
from monitor.web.console.pleas import SAYS, TITLES
from monitor.web.console.returned import in_runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from monitor.calendar import Calendar
    from monitor.tables import LedgerLine

SAVED, DONE = "answer.saved", "own-duty.done"
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
    known = _Known(await names_of(lines), await _reasons(lines), await _sent_back(lines), calendar, language)
    told = [known.event(line) for line in _once_a_day(lines, calendar)] + [
        mailed(notice, language, conduct=isinstance(row, Case) and bool(row.rule)) for notice in notices
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


async def _sent_back(lines: Iterable[LedgerLine]) -> dict[int, str]:
    """What the party read of an answer that went back by itself, by its submission: what is bound in the ledger are the
    names of what it lacks.
    """
    found = [int(data["submission"]) for line in lines if "lacks" in (data := json.loads(line.data))]
    return {row.id: row.reason for row in await tables.Submission.filter(id__in=found)}


def until_words(until: datetime, calendar: Calendar, language: str, why: str = "") -> str:
    """`until Thu 10 Dec 2026`: the last day, as it was named, and not the midnight that ends it; and why, if said."""
    day = Message("until {day}", {"day": calendar.day_ending(until)}).in_(language)
    return f"{day}{Message(': ').in_(language)}{why}" if why else day


#: What is said beside the words: a day of the line, and what brought an order about.
_DAYS = {
    **dict.fromkeys(("remediation.promised", "obligation.due_moved", "transfer.due", "transfer.confirmed"), "due_on"),
    "engagement.purpose_achieved": "on",
}
_ORDERED = {name: words.text for name, words in TRIGGERS.items()}


@dataclass(frozen=True)
class _Known:
    names: Mapping[str, str]
    reasons: Mapping[str, str]
    sent_back: Mapping[int, str]
    calendar: Calendar
    language: str

    def event(self, line: LedgerLine) -> dict[str, Any]:
        data = json.loads(line.data)
        kind = _kind(line.type, data)
        tone, sign = TONES.get(kind, ("", "ring"))
        said = [self.names.get(line.actor, ""), self._ended(data) if kind == DONE else self._said(line.type, data)]
        said.append(self._why(data))
        return {
            "instant": datetime.fromisoformat(line.at),
            "what": Message(WORDS.get(kind, kind)).in_(self.language),
            "detail": " · ".join(part for part in said if part),
            "seq": line.seq,
            "tone": tone,
            "sign": sign,
        }

    def _why(self, data: Mapping[str, Any]) -> str:
        if "lacks" in data:
            return self.sent_back.get(int(data["submission"]), "")
        return self.reasons.get(data.get("reason_sha256", ""), "")

    def _said(self, kind: str, data: Mapping[str, Any]) -> str:
        if kind == "remediation.reopened":
            return Message(REOPENED[data["reason"]]).in_(self.language)
        if kind in _DAYS:
            return say_day(date.fromisoformat(data[_DAYS[kind]]), self.language)
        words = {
            "obligation.plea": TITLES.get(str(data.get("plea_kind"))),
            "obligation.plea_decided": SAYS.get(str(data.get("decision"))),
            "engagement.state": WORK_STATES.get(str(data.get("state"))),
            "engagement.deletion_ordered": _ORDERED.get(str(data.get("reason"))),
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
    return CONDUCT.get(kind, kind) if "rule" in data else kind
