"""Colleagues whom a party has let into a request, as the responsible company reads of them; its word on strangers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.language import Message, listed
from monitor.obligations import colleagues
from monitor.refusal import need, together
from monitor.web.fields import whole_number
from monitor.web.words import HOLDS, MAY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.tables import Colleague


async def named_colleagues(duty_id: int, language: str) -> list[dict[str, Any]]:
    """Each with name, address and what they may do; those who wait can be chosen."""
    found = await colleagues.of(duty_id)
    return [_row(one, language, only=sum(other.state == colleagues.WAITS for other in found) == 1) for one in found]


def _row(one: Colleague, language: str, *, only: bool) -> dict[str, Any]:
    waits = one.state == colleagues.WAITS
    words = [MAY[one.grade], *([] if waits else [HOLDS[one.state]])]
    return {
        "value": f"{one.id}-{colleagues.wish_of(one)}",
        "text": " ".join(filter(None, (one.name, f"<{one.contact.email}>"))),
        "hint": listed((Message(word).in_(language) for word in words), language),
        "waits": waits,
        "checked": waits and only,
    }


def chosen(said: Mapping[str, str]) -> None:
    """Whether the form says whom, and what."""
    number = said.get("id", "").partition("-")[0]
    known = whole_number(number) is not None
    together(
        lambda: need(known, "id-missing", "Choose one of them."),
        lambda: need(said.get("decision") in {"approve", "refuse"}, "id-undecided", "Press one of the two buttons."),
    )


async def decide_colleague(duty_id: int, said: Mapping[str, str], at: datetime, actor: str) -> None:
    """What was chosen on the page."""
    chosen(said)
    number, _, wish = said["id"].partition("-")
    await colleagues.decide(
        duty_id, whole_number(number) or 0, at, actor, approve=said["decision"] == "approve", seen=wish
    )
