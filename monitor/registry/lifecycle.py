"""The states of an engagement, which leads to which, and moving one: the row, what follows from it, a ledger line.

What has to stand before a step is decided by whoever takes it (`monitor.promises.lifecycle`); here it is only said
which steps there are. A registry file that states another state is a statement, and is not held against this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor import ledger, tables
from monitor.language import Message
from monitor.refusal import Refused, need
from monitor.registry.apply import ONE_AT_A_TIME, set_fields
from monitor.registry.format import Engagement
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

#: From each state to those that it may lead to. 候補 → 審査中 → 承認 → 利用中 (→ 停止) → 消去待ち → 終了 | 見送り.
NEXT: Mapping[str, frozenset[str]] = {
    "candidate": frozenset({"under_review", "approved", "active", "rejected"}),
    "under_review": frozenset({"candidate", "approved", "active", "rejected"}),
    "approved": frozenset({"under_review", "active", "rejected"}),
    "rejected": frozenset({"candidate"}),
    "active": frozenset({"suspended", "ending", "deletion_pending", "closed"}),
    "suspended": frozenset({"active", "ending", "deletion_pending", "closed"}),
    "ending": frozenset({"active", "suspended", "deletion_pending", "closed"}),
    "deletion_pending": frozenset({"active", "ending", "closed"}),
    "closed": frozenset(),
}
GOING = frozenset({"active", "suspended", "ending"})  #: states of work that is not over


def ways(state: str, last_day: date | None, today: date) -> frozenset[str]:
    """The steps that there are that day: work that is over comes to nothing but its end, whatever its state says, and
    none is at its end that has no last day, or whose last day is ahead. Pure.
    """
    if last_day is not None and today > last_day:
        return NEXT[state] - GOING
    return NEXT[state] - {"deletion_pending"} - ({"ending"} if last_day is None else set())


def possible(state: str, to: str) -> None:
    """Refuse a step that there is not, and say which there are."""
    ways = ", ".join(sorted(NEXT[state]))
    if state == to:
        raise Refused(f"state-already-{to}", Message("It is in this state already."))
    need(ways, f"state-{state}", "What is closed stays closed. Enter a new engagement for new work.")
    need(to in NEXT[state], f"state-{state}", "From here it can only become: {ways}.", ways=ways)


async def move(key: str, to: str, at: datetime, actor: str = ledger.SYSTEM, **about: Any) -> Engagement:
    """Into another state, within a transaction of its own or the caller's. What the engagement now is. `about`: what
    more its line of the ledger says, such as a `reason` that is a token.
    """
    async with transaction():
        await alone(ONE_AT_A_TIME)
        entry = await standing(key)
        possible(entry.state, to)
        await set_fields("engagement", key, {"state": to}, at, actor)
        said = {"engagement": key, "party": entry.party, "state": to, "was": entry.state}
        await ledger.write(
            [ledger.Event("engagement.state", f"engagement/{key}", said | about, entry.company, actor)], at
        )
    return entry.model_copy(update={"state": to})


async def standing(key: str) -> Engagement:
    """The engagement as it is now, locked. One that left the registry is none."""
    row = await tables.Engagement.filter(key=key, retired_at=None).select_for_update().first()
    if row is None:
        raise Refused("no-such-engagement", Message("There is no such engagement."))
    return Engagement.model_validate(row.spec)
