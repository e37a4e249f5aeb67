"""Stage: mail that was taken in -> read, outside every transaction; acted upon, once, in one."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from tortoise.expressions import Subquery

from monitor import tables
from monitor.evidence import EvidenceAway
from monitor.guard import Guard
from monitor.inbound.acts import Bounce, bounced, replied
from monitor.inbound.intake import BY_BOUNCE
from monitor.inbound.reading import BOUNCE, DELAYED, REPLY, STRAY, Read, read
from monitor.registry.roster import roster
from monitor.tables.store import AWAY, transaction

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.evidence import EvidenceStore
    from monitor.inbound.report import Failure
    from monitor.tables import Incoming, Mail

log = logging.getLogger(__name__)
LATER = (*AWAY, EvidenceAway)
BATCH = 20


async def sort(at: datetime, evidence: EvidenceStore) -> int:
    """Act upon what is new; how much of it was dealt with. What we cannot deal with is put aside; what is about a
    letter that is still under way is left out, so that it does not fill the batch; the others go on.
    """
    under_way = Subquery(tables.Mail.filter(state="queued").values("id"))
    new = tables.Incoming.filter(state="new").exclude(mail_id__in=under_way)
    rows = await new.order_by("arrived_at", "id").limit(BATCH)
    done = 0
    for row in rows:
        with Guard(log, "incoming mail %s cannot be dealt with and is put aside", row.id, let=LATER) as guard:
            found = await asyncio.to_thread(read, await evidence.whole(row.sha256))
            done += await handle(row, found, at)
        if guard.error:
            done += await tables.Incoming.filter(id=row.id, state="new").update(state="stuck", handled_at=at)
    return done


async def handle(row: Incoming, found: Read, at: datetime) -> bool:
    """Write what it is, and do what follows. Whoever comes second finds it done.

    A fast server returns a letter before we have recorded that it was sent; then it waits for that.
    """
    present = await roster()
    async with transaction():
        mail = await tables.Mail.filter(id=row.mail_id).select_for_update().get()
        if mail.state == "queued":
            return False
        failure = _failure(mail, row, found)
        values = _values(found, failure) | {"company_id": mail.company_id, "party_id": mail.party_id}
        if await tables.Incoming.filter(id=row.id, state="new").update(**values, state="done", handled_at=at) != 1:
            return False
        row.update_from_dict(values)
        if row.kind == REPLY:
            await replied(mail, row, at)
        elif failure:
            bounce = Bounce(failure.address, failure.hard, failure.status, failure.why, row.sha256)
            await bounced(mail, bounce, present, at)
    return True


def _values(found: Read, failure: Failure | None) -> dict[str, Any]:
    if failure:
        said = {"address": failure.address, "hard": failure.hard, "status": failure.status, "subject": failure.why}
        return {"kind": found.kind, "text": ""} | said
    kind = STRAY if found.kind in {BOUNCE, DELAYED} else found.kind
    text = found.text if kind == REPLY else ""
    return {"kind": kind, "address": found.sender, "subject": found.subject, "text": text}


def _failure(mail: Mail, row: Incoming, found: Read) -> Failure | None:
    """Whose delivery failed. Only what came to the letter's own return address is believed.

    A letter to one reader needs no naming of the reader: his server, or one that he has his mail forwarded to, may know
    him by another address. Of a letter to several, one that is not named is not guessed.
    """
    if row.way != BY_BOUNCE or not found.failures:
        return None
    readers = {address.lower(): address for address in mail.to}
    worst = sorted(found.failures, key=lambda one: (one.hard, one.gone), reverse=True)
    if len(readers) == 1:
        return _renamed(worst[0], next(iter(readers)))
    return next((failure for failure in worst if failure.address in readers), None)


def _renamed(failure: Failure, address: str) -> Failure:
    return type(failure)(address, failure.gone, failure.hard, failure.status, failure.why)
