"""The values that every text may name and that the topic alone yields: enough for a subject, and cheap."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from monitor.calendar import DAY
from monitor.cause import achieved_on, ordered_for, seen_again
from monitor.conduct import rule_of
from monitor.language import Message
from monitor.letters.items import items, questions
from monitor.letters.layout import lines, one_line
from monitor.letters.words import CERTIFICATES, check_name, duty_name, named, said, severity
from monitor.links import CODE_LIVES, SIGN_IN_LIVES
from monitor.own_duties import own_kind, storage
from monitor.references import called
from monitor.registry.format import duties_of
from monitor.registry.places import GONE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from monitor.calendar import Calendar
    from monitor.certificates import Held
    from monitor.letters.topic import Topic
    from monitor.registry.roster import Roster
    from monitor.tables import Case, Notice, Obligation, OwnDuty

Values = dict[str, Any]
_RECEIVED = frozenset({"receipt", "review"})  #: notices made in the instant of the submission that they are about

#: All names that a text may use. What a topic does not have is empty; a name that is not here is a mistake in a text.
BLANK: Values = dict.fromkeys((
    "side", "stage", "ref", "party", "company", "group", "sender", "responsible", "what", "title", "kind", "joint",
    "tier", "today", "made_on", "due", "days_left", "late", "was", "asked_on", "ended_on", "unconfirmed_since",
    "submitted_at", "submitted_on", "waiting", "reason", "reason_token", "sha256", "entered_on", "minutes", "link",
    "page", "helped", "promises", "purposes", "tz", "zone", "url", "host", "check", "severity", "since",
    "since_at", "closed_on", "closed_at", "failing_days", "tells_party", "findings", "more_findings", "steps",
    "awaits", "told", "number", "shortened", "resting", "plea", "plea_text", "proposed_on", "decision", "until_at",
    "until_clock", "valid_minutes", "above", "beside", "returns", "contacts", "declined_on", "declined_for", "offered",
    "price_on", "person", "heard_at", "returned_on", "returned_for", "again", "erased",
    "remedies", "more_remedies", "task", "matter", "whom", "statutory", "conduct", "achieved_on", "tax_hold",
    "election", "ordered", "through", "storage",
    "code", "signer", "article", "verify_code", "verify_url", "next_on", "dated", "points", "second",
    "gone", "why", "instead", "alone", "reported", "wrote", "wrote_subject", "wrote_text",
    "grade", "named", "named_by", "passed_to", "parts", "earlier_on", "asked_in", "form_title",
    "added", "lacks", "adding", "report", "report_on", "corrected_by",
))  # fmt: skip


def basics(topic: Topic, language: str, present: Roster, at: datetime) -> Values:
    """The values of one topic for a reader of that language."""
    calendar, notice = present.calendar, topic.notice
    today, group = calendar.day_of(at), named(present.group, language)
    values = BLANK | {
        "side": notice.side,
        "stage": topic.stage(today),
        "ref": topic.ref,
        "party": named(topic.party, language),
        "company": named(topic.company, language) or group,
        "group": group,
        "today": today,
        "made_on": calendar.day_of(notice.made_at),
        "tz": calendar.zone,
    }
    if topic.duty:
        values |= _of_duty(topic.duty, notice, calendar, today)
        values |= {"what": duty_name(topic.duty.kind, language), "matter": called(values["matter"], language)}
        why = ordered_for(topic.duty)
        values["ordered"] = why.in_(language) if why else ""
    if topic.case:
        values |= _of_case(topic.case, notice, calendar, today)
        values["severity"] = severity(topic.case.severity, language)
        values |= _of_conduct(topic.case, language) if topic.case.rule else _of_check(topic.case, language)
    if topic.own:
        values |= _of_own(topic.own, today, language)
        values["corrected_by"] = named(present.companies.get(topic.own.about.get("corrected_by", "")), language)
    if topic.certificate:
        values |= _of_certificate(topic.certificate, today)
        values["what"] = said(CERTIFICATES, topic.certificate.kind, language)
    if topic.party and notice.side == "company":
        values["contacts"] = ", ".join(topic.party.contacts)
    if topic.engagement:
        values |= {"title": one_line(topic.engagement.title or ""), "joint": topic.engagement.kind == "joint_user"}
        values["election"] = topic.engagement.deletion.election or ""
        values["tax_hold"] = "tax-hold" in duties_of(topic.engagement.purposes, present.purposes)
    values |= _of_items(notice, language)
    values["whom"] = values["party"] or values["matter"] or values["company"]
    if notice.side == "vendor":
        values["instead"] = bool(notice.data.get("instead"))
    return values | _EXTRA.get(notice.kind, _nothing)(notice, calendar)


def _of_duty(duty: Obligation, notice: Notice, calendar: Calendar, today: date) -> Values:
    left = (duty.due_on - today).days
    received = notice.made_at if notice.kind in _RECEIVED else duty.submitted_at
    values = {"kind": duty.kind, "due": duty.due_on, "days_left": left, "late": max(-left, 0)}
    values |= {"again": seen_again(duty, calendar), "achieved_on": achieved_on(duty)}
    # The key of a list is ours alone, and says nothing to a reader.
    values["matter"] = "" if duty.cause.get("listed") else one_line(duty.subject)
    values["wanted"] = duty.cause.get("request") or duty.cause.get("source", "")
    values["settled"] = duty.state == "accepted"
    if duty.state == "returned" and duty.decided_at:
        values |= {"returned_on": calendar.day_of(duty.decided_at), "returned_for": lines(duty.reason)}
    if duty.declined:
        values |= _of_declined(duty.declined)
    if received:
        values |= {"submitted_at": received, "submitted_on": calendar.day_of(received)}
        if notice.kind == "review-reminder":
            values["waiting"] = business_days(calendar, calendar.day_of(received), today)
    return values


def _of_items(notice: Notice, language: str) -> Values:
    """What a party has added to its notice of an incident, what it has not told yet, and the report that needs it."""
    data, report = notice.data, str(notice.data.get("report", ""))
    named = data.get("added")
    said = {"added": questions(named if isinstance(named, list) else (), language), "adding": bool(data.get("adding"))}
    said |= {"lacks": items(str(data.get("missing", "")), language)} if "missing" in data else {}
    return said | {
        "report": own_kind(report).title.in_(language) if report else "",
        "report_on": day_of(data.get("by")),
    }


def _of_declined(said: Mapping[str, Any]) -> Values:
    return {
        "declined_on": day_of(said["on"]),
        "declined_for": lines(said["reason"]),
        "offered": lines(said["offered"]),
        "price_on": day_of(said["price_consulted_on"]),
    }


def _of_own(duty: OwnDuty, today: date, language: str) -> Values:
    left, kind = (duty.due_on - today).days, own_kind(duty.kind)
    values = {"kind": duty.kind, "due": duty.due_on, "days_left": left, "late": max(-left, 0)}
    values |= {"what": kind.title.in_(language), "task": kind.task.in_(language)}
    values["matter"] = one_line(called(duty.ref, language))
    values["storage"] = one_line(storage(duty.about, language))
    values["lacks"] = items(duty.about.get("missing", ""), language)
    values |= {"statutory": duty.statutory, "ordered": one_line(duty.about.get("what", ""), 400)}
    return values | {"url": one_line(duty.url, 500), "host": host(duty.url)}


def _of_certificate(certificate: Held, today: date) -> Values:
    left = (certificate.expires_on - today).days
    return {"number": one_line(certificate.number), "due": certificate.expires_on, "days_left": left}


def business_days(calendar: Calendar, begin: date, end: date) -> int:
    """Open days after `begin`, up to and with `end`."""
    return sum(1 for day in range((end - begin).days) if not calendar.closed(begin + (day + 1) * DAY))


def _of_case(case: Case, notice: Notice, calendar: Calendar, today: date) -> Values:
    return {
        "url": one_line(case.url, 500),
        "host": host(case.url),
        "since": case.opened_on,
        "since_at": case.opened_at,
        "closed_at": case.closed_at or notice.made_at,
        "closed_on": calendar.day_of(case.closed_at or notice.made_at),
        "returns": case.returns,
        "failing_days": (today - case.opened_on).days if notice.rung else 0,
        "tells_party": case.tell_vendor,
        "erased": case.check_kind == GONE,
    }


def _of_check(case: Case, language: str) -> Values:
    name = check_name(case.check_kind, language)
    return {"check": name, "what": name}


def _of_conduct(case: Case, language: str) -> Values:
    """What was found, why that is not as promised, and what to do, in the words of its rule."""
    rule = rule_of(case.rule)
    words = {"found": Message.of(case.said).in_(language) if case.said else "", "why": rule.why.in_(language)}
    said = words | {"remedy": rule.remedy.in_(language)}
    about = one_line(called(case.ref, language, case.rule))
    return {"what": rule.title.in_(language), "conduct": said, "matter": about}


def host(url: str) -> str:
    return one_line(urlsplit(url).hostname or url, 100)


def _nothing(_notice: Notice, _calendar: Calendar) -> Values:
    return {}


def _reasoned(notice: Notice, _calendar: Calendar) -> Values:
    reason = str(notice.data.get("reason", ""))
    return {"reason_token": reason, "reason": lines(reason), "was": day_of(notice.data.get("was"))}


def _let_in(notice: Notice, _calendar: Calendar) -> Values:
    """Whom a party wanted to pass work on to, and what was decided on that."""
    data = notice.data
    said = {"decision": str(data.get("decision", "")), "reason": lines(str(data.get("text", "")))}
    return said | {"passed_to": one_line(str(data.get("name", "")), 200)}


def _freshly_linked(notice: Notice, calendar: Calendar) -> Values:
    return _reasoned(notice, calendar) | _names(notice)


def _names(notice: Notice) -> Values:
    """Whom a party has named, and who did."""
    named = one_line(str(notice.data.get("name", "")), 100)
    return {"named": named, "named_by": one_line(str(notice.data.get("from", "")))}


def _pleaded(notice: Notice, _calendar: Calendar) -> Values:
    text, proposed = str(notice.data.get("text", "")), day_of(notice.data.get("proposed_on"))
    said = {"plea": notice.data.get("kind"), "plea_text": lines(text), "proposed_on": proposed}
    return said | {"decision": notice.data.get("decision", "")}


def _retold(notice: Notice, calendar: Calendar) -> Values:
    """What a party said itself, which it gets back as it was."""
    about, heard = notice.data.get("about"), notice.data.get("heard_at")
    said = about if isinstance(about, dict) else {}
    person = " ".join(str(said[name]) for name in ("name", "email") if said.get(name))
    return _pleaded(notice, calendar) | {
        "person": one_line(person, 400),
        "offered": lines(str(said.get("offered", ""))),
        "price_on": day_of(said.get("price_consulted_on")),
        "heard_at": datetime.fromisoformat(str(heard)) if heard else None,
    }


def _handed_over(notice: Notice, _calendar: Calendar) -> Values:
    return {"grade": str(notice.data.get("grade", "draft"))} | _names(notice)


def _undelivered(notice: Notice, _calendar: Calendar) -> Values:
    data = notice.data
    said = {"gone": one_line(str(data.get("address", ""))), "why": one_line(str(data.get("why", "")), 200)}
    others = {"instead": one_line(str(data.get("instead", ""))), "alone": bool(data.get("alone"))}
    return said | others | {"reported": bool(data.get("reported", True))}


def _wrote(notice: Notice, _calendar: Calendar) -> Values:
    data = notice.data
    said = {"wrote": one_line(str(data.get("from", ""))), "wrote_subject": one_line(str(data.get("subject", "")), 200)}
    return said | {"wrote_text": lines(str(data.get("text", "")))}


def _signing_in(notice: Notice, calendar: Calendar) -> Values:
    return _valid(notice, calendar, SIGN_IN_LIVES)


def _coded(notice: Notice, calendar: Calendar) -> Values:
    return _valid(notice, calendar, CODE_LIVES)


def _valid(notice: Notice, calendar: Calendar, lives: timedelta) -> Values:
    until = notice.made_at + lives
    clock = f"{until.astimezone(calendar.zone):%H:%M}"
    return {"until_at": until, "until_clock": clock, "valid_minutes": int(lives.total_seconds() // 60)}


def day_of(text: object) -> date | None:
    return date.fromisoformat(str(text)) if text else None


_EXTRA = {
    "returned": _reasoned,
    "due-moved": _reasoned,
    "cancelled": _reasoned,
    "fresh-link": _freshly_linked,
    "plea": _pleaded,
    "plea-decided": _pleaded,
    "plea-receipt": _retold,
    "sign-in": _signing_in,
    "undeliverable": _undelivered,
    "mail-reply": _wrote,
    "mailbox": _undelivered,
    "code": _coded,
    "hand-over": _handed_over,
    "sub-entrustment-decided": _let_in,
}
