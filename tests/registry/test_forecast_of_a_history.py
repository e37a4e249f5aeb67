"""The mails that a change would cause, of a registry with years behind it: the same as if all of the past were copied."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import date

import pytest
from stage import COMPANY, GROUP, PARTY, SISTER, engagement, event, instant, last_accepted, registry

from monitor import plugins, tables
from monitor.obligations import planning
from monitor.registry.apply import apply
from monitor.registry.read import read
from monitor.simulation import forecast as module
from monitor.simulation.forecast import AHEAD, caused, forecast, snapshot
from monitor.simulation.script import read_script
from monitor.simulation.world import World
from monitor.tables.store import MEMORY, opened

pytestmark = pytest.mark.timeout(90)  # two years are lived through once
BEGIN, NOW = instant("2024-09-01T00:00"), instant("2026-09-10T10:30")
CERTIFICATE = """  [[party.certificate]]
  kind = "PMARK"
  number = "1"
  expires_on = 2026-10-15
  [[party.certificate]]
  kind = "ISO27001"
  number = "2"
  expires_on = 2025-10-15
"""
ENGAGEMENTS = (
    engagement("yearly", attestation=last_accepted("2023-09-20")),
    engagement("often", attestation=last_accepted("2024-06-20") + '\nevery = "6 months"'),
    engagement("campaign", company="sister", attestation='due = "10-10"\n' + last_accepted("2023-10-01")),
    engagement("ended", ends_on="2025-03-31", attestation=last_accepted("2024-06-01")),
    engagement("ending", ends_on="2026-08-31", attestation=last_accepted("2024-06-01")),
    engagement("silent", attestation=last_accepted("2024-06-20")),
    engagement("late", company="sister", attestation=last_accepted("2023-06-20")),
)


def lived():
    """Answered each autumn, the half-yearly one each half; a look that failed, mended, and fails again."""
    autumns = [(f"{year}-10", key) for year in (2024, 2025) for key in ("yearly", "campaign")]
    for month, key in (*autumns, *((month, "often") for month in ("2024-12", "2025-06", "2025-12", "2026-06"))):
        yield event(f"{month}-05T10:00", "submit", key)
        yield event(f"{month}-08T10:00", "accept", key)
    yield event("2025-04-05T10:00", "submit", "ended", obligation="deletion")
    yield event("2025-04-09T10:00", "accept", "ended", obligation="deletion")
    yield event("2026-09-10T09:30", "submit", "yearly")
    said = {"url": "https://www.acme.example/", "check": "tls"}
    for at, verdict in (("2025-02-03", "fail"), ("2025-02-10", "pass"), ("2026-09-09", "fail")):
        for minute in (0, 5):
            yield event(f"{at}T10:{minute:02}", "observe", None, verdict=verdict, **said)


def toml(group=GROUP, party=PARTY, companies=COMPANY + SISTER, engagements=ENGAGEMENTS):
    return registry(*engagements, group=group, parties=party + CERTIFICATE, companies=companies)


CHANGES = {
    "nothing": toml(),
    "a contact": toml(party=PARTY.replace("privacy@", "new@")),
    "the managers": toml(companies=COMPANY.replace("managers@", "others@") + SISTER),
    "a closed day": toml(group=GROUP + "extra_closed = [2026-09-14, 2026-09-30]\n"),
    "an end that comes": toml(engagements=(*ENGAGEMENTS[1:], ENGAGEMENTS[0].replace("starts_on", "ends_on = 2026-09-25\nstarts_on"))),
    "an end that moves": toml(engagements=[one.replace("2026-08-31", "2026-09-20") for one in ENGAGEMENTS]),
    "another rhythm": toml(engagements=[one.replace('every = "6 months"', 'every = "3 months"') for one in ENGAGEMENTS]),
    "a new engagement": toml(engagements=(*ENGAGEMENTS, engagement("new", company="sister", attestation=last_accepted("2025-09-25")))),
    "another certificate": toml().replace("2026-10-15", "2026-11-12"),
}  # fmt: skip
ALL = (
    tables.Group, tables.Company, tables.Purpose, tables.Party, tables.Engagement, tables.FrozenRequest, tables.Person,
    tables.Obligation, tables.Watch, tables.Case, tables.Notice, tables.Mail, tables.MailItem, tables.Outage,
)  # fmt: skip


def declared(text, folder):
    file = folder / "registry.toml"
    file.write_text(text, encoding="utf-8")
    return read([file], plugins.known())


async def live(folder):
    """Two years in memory; all rows that they left, and those that a forecast copies."""
    script = folder / "script.toml"
    events = sorted(lived(), key=lambda text: text.split("\n")[0])
    script.write_text("\n".join(f"[[event]]\n{one}" for one in events), encoding="utf-8")
    async with opened(MEMORY, create=True):
        await apply(declared(toml(), folder), BEGIN, plugins.looks())
        async with aclosing(World(plugins.equipment()).run(BEGIN, NOW, read_script(script))) as lines:
            assert [line async for line in lines if line["what"] == "refused"] == []
        return {model: await model.all().values() for model in ALL}, await snapshot(NOW)


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    return asyncio.run(live(tmp_path_factory.mktemp("history")))


@pytest.fixture
async def aged(store, history):
    """A database that has seen those two years."""
    for model, rows in history[0].items():
        await model.bulk_create([model(**row) for row in rows])
    return store


def said(lines):
    return [{name: value for name, value in line.items() if name not in {"mail", "case"}} for line in lines]


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
async def test_a_forecast_is_the_same_whether_or_not_the_past_is_copied(history, change, tmp_path):
    whole, few = history
    found, tools = declared(CHANGES[change], tmp_path), plugins.equipment()
    expected = said(await forecast(whole, found, NOW, tools))
    assert expected
    assert said(await forecast(few, found, NOW, tools)) == expected


@pytest.mark.slow
def test_of_the_past_is_copied_only_what_counts(history):
    whole, few = history
    told = (tables.Notice, tables.Mail, tables.MailItem)
    assert sum(len(few[model]) for model in told) < sum(len(whole[model]) for model in told) / 2
    assert len(few[tables.Obligation]) < len(whole[tables.Obligation]) * 2 / 3
    assert {row["closed_at"] for row in few[tables.Case]} == {None}
    assert len(whole[tables.Case]) > len(few[tables.Case]) > 0


@pytest.mark.slow
async def test_what_a_change_causes_shows_against_years_of_history_and_the_database_goes_on(aged, tmp_path):
    """A store in memory is opened and closed within; the models belong to the outer one afterwards."""
    changed = declared(CHANGES["a contact"], tmp_path)
    mails = await caused(changed, NOW, plugins.equipment())
    assert {tuple(line["to"]) for line in mails} == {("new@acme.example",)}
    assert mails[-1]["at"] <= (NOW + AHEAD).isoformat()
    assert len(await apply(changed, NOW, plugins.looks())) == 1


@pytest.mark.slow
async def test_both_databases_hand_over_the_same_rows(aged, history):
    found = await snapshot(NOW)
    assert {model: {row["id" if "id" in row else "key"] for row in rows} for model, rows in found.items()} == {
        model: {row["id" if "id" in row else "key"] for row in rows} for model, rows in history[1].items()
    }


async def test_what_is_asked_for_in_parts_comes_whole(store, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "_AT_ONCE", 2)
    await apply(declared(toml(), tmp_path), BEGIN, {})
    while await planning.plan(BEGIN):
        pass
    assert len((await snapshot(BEGIN))[tables.Obligation]) == await tables.Obligation.all().count() > 4


async def test_what_was_accepted_last_is_copied_and_what_was_accepted_for_the_last_day(store, tmp_path):
    """The rhythm counts from the one, and the next campaign from the other."""
    await apply(declared(toml(), tmp_path), BEGIN, {})
    while await planning.plan(BEGIN):
        pass
    row = await tables.Obligation.filter(engagement_id="campaign").first().values()
    accepted = [("2024-01-01", "2024-02-01"), ("2024-05-01", "2024-10-10"), ("2024-06-01", "2024-04-01")]
    for number, (on, nominal) in enumerate(accepted, 100):
        days = {"accepted_on": date.fromisoformat(on), "nominal_on": date.fromisoformat(nominal)}
        await tables.Obligation.create(**{**row, "id": number, "state": "accepted", **days})
    copied = {duty["id"] for duty in (await snapshot(BEGIN))[tables.Obligation]}
    assert copied & {100, 101, 102} == {101, 102}
