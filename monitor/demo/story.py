"""What the sample group enters in its registers before the demonstration starts: a script like any other, whose days
move with those of the sample registry.
"""

from __future__ import annotations

import logging
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from monitor.assets import EXAMPLES
from monitor.refusal import Refused
from monitor.simulation.deeds import DEEDS
from monitor.simulation.script import read_script

if TYPE_CHECKING:
    from datetime import timedelta

    from monitor.simulation.event import Event

log = logging.getLogger(__name__)
STORY = EXAMPLES / "impress-group" / "story.toml"


def story(shift: timedelta) -> list[Event]:
    """The events, so many days later than they are written."""
    return [moved(event, shift) for event in read_script(STORY)]


def moved(value: Any, shift: timedelta) -> Any:
    """All days within it moved."""
    if isinstance(value, BaseModel):
        return value.model_copy(update={name: moved(getattr(value, name), shift) for name in type(value).model_fields})
    if isinstance(value, tuple):
        return tuple(moved(one, shift) for one in value)
    return value + shift if isinstance(value, date) else value


async def happen(event: Event, at: datetime) -> None:
    """One event, if the day's state allows it; the sample must not break because a holiday moved a date."""
    try:
        await DEEDS[type(event)](event, at)
    except Refused as refused:
        log.info("the sample's %s was refused: %s", type(event).__name__, refused)
