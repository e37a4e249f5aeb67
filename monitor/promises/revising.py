"""Somebody says that a text of the group was changed (A10 and B24 of the published promises; APPI 21 and 27(6)).

Each company that the text speaks for decides whether that is acceptable, as it does where a look has seen it. Who tells
of it first loses nothing: when the look sees the same, the decision that is open goes on, with both texts beside it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.duties.changes import DAYS, KIND, ONE_BEGINS
from monitor.duties.owing import begin, due_in
from monitor.language import Message
from monitor.refusal import Refused, need
from monitor.registry.roster import roster
from monitor.registry.texts import holding, policies, spoken_for
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.registry.roster import Roster
    from monitor.tables import OwnDuty

_NOBODY = Message("No text of the group stands at that address. Choose one of its [[policy]] tables.")


async def revised(url: str, on: date, at: datetime, actor: str = ledger.SYSTEM) -> list[OwnDuty]:
    """The decisions that a change asks for and that are not there yet: one that is open goes on, by its old date, and
    what is told twice is asked for once. Raises `Refused`.
    """
    async with transaction():
        await alone(ONE_BEGINS)
        present = await roster()
        need(on <= present.calendar.day_of(at), "on-future", "Name today or a day before it.")
        text = holding([one for one in (await policies()).values() if one.url == url], on)
        if text is None:
            raise Refused("no-such-policy", _NOBODY)
        said = {"ref": text.key, "url": url, "on": on.isoformat()}
        line = ledger.Event("policy.changed", f"policy/{text.key}", said, actor=actor)
        wanted = spoken_for(text, present, on)
        fresh = [one for company in wanted if (one := await _ask(company, url, on, at, present))]
        if fresh:  # told again, it is the change that was told before
            await ledger.write([line], at)
    return fresh


async def _ask(company: str, url: str, on: date, at: datetime, present: Roster) -> OwnDuty | None:
    known, changed = (hashlib.sha256(said.encode()).hexdigest()[:32] for said in (url, f"{url} {on}"))
    same = tables.OwnDuty.filter(kind=KIND, company_id=company, party_id=None, url=url)
    asked = await same.order_by("-id").select_for_update().first()
    if asked is not None and _settles(asked, changed, on, present):
        return None
    about = {"known": known, "changed": changed, "watch": ""}
    due = due_in(DAYS, on, present.calendar)
    return await begin(
        tables.OwnDuty(kind=KIND, company_id=company, url=url, due_on=due, about=about), present.calendar, at
    )


def _settles(asked: OwnDuty, changed: str, on: date, present: Roster) -> bool:
    """Whether a change of that day is decided on there, or going to be: told before, or seen by a look since."""
    seen = bool(asked.about["watch"]) and present.calendar.day_of(asked.opened_at) >= on
    return asked.state == "open" or asked.about["changed"] == changed or seen
