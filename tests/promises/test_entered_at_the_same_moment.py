"""What people enter about a work at one moment: neither loses the other's words, and nothing senseless is kept."""

from __future__ import annotations

import asyncio
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest
from stage import WHOLE, engagement, instant, registry

from monitor import plugins, tables
from monitor.duties.owing import owe
from monitor.own_duties import CONTRACT_RENEWAL
from monitor.promises.classing import Classed, classify
from monitor.promises.contracts import decided
from monitor.refusal import Refused
from monitor.registry.apply import apply, set_fields
from monitor.registry.read import read
from monitor.registry.roster import roster
from monitor.web.console.act import Act
from monitor.web.console.contract import enter

AT = instant("2026-12-01T10:00")
LAST = date(2027, 3, 31)
CLAUSES = {f"clause_{number}": "yes" for number in range(1, 9)}


@pytest.fixture
async def work(store, tmp_path):
    file = tmp_path / "registry.toml"
    file.write_text(registry(engagement("dm", whole=False, more=WHOLE)), encoding="utf-8")
    await apply(read([file], plugins.known()), AT, plugins.looks())
    return store


def boxes(name: str, day: str) -> dict[str, str]:
    return dict(zip((f"{name}_year", f"{name}_month", f"{name}_day"), day.split("-"), strict=True))


async def kept() -> dict[str, Any]:
    return (await tables.Engagement.get(key="dm")).spec


async def entered(**said: str) -> None:
    await enter("dm", Act(cast("Any", SimpleNamespace(everywhere=True)), "person/1", CLAUSES | said, AT))


async def test_two_who_enter_of_one_contract_at_once_lose_nothing_of_each_other(work):
    said: list[dict[str, str]] = [boxes("expires", "2031-03-31"), {"notice": "60"}, boxes("review", "2027-06-01")]
    await asyncio.gather(*(entered(**one) for one in said))
    contract = (await kept())["contract"]
    terms = [contract.get(name) for name in ("expires_on", "notice_days", "review_on")]
    assert terms == ["2031-03-31", 60, "2027-06-01"]


@pytest.mark.parametrize("outcome", ["renew", "end"])
@pytest.mark.parametrize("signed_on", ["2020-09-15", "2027-06-15"])
async def test_a_decision_on_a_term_that_somebody_has_just_replaced_changes_nothing(work, outcome, signed_on):
    duty = await owe(
        CONTRACT_RENEWAL, LAST, AT, await roster(), company_id="impress", engagement_id="dm", ref=str(LAST)
    )
    await entered(**boxes("on", signed_on), **boxes("expires", "2030-03-31"))
    before = await kept()
    with pytest.raises(Refused) as no:
        await decided(duty, AT, "person/1", outcome, "", None)
    assert no.value.reason == "contract-term"
    assert await kept() == before
    assert (await tables.OwnDuty.get(id=duty.id)).state == "open"


@pytest.mark.parametrize(("outcome", "last"), [("renew", "2028-03-31"), ("end", "2027-03-31")])
async def test_a_decision_on_the_present_term_is_carried_out(work, outcome, last):
    await entered(**boxes("expires", str(LAST)))
    duty = await owe(
        CONTRACT_RENEWAL, LAST, AT, await roster(), company_id="impress", engagement_id="dm", ref=str(LAST)
    )
    await decided(duty, AT, "person/1", outcome, "", None)
    assert (await kept())["contract"]["expires_on"] == last


async def test_what_makes_no_sense_beside_what_is_known_is_refused_in_the_readers_language(work):
    before = await kept()
    contract = before["contract"] | {"expires_on": "2020-01-01"}
    with pytest.raises(Refused) as no:
        await set_fields("engagement", "dm", {"contract": contract}, AT)
    assert no.value.reason == "contract-invalid"
    assert no.value.message.in_("en") == "contract: expires_on is before signed_on. Correct one of the two."
    assert "expires_on が signed_on より前です。" in no.value.message.in_("ja")
    assert await kept() == before


@pytest.mark.parametrize("said", [{"clause": "4, 1234 5678 9018"}, {"reason": "1234 5678 9018"}])
async def test_no_my_number_is_kept_with_what_the_other_side_is(work, said):
    before = await kept()
    made = Classed(**{"reason": "No access", "class_": "cloud_no_handling", "clause": "4"} | said)
    with pytest.raises(Refused) as no:
        await classify("dm", made, AT, "person/1")
    assert no.value.reason == "my-number"
    assert await kept() == before
    assert not await tables.Reason.exists()
