"""Records of provision to third parties: which are needed, for how long the law holds them, and that nobody loses one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tortoise.exceptions import BaseORMException

from monitor import tables
from monitor.calendar import DAY
from monitor.promises.provision import complete, went_on
from monitor.promises.retention import Days, keep_until
from monitor.refusal import Refused
from monitor.registry.format.passing import Provisions
from monitor.tables.store import connection
from tests.promises.passing import ABROAD, abroad, erases, house, provides
from tests.stage import engagement, play, registry

if TYPE_CHECKING:
    from pathlib import Path

LAW = Provisions()
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


def reasons(told: Any) -> list[str]:
    return [line["reason"] for line in told.of("refused")]


NOBODY = registry(parties=ABROAD)  #: no work goes on: years pass quickly


async def test_a_single_record_is_locked_for_three_years_and_a_day_on_both_databases(world: Any) -> None:
    tries = [erases("2029-04-10T10:00", on="2029-04-10"), erases("2029-04-11T10:00", on="2029-04-11")]
    told = await world(NOBODY, "2026-04-10", "2029-04-12", provides("2026-04-10T10:00", made_on="2026-04-10"), *tries)
    lines = [line for line in told if line.get("ref") == "P-1"]
    assert [(line["at"][:10], line["what"], line.get("due_on"), line.get("reason")) for line in lines] == [
        ("2026-04-10", "accepted", "2029-04-10", None),
        ("2029-04-10", "refused", None, "retention-lock"),
        ("2029-04-11", "accepted", None, None),
    ]


KEPT = (
    ("single", {"made_on": "2026-04-10"}, "2029-04-10"),
    ("single", {"made_on": "2028-02-29"}, "2031-02-28"),
    ("batch", {"made_on": "2026-01-31", "last_on": "2026-03-31"}, "2029-03-31"),
    ("batch", {"last_on": "2026-03-31"}, "2029-03-31"),
    ("contract", {"made_on": "2026-01-31", "last_on": "2026-03-31"}, "2027-03-31"),
    ("contract", {"last_on": "2024-02-29"}, "2025-02-28"),
    ("contract", {}, "2029-04-01"),
)


async def test_how_long_it_is_kept_goes_by_the_kind_of_record(tmp_path: Path) -> None:
    all_of_them = [provides("2028-04-01T10:00", f"P-{n}", kind, **days) for n, (kind, days, _) in enumerate(KEPT)]
    told = await play(NOBODY, "2028-04-01", "2028-04-02", *all_of_them, tmp=tmp_path)
    assert [line["due_on"] for line in told.of("accepted")] == [until for _, _, until in KEPT]


@given(DAYS, DAYS)
def test_nothing_is_kept_shorter_than_the_law_says(made: date, last: date) -> None:
    days = Days(made, last)
    assert keep_until("single", days, LAW) >= made + 1095 * DAY
    assert keep_until("batch", days, LAW) >= last + 1095 * DAY
    assert last + 365 * DAY <= keep_until("contract", days, LAW) <= keep_until("batch", days, LAW)


def test_a_group_may_keep_longer_and_never_shorter() -> None:
    longer = Provisions(single_years=5, contract_years=2)
    assert keep_until("single", Days(date(2026, 4, 10)), longer) == date(2031, 4, 10)
    for name in ("single_years", "batch_years"):
        with pytest.raises(ValueError, match=name):
            Provisions.model_validate({name: 2})
    with pytest.raises(ValueError, match="contract_years"):
        Provisions(contract_years=0)


JOINT = """
[[joint_use]]
key = "members"
items = ["name"]
members = ["impress", "sister"]
responsible = "impress"
"""
THIRD = {"class": "third_party", "class_reason": "It decides itself what it does with the data."}


WORKS = (
    engagement("ju", kind="joint_user"),
    engagement("tp", **THIRD),
    abroad("consent", key="us/consent"),
    abroad("equivalent", key="us/equivalent"),
    abroad(key="us/open"),
    abroad(party="ie-co", key="ie"),
    abroad("consent", party="ie-co", key="ie/consent"),
)
NEEDED = (
    ({"engagement": "dm"}, False),
    ({"engagement": "ju"}, False),
    ({"engagement": "tp"}, True),
    ({"engagement": "us/consent"}, True),
    ({"engagement": "us/equivalent"}, False),
    ({"engagement": "us/open"}, True),
    ({"engagement": "ie"}, False),
    ({"engagement": "ie/consent"}, True),
    ({"company": "impress", "to": "us-co"}, True),
    ({"company": "sister", "to": "acme"}, True),
    ({"company": "impress", "to": "sister"}, True),
    ({"company": "impress", "to": "Data Brokers"}, True),
)


async def test_a_record_is_needed_for_third_parties_and_for_consent_abroad(tmp_path: Path) -> None:
    given_to = [provides("2026-09-01T10:00", f"P-{n}", **who) for n, (who, _) in enumerate(NEEDED)]
    told = await play(house(*WORKS), "2026-09-01", "2026-09-01T11:00", *given_to, tmp=tmp_path)
    assert {line["ref"] for line in told.of("accepted")} == {f"P-{n}" for n, (_, needed) in enumerate(NEEDED) if needed}
    assert set(reasons(told)) == {"no-record-needed"}


async def test_trustees_and_joint_users_that_are_named_by_themselves_need_none_either(tmp_path: Path) -> None:
    given_to = [provides("2026-09-01T10:00", to="acme"), provides("2026-09-01T10:00", "P-2", to="sister")]
    told = await play(house(JOINT), "2026-09-01", "2026-09-01T11:00", *given_to, tmp=tmp_path)
    assert reasons(told) == ["no-record-needed"] * 2


WRONG = (
    ({"made_on": "2026-09-02"}, "on-future"),
    ({"company": "nobody"}, "no-such-company"),
    ({"engagement": "nothing"}, "no-such-engagement"),
    ({"to": "1234 5678 9018"}, "my-number"),
    ({"record": "batch", "basis": "opt_out"}, "batch-opt-out"),
    ({"ref": "佐藤様の件"}, "ref-unreadable"),
)


async def test_what_cannot_be_recorded_is_refused_with_its_reason(tmp_path: Path) -> None:
    wrong = [provides("2026-09-01T10:00", **said) for said, _ in WRONG]
    told = await play(NOBODY, "2026-09-01", "2026-09-01T11:00", *wrong, tmp=tmp_path)
    assert reasons(told) == [reason for _, reason in WRONG]


async def test_what_is_told_twice_is_one_record_and_what_is_erased_is_erased_once(tmp_path: Path) -> None:
    again = [
        provides("2029-05-01T10:00"),
        *(erases(f"2029-05-0{day}T10:00") for day in (2, 3)),
        erases("2029-05-03T11:00", "P-2"),
    ]
    told = await play(NOBODY, "2026-04-10", "2029-05-04", provides("2026-04-10T10:00"), *again, tmp=tmp_path)
    assert reasons(told) == ["ref-taken", "erased-already", "no-such-record"]


async def test_an_erasure_that_is_ordered_for_a_day_to_come_waits_for_it(tmp_path: Path) -> None:
    orders = [erases("2027-01-05T10:00", on="2029-04-10"), erases("2027-01-05T11:00", on="2029-04-15")]
    told = await play(NOBODY, "2026-04-10", "2029-04-20", provides("2026-04-10T10:00"), *orders, tmp=tmp_path)
    assert reasons(told) == ["retention-lock"]
    assert [line["at"][:16] for line in told.of("accepted", ref="P-1")] == [
        "2026-04-10T10:00", "2027-01-05T11:00", "2029-04-15T00:00",
    ]  # fmt: skip


async def test_nothing_is_entered_while_the_service_is_down(tmp_path: Path) -> None:
    away = 'at = 2026-09-01T09:00:00+09:00\ndo = "down"\nuntil = 2026-09-01T12:00:00+09:00'
    told = await play(NOBODY, "2026-09-01", "2026-09-02", away, provides("2026-09-01T10:00"), tmp=tmp_path)
    assert reasons(told) == ["down"]


AT = datetime(2026, 9, 1, 3, tzinfo=UTC)


@pytest.fixture
async def kept(store: str) -> Any:
    await tables.Group.create(
        key="group", spec={"name": "Group", "timezone": "Asia/Tokyo"}, first_seen_at=AT, changed_at=AT
    )
    await tables.Company.create(
        key="impress", spec={"key": "impress", "name": "Impress", "managers": ["m@impress.example"]},
        first_seen_at=AT, changed_at=AT,
    )  # fmt: skip
    return await tables.ProvisionRecord.create(
        ref="P-1", record="batch", company_id="impress", third="Data Brokers", made_on=date(2026, 9, 1),
        keep_until=date(2029, 9, 1), entered_at=AT, entered_by="person/1",
    )  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM provision_record",
        "UPDATE provision_record SET keep_until = '2026-09-02'",
        "UPDATE provision_record SET erased_on = '2029-09-01'",
        "UPDATE provision_record SET ref = 'P-2'",
    ],
)
async def test_both_databases_refuse_to_lose_a_record_that_the_law_holds(kept: Any, statement: str) -> None:
    with pytest.raises(BaseORMException, match="locked by law"):
        await connection().execute_query(statement)
    assert await tables.ProvisionRecord.filter(ref="P-1", keep_until=date(2029, 9, 1), erased_on=None).exists()


async def test_both_databases_let_a_record_go_when_its_time_is_over(kept: Any) -> None:
    await connection().execute_query("UPDATE provision_record SET erased_on = '2029-09-02'")
    await connection().execute_query("DELETE FROM provision_record")
    assert not await tables.ProvisionRecord.exists()


async def test_a_record_is_completed_and_never_rewritten(kept: Any) -> None:
    await complete(kept.id, {"third": "Others", "items": "Names", "owners": "List 7"}, date(2026, 8, 1), AT, "person/1")
    row = await tables.ProvisionRecord.get()
    assert (row.third, row.items, row.owners, row.consent_on) == ("Data Brokers", "Names", "List 7", date(2026, 8, 1))
    with pytest.raises(Refused, match="nothing-new"):
        await complete(kept.id, {"items": "Others"}, None, AT, "person/1")


async def test_what_goes_on_is_kept_so_much_longer(kept: Any) -> None:
    later = datetime(2026, 11, 1, 3, tzinfo=UTC)
    await went_on(kept.id, date(2026, 10, 31), later, "person/1")
    assert (await tables.ProvisionRecord.get()).keep_until == date(2029, 10, 31)
    with pytest.raises(Refused, match="on-earlier"):
        await went_on(kept.id, date(2026, 10, 1), later, "person/1")
