"""Mailboxes that are dead: remembered, told to the company, and forgotten when they take mail again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.certificates import Held
from monitor.notices import COMPANY, about_case, about_duty, tell, withdraw
from monitor.outbox.subjects import Subjects

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from monitor.tables import Notice

REFUSED_FOR = timedelta(days=30)  #: an address that a server refused for good is tried again after that
SILENT_FOR = timedelta(days=1)  #: one of a company's own people: whom silence harms most is tried again soon


async def bury(address: str, at: datetime) -> None:
    """Remember that a mailbox is dead."""
    known, _ = await tables.Person.get_or_create(email=address.lower(), name="", defaults={"seen_at": at})
    await tables.Person.filter(id=known.id).update(refused_at=at)


@dataclass(frozen=True)
class Unreached:
    """Which address did not take a mail, in the other server's words; who is asked instead, or that nobody is left."""

    address: str = ""
    why: str = ""
    instead: str = ""
    alone: bool = False

    def mark(self, at: datetime) -> str:
        """Once a day, and once more when the last address of a party has died."""
        return f"{at:%Y%m%d}" + ("/alone" if self.alone and self.address else "")


async def undeliverable(notices: Sequence[Notice], how: Unreached, at: datetime) -> None:
    """Show it on the duties, and tell the managers."""
    notices = [notice for notice in notices if notice.kind != "copy"]  # a colleague's address was mistyped, no more
    subjects = await Subjects.of(notices)
    await tables.Obligation.filter(id__in=list(subjects.duties)).update(undeliverable_at=at)
    more: dict[str, Any] = {"mark": how.mark(at), "level": 1, "data": asdict(how)}
    duties = [about_duty(row, "undeliverable", COMPANY, at, **more) for row in subjects.duties.values()]
    cases = [about_case(row, "undeliverable", COMPANY, at, **more) for row in subjects.cases.values()]
    held = [found.notice(company, COMPANY, "undeliverable", at, **more) for found, company in _certificates(notices)]
    await tell([notice for notice in duties + cases + held if await _news(notice, at)])


async def _news(notice: Notice, at: datetime) -> bool:
    """Whether it says more than one that waits; that one then is withdrawn, so that managers hear it once."""
    about = {name: getattr(notice, name) for name in ("company_id", "obligation_id", "case_id", "certificate_id")}
    waiting = [one async for one in tables.Notice.filter(kind=notice.kind, state="waiting", **about)]
    if any(one.data.get("alone") or not notice.data["alone"] for one in waiting):
        return False
    await withdraw(at, key__in=[one.key for one in waiting])
    return True


def _certificates(notices: Iterable[Notice]) -> list[tuple[Held, str]]:
    """Certificates that notices are about, each with the company that speaks of it."""
    found = [(Held.told_of(notice), str(notice.company_id)) for notice in notices]
    return [(held, company) for held, company in dict.fromkeys(found) if held]


async def alive_again(addresses: set[str], at: datetime) -> None:
    """An address that was tried again after its time, and taken, is no longer held to be dead."""
    tried = tables.Person.filter(email__in=list(addresses), name="", refused_at__lte=at - REFUSED_FOR)
    await tried.update(refused_at=None)
