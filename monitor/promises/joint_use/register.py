"""The register of joint use, and what its notice lacks of the five items. Reading, and rules over what was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from monitor import tables
from monitor.language import Message
from monitor.registry.format import JointUse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from monitor.registry.format import Company

#: The five items of APPI 27(5)(iii); the fifth has three parts.
ITEMS: Final[Mapping[str, Message]] = {
    "fact": Message("that personal data is used jointly"),
    "items": Message("the items of personal data"),
    "scope": Message("the scope of the joint users"),
    "purposes": Message("the purposes of use"),
    "responsible": Message("the name of the party responsible for the management"),
    "address": Message("its address"),
    "representative": Message("the name of its representative"),
}


async def joint_uses() -> dict[str, JointUse]:
    """Those that the registry holds now, by key."""
    rows = tables.JointUse.filter(retired_at=None).order_by("key")
    return {key: JointUse.model_validate(spec) for key, spec in await rows.values_list("key", "spec")}


def lacking(use: JointUse, companies: Mapping[str, Company], day: date) -> list[str]:
    """Which of the items the register cannot say on that day, so that the page made of it cannot either."""
    owner = companies.get(use.responsible_on(day) or "")
    there = {
        "fact": True,
        "items": bool(use.items),
        "scope": bool(use.scope or use.members_on(day)),
        "purposes": bool(use.purposes),
        "responsible": owner is not None and owner.member_on(day),
        "address": owner is not None and bool(owner.address),
        "representative": owner is not None and bool(owner.representative),
    }
    return [name for name in ITEMS if not there[name]]


def item_name(token: str, language: str) -> str:
    """What an item is called; what somebody called otherwise stands for itself."""
    return ITEMS[token].in_(language) if token in ITEMS else token
