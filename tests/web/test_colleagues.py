"""Letting colleagues in: each sees and does what was chosen for them, and it can be taken back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from running import Ground, Running
from test_form import declaring, fill, get, plain_path, png, post

from monitor import clock, tables
from monitor.asked import frozen
from monitor.obligations.colleagues import Named, wider
from tests.journey.manager import signed_in
from tests.journey.vendor import answered

COLLEAGUE = "colleague@acme.example"
SIGNED = {"name": "A", "title": "B", "declared": "agreed"}


@pytest.fixture
async def running(tmp_path, database):
    async with Ground(tmp_path, await database()) as found:
        yield found


def english(running: Running, to: str = "privacy@acme.example") -> str:
    return plain_path(running.link(to)) + "/en"


async def let_in(client, running: Running, **fields) -> str:
    """Names a colleague, and gives the page of their link."""
    await post(client, f"{english(running)}/colleagues", {"email": COLLEAGUE} | fields)
    await running.work()
    return english(running, COLLEAGUE)


async def sections(client, base: str) -> list[str]:
    return re.findall(rf'href="{re.escape(base)}/s/([a-z0-9.-]+)"', await get(client, f"{base}/tasks"))


async def test_a_colleague_sees_and_answers_only_the_parts_that_were_chosen(running: Running) -> None:
    async with running.client() as client:
        every = await sections(client, english(running))
        theirs = await let_in(client, running, name="同僚", sections=every[1], grade="draft")
        letter = running.mails(COLLEAGUE)[-1].text
        asked = (await frozen((await tables.Obligation.get()).request_id)).sections
        assert "同僚 様" in letter
        assert "p…y@acme.example" in letter
        assert asked[1].title.in_("ja") in letter
        assert asked[0].title.in_("ja") not in letter
        assert "約5分" in letter
        assert await sections(client, theirs) == every[1:2]
        await get(client, f"{theirs}/s/{every[0]}", status=404)
        await post(client, f"{theirs}/s/{every[0]}", {"policy": "yes", "next": "1"}, status=404)
        start = await get(client, f"{theirs}/")
        assert "for preparing answers" in start
        assert start.count("<details") < len(every)
        await fill(client, theirs)
        check = await get(client, f"{theirs}/check")
        assert "Whoever asked you sees the answers" in check
        assert "Go on to submit" not in check
        assert f"/s/{every[0]}?" not in check
        await post(client, f"{theirs}/declare", SIGNED)
        page = await get(client, f"{english(running)}/")
        assert "同僚 (c…e@acme.example)" in page
    assert (await tables.Obligation.get()).state == "open"
    assert await tables.Answer.exists()


async def test_who_may_only_read_reads_everything_and_changes_nothing(running: Running) -> None:
    await answered((await tables.Obligation.get()).id)
    async with running.client() as client:
        every = await sections(client, english(running))
        boss = await let_in(client, running, grade="view")
        assert any("確認用" in mail.subject for mail in running.mails(COLLEAGUE))
        start = await get(client, f"{boss}/")
        assert "for reading only" in start
        check = await get(client, f"{boss}/check")
        assert "for reading only" in check
        assert ">Change<" not in check
        for path, fields in (
            (f"s/{every[0]}", {"policy": "no", "policy_version": "1"}),
            ("declare", SIGNED),
            ("sign", {"code": "12345678"}),
            ("help", {"kind": "not-ours", "why": "x"}),
            ("colleagues", {"email": "other@acme.example"}),
        ):
            await post(client, f"{boss}/{path}", fields)
    assert (await tables.Answer.get(question="policy")).version == 1
    assert (await tables.Obligation.get()).state == "open"
    assert not await tables.Plea.exists()
    assert await tables.Colleague.all().count() == 1


async def test_a_colleague_who_may_submit_does_so_in_place_of_the_contact(running: Running) -> None:
    await answered((await tables.Obligation.get()).id)
    async with running.client() as client:
        theirs = await let_in(client, running, grade="submit")
        assert "c…e@acme.example" in await get(client, theirs + await declaring(client, theirs))
        place, _ = await post(client, f"{theirs}/declare", SIGNED)
        assert place.endswith("/done")
    await running.work()
    assert (await tables.Obligation.get()).state == "submitted"
    assert any("受付" in mail.subject for mail in running.mails("privacy@acme.example"))


async def test_what_a_link_may_do_is_changed_and_taken_back_while_it_lies_in_a_mailbox(running: Running) -> None:
    async with running.client() as client:
        theirs = await let_in(client, running)
        place, _ = await post(client, f"{english(running)}/colleagues", {"email": COLLEAGUE, "grade": "view"})
        assert "none leaves now" in await get(client, place)
        assert "for reading only" in await get(client, f"{theirs}/")
        await running.work()
        assert len(running.mails(COLLEAGUE)) == 1
        row = await tables.Colleague.get()
        await post(client, f"{theirs}/colleagues", {"withdraw": str(row.id)})
        await get(client, f"{theirs}/")
        await post(client, f"{english(running)}/colleagues", {"withdraw": str(row.id)})
        await get(client, f"{theirs}/", status=404)
        assert "c…e@acme.example" not in await get(client, f"{english(running)}/")
        assert "link withdrawn" in await get(client, f"{english(running)}/colleagues")
        await post(client, f"{english(running)}/colleagues", {"email": COLLEAGUE})
        await get(client, f"{theirs}/")


async def test_a_letter_to_a_colleague_that_waits_does_not_leave_after_the_link_was_taken_back(
    running: Running,
) -> None:
    async with running.client() as client:
        await post(client, f"{english(running)}/colleagues", {"email": COLLEAGUE})
        row = await tables.Colleague.get()
        await post(client, f"{english(running)}/colleagues", {"withdraw": str(row.id)})
    await running.work()
    assert not running.mails(COLLEAGUE)


async def test_an_address_elsewhere_gets_its_link_when_the_company_has_approved_it(running: Running) -> None:
    stranger = "expert@elsewhere.example"
    async with running.client() as client, running.client() as manager:
        place, _ = await post(client, f"{english(running)}/colleagues", {"email": stranger, "name": "専門家"})
        assert "has to approve" in await get(client, place)
        await running.work()
        assert not running.mails(stranger)
        told = running.mails("managers@impress.example")[-1].text
        assert "専門家" in told
        assert stranger not in told
        await signed_in(running, manager, "managers@impress.example")
        page = await get(manager, "/duty/1")
        assert "&lt;expert@elsewhere.example&gt;" in page
        said = {"colleague_by": "M. Manager", "colleague_id": chosen(page)}
        await post(manager, "/duty/1/colleague", said, status=422)
        await post(manager, "/duty/1/colleague", said | {"colleague_decision": "approve"})
        await post(manager, "/duty/1/colleague", said | {"colleague_decision": "refuse"}, status=422)
        await running.work()
        theirs = english(running, stranger)
        assert "for preparing answers" in await get(client, f"{theirs}/")
    line = await tables.LedgerLine.get(type="colleague.approved")
    assert line.actor.startswith("person/")
    assert stranger not in line.data


def chosen(page: str) -> str:
    """What the button beside the only one who waits sends."""
    return re.findall(r'name="colleague_id"[^>]* value="([^"]+)"', page)[0]


async def test_a_stranger_s_approval_holds_for_what_the_company_read_and_no_more(running: Running) -> None:
    stranger = {"email": "expert@elsewhere.example"}
    async with running.client() as client, running.client() as manager:
        base = english(running)
        await post(client, f"{base}/colleagues", stranger | {"grade": "view"})
        await signed_in(running, manager, "managers@impress.example")
        said = {"colleague_by": "M. Manager", "colleague_decision": "approve"}
        old = chosen(await get(manager, "/duty/1"))
        await post(client, f"{base}/colleagues", stranger | {"grade": "draft"})
        _, page = await post(manager, "/duty/1/colleague", said | {"colleague_id": old}, status=422)
        assert "この方にできることを変更しました" in page
        await post(manager, "/duty/1/colleague", said | {"colleague_id": chosen(page)})
        await running.work()
        theirs = english(running, stranger["email"])
        await post(client, f"{base}/colleagues", stranger | {"grade": "view"})
        assert "for reading only" in await get(client, f"{theirs}/")
        place, _ = await post(client, f"{base}/colleagues", stranger | {"grade": "submit"})
        assert "has to approve" in await get(client, place)
        await get(client, f"{theirs}/", status=404)
    assert await tables.Notice.filter(kind="plea", key__contains="stranger-").count() == 2


@pytest.mark.parametrize(
    ("before", "after", "more"),
    [
        (("view", ()), ("draft", ()), True),
        (("draft", ()), ("submit", ()), True),
        (("submit", ()), ("draft", ("a",)), False),
        (("submit", ()), ("view", ()), False),
        (("draft", ("a", "b")), ("draft", ("b",)), False),
        (("draft", ("a",)), ("draft", ("a", "b")), True),
        (("draft", ("a",)), ("draft", ()), True),
        (("draft", ("a",)), ("view", ()), True),
    ],
)
def test_more_is_a_higher_grade_or_another_part(before, after, more) -> None:
    known = tables.Colleague(grade=before[0], sections=list(before[1]))
    assert wider(known, Named("x@elsewhere.example", grade=after[0], sections=after[1])) is more


async def test_a_stranger_who_was_not_approved_gets_nothing(running: Running) -> None:
    async with running.client() as client, running.client() as manager:
        await post(client, f"{english(running)}/colleagues", {"email": "expert@elsewhere.example"})
        await signed_in(running, manager, "managers@impress.example")
        said = {"by": "M. Manager", "id": chosen(await get(manager, "/duty/1")), "decision": "refuse"}
        await post(manager, "/duty/1/colleague", said)
        await running.work()
        assert not running.mails("expert@elsewhere.example")
        assert "was not approved" in await get(client, f"{english(running)}/colleagues")


async def test_a_wrong_address_is_named_and_nothing_that_was_typed_is_lost(running: Running) -> None:
    async with running.client() as client:
        base = english(running)
        every = await sections(client, base)
        said = {"email": "colleague", "name": "髙﨑", "grade": "view", "sections": every[0]}
        _, page = await post(client, f"{base}/colleagues", said, status=422)
        assert 'id="email_error"' in page
        assert 'value="髙﨑"' in page
        assert re.search(r'value="view" checked', page)
        assert re.search(rf'value="{every[0]}" checked', page)
        _, page = await post(client, f"{base}/colleagues", {"email": "Privacy@acme.example"}, status=422)
        assert "is asked already" in page
        await post(client, f"{base}/colleagues", {"email": COLLEAGUE, "grade": "all"}, status=422)
    assert not await tables.Colleague.exists()


async def test_of_two_people_s_answers_both_are_shown_with_whose_they_are_and_one_is_chosen(running: Running) -> None:
    async with running.client() as mine, running.client() as other:
        base = english(running)
        theirs = await let_in(mine, running, name="同僚")
        section = (await sections(mine, base))[0]
        version = {"policy_version": "0", "rules_version": "0", "pause": "1"}
        first = {"policy": "no", "policy_comment": "theirs", "rules": "yes", "rules_file": ("a.png", png())}
        await post(other, f"{theirs}/s/{section}", first | version)
        said = {"policy": "yes", "policy_comment": "mine", "rules": "yes", "rules_file": ("b.csv", b"a,b\n"), **version}
        _, page = await post(mine, f"{base}/s/{section}", said, status=422)
        assert "“No – theirs” was saved from elsewhere (同僚 (c…e@acme.example))" in page
        assert "Mine, as it stands below: “Yes – mine”" in page
        assert "a.png" in page
        assert "b.csv" in page
        undecided = {"policy": "yes", "policy_comment": "mine", "policy_version": "0", "rules": "yes"}
        await post(mine, f"{base}/s/{section}", undecided, status=422)
        await post(mine, f"{base}/s/{section}", undecided | {"policy_keep": "theirs", "next": "1"})
        assert (await tables.Answer.get(question="policy")).value["comment"] == "theirs"
        await post(mine, f"{base}/s/{section}", undecided | {"policy_keep": "1", "next": "1"})
        row = await tables.Answer.get(question="policy")
        assert (row.value["comment"], row.version) == ("mine", 2)
        await post(mine, f"{base}/s/{section}", undecided | {"policy": "no", "policy_keep": "1"}, status=422)


async def test_the_link_of_somebody_who_was_asked_long_ago_ends_like_any_other(running: Running) -> None:
    async with running.client() as client:
        theirs = await let_in(client, running)
        await tables.Link.filter(contact_id__not_isnull=True).update(expires_at=clock.now() - timedelta(days=1))
        await get(client, f"{theirs}/", status=404)
        token = theirs.removesuffix("/en")
        async with client.post(f"{token}/fresh") as response:
            assert response.status == 200
        await running.work()
        assert len(running.mails(COLLEAGUE)) == 1
        assert any("リンク" in mail.subject for mail in running.mails("privacy@acme.example"))
