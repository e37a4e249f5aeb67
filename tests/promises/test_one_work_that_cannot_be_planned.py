"""A work of which it cannot be told when it comes up next keeps back nobody else's planning or supervision."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from stage import engagement, instant, registry

from monitor import plugins, tables
from monitor.obligations import planning
from monitor.promises import supervision
from monitor.registry.apply import apply
from monitor.registry.read import read
from monitor.tables.store import MEMORY, opened

AT = instant("2026-09-16T11:00")
HOUR = timedelta(hours=1)


@pytest.fixture
async def two(tmp_path):
    async with opened(MEMORY, create=True):
        file = tmp_path / "registry.toml"
        file.write_text(registry(engagement("dm"), engagement("web")), encoding="utf-8")
        await apply(read([file], plugins.known()), AT, plugins.looks())
        yield


@pytest.mark.logs_errors
async def test_the_others_of_its_chunk_are_planned_and_it_is_tried_again_in_an_hour(two, monkeypatch, caplog):
    known = planning._end

    def beyond(found: Any) -> Any:
        if found.key == "dm":
            raise OverflowError
        return known(found)

    monkeypatch.setattr(planning, "_end", beyond)
    assert await planning.plan(AT) == 2
    assert {one.engagement_id for one in await tables.Obligation.all()} == {"dm", "web"}
    assert (await tables.Engagement.get(key="dm")).plan_at == AT + HOUR
    assert (await tables.Engagement.get(key="web")).plan_at != AT
    assert "when engagement dm comes up next cannot be told" in caplog.text


@pytest.mark.logs_errors
async def test_a_list_that_cannot_be_told_to_be_complete_keeps_back_no_chunk(two, monkeypatch, caplog):
    async def broken(*_: Any) -> None:
        raise OverflowError

    monkeypatch.setattr(supervision, "_list_complete", broken)
    assert await supervision.supervise(AT) == 2
    assert not await tables.Engagement.filter(review_at__lte=AT).exists()
    assert "whether nothing is missing any more at impress cannot be told" in caplog.text
