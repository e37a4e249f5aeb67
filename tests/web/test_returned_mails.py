"""The course of a request: what came back stands there once, with its address; letters name where they went."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from running import Ground, Running
from stage import engagement
from test_console import sign_in
from test_form import get

from monitor import clock, tables
from monitor.inbound.acts import Bounce, bounced
from monitor.registry.roster import roster
from monitor.web.console.returned import fold

VENDOR = "privacy@acme.example"


@pytest.fixture
async def running(tmp_path, database):
    old = engagement("dm", attestation="last_accepted_on = 2024-01-10", title="Direct mail")
    async with Ground(tmp_path, await database(), (old,)) as found:
        yield found


async def test_mails_that_came_back_are_one_line_with_their_address_and_letters_name_theirs(running: Running) -> None:
    duty = await tables.Obligation.get()
    mail = next(row for row in await tables.Mail.all() if row.to == [VENDOR])
    for status in ("4.2.2", "4.2.2", "4.4.1"):
        await bounced(mail, Bounce(VENDOR, hard=False, status=status), await roster(), clock.now())
    async with running.client() as client:
        await sign_in(running, client, "managers@impress.example")
        await client.post("/settings", data={"language": "en", "back": "/"})
        page = await get(client, f"/duty/{duty.id}")
        course = page.partition('class="timeline"')[2]
        assert course.count("A mail came back") == 1
        assert f"for now · {VENDOR} · 3 mails since" in course
        assert f"({VENDOR})</p>" in course
        await bounced(mail, Bounce(VENDOR, hard=True, status="5.1.1"), await roster(), clock.now())
        course = (await get(client, f"/duty/{duty.id}")).partition('class="timeline"')[2]
        assert course.count("A mail came back") == 2
        assert f"for good · {VENDOR}</p>" in course


def test_only_the_same_one_after_the_other_is_folded() -> None:
    kinds = ["obligation.bounced"] * 3 + ["obligation.returned"] * 2 + ["obligation.bounced"]
    lines = [SimpleNamespace(seq=seq, type=kind, data='{"hard": true}') for seq, kind in enumerate(kinds)]
    runs = fold(lines, {0: "a@x.example", 1: "a@x.example", 2: "b@x.example", 5: "b@x.example"})
    assert [(run.first.seq, run.last.seq, run.count) for run in runs] == [
        (0, 1, 2), (2, 2, 1), (3, 3, 1), (4, 4, 1), (5, 5, 1),
    ]  # fmt: skip
