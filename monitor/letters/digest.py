"""The weekly report: what is open, what was done, what comes, and the anchor of the ledger.

The notice brings the facts with it (`data`), because they are those of the week's end however late the mail leaves.
Companies and parties are named in it by key; what they are called stands in the registry.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NotRequired, TypedDict, cast

from monitor.conduct import rule_of
from monitor.language import translate
from monitor.letters.basics import host
from monitor.letters.words import (
    CERTIFICATES,
    DUTIES,
    SEVERITIES,
    WAITING,
    check_name,
    duty_name,
    duty_reference,
    named,
    own_reference,
    said,
)
from monitor.own_duties import own_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from monitor.letters.basics import Values
    from monitor.registry.format import Party
    from monitor.registry.roster import Roster
    from monitor.tables import Notice

MOST = 20  #: lines of one kind; the board shows all


class Due(TypedDict):
    """A duty in a report: overdue (`overdue`), or a date ahead (`dates`). `on` is an ISO date."""

    id: int
    company: str | None
    party: str
    kind: str
    on: str
    own: NotRequired[bool]  #: whether the company owes it itself
    ref: NotRequired[str]  #: the register's entry that it belongs to


class Failing(TypedDict):
    """An open finding: of a check, or of conduct (`rule`)."""

    company: str | None
    party: str
    url: str
    check: str
    severity: str
    rule: NotRequired[str]
    ref: NotRequired[str]
    passes: NotRequired[bool]  #: it passes again, and closes if that lasts
    muted: NotRequired[str]  #: nobody is told of it up to that day
    taken: NotRequired[str]  #: somebody has it in hand up to that day


class Unsteady(TypedDict):
    """A check that fails now and then, and not twice in a row: `fails` of so many `looks`."""

    company: str | None
    party: str
    url: str
    check: str
    fails: int
    looks: int


class Certified(TypedDict):
    """A certificate whose validity ends soon, `on` that day. It is its party's, whoever relies on it."""

    party: str
    kind: str
    on: str


class Head(TypedDict):
    seq: int
    hash: str


class Lacking(TypedDict):
    """What old records lack while nobody is reminded of it; from `on` somebody is."""

    points: int
    works: int
    on: str


class Week(TypedDict):
    """`data` of a notice of kind `digest`. `begin` and `until` are the first and the last day, as ISO dates."""

    begin: str
    until: str
    overdue: list[Due]
    findings: list[Failing]
    looks: int
    mails: int
    head: Head
    dates: list[Due]
    reviews: NotRequired[list[Due]]  #: answers that wait; `on` is the day on which they came
    pleas: NotRequired[list[Due]]  #: what parties wrote and nobody decided on; `on` is the day on which they did
    waivers: NotRequired[list[Due]]  #: `on` is their last day
    undeliverable: NotRequired[list[Due]]  #: requests whose mails are refused for good
    certificates: NotRequired[list[Certified]]
    unassessed: NotRequired[list[Failing]]  #: checks that could not judge for a week
    unsteady: NotRequired[list[Unsteady]]
    lacking: NotRequired[Lacking | None]
    statistics: NotRequired[list[Due]]  #: what waits for its sign-off; `on` is the day on which it was entered


def week_of(notice: Notice) -> Week:
    return cast("Week", notice.data)


def parties_in(notice: Notice) -> set[str]:
    """Keys of all parties that the report names."""
    week = week_of(notice)
    more = (
        week.get("reviews", ()),
        week.get("pleas", ()),
        week.get("waivers", ()),
        week.get("undeliverable", ()),
        week.get("certificates", ()),
        week.get("unassessed", ()),
        week.get("unsteady", ()),
    )
    lines = (*week["overdue"], *week["dates"], *week["findings"], *(line for lines in more for line in lines))
    return {line["party"] for line in lines} - {""}


def heading(notice: Notice) -> Values:
    """What subject and headline need."""
    week = week_of(notice)
    until, statistics = date.fromisoformat(week["until"]), week.get("statistics", ())
    return {"until": until, "overdue": week["overdue"], "findings": week["findings"], "statistics": statistics}


def report(notice: Notice, parties: Mapping[str, Party], present: Roster, language: str) -> Values:
    """The values of the whole report."""
    week = week_of(notice)
    until = date.fromisoformat(week["until"])
    counts = Counter(line["company"] for line in week["overdue"])
    office = notice.company_id is None
    who = _Who(parties, present, language, office=office)
    return {
        "office": office,
        "begin": date.fromisoformat(week["begin"]),
        "until": until,
        "most": MOST,
        "by_company": [(_company(key, present, language), number) for key, number in counts.most_common()],
        "overdue": _dues(week["overdue"], who, until),
        "findings": [_failing(line, who) for line in week["findings"]],
        "dates": _dues(week["dates"], who, until),
        "reviews": _dues(week.get("reviews", ()), who, until),
        "pleas": _dues(week.get("pleas", ()), who, until),
        "waivers": _dues(week.get("waivers", ()), who, until),
        "undeliverable": _dues(week.get("undeliverable", ()), who, until),
        "certificates": [_certified(line, who) for line in week.get("certificates", ())],
        "unassessed": [_failing(line, who) for line in week.get("unassessed", ())],
        "statistics": _dues(week.get("statistics", ()), who, until),
        "unsteady": [_unsteady(line, who) for line in week.get("unsteady", ())],
        "lacking": _lacking(week.get("lacking")),
        "looks": f"{week['looks']:,}",
        "mails": f"{week['mails']:,}",
        "anchor": f"{week['head']['seq']}:{week['head']['hash']}",
    }


@dataclass(frozen=True)
class _Who:
    """Names for a report's lines. The office supervises all companies, so its lines say whose each matter is."""

    parties: Mapping[str, Party]
    present: Roster
    language: str
    office: bool

    def said(self, line: Due | Failing | Unsteady) -> str:
        """Whom a line is about; where that is no party, the register's entry, or the company itself."""
        whose = _company(line["company"], self.present, self.language)
        name = named(self.parties.get(line["party"]), self.language) or str(line.get("ref", ""))
        if not self.office or not name:
            return name or whose
        return translate("%(party)s (for %(company)s)", self.language) % {"party": name, "company": whose}


def _company(key: str | None, present: Roster, language: str) -> str:
    return named(present.companies.get(key or "") or present.group, language)


def _dues(found: Iterable[Due], who: _Who, until: date) -> list[Values]:
    return [
        {
            "ref": (own_reference if line.get("own") else duty_reference)(line["id"]),
            "party": who.said(line),
            "what": _what(line["kind"], who.language),
            "on": date.fromisoformat(line["on"]),
            "late": (until - date.fromisoformat(line["on"])).days,
        }
        for line in found
    ]


def _what(kind: str, language: str) -> str:
    if kind in WAITING:
        return WAITING[kind].in_(language)
    return duty_name(kind, language) if kind in DUTIES else own_kind(kind).title.in_(language)


def _failing(line: Failing, who: _Who) -> Values:
    return {
        "party": who.said(line),
        "check": _found(line, who.language),
        "host": "" if "rule" in line else host(line["url"]),
        "severity": said(SEVERITIES, line["severity"], who.language),
        "passes": line.get("passes", False),
        "muted": _day(line.get("muted")),
        "taken": _day(line.get("taken")),
    }


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def _unsteady(line: Unsteady, who: _Who) -> Values:
    return {
        "party": who.said(line),
        "check": check_name(line["check"], who.language),
        "host": host(line["url"]),
        "fails": line["fails"],
        "looks": line["looks"],
    }


def _found(line: Failing, language: str) -> str:
    return rule_of(line["rule"]).title.in_(language) if "rule" in line else check_name(line["check"], language)


def _lacking(found: Lacking | None) -> Values:
    return {**found, "on": date.fromisoformat(found["on"])} if found else {}


def _certified(line: Certified, who: _Who) -> Values:
    return {
        "party": named(who.parties.get(line["party"]), who.language),
        "what": said(CERTIFICATES, line["kind"], who.language),
        "on": date.fromisoformat(line["on"]),
    }
