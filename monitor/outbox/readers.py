"""Who a notice is for today: asked when a letter is made, and again before each try to send it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

from monitor import tables
from monitor.notices import ASSIGNEE, NAMED, PERSON, VENDOR
from monitor.outbox.dead import REFUSED_FOR, SILENT_FOR
from monitor.registry.roster import RISING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from monitor.registry.format import Party
    from monitor.registry.roster import Audience, Roster
    from monitor.tables import Notice


@dataclass(frozen=True)
class Directory:
    """The people of one day, without the mailboxes that are known to be dead.

    `dead` are those of parties, who have other contacts and somebody who looks after them. Of a company's own people
    only the `silent` are left out, whose mail came back within the day: a report that is wrong, or forged, keeps nobody
    of those above from hearing for longer.
    """

    present: Roster
    parties: Mapping[str, Party]
    dead: frozenset[str]
    silent: frozenset[str]
    day: date
    assignees: Mapping[str, str] = field(default_factory=dict)  #: who was named to see to something, with their address

    @classmethod
    async def of(cls, notices: Iterable[Notice], present: Roster, at: datetime) -> Self:
        notices = list(notices)
        known = await tables.Person.filter(refused_at__gt=at - REFUSED_FOR).values_list("email", "refused_at")
        parties = await present.parties({notice.party_id for notice in notices if notice.party_id})
        dead, silent = (
            frozenset(email for email, when in known if when > at - ago) for ago in (REFUSED_FOR, SILENT_FOR)
        )
        return cls(present, parties, dead, silent, present.calendar.day_of(at), await _assignees(notices))

    def readers(self, notice: Notice) -> Audience:
        """Of a party, its first contact that can be reached; of a company, all of the notice's roles.

        A role whose mailboxes are all dead is as an empty one: where nobody is left, the next one up hears it.
        """
        if notice.side == PERSON:
            return {"person": (notice.address,)}
        if notice.side == VENDOR:
            contacts = (notice.address,) if notice.address else self.parties[str(notice.party_id)].contacts
            first = next((address for address in contacts if self._alive(address)), None)
            return {"vendor": (first,)} if first else {}
        others = self._without(str(notice.data.get("but") or ""))
        if notice.kind == NAMED:
            return others._assigned(notice)  # noqa: SLF001 - a directory too
        heard = others._company(notice) or others._next_up(notice)  # noqa: SLF001
        return heard | others._assigned(notice)  # noqa: SLF001

    def reads(self, address: str, notice: Notice) -> bool:
        """Whether that address is among its readers."""
        return any(address in people for people in self.readers(notice).values())

    def language(self, notice: Notice) -> str:
        if notice.side == VENDOR:
            return self.parties[str(notice.party_id)].language
        return self.present.group.language

    def _without(self, address: str) -> Directory:
        """The same for what one mailbox is not to hear: whoever proposed something does not confirm it."""
        return replace(self, silent=self.silent | {address.lower()}) if address else self

    def _company(self, notice: Notice) -> Audience:
        if notice.level:
            return self._reachable(self.present.levels(notice.company_id, notice.level, self.day, also=notice.roles))
        return self._reachable(self.present.audience(notice.company_id, notice.roles, self.day))

    def _assigned(self, notice: Notice) -> Audience:
        """The person who was named to see to it, as long as they are one of the company's people."""
        address = self.assignees.get(str(notice.data.get(ASSIGNEE)), "")
        people = self.present.acting(notice.company_id, address, self.day) if address else ()
        return self._reachable({ASSIGNEE: people})

    def _next_up(self, notice: Notice) -> Audience:
        rising = (self._reachable(self.present.audience(notice.company_id, [role], self.day)) for role in RISING)
        return next(filter(None, rising), {})

    def _reachable(self, audience: Audience) -> Audience:
        alive = {
            role: tuple(one for one in people if one.lower() not in self.silent) for role, people in audience.items()
        }
        return {role: people for role, people in alive.items() if people}

    def _alive(self, address: str) -> bool:
        return address.lower() not in self.dead


async def _assignees(notices: Iterable[Notice]) -> dict[str, str]:
    named = {str(notice.data[ASSIGNEE]) for notice in notices if notice.data.get(ASSIGNEE)}
    ids = [int(one.removeprefix("person/")) for one in named]
    found = await tables.Person.filter(id__in=ids).values_list("id", "email") if ids else []
    return {f"person/{number}": str(email) for number, email in found}


@dataclass
class Served:
    """Who has a notice already, by a letter that was sent or is on its way: nobody gets it twice.

    Only letters of the notice's present life count. One that was dropped and is true again is told anew.
    """

    addresses: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    letters: Counter[str] = field(default_factory=Counter)
    queued: set[str] = field(default_factory=set)  #: notices with a letter on its way

    @classmethod
    async def of(cls, notices: Iterable[Notice]) -> Self:
        made = {notice.key: notice.made_at for notice in notices}
        found = cls()
        under_way = tables.MailItem.filter(notice_id__in=list(made), mail__state__in=("queued", "sent"))
        for item in await under_way.select_related("mail"):
            if item.mail.made_at >= made[item.notice_id]:
                found.addresses[item.notice_id].update(item.mail.to)
                found.letters[item.notice_id] += 1
                if item.mail.state == "queued":
                    found.queued.add(item.notice_id)
        return found

    def left(self, notice: Notice, readers: Audience) -> Audience:
        """Those who still have to be told."""
        known = self.addresses[notice.key]
        rest = {role: tuple(who for who in people if who not in known) for role, people in readers.items()}
        return {role: people for role, people in rest.items() if people}
