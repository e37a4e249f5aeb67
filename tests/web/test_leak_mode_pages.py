"""Leak mode, as people use it: a manager asks, a party answers in its form, what follows stands on the round's page."""

from __future__ import annotations

import pytest
from running import Ground
from stage import engagement
from test_form import get, post

from monitor import clock, tables
from tests.journey.manager import signed_in

MANAGERS, SISTER = "managers@impress.example", "managers@sister.example"
ASK = {"ask_by": "Manager One", "ask_company": "impress", "ask_what": "A weakness of ExampleVPN has become known."}


def recent(key, **more):
    return engagement(key, attestation=f"last_accepted_on = {clock.now().date().isoformat()}", **more)


@pytest.fixture
async def house(tmp_path, database):
    async with Ground(tmp_path, await database(), (recent("dm", title="Direct mail"),)) as running:
        yield running


async def answers(house, base, version=0, **said):
    """`version`: how often the first answer was saved before."""
    async with house.client() as party:
        assert "ExampleVPN" in await get(party, base + "/")
        fields = {f"exposure.{name}": value for name, value in said.items()}
        fields["exposure.affected_version"] = str(version)
        await post(party, f"{base}/s/affected", fields | {"next": "1"})
        await post(party, f"{base}/declare", {"name": "Vendor Person", "title": "Privacy", "declared": "agreed"})
        return await get(party, f"{base}/")


async def test_who_is_affected_is_asked_answered_and_followed_up(house):
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        _, page = await post(client, "/exposures", ASK | {"ask_purposes": "", "ask_by": ""}, 422)
        assert "ExampleVPN" in page  # nothing typed is lost
        assert all(f'href="#ask_{name}"' in page for name in ("by", "purposes"))  # all that is missing, at once
        place, _ = await post(client, "/exposures", ASK | {"ask_purposes": "p03"})
        assert place == "/exposures/1"
        await house.work()
        assert "未回答" in await get(client, place)
        base = house.link().removeprefix(house.base) + "/en"
        await answers(house, base, affected="unknown")
        duty = await tables.Obligation.get(kind="exposure")
        assert duty.state == "returned"  # no answer yet: it is asked on
        await house.work()
        assert "調査中（まだ分からない）</div></td>" in await get(client, place)
        page = await answers(house, base, 1, affected="yes", what="The shipping server.")
        assert "Tell us of the incident now" in page
        await house.work()
        followed = await tables.OwnDuty.get(kind="affected-party")
        assert (followed.company_id, followed.engagement_id, followed.state) == ("impress", "dm", "open")
        page = await get(client, place)
        assert "<b>影響あり</b>" in page
        said = {"suspend_by": "Manager One", "suspend_works": "dm", "suspend_reason": "Until it is clear"}
        await post(client, f"{place}/suspend", said)
        assert (await tables.Engagement.get(key="dm")).spec["state"] == "suspended"
        assert "<b>停止中</b>" in await get(client, place)
        _, page = await post(client, f"{place}/suspend", said, 422)
        assert "#suspend_works" in page
        await post(client, f"{place}/close", {"close_by": "Manager One"})
    assert (await tables.OwnDuty.get(kind="exposure-round")).state == "done"


async def test_a_company_that_was_not_asked_sees_no_round(house):
    async with house.client() as client:
        await signed_in(house, client, MANAGERS)
        place, _ = await post(client, "/exposures", ASK | {"ask_purposes": "p03"})
    async with house.client() as client:
        await signed_in(house, client, SISTER)
        await get(client, place, 404)
        assert "ExampleVPN" not in await get(client, "/exposures")
