"""Who is asked once the party has named another person, on the page of the request."""

from __future__ import annotations

from running import Ground
from test_console import sign_in
from test_form import get

from monitor import tables


async def test_the_page_says_who_is_asked_now_until_the_registry_has_the_contact(tmp_path, database):
    async with Ground(tmp_path, await database()) as running, running.client() as client:
        duty = await tables.Obligation.get(kind="attestation")
        await sign_in(running, client, "managers@impress.example")
        for asks, told in (("", False), ("new@acme.example", True), ("Privacy@acme.example", False)):
            await tables.Obligation.filter(id=duty.id).update(asks=asks)
            page = await get(client, f"/duty/{duty.id}?lang=ja")
            assert ("台帳の連絡先を訂正してください" in page.replace("\u200b", "").replace("<wbr>", "")) == told
            assert ("現在の依頼先" in page, asks in page) == (bool(asks), True)
