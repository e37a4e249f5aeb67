"""What a look keeps is handed to the next one before it asks, so that some questions can be rarer than looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import beat as beats

from checks.contract import Look, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


@dataclass
class Rare(beats.Answers):
    """Keeps how often it has looked, and notes what it is handed before it looks again."""

    handed: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)

    async def observe_again(self, url: str, visit: Any, at: datetime, before: dict[str, Any]) -> Look:
        self.handed.append((at, dict(before)))
        return await self.observe(url, visit)

    def judge(self, seen: Look, at: datetime, before: object = None) -> Look:
        return Look(Verdict.PASS, keep={"looks": len(self.handed)})


async def test_each_look_is_handed_its_instant_and_what_the_one_before_has_kept(
    make: Callable[..., beats.Beat],
) -> None:
    beat = make(tls=beats.MINUTE * 60)
    beat.looks["tls"] = rare = Rare()
    beat.patrol.looks = beat.looks  # type: ignore[assignment]
    await beat.apply(beats.party(0, checks='"tls"'), engagements=[beats.served(0)])
    await beat.walks(3, beats.NOON)
    assert rare.handed == [
        (beats.NOON, {}),
        (beats.NOON + 10 * beats.MINUTE, {"looks": 1}),
        (beats.NOON + 20 * beats.MINUTE, {"looks": 2}),
    ]
