"""Colleagues whom a party has let into a request, as the responsible company reads of them; its word on strangers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.language import Message
from monitor.obligations import colleagues
from monitor.refusal import need
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
        "hint": ("、" if language == "ja" else ", ").join(Message(word).in_(language) for word in words),
        "waits": waits,
        "checked": waits and only,
    }


async def decide_colleague(duty_id: int, said: Mapping[str, str], at: datetime, actor: str) -> None:
    """What was chosen on the page."""
    number, _, wish = said.get("id", "").partition("-")
    decision = said.get("decision", "")
    need(number.isascii() and number.isdigit() and len(number) < 10, "id-missing", "Choose one of them.")  # noqa: PLR2004
    need(decision in {"approve", "refuse"}, "id-undecided", "Press one of the two buttons.")
    await colleagues.decide(duty_id, int(number), at, actor, approve=decision == "approve", seen=wish)
