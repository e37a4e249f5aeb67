"""The registry as the stages see it: who is responsible for what on which day, and who gets to hear of it.

A roster is one revision of the registry. Companies, group and calendar are read whole; engagements and parties when
somebody asks for them, and kept. When the revision in the database moves on, the next stage to ask gets a new roster.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from tortoise.context import require_context

from monitor import tables
from monitor.registry.format import Campaign, Company, Engagement, Entry, Group, Minors, Party, Purpose
from monitor.tables.plain import single

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from tortoise.context import TortoiseContext

    from monitor.calendar import Calendar

#: Who stands above whom: an empty role passes to the next one up.
RISING = ("managers", "pi_manager", "privacy_office", "executive")
_BELOW = {"reviewer": "managers"}
ROOM = 50_000  #: entries of a kind that a roster keeps

Audience = dict[str, tuple[str, ...]]  #: role -> addresses


class NoRegistry(Exception):  # noqa: N818 - the state of the house
    """Nothing was applied yet."""


Kind = TypeVar("Kind", bound=Entry)


class Entries(Generic[Kind]):
    """The entries of one kind: read when somebody asks for them, and kept while there is room for them."""

    def __init__(self, model: Any, shape: type[Kind]) -> None:
        self._model, self._shape = model, shape
        self._kept: dict[str, Kind] = {}

    async def of(self, keys: Iterable[str]) -> dict[str, Kind]:
        """The entries of exactly these keys, the caller's own to hold: what others ask for takes none of it away."""
        wanted = set(keys)
        found = {key: self._kept[key] for key in wanted & self._kept.keys()}
        missing = wanted - found.keys()
        if missing:
            for key, spec in await self._model.filter(key__in=missing).values_list("key", "spec"):
                found[key] = self._kept[key] = self._shape.model_validate(spec)
            while len(self._kept) > ROOM:
                del self._kept[next(iter(self._kept))]
        return found


@dataclass
class Roster:
    revision: int
    group: Group
    companies: dict[str, Company]
    purposes: dict[str, Purpose]
    minors: Minors = field(default_factory=Minors)
    campaigns: tuple[Campaign, ...] = ()
    _engagements: Entries[Engagement] = field(default_factory=lambda: Entries(tables.Engagement, Engagement))
    _parties: Entries[Party] = field(default_factory=lambda: Entries(tables.Party, Party))

    @property
    def calendar(self) -> Calendar:
        return self._calendar

    def __post_init__(self) -> None:
        self._calendar = self.group.calendar()

    async def engagements(self, keys: Iterable[str]) -> Mapping[str, Engagement]:
        """The engagements of these keys; those that left the registry too, since history points at them."""
        return await self._engagements.of(keys)

    async def engagement(self, key: str) -> Engagement:
        return (await self.engagements([key]))[key]

    async def parties(self, keys: Iterable[str]) -> Mapping[str, Party]:
        return await self._parties.of(keys)

    async def party(self, key: str) -> Party:
        return (await self.parties([key]))[key]

    async def line_above(self, key: str) -> list[Engagement]:
        """The engagements above one in the tree of sub-entrustment, nearest first."""
        found: list[Engagement] = []
        step = (await self.engagement(key)).under
        while step and len(found) < 100:  # noqa: PLR2004 - deeper than any chain; rings are refused when read
            found.append(await self.engagement(step))
            step = found[-1].under
        return found

    async def last_day(self, key: str) -> date | None:
        """The last day of an engagement: its own, or an earlier one of something above it."""
        line = [await self.engagement(key), *await self.line_above(key)]
        return min((entry.ends_on for entry in line if entry.ends_on), default=None)

    async def achieved(self, key: str) -> list[date]:
        """When what the data of an engagement is for was achieved: the days said of it and of what is above it."""
        line = [await self.engagement(key), *await self.line_above(key)]
        return sorted({entry.purpose_achieved_on for entry in line if entry.purpose_achieved_on})

    async def engaged(self, parties: Iterable[str]) -> Mapping[str, list[Engagement]]:
        """The engagements of these parties that the registry holds now, each with the last day that holds for it."""
        found: dict[str, list[Engagement]] = {party: [] for party in parties}
        present = tables.Engagement.filter(party_id__in=list(found), retired_at=None).order_by("key")
        rows = await present.values_list("key", "party_id")
        entries = await self.engagements(key for key, _ in rows)
        for key, party in rows:
            found[party].append(entries[key].model_copy(update={"ends_on": await self.last_day(key)}))
        return found

    def responsible(self, company: str | None, day: date) -> bool:
        """Whether that company answers for its engagements on that day; if not, the group's privacy office does."""
        return company is not None and company in self.companies and self.companies[company].member_on(day)

    def audience(self, company: str | None, roles: Iterable[str], day: date) -> Audience:
        """Who hears it on that day, by role. A company that has left is replaced by the group's privacy office."""
        if not self.responsible(company, day):
            return {"privacy_office": self.group.privacy_office} if self.group.privacy_office else {}
        found: Audience = {}
        for role in roles:
            filled, addresses = self._filled(self.companies[str(company)], role, day)
            if addresses:
                found[filled] = addresses
        return found

    def levels(self, company: str | None, level: int, day: date, *, also: Iterable[str] = ()) -> Audience:
        """Everybody up to a level: 1 managers, 2 and PI manager, 3 and privacy office, 4 and executive."""
        return self.audience(company, (*RISING[:level], *also), day)

    def acting(self, company: str | None, address: str, day: date) -> tuple[str, ...]:
        """Whoever acts for one of a company's people on that day, themselves or their deputy; nobody for somebody who
        is not, or no longer, one of them in a role: they could not open what they are told of.
        """
        if not self.responsible(company, day):
            theirs = self.group.privacy_office
            return (address,) if address.lower() in {one.lower() for one in theirs} else ()
        own = self.companies[str(company)]
        listed = (*own.managers, *own.reviewers, *own.pi_manager, *own.executive)
        people = (*listed, *(one.email for one in own.person if one.roles))
        known = {one.lower(): one for one in people}
        return (_standing_in(own, known[address.lower()], day),) if address.lower() in known else ()

    def _filled(self, company: Company, role: str, day: date) -> tuple[str, tuple[str, ...]]:
        addresses = self._holders(company, role, day)
        if addresses:
            return role, addresses
        if role in _BELOW:
            named, addresses = self._filled(company, _BELOW[role], day)
            return (role if named == _BELOW[role] else named), addresses
        above = RISING[RISING.index(role) + 1 :]
        return next(((up, found) for up in above if (found := self._holders(company, up, day))), (role, ()))

    def _holders(self, company: Company, role: str, day: date) -> tuple[str, ...]:
        if role == "privacy_office":
            return self.group.privacy_office
        listed: tuple[str, ...] = getattr(company, {"reviewer": "reviewers"}.get(role, role))
        people = tuple(person.email for person in company.person if role in person.roles)
        return tuple(dict.fromkeys(_standing_in(company, address, day) for address in (*listed, *people)))


def _standing_in(company: Company, address: str, day: date) -> str:
    """The deputy of somebody who is away on that day, else the same address."""
    for person in company.person:
        if person.email == address and person.deputy and person.away and person.away[0] <= day <= person.away[1]:
            return person.deputy
    return address


_latest: WeakKeyDictionary[TortoiseContext, Roster] = WeakKeyDictionary()


async def roster() -> Roster:
    """The roster of the registry's present revision. Raises `NoRegistry` when nothing was applied yet."""
    context = require_context()
    found = await single(tables.Group, "revision", "group")
    if found is None:
        raise NoRegistry
    known = _latest.get(context)
    if known is None or known.revision != found:
        known = _latest[context] = await _load()
    return known


def last_known() -> Roster | None:
    """The roster as it was when somebody last asked, without asking now: for pages that must not fail."""
    return _latest.get(require_context())


async def unkept() -> Roster:
    """The registry as this transaction has made it: the caller's alone, since it may be undone."""
    return await _load()


async def _load() -> Roster:
    singles = {row.key: row for row in await tables.Group.all()}
    group, minors = singles["group"], singles.get("minors")
    companies = {row.key: Company.model_validate(row.spec) for row in await tables.Company.all()}
    purposes = {row.key: Purpose.model_validate(row.spec) for row in await tables.Purpose.all()}
    known = Minors.model_validate(minors.spec if minors else {})
    rounds = await tables.Campaign.filter(retired_at=None).order_by("key")
    campaigns = tuple(Campaign.model_validate(row.spec) for row in rounds)
    return Roster(group.revision, Group.model_validate(group.spec), companies, purposes, known, campaigns)
