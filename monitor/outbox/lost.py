"""What somebody does not know because a mailbox died: found among what was sent there, and told to somebody else.

A mailbox that is dead today was dead for the letters before as well, as far as anybody can tell. So every request that
waits for an answer, and was last asked for at that address, is lost with it, whichever company asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor import tables
from monitor.notices import PERSON, VENDOR, tell
from monitor.outbox.readers import Directory
from monitor.outbox.subjects import Subjects
from monitor.tables.duty import ASKED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from typing import Self

    from monitor.registry.roster import Roster
    from monitor.tables import Case, Mail, Notice, Obligation

ASKING = frozenset({"rung", "due-moved", "returned", "fresh-link", "use-link"})  #: notices that wait for an answer
_PERSONAL = frozenset({"hand-over", "code"})  #: kinds that are for one person and for nobody in their place
_COPY = "~"  #: in the key of a notice that is told again, before its number


@dataclass(frozen=True)
class Lost:
    """Notices that reached nobody, one for each matter, and the address that took them."""

    notices: Sequence[Notice]
    address: str

    @classmethod
    async def of(cls, mail: Mail, address: str, carried: Sequence[Notice]) -> Self:
        """What the letter carried and nobody else got; of a party, what else was last asked for at that address."""
        heard = await _heard_by_others(mail, carried)
        found = [notice for notice in carried if notice.key not in heard and notice.kind not in _PERSONAL]
        if mail.side == VENDOR:
            found = await _Matters.still_true([*found, *await _last_asked(str(mail.party_id), address)], address)
        return cls(found if mail.side != PERSON else [], address)


async def _heard_by_others(mail: Mail, carried: Sequence[Notice]) -> set[str]:
    """Notices that another reader has: all of them, where the letter reached somebody else; or by another letter."""
    if mail.state != "bounced":
        return {notice.key for notice in carried}
    keys = [notice.key for notice in carried]
    others = tables.MailItem.filter(notice_id__in=keys, mail__state__in=("queued", "sent"))
    return {str(key) for key in await others.distinct().values_list("notice_id", flat=True)}


async def _last_asked(party: str, address: str) -> list[Notice]:
    """Of each request to a party that waits for an answer: what asked last, if it went to that address."""
    waiting = await tables.Obligation.filter(party_id=party, state__in=ASKED).values_list("id", flat=True)
    items = await _sent(waiting, [])
    return [item.notice for item in _latest(items).values() if _went_to(item.mail, address)]


async def _sent(duties: Iterable[object], cases: Iterable[object]) -> list[tables.MailItem]:
    """What was sent to parties about these, in the order of time."""
    found: list[tables.MailItem] = []
    for about in ({"notice__obligation_id__in": list(duties)}, {"notice__case_id__in": list(cases)}):
        if next(iter(about.values())):
            items = tables.MailItem.filter(mail__state__in=("sent", "bounced"), notice__side=VENDOR, **about)
            found += await items.select_related("mail", "notice").order_by("mail__sent_at", "id")
    return found


def _latest(items: Iterable[tables.MailItem]) -> dict[int | None, tables.MailItem]:
    return {item.notice.obligation_id: item for item in items if item.notice.kind in ASKING}


async def latest_to(address: str) -> Mail | None:
    """The last letter that was sent to an address."""
    async for mail in tables.Mail.filter(state="sent").order_by("-sent_at", "-id"):
        if _went_to(mail, address):
            return mail
    return None


def _went_to(mail: Mail, address: str) -> bool:
    return address.lower() in {one.lower() for one in mail.to}


@dataclass(frozen=True)
class _Matters:
    """The duties and cases that lost notices were about, and what parties were sent about them."""

    duties: Mapping[int, Obligation]
    cases: Mapping[int, Case]
    sent: Sequence[tables.MailItem]

    @classmethod
    async def still_true(cls, notices: Sequence[Notice], address: str) -> list[Notice]:
        """One notice for each matter that is as it was: of several that ask, the last."""
        subjects = await Subjects.of(notices)
        known = cls(subjects.duties, subjects.cases, await _sent(subjects.duties, subjects.cases))
        found: dict[tuple[str, str], Notice] = {}
        for notice in sorted(notices, key=lambda one: (one.made_at, one.rung or 0, one.key)):
            if known.live(notice) and not known.told_since(notice, address):
                found[known.matter(notice)] = notice
        return list(found.values())

    def matter(self, notice: Notice) -> tuple[str, str]:
        about = f"{notice.obligation_id}/{notice.case_id}/{notice.certificate_id}"
        return ("asks" if notice.kind in ASKING else notice.kind, about)

    def live(self, notice: Notice) -> bool:
        """Whether what it says still is so: nobody is asked for what is answered."""
        duty, case = self.duties.get(notice.obligation_id or 0), self.cases.get(notice.case_id or 0)
        if duty:
            return notice.kind not in ASKING or duty.state in ASKED
        return case is None or case.closed_at is None or notice.kind != "rung"

    def told_since(self, notice: Notice, address: str) -> bool:
        """Whether a later letter about the same reached another address."""
        return any(
            self.matter(item.notice) == self.matter(notice)
            and item.notice.made_at > notice.made_at
            and item.mail.state == "sent"
            and not _went_to(item.mail, address)
            for item in self.sent
        )


async def tell_again(lost: Lost, present: Roster, at: datetime) -> str:
    """Make the lost notices anew, for whoever is next; to a party, that one's address, or nothing if nobody is left.

    Where something about the same waits to be sent already, that goes to whoever is next by itself.
    """
    copies = [await _copy(notice, at) for notice in lost.notices]
    directory = await Directory.of(copies, present, at)
    reached = [(copy, directory.readers(copy)) for copy in copies]
    await tell([copy for copy, readers in reached if readers and not await _waits(copy)])
    return next((people[0] for _, readers in reached for people in readers.values()), "")


async def _waits(copy: Notice) -> bool:
    names = ("side", "company_id", "obligation_id", "case_id", "certificate_id", "own_duty_id")
    kinds = list(ASKING if copy.kind in ASKING else {copy.kind})
    same = {name: getattr(copy, name) for name in names}
    return await tables.Notice.filter(state="waiting", kind__in=kinds, **same).exists()


async def _copy(notice: Notice, at: datetime) -> Notice:
    """The same thing to tell under a name of its own: the first one was sent, and the record of it stays."""
    origin = notice.key.partition(_COPY)[0]
    number = await tables.Notice.filter(key__startswith=f"{origin}{_COPY}").count() + 2
    same = ("kind", "side", "company_id", "party_id", "obligation_id", "case_id", "own_duty_id", "certificate_id")
    fields = {name: getattr(notice, name) for name in (*same, "rung", "level", "roles", "urgent")}
    data = {**notice.data, "instead": True} if notice.side == VENDOR else notice.data
    return tables.Notice(key=f"{origin}{_COPY}{number}", **fields, data=data, send_at=at, made_at=at)
