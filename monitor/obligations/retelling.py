"""申し出の控え: what a party has said beside its answers goes back to its contact, in its own words.

Whoever declines, asks for more time or names somebody else has something to show for it, as whoever answers has a
receipt. It leaves at any hour, as receipts do; and since it goes to the registered contact, a contact reads what
somebody else may have said by a link that was passed on.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from monitor import tables
from monitor.notices import VENDOR, about_duty, tell
from monitor.registry.roster import roster
from monitor.tables.duty import DECLINE, MORE_TIME, NOT_OURS, WRONG_PERSON

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.tables import Obligation, Plea

RETOLD = "plea-receipt"
_KINDS = frozenset({DECLINE, MORE_TIME, NOT_OURS, WRONG_PERSON})  #: an objection stands beside its question instead
A_DAY = 3  #: of one kind about one duty: a link in the wrong hands must not fill a mailbox
DAY = timedelta(days=1)  #: no calendar day: what is counted in it was said in the last 24 hours


async def retell(plea: Plea, duty: Obligation, at: datetime, heard_at: datetime | None = None) -> None:
    """Mail the party what it said, in the caller's transaction. `heard_at`: from when on the company may be told."""
    if plea.kind not in _KINDS:
        return
    recent = await tables.Notice.filter(obligation_id=duty.id, kind=RETOLD, made_at__gt=at - DAY)
    if sum(notice.data.get("kind") == plea.kind for notice in recent) >= A_DAY:
        return
    heard = (await roster()).calendar.next_sending(heard_at or at)
    said = {
        "kind": plea.kind,
        "text": plea.text,
        "proposed_on": plea.proposed_on.isoformat() if plea.proposed_on else "",
        "about": {name: value for name, value in plea.about.items() if name != "from"},
        "heard_at": heard.isoformat() if heard > at else "",
    }
    await tell([about_duty(duty, RETOLD, VENDOR, at, mark=str(plea.id), urgent=True, data=said)])
