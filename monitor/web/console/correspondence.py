"""What came back by mail about one request: where mails do not arrive, what the party wrote, what machines answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor import tables
from monitor.language import Message, say_instant
from monitor.tables.duty import LIVE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.registry.format import Party
    from monitor.registry.roster import Roster
    from monitor.tables import Incoming, Obligation

MOST = 20  #: of what came back; the rest is in the history
KINDS = {
    "bounce": Message("Mail came back"),
    "delayed": Message("Delayed"),
    "auto-reply": Message("Automatic answer"),
    "reply": Message("Reply"),
    "stray": Message("Cannot be made out"),
}


@dataclass(frozen=True)
class Came:
    """One mail that came back, in words."""

    kind: str
    what: str
    when: str
    address: str
    subject: str
    text: str
    sha256: str


@dataclass(frozen=True)
class Correspondence:
    """`shown`: mails to this request do not arrive. `dead` and `left`: the party's addresses that take no mail, and the
    others.
    """

    shown: bool
    dead: Sequence[str]
    left: Sequence[str]
    replies: Sequence[Came]
    others: Sequence[Came]


async def correspondence(duty: Obligation, party: Party, present: Roster, language: str) -> Correspondence:
    mails = tables.MailItem.filter(notice__obligation_id=duty.id, notice__side="vendor")
    ids = sorted({str(key) for key in await mails.distinct().values_list("mail_id", flat=True)})
    rows = await tables.Incoming.filter(mail_id__in=ids, state="done").order_by("-arrived_at", "-id").limit(MOST)
    came = [_came(row, present, language) for row in rows]
    dead = await _dead(party)
    return Correspondence(
        duty.undeliverable_at is not None and duty.state in LIVE,
        [one for one in party.contacts if one.lower() in dead],
        [one for one in party.contacts if one.lower() not in dead],
        [one for one in came if one.kind == "reply"],
        [one for one in came if one.kind != "reply"],
    )


async def _dead(party: Party) -> set[str]:
    addresses = [address.lower() for address in party.contacts]
    found = tables.Person.filter(email__in=addresses, name="", refused_at__isnull=False)
    return {str(email) for email in await found.values_list("email", flat=True)}


def _came(row: Incoming, present: Roster, language: str) -> Came:
    said = KINDS[row.kind].in_(language)
    when = say_instant(row.arrived_at, present.calendar.zone, language)
    status = f"{row.status} " if row.status and row.status not in row.subject else ""
    return Came(row.kind, said, when, row.address, f"{status}{row.subject}".strip(), row.text, row.sha256)
