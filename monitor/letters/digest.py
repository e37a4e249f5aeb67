"""The weekly report: what is open, what was done, what comes, and the anchor of the ledger; it comes when all is well.

The notice brings the facts with it (`data`), because they are those of the week's end however late the mail leaves.
Companies and parties are named in it by key; what they are called stands in the registry.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, TypedDict, cast

from monitor.letters.basics import host
from monitor.letters.words import DUTIES, SEVERITIES, check_name, duty_reference, named, said

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


class Failing(TypedDict):
    """An open finding of low or medium severity."""

    company: str | None
    party: str
    url: str
    check: str
    severity: str


class Head(TypedDict):
    seq: int
    hash: str


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


def week_of(notice: Notice) -> Week:
    return cast("Week", notice.data)


def parties_in(notice: Notice) -> set[str]:
    """Keys of all parties that the report names."""
    week = week_of(notice)
    return {line["party"] for line in (*week["overdue"], *week["dates"], *week["findings"])}


def heading(notice: Notice) -> Values:
    """What subject and headline need."""
    week = week_of(notice)
    return {"until": date.fromisoformat(week["until"]), "overdue": week["overdue"], "findings": week["findings"]}


def report(notice: Notice, parties: Mapping[str, Party], present: Roster, language: str) -> Values:
    """The values of the whole report."""
    week = week_of(notice)
    until = date.fromisoformat(week["until"])
    counts = Counter(line["company"] for line in week["overdue"])
    return {
        "begin": date.fromisoformat(week["begin"]),
        "until": until,
        "most": MOST,
        "by_company": [(_company(key, present, language), number) for key, number in counts.most_common()],
        "overdue": _dues(week["overdue"], parties, language, until),
        "findings": [_failing(line, parties, language) for line in week["findings"]],
        "dates": _dues(week["dates"], parties, language, until),
        "looks": f"{week['looks']:,}",
        "mails": f"{week['mails']:,}",
        "anchor": f"{week['head']['seq']}:{week['head']['hash']}",
    }


def _company(key: str | None, present: Roster, language: str) -> str:
    return named(present.companies.get(key or "") or present.group, language)


def _dues(found: Iterable[Due], parties: Mapping[str, Party], language: str, until: date) -> list[Values]:
    return [
        {
            "ref": duty_reference(line["id"]),
            "party": named(parties.get(line["party"]), language),
            "what": said(DUTIES, line["kind"], language),
            "on": date.fromisoformat(line["on"]),
            "late": (until - date.fromisoformat(line["on"])).days,
        }
        for line in found
    ]


def _failing(line: Failing, parties: Mapping[str, Party], language: str) -> Values:
    return {
        "party": named(parties.get(line["party"]), language),
        "check": check_name(line["check"], language),
        "host": host(line["url"]),
        "severity": said(SEVERITIES, line["severity"], language),
    }
