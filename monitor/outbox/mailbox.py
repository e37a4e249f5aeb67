"""A company's own mailbox that takes no mail: the others are told, whether a mail came back or its server refused one.

What a server refuses while we talk to it is beyond doubt. A report that comes back by mail may be anybody's.
The return address of a letter stands in every reader's copy. So one of several readers can make a report of another,
and nothing in it tells it from a mail server's. Such a report alone makes no mailbox dead: the mailbox is sent a letter
of its own, whose return address nobody else ever sees, and only what comes back to that one is believed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor import tables
from monitor.notices import COMPANY, PERSON, tell, to_person
from monitor.outbox.dead import SILENT_FOR
from monitor.outbox.lost import Lost, tell_again
from monitor.registry.roster import roster

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.registry.roster import Roster
    from monitor.tables import Mail, Notice

MAILBOX = "mailbox"  #: the notices: to the mailbox itself, and to the others of its company
BELIEVED_FOR = timedelta(days=30)  #: a letter comes back after hours or days; whoever finds it later makes nothing dead
_OFFICE = 3  #: managers, the manager for personal information and the privacy office


def believed(mail: Mail, at: datetime) -> bool:
    """Whether what comes back about a letter is still believed, and for the first time."""
    return mail.state != "bounced" and (mail.sent_at is None or at <= mail.sent_at + BELIEVED_FOR)


async def ask_itself(mail: Mail, address: str, at: datetime) -> None:
    """Write to one of several readers alone, once a day at most."""
    person, _ = await tables.Person.get_or_create(email=address.lower(), name="", defaults={"seen_at": at})
    await tell([to_person(person.email, MAILBOX, f"{person.id}/{at:%Y%m%d}", at, mail=mail.id)])


async def died(mail: Mail, address: str, why: str, at: datetime, *, reported: bool = True) -> None:
    """One of a company's own mailboxes is dead: whoever is left hears it, and what it was told with others who are
    dead. `reported`: by a mail; the letter itself is then lost, while one that was refused goes on to others by itself.
    """
    notices = await notices_of(mail)
    asked = next((notice for notice in notices if notice.kind == MAILBOX and notice.side == PERSON), None)
    letters = await shared_letters(asked, address) if asked else [mail]
    present = await roster()
    for letter in letters if asked or reported else ():
        await nobody_left(letter, address, await notices_of(letter), present, at)
    for company in sorted({letter.company_id for letter in letters if letter.side == COMPANY}, key=str):
        await tell_others(company, Died(address, why, reported), at)


async def notices_of(mail: Mail) -> list[Notice]:
    items = await tables.MailItem.filter(mail_id=mail.id).order_by("id").values_list("notice_id", flat=True)
    return await tables.Notice.filter(key__in=[str(key) for key in items]).order_by("key")


@dataclass(frozen=True)
class Died:
    """Which mailbox, in whose words, and whether it is said by a report alone."""

    address: str
    why: str
    reported: bool


async def tell_others(company: str | None, dead: Died, at: datetime) -> None:
    """Tell whoever of the company is left, and the privacy office, that one of theirs is written to no more."""
    person = await tables.Person.get(email=dead.address.lower(), name="")
    notice = tables.Notice(
        key=f"m{person.id}/{COMPANY[0]}/{MAILBOX}/{company or 'group'}/{at:%Y%m%d}"[:120],
        kind=MAILBOX,
        side=COMPANY,
        company_id=company,
        level=_OFFICE,
        roles=[],
        data=asdict(dead),
        send_at=at,
        made_at=at,
    )
    await tell([notice])


async def shared_letters(asked: Notice, address: str) -> list[Mail]:
    """The letters to several from which the mailbox was said to be dead, for which it was asked itself. Locked: where
    two of their readers turn out to be dead at once, the second one sees the first.
    """
    said = tables.Incoming.filter(kind="bounce", hard=True, address=address.lower(), state="done")
    numbers = {str(asked.data["mail"]), *map(str, await said.values_list("mail_id", flat=True))}
    since = asked.made_at - BELIEVED_FOR
    found = tables.Mail.filter(id__in=list(numbers), state="sent", sent_at__gte=since).exclude(side=PERSON)
    return [mail for mail in await found.order_by("id").select_for_update() if len(mail.to) > 1]


async def nobody_left(mail: Mail, address: str, notices: list[Notice], present: Roster, at: datetime) -> None:
    """Once all readers of a letter are dead, whoever stands above them is told what it said."""
    readers = [one.lower() for one in mail.to]
    dead = await tables.Person.filter(email__in=readers, name="", refused_at__gt=at - SILENT_FOR).values_list("email")
    if len(dead) == len(set(readers)):
        mail.state = "bounced"
        await tables.Mail.filter(id=mail.id, state="sent").update(state=mail.state)
        await tell_again(await Lost.of(mail, address, notices), present, at)
