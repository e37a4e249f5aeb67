"""A letter that waits, is parked or was refused -> queued again, because somebody has mended what stood against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.refusal import need
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.tables import Mail

STATES = ("queued", "parked", "failed")


async def again(number: str, at: datetime) -> Mail:
    """The letter whose id begins so, due now. What it says is still asked of the notices when it is claimed.

    One that was refused leaves again only if its notices were given up with it: where another letter has taken them
    over, it would tell them twice. The addresses that were refused are asked once more.
    """
    async with transaction():
        found = await tables.Mail.filter(id__startswith=number, state__in=STATES).limit(2).select_for_update()
        need(found, "no-letter", "There is no letter {id} that waits or failed. See itaku mail queue.", id=number)
        need(len(found) == 1, "two-letters", "More than one letter begins with {id}. Write more of it.", id=number)
        row = found[0]
        need(row.lease_until is None or row.lease_until <= at, "in-hand", "This letter is being sent at this moment.")
        if row.state == "failed":
            await _revive(row)
        await tables.Mail.filter(id=row.id).update(state="queued", next_at=at, attempts=0, lease=None, lease_until=None)
        await ledger.write([ledger.Event("mail.retried", f"mail/{row.id}", {"was": row.state}, row.company_id)], at)
    return row


async def _revive(row: Mail) -> None:
    """The notices of a refused letter wait again, and its mailboxes are no longer held to be dead."""
    keys = [str(key) for key in await tables.MailItem.filter(mail_id=row.id).values_list("notice_id", flat=True)]
    given_up = tables.Notice.filter(key__in=keys, state="failed")
    need(
        await given_up.exists(),
        "taken-over",
        "What this letter said has been told in another one, or is no longer true.",
    )
    await given_up.update(state="waiting", letters=1, done_at=None)
    await tables.Person.filter(email__in=[address.lower() for address in row.to], name="").update(refused_at=None)
