"""Whoever was named to see to a corrective action hears of it: at once, as its day comes near, and when it is overdue."""

from __future__ import annotations

import pytest
from stage import COMPANY, SISTER, engagement, event, instant, play, registry

from monitor import plugins, tables
from monitor.obligations.acts import person
from monitor.outbox.readers import Directory
from monitor.promises.improving.actions import Ordered, explain, order
from monitor.promises.keeping.people import Whom, erase_person
from monitor.refusal import Refused
from monitor.registry.apply import apply
from monitor.registry.read import read
from monitor.registry.roster import roster
from monitor.tables.store import MEMORY, opened

KEEPER, DEPUTY = "keeper@impress.example", "deputy@impress.example"
PEOPLE = f"""{COMPANY}
  [[company.person]]
  email = "{KEEPER}"
  roles = ["reviewer"]
  deputy = "{DEPUTY}"
  away = [2026-09-25, 2026-09-29]
  [[company.person]]
  email = "roleless@impress.example"
{SISTER}"""
WORLD = registry(engagement(attestation="last_accepted_on = 2026-09-01"), companies=PEOPLE)
AT = instant("2026-09-04T10:00")


def ordered(owner):
    said = event("2026-09-04T10:00", "corrective_action", None, company="impress", owner=owner)
    return said + "\ndue_on = 2026-09-28"


def heard(lines, address):
    return [
        (line["rung"], line["at"][5:10])
        for line in lines.of("mail", obligation="corrective-action")
        if address in line["to"]
    ]


async def test_named_with_the_order_it_is_told_with_the_managers_reminded_and_told_when_it_is_late(tmp_path):
    lines = await play(WORLD, "2026-09-01", "2026-10-14", ordered(KEEPER), tmp=tmp_path)
    rungs = heard(lines, "managers@impress.example")
    assert rungs == [("T-24", "09-04"), ("T-1", "09-25"), ("T+1", "09-29"), ("T+7", "10-05"), ("T+14", "10-13")]
    away = {"09-25", "09-29"}
    assert heard(lines, KEEPER) == [one for one in rungs if one[1] not in away]
    assert heard(lines, DEPUTY) == [one for one in rungs if one[1] in away]
    first = lines.of("mail", obligation="corrective-action")[0]
    assert set(first["audience"]) == {"managers", "assignee"}


async def test_a_manager_who_sees_to_it_gets_one_mail_and_a_stranger_none(tmp_path):
    lines = await play(WORLD, "2026-09-01", "2026-09-10", ordered("managers@impress.example"), tmp=tmp_path)
    [mail] = lines.of("mail", obligation="corrective-action")
    assert mail["to"] == ["managers@impress.example"]
    lines = await play(WORLD, "2026-09-01", "2026-09-10", ordered("gone@impress.example"), tmp=tmp_path)
    assert heard(lines, "gone@impress.example") == []


async def test_nobody_is_told_of_a_page_that_they_could_not_open(tmp_path):
    lines = await play(WORLD, "2026-09-01", "2026-09-10", ordered("roleless@impress.example"), tmp=tmp_path)
    [mail] = lines.of("mail", obligation="corrective-action")
    assert mail["to"] == ["managers@impress.example"]


@pytest.fixture
async def going(tmp_path):
    """A corrective action that nobody was named for."""
    file = tmp_path / "registry.toml"
    file.write_text(WORLD, encoding="utf-8")
    async with opened(MEMORY, create=True):
        await apply(read([file], plugins.known()), AT, plugins.looks())
        manager = await person("managers@impress.example", AT, "M. Manager")
        yield await order(Ordered("Train them", AT.date().replace(day=28), company="impress"), AT, manager), manager


async def readers(kind):
    notice = await tables.Notice.filter(kind=kind).order_by("-made_at").first()
    return (await Directory.of([notice], await roster(), AT)).readers(notice)


async def test_whoever_is_named_later_is_told_at_once_and_alone(going):
    action, manager = going
    await explain(action.id, "", await person(KEEPER, AT), AT, manager)
    assert await readers("named") == {"assignee": (KEEPER,)}
    await explain(action.id, "It was not known.", "", AT, manager)
    assert await tables.Notice.filter(kind="named").count() == 1


async def test_nobody_is_erased_who_still_has_to_see_to_something(going):
    action, manager = going
    await explain(action.id, "", await person("left@impress.example", AT), AT, manager)
    with pytest.raises(Refused) as refused:
        await erase_person(Whom("left@impress.example"), AT, manager)
    assert f"corrective action {action.id}" in refused.value.message.in_("en")
    assert await readers("named") == {}
