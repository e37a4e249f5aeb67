"""One event of a script: when, and what every event has in common. Each kind of it stands in `deeds`, with its deed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("offset")
    return value


Instant = Annotated[datetime, AfterValidator(_aware)]


class Event(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    at: Instant


class ThroughUs(Event):
    """What goes through the service: it must run for that."""


class DutyEvent(ThroughUs):
    engagement: str
    obligation: str = "attestation"


Deed = Callable[[Any, datetime], Awaitable[None]]  #: the event, and its instant
