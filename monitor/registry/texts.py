"""What the group has published itself: the versions of its texts, which of them holds, and whom it speaks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.registry.format import Policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from monitor.registry.roster import Roster


async def policies() -> dict[str, Policy]:
    """All versions that the registry holds now, by key."""
    rows = tables.Policy.filter(retired_at=None).order_by("key")
    return {key: Policy.model_validate(spec) for key, spec in await rows.values_list("key", "spec")}


def in_effect(policies: Iterable[Policy], day: date) -> list[Policy]:
    """Of each address the latest version that has come into effect."""
    found: dict[str, Policy] = {}
    for one in sorted(policies, key=lambda policy: policy.effective_from):
        if one.effective_from <= day:
            found[one.url] = one
    return sorted(found.values(), key=lambda policy: policy.key)


def holding(versions: Sequence[Policy], day: date) -> Policy | None:
    """Of the versions of one address the one that holds on that day; before the first has begun, that one."""
    return next(iter(in_effect(versions, day) or sorted(versions, key=lambda one: one.effective_from)), None)


def spoken_for(text: Policy, present: Roster, day: date) -> list[str]:
    """The members of that day that a text lists as those of the group; where it lists none of them, all members."""
    members = sorted(key for key, one in present.companies.items() if one.member_on(day))
    return [key for key in members if key in text.companies] or members
