"""What follows from a mail that came back: who is asked instead, who is told, what stands in the ledger.

Both acts are called inside the caller's transaction, by the stage that sorts what came in and by the simulation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.inbound.intake import BY_REPLY
from monitor.notices import COMPANY, VENDOR, about_case, about_duty, tell
from monitor.outbox.dead import Unreached, bury, undeliverable
from monitor.outbox.lost import Lost, tell_again
from monitor.outbox.mailbox import ask_itself, believed, died, notices_of
from monitor.outbox.subjects import Subjects
from monitor.tables.duty import ASKED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from monitor.registry.roster import Roster
    from monitor.tables import Mail, Notice

USE_LINK = "use-link"  #: the notice that asks to answer in the form


@dataclass(frozen=True)
class Bounce:
    """届いていません: one reader of one letter did not get it. `hard`: no try will ever succeed."""

    address: str
    hard: bool
    status: str = ""
    why: str = ""
    sha256: str = ""  #: of the report as it came

    @property
    def said(self) -> str:
        """The other server's words, or else its code."""
        return self.why or self.status


async def bounced(mail: Mail, bounce: Bounce, present: Roster, at: datetime) -> None:
    """A letter came back, today or weeks after its server took it. Due dates stay.

    For good: the address is held to be dead, the party's next one is asked with a fresh link, and the managers hear of
    it; of a company's own reader the others hear. A letter to several proves nothing about one of them, who is then
    asked by a letter of their own. For now: it stands in the history, and the ladder goes on to the same address.
    Nothing follows from what comes late, or a second time.
    """
    notices = await notices_of(mail)
    await _write("bounced", mail, notices, {"hard": bounce.hard, "status": bounce.status, "report": bounce.sha256}, at)
    if not bounce.hard or not believed(mail, at):
        return
    await tables.Mail.filter(id=mail.id).update(bounced_at=at, bounce=bounce.said[:500])
    if len({address.lower() for address in mail.to}) > 1:
        await ask_itself(mail, bounce.address, at)
        return
    await bury(bounce.address, at)
    mail.state = "bounced"
    await tables.Mail.filter(id=mail.id, state="sent").update(state=mail.state)
    if mail.side == VENDOR:
        await _of_party(mail, bounce, notices, present, at)
    else:
        await died(mail, bounce.address, bounce.said, at)


async def _of_party(mail: Mail, bounce: Bounce, notices: list[Notice], present: Roster, at: datetime) -> None:
    lost = await Lost.of(mail, bounce.address, notices)
    instead = await tell_again(lost, present, at)
    if lost.notices:
        await undeliverable(lost.notices, Unreached(bounce.address, bounce.said, instead, alone=not instead), at)


async def replied(mail: Mail, incoming: tables.Incoming, at: datetime) -> None:
    """The party wrote back. It is kept and told, and it answers nothing: the requests stay as they are.

    The party gets one note, once for each request, that asks to use the form: whoever has answered by mail holds the
    matter to be done, and would be overdue without knowing why. It goes to whoever is registered and never to whoever
    the mail says it is from, so that a forged one makes us write to nobody new; it says of itself that a machine wrote
    it, and a machine's answer to it is no reply.
    """
    notices = await notices_of(mail)
    await _write("replied", mail, notices, {"mail_sha256": incoming.sha256}, at)
    await _alive(mail, incoming)
    if mail.side != VENDOR:
        return
    subjects = await Subjects.of(notices)
    data = {"incoming": incoming.id, "from": incoming.address, "subject": incoming.subject, "text": incoming.text}
    more = {"mark": incoming.id[:24], "level": 1, "data": data}
    duties, cases = list(subjects.duties.values()), list(subjects.cases.values())
    told = [about_duty(one, "mail-reply", COMPANY, at, **more) for one in duties[:1]]
    told = told or [about_case(one, "mail-reply", COMPANY, at, **more) for one in cases[:1]]
    asked = [duty for duty in duties if duty.state in ASKED and duty.told_on is not None]
    await tell([*told, *(about_duty(duty, USE_LINK, VENDOR, at) for duty in asked)])


async def _alive(mail: Mail, incoming: tables.Incoming) -> None:
    """Whoever answers from an address reads it.

    Anybody can write that address into `From`. So it counts of the letter's own readers only, and only of what came to
    the reply address that we signed: whoever knows no more than a Message-ID wakes up no dead mailbox.
    """
    if incoming.way == BY_REPLY and incoming.address in {address.lower() for address in mail.to}:
        await tables.Person.filter(email=incoming.address, name="").update(refused_at=None)


async def _write(kind: str, mail: Mail, notices: Sequence[Notice], data: Mapping[str, object], at: datetime) -> None:
    """One line for the letter, and one in the history of each matter that it was about."""
    subjects = await Subjects.of(notices)
    events = [ledger.Event(f"mail.{kind}", f"mail/{mail.id}", dict(data), mail.company_id)]
    if mail.side == VENDOR:
        events += _lines(f"obligation.{kind}", "obligation", subjects.duties, mail, data)
        events += _lines(f"case.{kind}", "case", subjects.cases, mail, data)
    await ledger.write(events, at)


def _lines(kind: str, name: str, numbers: Iterable[int], mail: Mail, data: Mapping[str, object]) -> list[ledger.Event]:
    about = {"mail": mail.id, "party": mail.party_id or "", **data}
    return [ledger.Event(kind, f"{name}/{number}", about, mail.company_id) for number in sorted(numbers)]
