"""A host that does not answer is one case of each company, however many addresses of it are looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from beat import GOOD, MINUTE, NOON, bare, found, lines, open_cases, served, watch

from checks.availability import RULES
from monitor import tables
from monitor.cases import lapse
from monitor.cases.standing import HOST_DOWN, SERVER_ERROR
from monitor.escalation import advance
from monitor.registry.apply import set_fields

HOST = "https://www.party-0.example"
FRONT, SHOP, DESK = f"{HOST}/", f"{HOST}/shop", f"{HOST}:8443/desk"
DOWN = found("availability.no-connection")


def site(*urls: str) -> str:
    """The party of the patrol's world with these addresses."""
    ends = "".join(f'  [[party.endpoint]]\n  url = "{one}"\n  every = "5m"\n' for one in urls)
    return bare(0) + ends


def says(beat, look, *urls: str) -> None:
    for one in urls:
        beat.looks["availability"].says[one] = look


async def down(beat, *urls: str, engagements=None):
    """These addresses fail, one after the other; the instant after."""
    await beat.apply(site(FRONT, SHOP, DESK), engagements=engagements or [served(0)])
    at = NOON
    for one in urls:
        says(beat, DOWN, one)
        at = await beat.walks(2, at)
    return at


async def stands() -> list[tuple[str, list[str]]]:
    """The open cases by address: the one that each speaks of, and those beside it that fail too."""
    found = []
    for case in await open_cases():
        beside = await tables.Joined.filter(case_id=case.id, well_at=None).prefetch_related("watch")
        found.append((case.url, sorted(one.watch.url for one in beside)))
    return sorted(found)


async def test_every_rule_that_says_that_a_host_is_down_is_a_rule_of_availability():
    assert set(RULES) >= HOST_DOWN | {SERVER_ERROR}


async def test_three_addresses_of_one_host_that_is_down_are_one_case(beat):
    await down(beat, FRONT, SHOP, DESK)
    assert await stands() == [(FRONT, [SHOP, DESK])]
    assert (len(await lines("case.opened")), len(await lines("case.joined"))) == (1, 2)


async def test_of_addresses_that_fail_in_one_walk_the_first_of_the_registry_heads_the_case_and_not_one_by_chance(beat):
    pages = [f"{HOST}/{number}" for number in range(8)]
    await beat.apply(site(*pages), engagements=[served(0)])
    says(beat, DOWN, *pages)
    await beat.walks(2, NOON)
    assert await stands() == [(pages[0], pages[1:])]


async def test_an_address_that_fails_minutes_later_joins_and_makes_no_mail(beat):
    at = await down(beat, FRONT)
    await advance(at)
    says(beat, DOWN, SHOP)
    at = await beat.walks(2, at)
    await advance(at)
    assert await stands() == [(FRONT, [SHOP])]
    assert await tables.Notice.all().count() == 2


async def test_a_new_address_of_a_host_that_is_down_joins(beat):
    await beat.apply(site(FRONT), engagements=[served(0)])
    says(beat, DOWN, FRONT, SHOP)
    at = await beat.walks(2, NOON)
    await beat.apply(site(FRONT, SHOP), engagements=[served(0)], at=at)
    await beat.walks(2, at)
    assert await stands() == [(FRONT, [SHOP])]


async def test_the_case_closes_when_the_last_address_is_up(beat):
    at = await down(beat, FRONT, SHOP)
    says(beat, GOOD, SHOP)
    at = await beat.walks(2, at)
    assert await stands() == [(FRONT, [])]
    says(beat, GOOD, FRONT)
    await beat.walks(2, at)
    assert await stands() == []
    assert len(await lines("case.closed")) == 1


async def test_when_the_first_address_recovers_the_case_speaks_of_one_that_has_not(beat):
    at = await down(beat, FRONT, SHOP, DESK)
    says(beat, GOOD, FRONT)
    at = await beat.walks(2, at)
    assert await stands() == [(SHOP, [DESK])]
    says(beat, GOOD, SHOP)
    at = await beat.walks(2, at)
    assert await stands() == [(DESK, [])]
    says(beat, GOOD, DESK)
    await beat.walks(2, at)
    assert await stands() == []
    assert [line["data"]["url"] for line in await lines("case.left")] == [FRONT, SHOP]


async def test_one_that_recovered_and_fails_again_joins_again(beat):
    at = await down(beat, FRONT, SHOP)
    says(beat, GOOD, FRONT)
    at = await beat.walks(2, at)
    says(beat, DOWN, FRONT)
    await beat.walks(2, at)
    assert await stands() == [(SHOP, [FRONT])]
    assert await tables.Case.all().count() == 1


async def test_another_address_of_a_host_that_was_down_a_moment_ago_is_the_same_case(beat):
    at = await down(beat, FRONT)
    says(beat, GOOD, FRONT)
    at = await beat.walks(2, at)
    says(beat, DOWN, SHOP)
    at = await beat.walks(2, at)
    assert await stands() == [(SHOP, [])]
    assert (await tables.Case.get()).returns == 1
    says(beat, GOOD, SHOP)
    at = await beat.walks(2, at)
    assert (await tables.Case.get()).closes_at is not None
    says(beat, DOWN, FRONT)
    await beat.walks(2, at)
    assert await stands() == [(FRONT, [])]
    assert ((await tables.Case.get()).closes_at, await tables.Case.all().count()) == (None, 1)


async def test_each_company_has_one_case_of_the_host(beat):
    await down(beat, FRONT, SHOP, engagements=[served(0), served(0, "sister")])
    assert await stands() == [(FRONT, [SHOP]), (FRONT, [SHOP])]
    assert [case.company_id for case in await open_cases()] == ["impress", "sister"]


async def test_a_company_that_ends_leaves_the_other_its_case(beat):
    at = await down(beat, FRONT, SHOP, engagements=[served(0), served(0, "sister")])
    await set_fields("engagement", "e0/sister", {"ends_on": date(2026, 9, 1)}, at)
    await lapse(at)
    says(beat, GOOD, FRONT)
    await beat.walks(2, at)
    assert [(case.company_id, case.url) for case in await open_cases()] == [("impress", SHOP)]


async def test_two_pages_that_are_wrong_on_a_host_that_answers_are_two_cases(beat):
    await beat.apply(site(FRONT, SHOP), engagements=[served(0)])
    says(beat, found("availability.gone"), FRONT, SHOP)
    await beat.walks(2, NOON)
    assert await stands() == [(FRONT, []), (SHOP, [])]


@pytest.mark.parametrize(("status", "cases"), [(503, [(FRONT, [SHOP])]), (500, [(FRONT, []), (SHOP, [])])])
async def test_a_gateway_that_answers_for_a_host_that_is_down_is_one_case_and_pages_that_break_are_several(
    beat, status, cases
):
    await beat.apply(site(FRONT, SHOP), engagements=[served(0)])
    says(beat, replace(found(SERVER_ERROR), observed={"status": status}), FRONT, SHOP)
    await beat.walks(2, NOON)
    assert await stands() == cases


async def test_a_page_that_is_wrong_and_then_its_whole_host_is_still_one_case(beat):
    await beat.apply(site(FRONT, SHOP), engagements=[served(0)])
    says(beat, found("availability.gone"), FRONT)
    at = await beat.walks(2, NOON)
    says(beat, DOWN, FRONT)
    at = await beat.walks(2, at)
    says(beat, DOWN, SHOP)
    await beat.walks(2, at)
    assert await stands() == [(FRONT, [SHOP])]


async def test_an_address_of_which_the_party_is_not_told_joins_no_case_of_which_it_is(beat):
    await beat.apply(site(FRONT, SHOP) + "  tell_vendor = false\n", engagements=[served(0)])
    says(beat, DOWN, FRONT, SHOP)
    await beat.walks(2, NOON)
    assert sorted((case.url, case.tell_vendor) for case in await open_cases()) == [(FRONT, True), (SHOP, False)]


async def test_an_address_that_leaves_the_registry_leaves_its_case_to_the_next(beat):
    at = await down(beat, FRONT, SHOP)
    await beat.apply(site(SHOP, DESK), engagements=[served(0)], at=at)
    assert await lapse(at) == 0
    assert await stands() == [(SHOP, [])]
    says(beat, GOOD, SHOP)
    await beat.walks(2, at)
    assert await stands() == []


async def test_an_address_that_joined_and_left_the_registry_keeps_no_case_open(beat):
    at = await down(beat, FRONT, SHOP)
    await beat.apply(site(FRONT, DESK), engagements=[served(0)], at=at)
    await lapse(at)
    says(beat, GOOD, FRONT)
    await beat.walks(2, at)
    assert await stands() == []


async def test_what_is_down_at_another_party_is_its_own_case(beat):
    other = site(SHOP).replace("party-0", "party-1").replace("https://www.party-1", "https://www.party-0")
    await beat.apply(site(FRONT), other, engagements=[served(0), served(1)])
    says(beat, DOWN, FRONT, SHOP)
    await beat.walks(2, NOON)
    assert sorted(case.party_id for case in await open_cases()) == ["party-0", "party-1"]


@pytest.mark.parametrize("order", [(FRONT, SHOP), (SHOP, FRONT)])
async def test_the_order_in_which_two_recover_makes_no_difference(beat, order):
    at = await down(beat, FRONT, SHOP)
    for one in order:
        assert await open_cases().count() == 1
        says(beat, GOOD, one)
        at = await beat.walks(2, at)
    assert await open_cases().count() == 0
    assert (await watch()).settled == "pass"
    assert at > NOON + 10 * MINUTE
