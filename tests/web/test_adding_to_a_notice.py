"""A party adds to its notice of an incident what has become known, by the same link, as often as needed."""

from __future__ import annotations

import asyncio
import re

import pytest
from running import Ground, Running
from test_colleagues import english
from test_form import declaring, get, plain_path, post

from monitor import clock, tables
from monitor.obligations import acts, adding
from monitor.obligations.colleagues import decide
from monitor.promises.incidents import following
from monitor.questionnaire import thaw_answers
from monitor.registry.roster import roster
from tests.journey.manager import signed_in

SIGNED = {"name": "A", "title": "B", "declared": "agreed"}
MANAGERS = "managers@impress.example"


@pytest.fixture
async def running(tmp_path, database):
    async with Ground(tmp_path, await database()) as found:
        yield found


def flat(text: str) -> str:
    return re.sub(r"\s", "", text)


async def noticed() -> dict[str, str]:
    day = (await roster()).calendar.day_of(clock.now())
    return {"noticed_year": str(day.year), "noticed_month": str(day.month), "noticed_day": str(day.day)}


async def says(client, base: str, section: str, **said: object) -> str:
    """Save answers of a part, on the versions that its page shows; where that leads."""
    page = await get(client, f"{base}/s/{section}")
    fields = dict(re.findall(r'type="hidden" name="([^"]+_version)" value="(\d+)"', page))
    for name, value in re.findall(r'<textarea id="(incident[^"]+)"[^>]*>([^<]*)</textarea>', page):
        fields[name] = value.strip()
    fields |= dict(re.findall(r'<input id="(incident[^"]+)" name="[^"]+" type="text" value="([^"]*)"', page))
    for name, value in re.findall(r'name="([^"]+)" value="([^"]+)" checked', page):
        fields[name] = value
    for part in ("year", "month", "day"):
        for name, value in re.findall(rf'name="([^"]+_{part})"[^>]*value="(\d*)"', page):
            fields[name] = value
    return (await post(client, f"{base}/s/{section}", fields | {f"incident.{n}": v for n, v in said.items()}))[0]


async def told(running: Running, client, **more: object) -> str:
    """A notice that is handed in; the place of its pages."""
    base = await written(running, client, **more)
    await post(client, f"{base}/declare", SIGNED)
    await running.work()
    return base


async def written(running: Running, client, **more: object) -> str:
    """One that only has to be handed in."""
    day = await noticed()
    await post(client, f"{english(running)}/incident", {"begin": "incident"} | day)
    await running.work()
    base = english(running)
    first = {f"noticed-on_{part}": day[f"noticed_{part}"] for part in ("year", "month", "day")}
    await says(client, base, "first", categories="none", contact="IT, 03-0000-0000", **first)
    await says(client, base, "nine", outline="A list was lost.", **more)
    return base


async def handed_in() -> list[dict[str, str]]:
    """The text of each answer of each notice, in their order."""
    rows = await tables.Submission.filter(obligation__kind="incident-notice").order_by("id")
    return [{name: str(one.value) for name, one in thaw_answers(row.answers).items()} for row in rows]


async def test_what_becomes_known_is_added_by_the_same_link_and_the_company_reads_what_is_new(running: Running) -> None:
    async with running.client() as client:
        base = await told(running, client, people="1200")
        page = await get(client, f"{base}/")
        assert "More can be added at any time" in page
        assert "<li>The cause</li>" in page
        assert "<li>Outline of what happened</li>" not in page
        assert "Nothing is new yet" in await get(client, f"{base}/check")
        place, _ = await post(client, f"{base}/s/nine", {})  # as machines press it
        assert len(await handed_in()) == 1
        assert "A list was lost." in await get(client, f"{base}/s/nine")
        await says(client, base, "nine", cause="A wrong address.")
        assert "1 answer is saved and not handed in yet" in await get(client, f"{base}/")
        page = await get(client, f"{base}/check")
        assert "A wrong address." in page
        place, _ = await post(client, f"{base}/declare", SIGNED)
        assert place == f"{base}/done"
        place, _ = await post(client, f"{base}/declare", SIGNED | {"seen": "0" * 64})  # the button once more
        assert place == f"{base}/done"
        one, two = await handed_in()
        assert "incident.cause" not in one
        assert one["incident.outline"] == two["incident.outline"]
        assert two["incident.cause"] == "A wrong address."
        page = await get(client, f"{base}/done")
        assert "receipt-1.json" in page
        assert "receipt-2.json" in page
        assert "<li>The cause</li>" not in page
        assert '"A wrong address."' in await get(client, f"{base}/receipt-2.json")
        await running.work()
        receipt, review = running.mails("privacy@acme.example")[-1], running.mails("reviewers@impress.example")[-1]
        for letter in (receipt, review):
            assert "追記・修正された項目は次のとおりです。・原因" in flat(letter.text), flat(letter.text)
        assert "【追記" in review.subject
        duties = await tables.OwnDuty.filter(kind__in=["preliminary-report", "final-report"])
        assert {"4" in duty.about["missing"].split(", ") for duty in duties} == {False}
    async with running.client() as client:
        await signed_in(running, client, MANAGERS)
        page = await get(client, "/incident/1")
        assert "<b>新規</b>：原因<" in page
        report = await tables.OwnDuty.get(kind="final-report")
        assert "まだ知らされていない項目</dt><dd>データの項目" in flat(await get(client, f"/own-duty/{report.id}"))
        duty = await tables.Obligation.get(kind="incident-notice")
        assert "A wrong address." in await get(client, f"/duty/{duty.id}/review")


async def test_of_two_colleagues_who_add_at_once_none_is_lost(running: Running) -> None:
    async with running.client() as one, running.client() as other:
        base = await told(running, one)
        old = await get(other, f"{base}/check")
        await says(one, base, "nine", cause="A wrong address.")
        stale = {"incident.cause": "An intrusion.", "incident.cause_version": "0", "next": "1"}
        _, page = await post(other, f"{base}/s/nine", stale, 422)
        assert "A wrong address." in page
        assert "An intrusion." in page
        await post(one, f"{base}/declare", SIGNED)
        assert "seen=" not in old
        await says(other, base, "nine", publication="Not published.")
        place, _ = await post(one, f"{base}/declare", SIGNED | {"seen": "0" * 64})
        assert place == f"{base}/check?changed=1"
        await post(other, f"{base}/declare", SIGNED)
        assert [sorted(said) for said in await handed_in()][-1][:2] == ["incident.categories", "incident.cause"]
        assert (await handed_in())[-1]["incident.publication"] == "Not published."


async def test_a_button_that_is_pressed_twice_hands_in_once_and_both_lead_to_the_receipt(running: Running) -> None:
    async with running.client() as client:
        base = await written(running, client)
        seen = (await declaring(client, base)).partition("=")[2]
        twice = [post(client, f"{base}/declare", SIGNED | {"seen": seen}) for _ in range(2)]
        assert {place for place, _ in await asyncio.gather(*twice)} <= {f"{base}/done", f"{base}/"}
        assert len(await handed_in()) == 1
        await says(client, base, "nine", cause="A wrong address.")
        seen = (await declaring(client, base)).partition("=")[2]
        twice = [post(client, f"{base}/declare", SIGNED | {"seen": seen}) for _ in range(2)]
        assert {place for place, _ in await asyncio.gather(*twice)} == {f"{base}/done"}
        assert len(await handed_in()) == 2


async def test_what_is_typed_while_the_company_closes_the_incident_is_not_lost_and_the_party_is_told(
    running: Running,
) -> None:
    async with running.client() as client:
        base = await told(running, client)
        await says(client, base, "nine", cause="A wrong address.")
        await post(client, f"{base}/colleagues", {"email": "colleague@acme.example"})
        person = await tables.Person.create(email=MANAGERS, name="M.", seen_at=clock.now())
        await following.close((await tables.Incident.get()).id, clock.now(), f"person/{person.id}")
        await running.work()
        assert not running.mails("colleague@acme.example")  # a link that would open nothing to add to
        _, page = await post(client, f"{base}/s/nine", {"incident.other": "The police know."}, 422)
        assert "go back with your browser" in page
        assert "has been closed" in page
        await post(client, f"{base}/declare", SIGNED, 422)
        page = await get(client, f"{base}/")
        assert "The incident has been closed" in page
        assert "1 answer that was saved later has not been handed in" in page
        assert f'href="{base}/incident"' in page
        assert "A wrong address." in page  # to be taken over into another notice
        assert await tables.Answer.filter(question="incident.cause").exists()
        assert len(await handed_in()) == 1


async def test_a_receipts_link_reads_only_and_a_link_for_adding_is_mailed_to_the_registered_address(
    running: Running,
) -> None:
    async with running.client() as client:
        await told(running, client)
        receipt = english(running)  # the latest letter is the receipt
        page = await get(client, f"{receipt}/")
        assert "This link is for reading only" in page
        place, _ = await post(client, f"{receipt}/s/nine", {"incident.cause": "x"})
        assert place == f"{receipt}/"
        [token] = re.findall(r'action="(/f/[^"]+/fresh)"', page)
        await post(client, token, {}, 200)
        await running.work()
        letter = running.mails("privacy@acme.example")[-1]
        assert "追記いただくための、新しいリンク" in flat(letter.text)
        base = plain_path(running.link()) + "/en"
        await says(client, base, "nine", cause="A wrong address.")
        await post(client, f"{base}/declare", SIGNED)
        assert len(await handed_in()) == 2


async def test_another_form_of_the_work_leads_to_the_notice_and_then_a_code_signs_it(running: Running) -> None:
    async with running.client() as client:
        other = english(running)
        await told(running, client)
        page = await get(client, f"{other}/incident")
        assert "Add to the incident that was noticed on" in page
        place, _ = await post(client, f"{other}/incident", {"begin": "incident"} | await noticed())
        base = place.rstrip("/")
        assert await tables.Incident.all().count() == 1
        await says(client, base, "nine", cause="A wrong address.")
        place, _ = await post(client, f"{base}/declare", SIGNED)
        assert place == f"{base}/sign"
        await running.work()
        place, _ = await post(client, f"{base}/sign", {"code": running.code()})
        assert place == f"{base}/done"
        assert len(await handed_in()) == 2


async def test_the_page_of_all_requests_lists_it_as_long_as_more_can_be_added(running: Running) -> None:
    async with running.client() as client:
        other = english(running)
        await told(running, client)
        page = await get(client, f"{other}/mine")
        for words in ("1 request waits", "Handed in, and more can be added", "The cause", "mail you a code"):
            assert words in page, words
        notice = await tables.Obligation.get(kind="incident-notice")
        place, _ = await post(client, f"{other}/mine", {"open": str(notice.id)})
        assert "More can be added at any time" in await get(client, place)
        person = await acts.person(MANAGERS, clock.now(), "M.")
        await following.close((await tables.Incident.get()).id, clock.now(), person)
        assert "Handed in, and more can be added" not in await get(client, f"{other}/mine")
        assert await post(client, f"{other}/mine", {"open": str(notice.id)}) == (f"{other}/mine", "")


async def test_what_is_added_too_often_in_a_day_is_kept_and_waits_for_the_next(running: Running, monkeypatch) -> None:
    monkeypatch.setattr(adding, "A_DAY", 2)
    async with running.client() as client:
        base = await told(running, client)
        await says(client, base, "nine", cause="A wrong address.")
        await post(client, f"{base}/declare", SIGNED)
        await says(client, base, "nine", cause="A list on a train.")
        _, page = await post(client, f"{base}/declare", SIGNED | {"name": "髙﨑"}, 422)
        assert "hand them in tomorrow by the same link" in page
        assert 'value="髙﨑"' in page
        assert "A list on a train." in await get(client, f"{base}/check")
        assert len(await handed_in()) == 2
        await tables.Submission.all().update(submitted_at=clock.now() - adding.DAY)
        place, _ = await post(client, f"{base}/declare", SIGNED | {"name": "髙﨑"})
        assert place == f"{base}/done"
    assert [said.get("incident.cause") for said in await handed_in()] == [
        None, "A wrong address.", "A list on a train.",
    ]  # fmt: skip


async def test_a_stranger_who_is_approved_while_more_is_added_gets_the_link(running: Running) -> None:
    stranger = "expert@elsewhere.example"
    async with running.client() as client:
        base = await told(running, client)
        await post(client, f"{base}/colleagues", {"email": stranger})
        row, person = await tables.Colleague.get(), await acts.person(MANAGERS, clock.now(), "M.")
        await decide(row.obligation_id, row.id, clock.now(), person, approve=True)
        await running.work()
        await says(client, english(running, stranger), "nine", cause="A wrong address.")
    assert await tables.Answer.filter(question="incident.cause").exists()


async def test_whose_links_are_made_void_while_more_may_be_added_gets_a_new_one(running: Running) -> None:
    async with running.client() as client:
        base = await told(running, client)
        notice, person = await tables.Obligation.get(kind="incident-notice"), await acts.person(MANAGERS, clock.now())
        await acts.revoke_links(notice.id, clock.now(), person, fresh=True)
        await get(client, f"{base}/", status=404)
        await running.work()
        letter = flat(running.mails("privacy@acme.example")[-1].text)
        assert "追記いただくための、新しいリンクをお送りします。以前のリンクは無効になりました。" in letter
        fresh = plain_path(running.link()) + "/en"
        await says(client, fresh, "nine", cause="A wrong address.")
        await post(client, f"{fresh}/declare", SIGNED)
        assert len(await handed_in()) == 2
