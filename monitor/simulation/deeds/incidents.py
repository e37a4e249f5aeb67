"""Incidents of which parties tell."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from monitor import plugins
from monitor.hearing.incidents import CATEGORIES, ITEMS, PEOPLE
from monitor.promises.incidents.exposing import Asked, ask
from monitor.promises.incidents.reporting import Report, report
from monitor.questionnaire import Answer
from monitor.registry.values import Day
from monitor.simulation.event import Instant, ThroughUs
from monitor.simulation.who import acting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.questionnaire import Questionnaire
    from monitor.simulation.event import Deed, Event

Category = Literal["special-care", "property", "wrongful", "my-number"]


class Incident(ThroughUs):
    do: Literal["incident"]
    engagement: str
    aware_on: Day
    received_at: Instant | None = None
    people: Annotated[int, Field(ge=0)] | None = None
    categories: tuple[Category, ...] = ()
    items_known: tuple[Annotated[int, Field(ge=1, le=9)], ...] = ()
    protected: bool = False


async def _incident(event: Incident, at: datetime) -> None:
    """The notice as the party's form or the company's page would take it; what is known is said in a word."""
    answers = {ITEMS[number]: Answer(value="known") for number in event.items_known}
    if event.people is not None and PEOPLE in answers:
        answers[PEOPLE] = Answer(value=event.people)
    answers[CATEGORIES] = Answer(value=event.categories or ("none",))
    said = Report(event.engagement, event.aware_on, answers, event.received_at, event.people, event.protected)
    await report(said, at, "vendor", _shelf())


@lru_cache(maxsize=1)
def _shelf() -> Mapping[str, Questionnaire]:
    return plugins.shelf()


class Exposure(ThroughUs):
    do: Literal["exposure"]
    purposes: tuple[str, ...]
    company: str | None = None
    ref: str = ""
    what: str = "A weakness has become known."
    by: str | None = None


async def _exposure(event: Exposure, at: datetime) -> None:
    """All trustees of the purposes are asked whether they are affected."""
    actor = await acting(event.by, event.company, at)
    await ask(Asked(event.what, event.purposes, event.company or "", event.ref), at, actor)


DEEDS: Mapping[type[Event], Deed] = {Incident: _incident, Exposure: _exposure}

LINES: Mapping[str, str] = {"incident.not-reportable": "refused"}
