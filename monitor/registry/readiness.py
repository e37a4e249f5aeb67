"""What has not stood the test before entrusting becomes no active work by being written so into a file.

An engagement that a file states as active when it first comes is an old ledger taken over: what it lacks is a finding.
One that the registry has had as a candidate goes on only when all stands that a person who activates it would need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.language import Message
from monitor.mistakes import Mistake
from monitor.registry.clauses import unknown
from monitor.registry.format import BEFORE, OWING, Engagement, Group
from monitor.registry.format.clauses import FIRST_OWN
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
    reviews, published, group = await reviewed([*begun]), await _published(changes), await _group(found)
    months, own = group.supervision.on(day).selection_months, group.contract_clauses
    mistakes = []
    for key, entry in begun.items():
        known = Known(later(reviews.get(key), entry.selection.accepted_on), published, day, months, own=own)
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


async def unlisted(changes: Sequence[Change], found: Declaration) -> list[Mistake]:
    """A mistake for each contract that has clauses of numbers which stand for nothing."""
    stated = {change.key: change.entry for change in changes if isinstance(change.entry, Engagement)}
    if not any(number >= FIRST_OWN for entry in stated.values() for number in entry.contract.clauses):
        return []
    own = (await _group(found)).contract_clauses
    return [
        Mistake(
            _file(found, key),
            f'engagement "{key}": contract.clauses',
            Message("has {numbers}, which stands for no clause.", {"numbers": ", ".join(map(str, numbers))}),
            Message("Correct it, or give it its title in [[group.contract_clauses]]."),
        )
        for key, entry in stated.items()
        if (numbers := unknown(entry, own))
    ]


async def _group(found: Declaration) -> Group:
    """The group as the files have it, else as it is."""
    if found.group and isinstance(found.group.entry, Group):
        return found.group.entry
    return Group.model_validate((await tables.Group.get(key="group")).spec)


def _file(found: Declaration, key: str) -> str:
    located = found.entries["engagement"].get(key)
    return located.file if located else "-"
