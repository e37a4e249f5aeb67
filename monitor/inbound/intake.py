"""Taking mail in: what is for us is stored, octets and row, before anybody says that it was taken."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor import tables
from monitor.inbound.reading import addressed_to, answered
from monitor.return_address import BOUNCE

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.evidence import EvidenceStore
    from monitor.return_address import ReturnAddresses

MOST_PER_MAIL = 50  #: what comes back about one letter; a loop or somebody's malice ends here
BY_BOUNCE, BY_REPLY, BY_REFERENCE = "bounce", "reply", "reference"


class NotOurs(Exception):  # noqa: N818 - what the mail then is
    """It names no letter of ours, or one about which more has come back than anybody writes. Said to the sender."""


@dataclass(frozen=True)
class Intake:
    """Where mail is taken in. `sender`: our own address in `From`, to which people write who overlook `Reply-To`."""

    evidence: EvidenceStore
    returns: ReturnAddresses
    sender: str
    limit: int  #: octets of one mail

    def knows(self, address: str) -> bool:
        """Whether mail to that address is taken at all."""
        return self.returns.read(address) is not None or address.strip("<>").lower() == self.sender.lower() != ""

    async def take(self, raw: bytes, to: str, at: datetime) -> str:
        """Store it; its number. Taken twice it is stored once. Raises `NotOurs`, and `EvidenceAway` for later."""
        mail, way = await self._about(raw, to)
        number = hashlib.sha256(f"{way} {mail}\n".encode() + raw).hexdigest()
        if not await tables.Incoming.exists(id=number):
            await self._store(number, raw, mail, way, at)
        return number

    async def _store(self, number: str, raw: bytes, mail: tables.Mail | str, way: str, at: datetime) -> None:
        if await tables.Incoming.filter(mail_id=mail).count() >= MOST_PER_MAIL:
            raise NotOurs("too much has come back about this letter")
        sha256 = await self.evidence.keep(raw)
        row = tables.Incoming(id=number, sha256=sha256, size=len(raw), way=way, mail_id=mail, arrived_at=at)
        await tables.Incoming.bulk_create([row], ignore_conflicts=True)

    async def _about(self, raw: bytes, to: str) -> tuple[str, str]:
        """The letter that it is about, and how that is known."""
        for address in (to, *addressed_to(raw)):
            found = self.returns.read(address)
            if found and await tables.Mail.exists(id=found[1]):
                return found[1], BY_BOUNCE if found[0] == BOUNCE else BY_REPLY
        for mail in answered(raw)[:20]:
            if await tables.Mail.exists(id=mail):
                return mail, BY_REFERENCE
        raise NotOurs("it is about no letter of ours")
