"""What was frozen is read once, and what is used stays known whatever else is asked meanwhile."""

from __future__ import annotations

from monitor import asked, clock, tables
from monitor.assets import QUESTIONNAIRES
from monitor.questionnaire import Place, freeze, load
from monitor.tables.store import MEMORY, opened


async def _sent(number: int) -> str:
    found = freeze(load(QUESTIONNAIRES / "deletion.toml"), [Place(name=f"store {number}")])
    await tables.FrozenRequest.create(sha256=found.sha256, body=found.text, first_sent_at=clock.now())
    return found.sha256


async def test_requests_that_are_made_for_one_do_not_push_out_the_one_that_all_use(monkeypatch):
    monkeypatch.setattr(asked, "MANY", 2)
    async with opened(MEMORY, create=True):
        used = await _sent(0)
        first = await asked.frozen(used)
        for number in range(1, 5):
            rare = await asked.frozen(await _sent(number))
            assert [section.place.name for section in rare.sections if section.place] == [f"store {number}"]
            assert await asked.frozen(used) is first
