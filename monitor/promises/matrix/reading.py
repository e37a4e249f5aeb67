"""What the books have to show for the promises: a fixed number of grouped queries, whatever there is of companies and
works.

Everything that was read lies on a shelf by name: `answer:KIND` (a party's accepted answer), `asked:NAME` (one that held
the questions of that name), `duty:KIND` (a duty that a company has done), `look:KIND` (a look that could judge),
`entry:FIELD` (a day that stands in a work's entry), `flag:NAME` (what the entry says of the data), `end` (a work that
ends soon), and the registers under their own names. Trouble has the same names, `rule:NAME` for conduct, and
`text:RULE` for texts that do not agree.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from checks.names import host_of
from monitor import tables
from monitor.calendar import add_months
from monitor.conduct import TEXTS_DISAGREE
from monitor.promises.improving.yearly import first_reviews
from monitor.promises.matrix.besides import BESIDES, besides
from monitor.promises.matrix.freshest import BOOKED, NOTICES, OUTSIDE, Booked, day_of, freshest, looks
from monitor.promises.matrix.works import works_of
from monitor.registry.format import JointUse, Party
from monitor.registry.format.purpose import USUAL
from monitor.tables.duty import ASKED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from tortoise.queryset import QuerySet

    from monitor.promises.matrix.works import Sort, Work
    from monitor.registry.roster import Roster


@dataclass(frozen=True, slots=True)
class Row:
    """Something that happened, or has been open, since a day. No `company`: it is the group's own; `href`: its page;
    `sort`: of which sort of works it is, none where it is of no work.
    """

    company: str
    on: date
    href: str
    sort: Sort | None = None
    count: int = 1


_TEXTS = "/policies"
SOON = 12  #: months within which a survey, a dispatch or the like is over: later is no end that somebody has set
Named = tuple[str, Row]
Shelf: TypeAlias = "Mapping[str, Mapping[str, Sequence[Row]]]"  #: by name, and by company


@dataclass(frozen=True)
class Books:
    """Everything that was read, at one instant. `in_force`: the companies that have such works. `brings`: by purpose,
    what it wants looked after. `first_years`: by company, the last day of its first yearly review.
    """

    today: date
    in_force: Mapping[Sort, Collection[str]] = field(default_factory=dict)
    joint: frozenset[str] = frozenset()
    linked: bool = False
    shelf: Shelf = field(default_factory=dict)
    trouble: Shelf = field(default_factory=dict)
    brings: Mapping[str, Collection[str]] = field(default_factory=lambda: USUAL)
    first_years: Mapping[str, date] = field(default_factory=dict)


async def read(present: Roster, at: datetime) -> Books:
    today, shelf = present.calendar.day_of(at), _Shelving()
    works = {work.key: work for work in await works_of(present.calendar, today)}
    shelf.add(_of_works(works.values(), today))
    for booked in BOOKED:
        shelf.add(_booked(await freshest(booked), booked, works, present))
    shelf.add(_booked(await besides(), BESIDES, works, present))
    shelf.add(_looked(await looks(), works.values(), present))
    uses = await _uses()
    certified = await _certified(works.values(), today)
    shelf.add([*await _texts(uses, present, today), *await _registered(present), *certified])
    in_force: dict[Sort, set[str]] = defaultdict(set)
    for work in works.values():
        if work.in_force:
            in_force[work.sort].add(work.company)
    joint = frozenset(one.company for use in uses.values() for one in use.members_on(today) if one.company)
    brings = {key: one.brings for key, one in present.purposes.items()}
    linked = await tables.LinkedSite.filter(retired_at=None).exists()
    trouble, first_years = await _trouble(works, today), await first_reviews(present, today)
    return Books(today, in_force, joint, linked, shelf.folded(), trouble, brings, first_years)


class _Shelving:
    """Rows of one name, company and sort of works become one: the freshest, with the count of all."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, Sort | None], tuple[Row, int]] = {}

    def add(self, rows: Iterable[Named]) -> None:
        for name, row in rows:
            place = (name, row.company, row.sort)
            best, count = self.kept.get(place, (row, 0))
            newer = row if (row.on, row.href) > (best.on, best.href) else best
            self.kept[place] = (newer, count + row.count)

    def folded(self) -> Shelf:
        found: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for (name, company, _), (row, count) in self.kept.items():
            found[name][company].append(replace(row, count=count))
        return found


def _of_works(works: Iterable[Work], today: date) -> Iterator[Named]:
    for work in works:
        page = f"/engagement/{work.key}"
        for name, on in work.days:
            yield f"entry:{name}", Row(work.company, on, page, work.sort)
        if work.in_force:
            kept = Row(work.company, work.changed_on, page, work.sort)
            yield "work", kept
            if work.sort.classed:
                yield "class", kept
            if any(today <= end <= add_months(today, SOON) for end in work.ends):
                yield "end", kept
            yield from ((f"flag:{name}", kept) for name in work.sort.flags)


def _booked(rows: Iterable[Any], booked: Booked, works: Mapping[str, Work], present: Roster) -> Iterator[Named]:
    """Those of works that have not begun prove nothing yet."""
    for name, company, engagement, on, number, count in rows:
        work = works.get(engagement) if engagement else None
        if engagement and work is None:
            continue
        whose, sort = (company or work.company, work.sort) if work else (company or "", None)
        row = Row(whose, day_of(on, present.calendar), booked.href.format(id=number), sort, count)
        yield booked.name.format(name), row
        if booked.whole:
            yield booked.whole, row


def _looked(rows: Iterable[Any], works: Iterable[Work], present: Roster) -> Iterator[Named]:
    """The way to a look leads over a work of the party that was looked at."""
    place = {(work.company, work.party): f"/engagement/{work.key}" for work in works if work.in_force}
    for company, party, kind, at, count in rows:
        page = place.get((company, party), "")
        yield f"{OUTSIDE}:{kind}", Row(company, day_of(at, present.calendar), page, count=count)


async def _uses() -> dict[str, JointUse]:
    rows = await tables.JointUse.filter(retired_at=None).values_list("key", "spec")
    return {str(key): JointUse.model_validate(spec) for key, spec in rows}


async def _texts(uses: Mapping[str, JointUse], present: Roster, today: date) -> list[Named]:
    """Notices that named all five items when they were seen last, the daily comparison of all texts, looks at the
    contact on pages of the group itself, and at what is published there.
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
    found += [("contact", Row("", day(at), _TEXTS)) for url, at in looked if host_of(url) in hosts]
    own = tables.Watch.filter(party_id=None, retired_at=None, last_verdict__in=("pass", "fail"))
    read: list[Any] = await own.values_list("check_kind", "last_at")
    return found + [(f"{OUTSIDE}:{kind}", Row("", day(at), _TEXTS)) for kind, at in read]


async def _registered(present: Roster) -> list[Named]:
    """Companies and services, as the registry has them."""
    services: list[Any] = await tables.Service.filter(retired_at=None).values_list("spec", "changed_at")
    companies: list[Any] = await tables.Company.filter(retired_at=None).values_list("key", "changed_at")
    day = present.calendar.day_of
    return [
        *(("service", Row(str(spec["company"]), day(at), "/owner-requests")) for spec, at in services),
        *(("company", Row(str(key), day(at), "/registers")) for key, at in companies),
    ]


async def _certified(works: Iterable[Work], today: date) -> list[Named]:
    """Certificates that hold today, by the first letters of their kind up to a sign: `PCI-DSS` is `PCI`."""
    found = []
    rows = await tables.Party.filter(warn_at__not_isnull=True, retired_at=None)
    holders = {row.key: Party.model_validate(row.spec).certificate for row in rows}
    for work in (work for work in works if work.in_force):
        for one in (one for one in holders.get(work.party, ()) if one.expires_on >= today):
            kind = one.kind.replace("_", "-").partition("-")[0]
            row = Row(work.company, one.issued_on or work.changed_on, f"/engagement/{work.key}", work.sort)
            found.append((f"certificate:{kind}", row))
    return found


async def _trouble(works: Mapping[str, Work], today: date) -> Shelf:
    """What is overdue, and what is open that must not be."""
    asked = tables.Obligation.filter(state__in=ASKED, due_on__lt=today, told_on__not_isnull=True)
    owed = tables.OwnDuty.filter(state="open", due_on__lt=today)
    failing = tables.Case.filter(closed_at=None, closes_at=None)
    columns = ("id", "kind", "company_id", "engagement_id")
    rows: list[Any] = [
        (f"answer:{kind}", f"/duty/{id_}", *rest) for id_, kind, *rest in await _of(asked, columns, "due_on")
    ]
    rows += [(f"duty:{kind}", f"/own-duty/{id_}", *rest) for id_, kind, *rest in await _of(owed, columns, "due_on")]
    named = ("id", "rule", "ref", "check_kind", "company_id", "engagement_id")
    rows += [
        (_conduct(rule, ref) if rule else f"{OUTSIDE}:{kind}", f"/case/{id_}", *rest)
        for id_, rule, ref, kind, *rest in await _of(failing, named, "opened_on")
    ]
    found: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for name, page, company, engagement, on in rows:
        if not engagement or engagement in works:
            sort = works[engagement].sort if engagement else None
            found[name][company or ""].append(Row(company or "", on, page, sort))
    return found


async def _of(query: QuerySet[Any], columns: tuple[str, ...], day: str) -> list[Any]:
    return list(await query.values_list(*columns, day))


def _conduct(rule: str, ref: str) -> str:
    """One that says of texts that they do not agree begins its reference with the rule that found it."""
    return f"text:{ref.partition(' ')[0]}" if rule == TEXTS_DISAGREE else f"rule:{rule}"
