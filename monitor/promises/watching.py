"""How the group's own texts stand that are looked at (A10 and B24 of the published promises; APPI 21, 27 and 32): when
each was seen last, and whether it says what it said.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor import tables
from monitor.duties.changes import CHECK, RULE
from monitor.registry.texts import in_effect, policies

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from monitor.registry.format import Policy
    from monitor.tables import FindingRow, Watch


class State(enum.StrEnum):
    """What the last look at a text has shown, as pages and `itaku status --texts` have it."""

    LOST = "lost"
    CHANGED = "changed"
    RESTLESS = "restless"
    UNCHANGED = "unchanged"
    NOT_ASSESSED = "not-assessed"
    UNSEEN = "unseen"
    NOT_WATCHED = "not-watched"


TROUBLE = frozenset({State.LOST, State.CHANGED})
#: What is found, the worst first.
_FOUND = {f"{CHECK}.lost": State.LOST, RULE: State.CHANGED, f"{CHECK}.restless": State.RESTLESS}


@dataclass(frozen=True, slots=True)
class Standing:
    """One text in effect. `change`: the latest change that was found, decided on or not."""

    text: Policy
    state: State
    watch: Watch | None = None
    change: FindingRow | None = None

    @property
    def hashes(self) -> tuple[str, str]:
        """The beginnings of the hashes of the text before and after the latest change."""
        known, _, changed = self.change.key.partition(" ") if self.change else ("", "", "")
        return known, changed


async def standings(day: date) -> list[Standing]:
    """All texts that are in effect on that day, by key."""
    texts = in_effect((await policies()).values(), day)
    watches = {watch.url: watch for watch in await tables.Watch.filter(party_id=None, retired_at=None)}
    found = tables.FindingRow.filter(watch_id__in=[watch.id for watch in watches.values()]).order_by("id")
    rows = await found if watches else []
    return [_standing(one, watches.get(one.url), rows) for one in texts]


def _standing(text: Policy, watch: Watch | None, rows: Collection[FindingRow]) -> Standing:
    if watch is None:
        return Standing(text, State.UNSEEN if text.watched else State.NOT_WATCHED)
    mine = [row for row in rows if row.watch_id == watch.id]
    changes = [row for row in mine if row.rule == RULE]
    present = {row.rule for row in mine if row.closed_at is None}
    state = next((word for rule, word in _FOUND.items() if rule in present), _quiet(watch))
    return Standing(text, state, watch, changes[-1] if changes else None)


def _quiet(watch: Watch) -> State:
    """Where nothing is wrong: what the last look could say."""
    if watch.last_at is None:
        return State.UNSEEN
    return State.NOT_ASSESSED if watch.last_verdict == "unknown" else State.UNCHANGED
