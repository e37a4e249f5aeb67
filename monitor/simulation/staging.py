"""What a letter is about, brought into the state in which such a letter is usual. On copies; nothing is saved."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from checks.contract import Severity
from monitor import tables
from monitor.cases.opening import LADDERS
from monitor.certificates import Held
from monitor.conduct import RULES
from monitor.digest import of_group
from monitor.hearing.asking_on import MISSING
from monitor.ladder import OPENING, OWN
from monitor.language import translate
from monitor.notices import COMPANY, PERSON, VENDOR
from monitor.outbox.subjects import Subjects
from monitor.own_duties import FINAL_REPORT, JOINT_CORRECTION
from monitor.plugins import shelf
from monitor.questionnaire import freeze
from monitor.schedule import as_text

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.registry.roster import Roster
    from monitor.tables import Case, Notice, Obligation, OwnDuty

_RUNGS = {"opening": OPENING, "reopened": OPENING, "reminder": -7, "overdue": 7, "declined": 1}
_CASES = {"case": "rung", "case-resolved": "resolved", "mute-ended": "mute-ended"}
_CONDUCT = {"conduct": "rung", "conduct-resolved": "resolved"}
_SUBMITTED = frozenset({"receipt", "copy", "review", "review-reminder", "second-person", MISSING})
_SOME_ID = "00" * 12
_WEEK, _MONTH = timedelta(days=7), timedelta(days=30)
_MADE_UP = 10**6 - 1  #: the number of what is in no database


@dataclass(frozen=True)
class Text:
    """Which text, for which side, in which language."""

    side: str
    stage: str
    language: str


@dataclass(frozen=True)
class Stage:
    """A notice with its readers' roles and what it is about."""

    notice: Notice
    roles: list[str]
    subjects: Subjects = field(default_factory=Subjects)


async def set_up(said: Text, duty: Obligation, present: Roster, at: datetime) -> Stage:
    """The notice that is told in this text, about this duty or what belongs to its party."""
    today, side, text = present.calendar.day_of(at), said.side, said.stage
    if text == "digest":
        return Stage(await of_group(present, today, at), ["privacy_office"])
    if text in _CASES | _CONDUCT:
        return _of_case(side, text, _breach(duty, at, today) if text in _CONDUCT else await _case(duty, at, today), at)
    if text == "certificate":
        held = Held(duty.party_id, "PMARK", "10000000(01)", today + _MONTH)
        return Stage(held.warning(duty.company_id, side, -30, at), _roles(side))
    if text == "own-duty" or (side, text) == (COMPANY, "cancelled"):
        own = _own(duty, at, today)
        return _of_own(own, at) if text == "own-duty" else _called_off(own, at)
    if side == PERSON:
        data = {"sign_in": _SOME_ID, "mail": _SOME_ID}
        notice = _notice(text, side, at, data=data, address="reader@company.example")
        return Stage(notice, ["person"])
    return await _of_duty(said, duty, today, at)


def _roles(side: str) -> list[str]:
    return ["vendor"] if side == VENDOR else ["managers"]


def _notice(kind: str, side: str, at: datetime, **more: Any) -> Notice:
    fields = {"roles": [], "data": {}, "send_at": at, "made_at": at} | more
    return tables.Notice(key=f"preview/{side}/{kind}", kind=kind, side=side, **fields)


async def _of_duty(said: Text, duty: Obligation, today: date, at: datetime) -> Stage:
    side, text = said.side, said.stage
    _shape(duty, said, today, at)
    last = await tables.Submission.filter(obligation_id=duty.id).order_by("-id").first()
    about = {"obligation_id": duty.id, "company_id": duty.company_id, "party_id": duty.party_id}
    data = _words(duty, last.id if last else 0, today, said.language)
    kind = "rung" if text in _RUNGS else text
    if kind == "rung":
        rung = _RUNGS[text]
        about |= {"rung": rung, "level": 1 if side == COMPANY else 0}
        data["rung"] = "T-30" if rung == OPENING else f"T{rung:+d}"
    if kind == MISSING:
        data["adding"] = True
    roles = ["reviewer"] if side == COMPANY and text in _SUBMITTED else _roles(side)
    return Stage(_notice(kind, side, at, data=data, **about), roles, Subjects({duty.id: duty}))


def _words(duty: Obligation, submission: int, today: date, language: str) -> dict[str, Any]:
    """What notices carry of what people wrote; each text takes its part."""
    return {
        "submission": submission,
        "contact": 0,
        "code": _SOME_ID,
        "kind": "more-time",
        "decision": "granted",
        "name": translate("Example Delivery", language),
        "reason": translate("The date of the last drill is missing.", language),
        "text": translate("Our office is closed over the turn of the year.", language),
        "proposed_on": (duty.due_on + _WEEK).isoformat(),
        "was": (today + _WEEK).isoformat(),
        "missing": "4, 8",
        "report": FINAL_REPORT,
        "by": (today + _WEEK).isoformat(),
    }


def _shape(duty: Obligation, said: Text, today: date, at: datetime) -> None:
    """On this copy only."""
    text = said.stage
    late = text in {"overdue", "declined"}
    due = {"reminder": today + _WEEK, "overdue": today - _WEEK}.get(text, duty.due_on)
    duty.due_on = due if late or due > today else today + _MONTH
    duty.told_on, duty.opened_at = duty.due_on, duty.opened_at or at
    duty.state = "submitted" if text in _SUBMITTED else "open"
    duty.overdue_on = duty.due_on if late else None
    _climb(duty, said, at)
    if text in {"accepted", "returned"}:
        duty.state, duty.decided_at = text, at
    if text == "declined":
        duty.state = text
        duty.declined = duty.declined or {
            "on": today.isoformat(),
            "reason": translate("We do not handle the data ourselves.", said.language),
            "offered": "ISO/IEC 27001",
            "price_consulted_on": None,
        }
    if text in _SUBMITTED or text == "accepted":
        duty.submitted_at = duty.submitted_at or at
    if text == "reopened":
        seen = {"reason": "served-again", "seen_at": at.isoformat()}
        duty.cause = duty.cause or seen | {"places": [{"name": "portal", "url": "https://portal.example/"}]}
    if text == "cancelled":
        duty.state = "cancelled"
    if text == "sub-entrustment-decided":
        duty.kind = "sub-entrustment"


def _climb(duty: Obligation, said: Text, at: datetime) -> None:
    """As if this very letter waited in the outbox, so that it announces what comes after it."""
    rung = _RUNGS.get(said.stage)
    duty.since = min(duty.since, at - _MONTH)
    duty.vendor_sent, duty.told = OPENING, 0
    duty.vendor_queued = duty.company_queued = None
    if rung is not None and said.side == VENDOR:
        duty.vendor_queued = rung
    elif rung is not None:
        duty.vendor_queued, duty.company_queued = rung, rung


async def _case(duty: Obligation, at: datetime, today: date) -> Case:
    """The latest failing check of the party, or one that is made up over a check of its."""
    found = await tables.Case.filter(party_id=duty.party_id, rule="").order_by("-id").first()
    if found:
        found.closed_at, found.announced = None, found.severity
        return found
    watch = await tables.Watch.filter(party_id=duty.party_id).order_by("id").first()
    return tables.Case(
        id=_MADE_UP,
        watch_id=watch.id if watch else 0,
        party_id=duty.party_id,
        company_id=duty.company_id,
        url=watch.url if watch else "https://www.party.example/",
        check_kind=watch.check_kind if watch else "tls",
        severity=int(Severity.HIGH),
        announced=int(Severity.HIGH),
        ladder=as_text(LADDERS[Severity.HIGH]),
        opened_at=at,
        opened_on=today,
        since=at,
        vendor_told=True,
    )


def _breach(duty: Obligation, at: datetime, today: date) -> Case:
    """Conduct that is not as promised: the first rule that there is, of the party's work."""
    rule = next(iter(RULES))
    severity = RULES[rule].severity
    return tables.Case(
        id=_MADE_UP, rule=rule, party_id=duty.party_id, company_id=duty.company_id, engagement_id=duty.engagement_id,
        check_kind="", severity=int(severity), announced=int(severity), ladder=as_text(LADDERS[severity]),
        opened_at=at, opened_on=today, since=at, company_queued=0,
    )  # fmt: skip


def _of_case(side: str, text: str, case: Case, at: datetime) -> Stage:
    about: dict[str, Any] = {"case_id": case.id, "company_id": case.company_id, "party_id": case.party_id}
    if text in {"case", "conduct"}:
        about |= {"rung": 0, "level": 1 if side == COMPANY else 0, "data": {"rung": "C+0"}}
    elif text.endswith("resolved"):
        case.closed_at = at
    return Stage(_notice((_CASES | _CONDUCT)[text], side, at, **about), _roles(side), Subjects({}, {case.id: case}))


def _own(duty: Obligation, at: datetime, today: date) -> OwnDuty:
    return tables.OwnDuty(
        id=_MADE_UP,
        kind="change-review",
        company_id=duty.company_id,
        party_id=duty.party_id,
        url="https://www.party.example/privacy",
        due_on=today + 2 * _WEEK,
        ladder=as_text(OWN),
        opened_at=at,
        since=at,
        company_queued=OPENING,
    )


def _of_own(own: OwnDuty, at: datetime) -> Stage:
    about = {"own_duty_id": own.id, "company_id": own.company_id, "party_id": own.party_id}
    notice = _notice("rung", COMPANY, at, rung=OPENING, level=1, data={"rung": "T-14"}, **about)
    return Stage(notice, ["managers"], Subjects({}, {}, {own.id: own}))


def _called_off(own: OwnDuty, at: datetime) -> Stage:
    """What another company of the group had asked for."""
    own.kind, own.party_id, own.url, own.ref = JOINT_CORRECTION, None, "", "C-2026-001"
    about = {"own_duty_id": own.id, "company_id": own.company_id, "data": {"reason": "correction-withdrawn"}}
    return Stage(_notice("cancelled", COMPANY, at, level=1, **about), ["managers"], Subjects({}, {}, {own.id: own}))


async def ask(duty: Obligation, at: datetime) -> None:
    """Freeze the questions of a sample's request, and hand in an answer to it."""
    frozen = freeze(shelf()["appi-gl10"])
    await tables.FrozenRequest.get_or_create(sha256=frozen.sha256, defaults={"body": frozen.text, "first_sent_at": at})
    await tables.Obligation.filter(id=duty.id).update(request_id=frozen.sha256)
    await tables.Submission.create(
        obligation_id=duty.id, answers="{}", sha256=frozen.sha256, submitted_at=at, signer_title="", signer_name=""
    )
