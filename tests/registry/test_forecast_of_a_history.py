"""The mails that a change would cause, of a registry with years behind it: the same as if all of the past were copied."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import date
from graphlib import TopologicalSorter

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
CAMPAIGN = """
[[campaign]]
key = "autumn"
companies = ["sister"]
questionnaire = "light"
opens_on = 2026-10-01
due_on = 2026-11-30
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


DAYS = ("first_on", "set_on", "first_due_on", "base_on", "due_on")  #: of a finding
UNFINISHED = (
    ("open", "backup_pending", "open"),
    ("remediating", "held", "settled"),
    ("fixed", "partial", "answered"),
    ("accepted_risk", "deletion_confirmed", "declined"),
    ("verified", "replaced", "withdrawn"),
    ("lapsed", "replaced", "answered"),
)
HALF = {
    tables.Submission, tables.Remediation, tables.Disposal, tables.DisposalPlace, tables.OwnerRequest,
    tables.Correction, tables.SubEntrustment,
}  # fmt: skip


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
    return registry(*engagements, group=group, parties=party + CERTIFICATE, companies=companies) + CAMPAIGN


CHANGES = {
    "no files": None,
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


def every():
    """All tables, what others point at first; but for the ledger, which tells of the past and decides nothing."""
    models = {name: getattr(tables, name) for name in tables.__all__ if name != "LedgerLine"}
    fields = {name: model._meta.fk_fields | model._meta.o2o_fields for name, model in models.items()}
    pointed = {
        name: {models[name]._meta.fields_map[field].related_model.__name__ for field in found} - {name}
        for name, found in fields.items()
    }
    return [models[name] for name in TopologicalSorter(pointed).static_order()]


def declared(text, folder):
    if text is None:
        return None
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
        return {model: await model.all().values() for model in every()}, await snapshot(NOW)


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


async def test_what_is_unfinished_is_copied_and_what_is_settled_is_not(store, tmp_path):
    """Findings on the books with the answer that raised them, places where data is left, requests of owners, the tree."""
    await apply(declared(toml(), tmp_path), BEGIN, {})
    while await planning.plan(BEGIN):
        pass
    duty = await tables.Obligation.filter(engagement_id="campaign").first().values()
    whose = {name: duty[name] for name in ("engagement_id", "company_id", "party_id")}
    day = BEGIN.date()
    for number, (finding, disposal, request) in enumerate(UNFINISHED, 901):
        about = {"id": number, "obligation_id": number}
        await tables.Obligation.create(
            **duty | {"id": number, "kind": "deletion", "nominal_on": day, "state": "accepted"}
        )
        await tables.Submission.create(**about, answers="{}", sha256="0" * 64, submitted_at=BEGIN)
        await tables.Remediation.create(
            **whose, id=number, origin_id=number, kind="attestation", question=f"q{number}", raised_by="no", words={},
            severity=1, state=finding, since=BEGIN, **dict.fromkeys(DAYS, day),
        )  # fmt: skip
        await tables.Disposal.create(**whose, **about, state=disposal, accepted_on=day)
        await tables.DisposalPlace.create(id=number, disposal_id=number, name="tape", state="remaining")
        await tables.OwnerRequest.create(
            id=number, ref=f"R-{number}", company_id="sister", request="erasure", arrived_on=day, due_on=day,
            state=request, entered_at=BEGIN, entered_by="person/1",
        )  # fmt: skip
        await tables.Correction.create(
            id=number, ref=f"C-{number}", company_id="sister", source="found", known_on=day, due_on=day,
            state={"open": "open", "settled": "closed"}.get(request, "withdrawn"), entered_at=BEGIN,
            entered_by="person/1",
        )  # fmt: skip
    await tables.Disposal.filter(id=906).update(turns_at=BEGIN)
    await tables.SubEntrustment.create(
        id=901, engagement_id="campaign", company_id="sister", name="Below", state="active", made_at=BEGIN
    )
    found = await snapshot(BEGIN)
    copied = {model: {row["id"] for row in found[model]} for model in found if model in HALF}
    assert copied == {
        tables.Submission: {901, 902, 903, 904},
        tables.Remediation: {901, 902, 903, 904},
        tables.Disposal: {901, 902, 903, 906},
        tables.DisposalPlace: {901, 902, 903, 906},
        tables.OwnerRequest: {901},
        tables.Correction: {901},
        tables.SubEntrustment: {901},
    }
    assert [row["key"] for row in found[tables.Campaign]] == ["autumn"]
