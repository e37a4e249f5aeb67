"""What has not stood the test before entrusting becomes no active work by being written so into a file.

An engagement that a file states as active when it first comes is an old ledger taken over: what it lacks is a finding.
One that the registry has had as a candidate goes on only when all stands that a person who activates it would need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.language import Message
from monitor.mistakes import Mistake
from monitor.registry.format import BEFORE, OWING, Engagement, Group
from monitor.registry.knowing import later, reviewed
from monitor.registry.lacks import lack_words
from monitor.registry.selection import Known, before_entrusting, unwaived

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from monitor.registry.differences import Change
    from monitor.registry.read import Declaration

UNENTRUSTED = BEFORE | {"rejected"}  #: states in which nothing has been entrusted


async def unready(changes: Sequence[Change], found: Declaration, day: date) -> list[Mistake]:
    """A mistake for each work that would begin without what has to stand first, with all of it."""
    begun = {change.key: change.entry for change in changes if isinstance(change.entry, Engagement) and begins(change)}
    if not begun:
        return []
    reviews, published, months = await reviewed([*begun]), await _published(changes), await _months(found)
    mistakes = []
    for key, entry in begun.items():
        known = Known(later(reviews.get(key), entry.selection.accepted_on), published, day, months)
        lacks = unwaived(before_entrusting(entry, known), entry, day)
        if lacks:
            what = Message("cannot begin yet. Missing: {what}.", {"what": lack_words(lacks)})
            mistakes.append(Mistake(_file(found, key), f'engagement "{key}": state', what, REMEDY))
    return mistakes


REMEDY = Message("Leave it as it was until this stands in the file or is accepted, then activate it.")


def begins(change: Change) -> bool:
    """Whether data may be with the party from now on that could not before. A state that is left out is active."""
    if change.action not in {"change", "restore"} or "state" not in change.fields:
        return False
    before, after = change.fields["state"]
    return before in UNENTRUSTED and (after or "active") in OWING


async def _published(changes: Sequence[Change]) -> frozenset[str]:
    """The purposes that are published once the files hold."""
    now = {str(key) for key in await tables.Purpose.filter(retired_at=None).values_list("key", flat=True)}
    stated = {change.key for change in changes if change.kind == "purpose" and change.action != "retire"}
    gone = {change.key for change in changes if change.kind == "purpose" and change.action == "retire"}
    return frozenset((now | stated) - gone)


async def _months(found: Declaration) -> int:
    """For how long a review speaks of a party as it is."""
    if found.group and isinstance(found.group.entry, Group):
        return found.group.entry.supervision.selection_months
    row = await tables.Group.get(key="group")
    return Group.model_validate(row.spec).supervision.selection_months


def _file(found: Declaration, key: str) -> str:
    located = found.entries["engagement"].get(key)
    return located.file if located else "-"
