"""The story of the sample group speaks of what the sample registry has, and moves with it."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta

from monitor.demo.history import REGISTRY, _steps
from monitor.demo.story import STORY, story
from monitor.registry.format import Place

REFERENCE = datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_the_story_names_only_works_companies_and_places_of_the_sample() -> None:
    sample = tomllib.loads(REGISTRY.read_text(encoding="utf-8"))
    works = {entry["key"]: entry for entry in sample["engagement"]}
    companies = {entry["key"] for entry in sample["company"]}
    for event in story(timedelta()):
        assert getattr(event, "engagement", None) in {None, *works}
        assert getattr(event, "company", None) in {None, *companies}
        if places := getattr(event, "places", ()):
            known = {Place.model_validate(place).name for place in works[event.engagement]["place"]}
            assert {place.name for place in places} == known


def test_every_event_lies_in_the_past_of_whoever_starts_the_sample_and_all_its_days_move() -> None:
    steps = [step for step in _steps(REFERENCE) if step[1] in story(timedelta())]
    assert len(steps) == len(story(timedelta())) == STORY.read_text(encoding="utf-8").count("[[event]]")
    assert [at for at, _ in _steps(REFERENCE)] == sorted(at for at, _ in _steps(REFERENCE))
    (asked,) = [event for event in story(timedelta(days=7)) if event.do == "owner_request"]
    assert (asked.arrived_on, asked.verified_on) == (date(2026, 11, 19), date(2026, 11, 20))
