"""A text that the group has published itself was changed (A10 and B24 of the published promises; APPI 21 and 27(6)).

Each company that the text speaks for decides whether that is acceptable, as it does of what its parties publish.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from monitor import ledger, tables
from monitor.duties.changes import DAYS, KIND
from monitor.duties.owing import begin, due_in
from monitor.promises.joint_use.register import policies
from monitor.promises.policies import in_effect
from monitor.refusal import need
from monitor.registry.roster import roster
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.registry.format import Policy
    from monitor.registry.roster import Roster
    from monitor.tables import OwnDuty

_NOBODY = "No text of the group stands at that address. Choose one of its [[policy]] tables."


async def revised(url: str, on: date, at: datetime, actor: str = ledger.SYSTEM) -> list[OwnDuty]:
    """The decisions that a change asks for and that are not there yet: one that is open goes on, by its old date, and
    what is told twice is asked for once. Raises `Refused`.
    """
    async with transaction():
        present = await roster()
        need(on <= present.calendar.day_of(at), "on-future", "Name today or a day before it.")
        versions = [one for one in (await policies()).values() if one.url == url]
        need(versions, "no-such-policy", _NOBODY)
        text = (in_effect(versions, on) or versions)[0]
        said = {"ref": text.key, "url": url, "on": on.isoformat()}
        line = ledger.Event("policy.changed", f"policy/{text.key}", said, actor=actor)
        fresh = [one for company in _concerned(text, on, present) if (one := await _ask(company, url, on, at, present))]
        await ledger.write([line], at)
    return fresh


def _concerned(text: Policy, on: date, present: Roster) -> list[str]:
    """The members of that day that it lists as those of the group; where it lists none, all members."""
    members = sorted(key for key, one in present.companies.items() if one.member_on(on))
    return [key for key in members if key in text.companies] or members


async def _ask(company: str, url: str, on: date, at: datetime, present: Roster) -> OwnDuty | None:
    known, changed = (hashlib.sha256(said.encode()).hexdigest()[:32] for said in (url, f"{url} {on}"))
    same = tables.OwnDuty.filter(kind=KIND, company_id=company, party_id=None, url=url)
    asked = await same.order_by("-id").select_for_update().first()
    if asked is not None and (asked.state == "open" or asked.about.get("changed") == changed):
        return None
    about = {"known": known, "changed": changed, "watch": ""}
    due = due_in(DAYS, on, present.calendar)
    return await begin(
        tables.OwnDuty(kind=KIND, company_id=company, url=url, due_on=due, about=about), present.calendar, at
    )
