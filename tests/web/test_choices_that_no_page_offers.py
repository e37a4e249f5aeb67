"""What a page lets choose is held to what it offers: whoever sends something else is refused, and nothing is kept."""

from __future__ import annotations

from monitor import clock, tables
from monitor.registry.apply import set_fields
from tests.journey.manager import signed_in
from tests.journey.passing_acts import RECORD, enters
from tests.journey.vendor import first_section, posts
from tests.web.running import Ground

MANAGERS = "managers@impress.example"


async def test_a_choice_that_no_page_offers_is_refused_at_its_field(tmp_path, database):
    """A record of an unknown kind, for one, would be locked for the shortest of the terms that the law knows."""
    async with Ground(tmp_path, await database()) as house, house.client() as client:
        await set_fields("engagement", "dm", {"transfer": {"basis": "equivalent"}}, clock.now())
        gone = await posts(client, await first_section(client, house), {"remove": "x" * 60})
        await signed_in(house, client, MANAGERS)
        told = {
            "record_record": await enters(house, client, "/provisions/record", **RECORD | {"record": "x"}),
            "record_basis": await enters(house, client, "/disclosures/record", basis="x", engagement="dm"),
            "check_result": await posts(client, "/transfer/dm/check", {"check_by": "M.", "check_result": "x"}),
        }
        assert gone[0] in {200, 303}
        assert {name: status for name, (status, _) in told.items()} == dict.fromkeys(told, 422)
        assert all(f'href="#{name}"' in page for name, (_, page) in told.items())
        assert not await tables.ProvisionRecord.exists()
        assert not await tables.Disclosure.exists()
        assert not await tables.TransferCheck.exists()
