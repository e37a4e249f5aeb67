"""What the books have to show for the promises: a fixed number of grouped queries, whatever there is of companies and
works.

Everything that was read lies on a shelf by name: `answer:KIND` (a party's accepted answer), `duty:KIND` (a duty that a
company has done), `look:KIND` (a look that could judge), `entry:FIELD` (a day that stands in a work's entry), and the
registers under their own names. Trouble has the same names, `rule:NAME` for conduct, and `text:RULE` for texts that do
not agree.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from checks.names import host_of
from monitor import tables
from monitor.conduct import TEXTS_DISAGREE
from monitor.promises.matrix.freshest import BOOKED, NOTICES, OUTSIDE, Booked, day_of, freshest, looks
from monitor.registry.format import BEFORE, OWING, JointUse, Party
from monitor.tables.duty import ASKED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from monitor.registry.roster import Roster

DAYS = (
    "attestation.last_accepted_on",
    "selection.accepted_on",
    "deletion.accepted_on",
    "consent.checked_on",
    "instruction.recorded_on",
    "transfer.last_checked_on",
    "necessity_reviewed_on",
)
"""Fields of a work's entry that say when something was done."""


@dataclass(frozen=True, slots=True)
class Row:
    """Something that happened, or has been open, since a day. No `company`: it is the group's own; `href`: its page."""

    company: str
    on: date
    href: str
    engagement: str = ""
    count: int = 1


_TEXTS = "/policies"
Named = tuple[str, Row]
Shelf: TypeAlias = "Mapping[str, Mapping[str, Sequence[Row]]]"  #: by name, and by company


@dataclass(frozen=True, slots=True)
class Work:
    """As much of an engagement as the promises ask for; purposes are those of the one above where it names none."""

    key: str
    company: str
    party: str
    in_force: bool
    changed_on: date
    spec: Mapping[str, Any]
    purposes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Books:
    """Everything that was read, at one instant."""

    today: date
    works: Sequence[Work] = ()
    joint: frozenset[str] = frozenset()
    linked: bool = False
    shelf: Shelf = field(default_factory=dict)
    trouble: Shelf = field(default_factory=dict)


async def read(present: Roster, at: datetime) -> Books:
    today, shelf = present.calendar.day_of(at), _Shelving()
    works = await _works(present, today)
    by_key = {work.key: work for work in works}
    shelf.add(_of_works(works))
    for booked in BOOKED:
        shelf.add(_booked(await freshest(booked), booked, by_key, present))
    shelf.add(_looked(await looks(), works, present))
    uses = await _uses()
    shelf.add([*await _texts(uses, present, today), *await _registered(present), *await _certified(works, today)])
    joint = frozenset(one.company for use in uses.values() for one in use.members_on(today) if one.company)
    linked = await tables.LinkedSite.filter(retired_at=None).exists()
    return Books(today, works, joint, linked, shelf.kept, await _trouble(today))


class _Shelving:
    def __init__(self) -> None:
        self.kept: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))

    def add(self, rows: Iterable[Named]) -> None:
        for name, row in rows:
            self.kept[name][row.company].append(row)


async def _works(present: Roster, today: date) -> list[Work]:
    columns = ("key", "company_id", "party_id", "state", "starts_on", "retired_at", "changed_at", "under", "spec")
    rows: list[Any] = await tables.Engagement.all().values_list(*columns)
    specs = {key: (spec, under) for key, *_, under, spec in rows}
    return [
        Work(
            key, company, party, state in OWING and starts_on <= today and retired_at is None,
            present.calendar.day_of(changed_at), spec, _purposes(key, specs),
        )
        for key, company, party, state, starts_on, retired_at, changed_at, _, spec in rows
        if state not in BEFORE
    ]  # fmt: skip


def _purposes(key: str | None, specs: Mapping[str, tuple[Any, str | None]]) -> frozenset[str]:
    """Its own, or those of the nearest one above that names some; rings are refused when the registry is read."""
    while key is not None and key in specs:
        spec, above = specs[key]
        if spec.get("purposes") or not above:
            return frozenset(spec.get("purposes", ()))
        key = above
    return frozenset()


def _of_works(works: Sequence[Work]) -> Iterator[Named]:
    for work in works:
        page = f"/engagement/{work.key}"
        for name in DAYS:
            on = _said(work.spec, name)
            if on:
                yield f"entry:{name}", Row(work.company, on, page, work.key)
        if work.in_force:
            kept = Row(work.company, work.changed_on, page, work.key)
            yield from [("work", kept), *([("class", kept)] if work.spec.get("class") else [])]


def _said(spec: Mapping[str, Any], name: str) -> date | None:
    found: Any = spec
    for part in name.split("."):
        found = (found or {}).get(part)
    return day_of(found, None) if found else None


def _booked(rows: Iterable[Any], booked: Booked, works: Mapping[str, Work], present: Roster) -> Iterator[Named]:
    for name, company, engagement, on, number, count in rows:
        whose = company or (works[engagement].company if engagement in works else "")
        row = Row(whose, day_of(on, present.calendar), booked.href.format(id=number), engagement or "", count)
        yield booked.name.format(name), row
        if booked.whole:
            yield booked.whole, row


def _looked(rows: Iterable[Any], works: Sequence[Work], present: Roster) -> Iterator[Named]:
    """The way to a look leads over a work of the party that was looked at."""
    place = {(work.company, work.party): f"/engagement/{work.key}" for work in works if work.in_force}
    for company, party, kind, at, count in rows:
        page = place.get((company, party), "")
        yield f"{OUTSIDE}:{kind}", Row(company, day_of(at, present.calendar), page, count=count)


async def _uses() -> dict[str, JointUse]:
    rows = await tables.JointUse.filter(retired_at=None).values_list("key", "spec")
    return {str(key): JointUse.model_validate(spec) for key, spec in rows}


async def _texts(uses: Mapping[str, JointUse], present: Roster, today: date) -> list[Named]:
    """Notices that named all five items when they were seen last, the daily comparison of all texts, and looks at the
    contact on pages of the group itself.
    """
    found: list[Named] = []
    last = [number for *_, number, _ in await freshest(NOTICES)]
    for row in await tables.NoticeSeen.filter(id__in=last, joint_use__in=list(uses)):
        members = [one.company for one in uses[row.joint_use].members_on(today) if one.company]
        page = f"/joint-uses/{row.joint_use}"
        found += [("notice", Row(who, row.on, page)) for who in members if not row.missing]
    texts: list[Any] = await tables.Policy.filter(retired_at=None).values_list("changed_at", "spec")
    if not texts:
        return found
    day = present.calendar.day_of
    found.append(("policy", Row("", day(max(at for at, _ in texts)), _TEXTS, count=len(texts))))
    compared = await tables.Pulse.filter(name__startswith="published/").order_by("-at").first()
    found += [("texts", Row("", day(compared.at), _TEXTS))] if compared else []
    hosts = {host_of(spec["url"]) for _, spec in texts}
    watches = tables.Watch.filter(check_kind="contacts", retired_at=None, last_verdict__in=("pass", "fail"))
    looked: list[Any] = await watches.values_list("url", "last_at")
    return found + [("contact", Row("", day(at), _TEXTS)) for url, at in looked if host_of(url) in hosts]


async def _registered(present: Roster) -> list[Named]:
    """Companies and services, as the registry has them."""
    services: list[Any] = await tables.Service.filter(retired_at=None).values_list("spec", "changed_at")
    companies: list[Any] = await tables.Company.filter(retired_at=None).values_list("key", "changed_at")
    day = present.calendar.day_of
    return [
        *(("service", Row(str(spec["company"]), day(at), "/owner-requests")) for spec, at in services),
        *(("company", Row(str(key), day(at), "/registers")) for key, at in companies),
    ]


async def _certified(works: Sequence[Work], today: date) -> list[Named]:
    """Certificates that hold today, by the first letters of their kind up to a sign: `PCI-DSS` is `PCI`."""
    found = []
    holders = {row.key: row for row in await tables.Party.filter(warn_at__not_isnull=True, retired_at=None)}
    for work in (work for work in works if work.in_force and work.party in holders):
        party = Party.model_validate(holders[work.party].spec)
        for one in (one for one in party.certificate if one.expires_on >= today):
            kind = one.kind.replace("_", "-").partition("-")[0]
            row = Row(work.company, one.issued_on or work.changed_on, f"/engagement/{work.key}", work.key)
            found.append((f"certificate:{kind}", row))
    return found


async def _trouble(today: date) -> Shelf:
    """What is overdue, and what is open that must not be."""
    shelf = _Shelving()
    asked = tables.Obligation.filter(state__in=ASKED, due_on__lt=today, told_on__not_isnull=True)
    owed = tables.OwnDuty.filter(state="open", due_on__lt=today)
    columns = ("id", "kind", "company_id", "engagement_id", "due_on")
    rows: list[Any] = await asked.values_list(*columns)
    shelf.add((f"answer:{kind}", Row(who, on, f"/duty/{id_}", work)) for id_, kind, who, work, on in rows)
    rows = await owed.values_list(*columns)
    shelf.add((f"duty:{kind}", Row(who or "", on, f"/own-duty/{id_}", work or "")) for id_, kind, who, work, on in rows)
    failing = tables.Case.filter(closed_at=None, closes_at=None)
    rows = await failing.values_list("id", "rule", "ref", "check_kind", "company_id", "engagement_id", "opened_on")
    for id_, rule, ref, kind, who, work, on in rows:
        name = _conduct(rule, ref) if rule else f"{OUTSIDE}:{kind}"
        shelf.add([(name, Row(who or "", on, f"/case/{id_}", work or ""))])
    return shelf.kept


def _conduct(rule: str, ref: str) -> str:
    """One that says of texts that they do not agree begins its reference with the rule that found it."""
    return f"text:{ref.partition(' ')[0]}" if rule == TEXTS_DISAGREE else f"rule:{rule}"
