"""A copy of a receipt for a colleague of whoever answered."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.notices import VENDOR, about_duty, tell
from monitor.obligations.colleagues import domains
from monitor.obligations.holding import held
from monitor.refusal import need
from monitor.registry.roster import roster
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.tables import Submission

MOST = 5  #: colleagues who can get a copy of one submission


async def send_copy(handed_in: Submission, email: str, at: datetime, actor: str) -> None:
    """That colleague gets the receipt by mail, once, with a link that can only read. Addresses of the party's own
    domains alone, and not many: a link in the wrong hands must not hand the answers to strangers.
    """
    present = await roster()
    async with transaction():
        duty, _ = await held(handed_in.obligation_id)
        own = domains(await present.party(duty.party_id))
        inside = email.rpartition("@")[2] in own
        need(
            inside,
            "not-own-domain",
            "Enter an address of your own company ({domains}).",
            domains=", ".join(sorted(own)),
        )
        mark = f"{handed_in.id}/{hashlib.sha256(email.encode()).hexdigest()[:16]}"
        notice = about_duty(
            duty, "copy", VENDOR, at, mark=mark, address=email, urgent=True, data={"submission": handed_in.id}
        )
        if await tables.Notice.filter(key=notice.key).exclude(state__in=("dropped", "failed")).exists():
            return
        sent = tables.Notice.filter(key__startswith=f"o{duty.id}/v/copy/{handed_in.id}/")
        need(
            await sent.count() < MOST, "too-many-copies", "No more copies can be sent. Forward the mail that you have."
        )
        await tell([notice])
        await ledger.note("receipt.copied", duty, at, actor, submission=handed_in.id)
