"""Which addresses of places are watched, from when on, and until when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from stage import engagement, instant, last_accepted, registry

from checks.contract import Finding, Look, Severity
from monitor import cases, ledger, plugins, tables
from monitor.obligations import acts, planning, turning
from monitor.registry.apply import apply
from monitor.registry.places import AGAIN
from monitor.registry.read import read
from monitor.simulation.forecast import caused

AT = instant("2026-09-10T10:00")
LATER = AT + timedelta(days=3)
URL = "https://portal.acme.example/orders.csv"
PLACE = f'  [[engagement.place]]\n  name = "Order portal"\n  kind = "prod"\n  url = "{URL}"\n'
CONFIRMED = "  [engagement.deletion]\n  accepted_on = 2026-09-05\n"


def work(key="dm", *, more=PLACE + CONFIRMED, ends_on="2026-08-31", **fields):
    return engagement(key, more=more, ends_on=ends_on, attestation=last_accepted("2026-06-01"), **fields)


@pytest.fixture
def declared(tmp_path):
    def declare(*engagements, toml=None):
        (tmp_path / "registry.toml").write_text(toml or registry(*engagements), encoding="utf-8")
        return read([tmp_path / "registry.toml"], plugins.known())

    return declare


@pytest.fixture
def applied(store, declared):
    async def make(*engagements, at=AT, **how):
        await apply(declared(*engagements), at, plugins.looks(), **how)
        await planned(at)

    return make


async def planned(at):
    while await planning.plan(at) + await turning.turn(at, plugins.shelf()):
        pass


async def watched():
    rows = tables.Watch.filter(check_kind="erased", retired_at=None).order_by("url")
    return [(row.url, row.every) for row in await rows]


async def serve(at):
    """The patrol has found content, and found it again."""
    look = Look.of([Finding(AGAIN, Severity.CRITICAL, "Content was served.")], {}, 1.0)
    for instant_ in (at, at + timedelta(minutes=2)):
        watches = await tables.Watch.filter(check_kind="erased", retired_at=None)
        await cases.take([cases.Seen(watch, look) for watch in watches], instant_)
        await planned(instant_)


async def orders():
    return [(duty.state, duty.reason) for duty in await tables.Obligation.filter(kind="deletion").order_by("id")]


async def test_a_place_is_watched_daily_once_its_deletion_was_confirmed(applied):
    await applied(work())
    assert await watched() == [(URL, 86400)]


@pytest.mark.parametrize(
    "engagement",
    [work(more=PLACE), work(ends_on="2026-12-31"), work(more=CONFIRMED)],
    ids=["not confirmed", "not ended", "no address"],
)
async def test_before_that_it_is_not(applied, engagement):
    await applied(engagement)
    assert await watched() == []


async def test_the_watch_begins_with_the_acceptance_of_the_answer(applied):
    await applied(work(more=PLACE))
    duty = await tables.Obligation.get(kind="deletion")
    await acts.submit(duty.id, AT)
    assert await watched() == []
    await acts.accept(duty.id, LATER, await acts.person("reviewer@impress.example", LATER))
    assert await watched() == [(URL, 86400)]


async def test_an_endpoint_that_names_it_keeps_its_own_rhythm(store, declared):
    endpoint = f'  [[party.endpoint]]\n  url = "{URL}"\n  checks = ["erased"]\n  every = "6h"\n'
    toml = registry(work()).replace("[[engagement]]", endpoint + "\n[[engagement]]", 1)
    party = toml.index("[[party]]")
    assert endpoint in toml[party:]
    await apply(declared(toml=toml), AT, plugins.looks())
    assert await watched() == [(URL, 21600)]


async def test_a_place_that_leaves_the_registry_is_watched_no_longer_and_its_order_is_withdrawn(applied):
    await applied(work())
    await serve(AT)
    assert await orders() == [("open", "")]
    await applied(work(more=CONFIRMED), at=LATER)
    assert await watched() == []
    assert await orders() == [("cancelled", "confirmed")]
    assert await cases.lapse(LATER) == 1


async def test_what_was_seen_before_a_place_left_opens_nothing_when_it_returns(applied):
    await applied(work())
    await serve(AT)
    await applied(work(more=CONFIRMED), at=LATER)
    await applied(work(), at=LATER + timedelta(hours=1))
    assert await watched() == [(URL, 86400)]
    assert await orders() == [("cancelled", "confirmed")]
    await serve(LATER + timedelta(days=1))
    assert await orders() == [("cancelled", "confirmed"), ("open", "")]


async def test_an_engagement_that_leaves_takes_its_watch_with_it(applied):
    await applied(work(state="closed"), engagement("mag", attestation=last_accepted("2026-06-01")))
    assert await watched() == [(URL, 86400)]
    await applied(engagement("mag", attestation=last_accepted("2026-06-01")), at=LATER, prune=True)
    assert await watched() == []


async def test_an_address_is_not_watched_while_other_data_may_lie_there(applied):
    await applied(work(), work("mag", company="sister", more=PLACE, ends_on="2026-12-31"))
    assert await watched() == []
    await applied(work(), work("mag", company="sister", more=PLACE, ends_on="2026-12-31", state="closed"), at=LATER)
    assert await watched() == [(URL, 86400)]


async def test_an_end_that_moves_later_ends_the_watch(applied):
    await applied(work())
    await applied(work(ends_on="2027-03-31"), at=LATER)
    assert await watched() == []


async def test_one_look_opens_nothing_and_the_second_one_does(applied):
    await applied(work())
    look = Look.of([Finding(AGAIN, Severity.CRITICAL, "Content was served.")], {}, 1.0)
    for opened in (0, 1):
        await cases.take([cases.Seen(await tables.Watch.get(check_kind="erased"), look)], AT)
        await planned(AT)
        assert await tables.Obligation.filter(kind="deletion").count() == opened


async def test_the_ledger_says_why_it_is_open_again_and_where(applied):
    await applied(work())
    await serve(AT)
    (line,) = [line async for line in ledger.lines() if line["type"] == "obligation.opened"]
    assert (line["data"]["reason"], line["data"]["url"]) == ("served-again", URL)
    assert [line["type"] async for line in ledger.lines() if line["type"].startswith("case.")] == ["case.opened"]


async def test_the_duty_keeps_what_was_seen(applied):
    await applied(work())
    await serve(AT)
    duty = await tables.Obligation.get(kind="deletion")
    assert duty.cause["places"] == [{"name": "Order portal", "url": URL}]
    assert instant(duty.cause["seen_at"]) == AT + timedelta(minutes=2)


async def test_a_plan_of_other_changes_foretells_no_withdrawal(applied, declared):
    await applied(work())
    await serve(AT)
    await tables.Obligation.filter(kind="deletion").update(told_on=AT.date())
    lines = await caused(declared(work(title="Direct mail")), AT + timedelta(hours=1), plugins.equipment())
    assert [line for line in lines if line["notice"] == "cancelled"] == []
