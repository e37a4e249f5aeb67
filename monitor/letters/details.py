"""The values that only the whole letter needs: links, findings, promises, who was told, what happens next."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from checks import CHECKS
from checks.contract import Severity
from monitor.certificates import concerned, concerning
from monitor.language import Message, say_clock, say_day, translate
from monitor.letters.ahead import coming, warnings_ahead
from monitor.letters.basics import Values, basics, day_of
from monitor.letters.digest import report
from monitor.letters.layout import lines, one_line
from monitor.letters.remedies import said as said_of
from monitor.letters.words import ROLES, check_name, named, said
from monitor.own_duties import own_kind
from monitor.schedule import by_hours
from monitor.tables.duty import DECLINED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from monitor.certificates import Held
    from monitor.letters.ahead import Coming
    from monitor.letters.background import Background, Doubt, Told
    from monitor.letters.topic import Topic
    from monitor.questionnaire.text import Text
    from monitor.registry.roster import Roster
    from monitor.tables import FindingRow, Obligation

ANNOUNCED = 2  #: steps ahead that a letter names
MOST_FINDINGS = 8


@dataclass(frozen=True)
class Desk:
    """What the writing of one letter has at hand: for whom, when, and what was read for it."""

    language: str
    present: Roster
    at: datetime
    background: Background

    @property
    def today(self) -> date:
        return self.present.calendar.day_of(self.at)


def details(topic: Topic, desk: Desk) -> Values:
    """All values of one topic, but for its links."""
    company = topic.notice.company_id
    values = basics(topic, desk.language, desk.present, desk.at)
    values |= {
        "responsible": desk.present.responsible(company, desk.today),
        "zone": desk.present.calendar.zone.key,
        "steps": [_step(step, topic, desk) for step in next_steps(topic, desk)],
        "told": _told(desk.background.told.get(topic.thread), desk) if topic.notice.side == "company" else [],
    }
    values["sender"] = values["company"] if values["responsible"] else values["group"]
    if topic.duty:
        values |= _of_duty(topic.duty, topic, desk)
    if topic.own:
        values["awaits"] = "decision" if own_kind(topic.own.kind).decides else "deed"
    if topic.certificate:
        values |= _of_certificate(topic.certificate, topic, desk)
    if topic.case and topic.case.rule:
        values["awaits"] = "correction"
    elif topic.case:
        values |= _of_case(desk.background.findings.get(topic.case.watch_id or 0, ()), desk.language)
        doubts = desk.background.doubts.get(topic.case.id, ())
        values["findings"] = [*(_doubt(one, desk) for one in doubts[:MOST_FINDINGS]), *values["findings"]]
        values["beside"] = [one_line(url, 500) for url in desk.background.beside.get(topic.case.id, ())]
    if topic.notice.kind == "digest":
        values |= report(topic.notice, desk.background.parties, desk.present, desk.language)
    return values


def _of_duty(duty: Obligation, topic: Topic, desk: Desk) -> Values:
    calendar, known = desk.present.calendar, desk.background
    told = known.told.get(topic.thread)
    asked_at = (told and told.asked_at) or duty.opened_at
    back, part = known.returned.get(duty.id), known.parts.get(topic.notice.key)
    earlier = known.earlier.get(duty.id)
    return {
        **({"returned_on": calendar.day_of(back)} if back else {}),
        "awaits": {"submitted": "review", DECLINED: "decision"}.get(duty.state, "answer"),
        "points": [
            {"question": one_line(text.in_(desk.language), 300), "comment": lines(comment)}
            for text, comment in known.points.get(duty.id, ())
        ],
        "second": duty.id in known.proposed,
        "asked_on": asked_at and calendar.day_of(asked_at),
        "ended_on": known.last_days.get(duty.engagement_id),
        "minutes": _minutes(duty, topic, known),
        "earlier_on": earlier and calendar.day_of(earlier),
        "parts": [one_line(text.in_(desk.language), 200) for text in part.titles] if part else [],
        "form_title": _title(known.titles.get(duty.request_id or ""), desk.language),
        "sha256": known.fingerprints.get(int(str(topic.notice.data.get("submission", 0))), ""),
        "entered_on": known.entered.get(int(str(topic.notice.data.get("submission", 0)))),
        "tier": topic.engagement.effective_tier if topic.engagement else "",
        **said_of(known.remedies.get(duty.id, ()), desk.language),
        "above": named(known.above.get(duty.engagement_id), desk.language),
        "through": named(known.through.get(duty.id), desk.language),
        "unconfirmed_since": duty.unconfirmed_since,
        "next_on": known.following.get(duty.id) or day_of(topic.notice.data.get("next_on")),
    }


def _minutes(duty: Obligation, topic: Topic, known: Background) -> int:
    """How long the answers take; nothing where single ones came back, or somebody is only to read them."""
    if known.points.get(duty.id) or topic.notice.data.get("grade") == "view":
        return 0
    part = known.parts.get(topic.notice.key)
    return part.minutes if part else known.minutes.get(duty.request_id or "", 0)


def _title(text: Text | None, language: str) -> str:
    return one_line(text.in_(language), 200) if text else ""


def _of_case(found: Sequence[FindingRow], language: str) -> Values:
    findings = [told for row in found[:MOST_FINDINGS] if (told := _finding(row, language))]
    return {"awaits": "passing", "findings": findings, "more_findings": max(len(found) - MOST_FINDINGS, 0)}


def _doubt(doubt: Doubt, desk: Desk) -> Values:
    """A contradiction in the shape of a finding: it is one."""
    language, values = desk.language, {"title": "", "explanation": "", "key": "", "reference": ""}
    day = say_day(desk.present.calendar.day_of(doubt.answered_at), language)
    said = translate("What was answered on %(day)s and what we see contradict each other", language)
    values["title"] = said % {"day": day}
    if doubt.question:
        said = translate("The answer to this question says otherwise: %(question)s", language)
        values["explanation"] = said % {"question": one_line(doubt.question.in_(language), 300)}
    check = CHECKS.get(doubt.rule.partition(".")[0])
    rule = check.rules.get(doubt.rule) if check else None
    values["remedy"] = translate(
        "Put right what is seen. If it is the answer that was mistaken, please tell us.", language
    )
    return values | {"detail": rule.title.said(language) if rule else doubt.rule}


def _of_certificate(certificate: Held, topic: Topic, desk: Desk) -> Values:
    """With the work of this company whose confirmation is the short one as long as the certificate is valid."""
    engaged = concerning(desk.background.engaged[certificate.party], topic.notice.company_id, desk.today)
    resting = [one for one in engaged if one.attestation.rests_on == certificate.kind]
    return {
        "awaits": "renewal",
        "shortened": bool(resting),
        "resting": [one_line(one.title) for one in resting if one.title],
    }


def _finding(row: FindingRow, language: str) -> Values:
    """A finding in the words of its rule. One whose rule has left the rulebook since still tells what was seen."""
    check = CHECKS.get(row.rule.partition(".")[0])
    rule = check.rules.get(row.rule) if check else None
    told = Message.of(row.said).in_(language) if row.said else row.detail
    seen = {"detail": one_line(told, 300), "key": one_line(row.key, 100)}
    if rule is None and not row.detail:
        return {}
    if rule is None:
        title = check_name(row.rule.partition(".")[0], language)
        return seen | {"title": title, "explanation": "", "remedy": "", "reference": ""}
    words = {name: getattr(rule, name).said(language) for name in ("title", "explanation", "remedy")}
    return seen | words | {"reference": rule.reference}


def next_steps(topic: Topic, desk: Desk) -> list[Coming]:
    """The steps that a letter announces."""
    if topic.certificate:
        return list(islice(_renewals(topic, topic.certificate, desk), ANNOUNCED))
    row = topic.duty or topic.case or topic.own
    if row is None or topic.notice.kind in {"accepted", "cancelled", "resolved", "mute-ended"}:
        return []
    last_day = desk.background.last_days.get(topic.duty.engagement_id) if topic.duty else None
    return list(islice(coming(row, desk.present.calendar, desk.at, last_day), ANNOUNCED))


def _renewals(topic: Topic, certificate: Held, desk: Desk) -> Iterator[Coming]:
    """The warnings ahead: while the company has an engagement with the party."""
    engaged = desk.background.engaged[certificate.party]
    for step in warnings_ahead(certificate, desk.present.calendar, desk.at):
        if topic.notice.company_id in concerned(engaged, desk.present.calendar.day_of(step.at)):
            yield step


def heard_by(step: Coming, topic: Topic, present: Roster) -> tuple[list[str], list[str]]:
    """Roles of the company that hear of a step, and those among them that had not heard before."""
    day, company = present.calendar.day_of(step.at), topic.notice.company_id
    if step.reviewers:
        return list(present.audience(company, step.reviewers, day)), []
    also = ["privacy_office"] if topic.case and topic.case.severity >= Severity.CRITICAL else []
    roles = list(present.levels(company, step.level, day, also=also)) if step.level else []
    before = present.levels(company, step.told, day, also=also) if step.told else {}
    return roles, [role for role in roles if role not in before]


def _step(step: Coming, topic: Topic, desk: Desk) -> Values:
    roles, fresh = heard_by(step, topic, desk.present)
    company = named(topic.company, desk.language) if topic.notice.side == "vendor" else ""
    return {
        "day": desk.present.calendar.day_of(step.at),
        "clock": say_clock(step.at, desk.present.calendar.zone, desk.language) if _within_hours(topic) else "",
        "party": step.party,
        "fresh": people(fresh, desk.language, company),
        "again": bool(roles) and not fresh,
        "reviewers": people(roles, desk.language, company) if step.reviewers else "",
    }


def _within_hours(topic: Topic) -> bool:
    return topic.duty is not None and by_hours(topic.duty)


def people(roles: Iterable[str], language: str, company: str = "") -> str:
    """Roles as a list in words; to outsiders with the company whose people they are."""
    found = list(roles)
    if not company:
        return _listed([said(ROLES, role, language) for role in found], language)
    own = _listed([said(ROLES, role, language) for role in found if role != "privacy_office"], language)
    names = [translate("%(role)s of %(company)s", language) % {"role": own, "company": company}] if own else []
    return _listed([*names, *(said(ROLES, role, language) for role in found if role == "privacy_office")], language)


def _listed(names: Sequence[str], language: str) -> str:
    if language == "ja" or len(names) < 2:  # noqa: PLR2004 - one needs no "and"
        return "、".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _told(told: Told | None, desk: Desk) -> list[Values]:
    """Lines of a history: the party first, then the company's people, those who heard on one day together."""
    if told is None:
        return []
    calendar, found = desk.present.calendar, []
    if told.asked_at:
        last = told.last_at and calendar.day_of(told.last_at)
        found.append({"day": calendar.day_of(told.asked_at), "reminders": told.reminders, "last": last, "roles": ""})
    days = dict.fromkeys(calendar.day_of(at) for at in told.roles.values())
    for day in days:
        roles = [role for role, at in told.roles.items() if calendar.day_of(at) == day]
        found.append({"day": day, "roles": people(roles, desk.language)})
    return found
