"""Signing with a mailed code: who needs one, who gets it, and that nothing is handed in without it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from running import Ground, Running
from test_form import declaring, get, plain_path, post

from monitor import clock, ledger, links, tables
from monitor.obligations.signing import masked, typed_code
from tests.journey.vendor import answered

SIGNED = {"name": "髙﨑 さつき", "title": "Privacy office", "declared": "agreed"}


@pytest.fixture
async def running(tmp_path, database):
    async with Ground(tmp_path, await database()) as found:
        await answered((await tables.Obligation.get()).id)
        yield found


@pytest.fixture
async def ended(running):
    """A certificate of deletion that is filled in. Its own questions, place by place, are asked in the journeys."""
    await tables.Obligation.all().update(kind="deletion")
    return running


def english(running: Running) -> str:
    return plain_path(running.link()) + "/en"


async def declared(client, running: Running, **more) -> str:
    """The page that comes after the declaration."""
    place, _ = await post(client, f"{english(running)}/declare", SIGNED | more)
    await running.work()
    return place


async def state() -> str:
    return (await tables.Obligation.get()).state


async def test_a_certificate_of_deletion_needs_the_code_from_the_registered_mailbox(ended: Running) -> None:
    async with ended.client() as client:
        sign = await declared(client, ended)
        assert sign.endswith("/sign")
        assert await state() == "open"
        page = await get(client, sign)
        assert 'autocomplete="one-time-code"' in page
        assert "p…y@acme.example" in page
        assert "privacy@acme.example" not in page
        code = ended.code()
        full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
        place, _ = await post(client, sign, {"code": f" {full_width[:4]}　-{full_width[4:]} "})
        assert place.endswith("/done")
        assert "By a code that was mailed" in await get(client, place)
    row = await tables.Submission.get()
    assert (row.confirmed_by, row.signer_name) == ("code", SIGNED["name"])
    line = await tables.LedgerLine.get(type="obligation.submitted")
    assert '"confirmed":"code"' in line.data
    assert not await tables.LedgerLine.filter(data__contains=code).exists()
    assert all(code not in mail.subject for mail in ended.sink.mails)
    assert (await ledger.verify()).seq > 0


async def test_whoever_reads_the_mail_with_the_link_submits_without_a_code(running: Running) -> None:
    async with running.client() as client:
        place = await declared(client, running, email=" Ｐrivacy@ACME.example ")
        assert place.endswith("/done")
    assert await state() == "submitted"
    assert not await tables.SigningCode.exists()


async def test_what_is_declared_is_what_was_listed_to_check_and_nothing_that_slipped_in_since(running: Running) -> None:
    async with running.client() as client:
        base = english(running)
        page = await declaring(client, base)
        seen = page.partition("=")[2]
        assert f'name="seen" value="{seen}"' in await get(client, base + page)
        row = await tables.Answer.all().first()
        await tables.Answer.filter(id=row.id).update(value=row.value | {"comment": "slipped in"})
        for other in (seen, "", "x"):
            place, _ = await post(client, f"{base}/declare", SIGNED | {"seen": other})
            assert place.endswith("/check?changed=1")
        assert "slipped in" in await get(client, base + page)
        assert "slipped in" in await get(client, f"{base}/declare")
        assert await state() == "open"
        await post(client, f"{base}/declare", SIGNED)
    assert "slipped in" in (await tables.Submission.get()).answers


async def test_somebody_else_gets_the_code_from_the_registered_contact_and_from_nobody_else(running: Running) -> None:
    async with running.client() as client:
        _, page = await post(client, f"{english(running)}/declare", SIGNED | {"email": "nobody"}, status=422)
        assert 'id="email_error"' in page
        assert "髙﨑 さつき" in page
        sign = await declared(client, running, email="boss@elsewhere.example")
        assert not running.mails("boss@elsewhere.example")
        mail = running.mails("privacy@acme.example")[-1]
        assert "髙﨑 さつき" in mail.text
        place, _ = await post(client, sign, {"code": running.code()})
        assert place.endswith("/done")
    row = await tables.Submission.get()
    assert row.signer_email == "boss@elsewhere.example"


async def test_five_wrong_codes_end_it_and_a_new_one_begins_anew(ended: Running) -> None:
    async with ended.client() as client:
        sign = await declared(client, ended)
        right = ended.code()
        wrong = f"{(int(right) + 1) % 10**8:08}"
        await post(client, sign, {"code": ""}, status=422)
        for _ in range(5):
            await post(client, sign, {"code": wrong}, status=422)
        _, page = await post(client, sign, {"code": right}, status=422)
        assert "too often" in page
        assert 'id="code"' not in page
        assert (await tables.SigningCode.get()).tries == 5
        await tables.SigningCode.all().update(made_at=clock.now() - timedelta(minutes=2))
        await post(client, sign, {"again": "1"})
        await ended.work()
        assert ended.code() != right
        await post(client, sign, {"code": right}, status=422)
        await post(client, sign, {"code": ended.code()})
    assert await state() == "submitted"


async def test_the_earlier_of_two_codes_is_good_as_well_for_mails_are_held_back(ended: Running) -> None:
    async with ended.client() as client:
        sign = await declared(client, ended)
        first = ended.code()
        await tables.SigningCode.all().update(made_at=clock.now() - timedelta(minutes=2))
        await post(client, sign, {"again": "1"})
        await post(client, sign, {"again": "1"})
        await ended.work()
        assert await tables.SigningCode.all().count() == 2
        await post(client, sign, {"code": first})
    assert await state() == "submitted"


async def test_a_code_is_good_for_an_hour_and_ten_are_mailed_a_day(ended: Running) -> None:
    async with ended.client() as client:
        sign = await declared(client, ended)
        row = await tables.SigningCode.get()
        assert row.expires_at - row.made_at == timedelta(minutes=60)
        await tables.SigningCode.all().update(expires_at=clock.now())
        place, _ = await post(client, sign, {"code": ended.code()})
        assert place.endswith("/declare")
        for _ in range(9):
            await tables.SigningCode.all().update(made_at=clock.now() - timedelta(minutes=2))
            await declared(client, ended)
        await tables.SigningCode.all().update(made_at=clock.now() - timedelta(minutes=2))
        _, page = await post(client, f"{english(ended)}/declare", SIGNED, status=422)
        assert "no more codes" in page
        assert SIGNED["name"] in page
    assert await state() == "open"


async def test_whoever_comes_back_by_the_link_finds_where_the_code_is_entered(ended: Running) -> None:
    pages = ("/", "/tasks", "/check")
    async with ended.client() as client:
        for page in pages:
            assert "/sign" not in await get(client, english(ended) + page)
        await declared(client, ended)
        for page in pages:
            said = await get(client, english(ended) + page)
            assert "Your code is waiting to be entered (valid until " in said
            assert f'href="{english(ended)}/sign"' in said
        row = await tables.Answer.all().first()
        await tables.Answer.filter(id=row.id).update(value=row.value | {"comment": "changed meanwhile"})
        assert "/sign" not in await get(client, f"{english(ended)}/check")


async def test_answers_that_change_after_the_declaration_are_not_signed_by_its_code(ended: Running) -> None:
    async with ended.client() as client:
        sign = await declared(client, ended)
        row = await tables.Answer.all().first()
        await tables.Answer.filter(id=row.id).update(value=row.value | {"comment": "changed meanwhile"})
        place, _ = await post(client, sign, {"code": ended.code()})
        assert place.endswith("/check?changed=1")
        assert "somebody saved another answer" in await get(client, place)
    assert await state() == "open"


@pytest.mark.parametrize("changed", ["name", "answers"])
async def test_a_code_confirms_the_declaration_that_it_was_mailed_for_and_no_other(ended: Running, changed) -> None:
    async with ended.client() as client:
        sign = await declared(client, ended)
        first = ended.code()
        row = await tables.Answer.all().first()
        said = {"name": "Somebody Else"} if changed == "name" else {}
        if changed == "answers":
            await tables.Answer.filter(id=row.id).update(value=row.value | {"comment": "changed meanwhile"})
        await declared(client, ended, **said)
        assert ended.code() != first
        await post(client, sign, {"code": first}, status=422)
        assert await state() == "open"
        await post(client, sign, {"code": ended.code()})
    assert (await tables.Submission.get()).signer_name == said.get("name", SIGNED["name"])


async def test_a_code_leaves_at_any_hour_in_a_letter_of_its_own(ended: Running) -> None:
    async with ended.client() as client:
        await post(client, f"{english(ended)}/declare", SIGNED)
    notice = await tables.Notice.get(kind="code")
    assert notice.urgent
    assert notice.address == "privacy@acme.example"
    await ended.work()
    items = await tables.MailItem.filter(notice_id=notice.key)
    assert await tables.MailItem.filter(mail_id=items[0].mail_id).count() == 1


async def test_a_code_whose_hour_is_over_does_not_leave_any_more(ended: Running) -> None:
    async with ended.client() as client:
        await post(client, f"{english(ended)}/declare", SIGNED)
    sent = len(ended.sink.mails)
    await ended.work(clock.now() + timedelta(minutes=61))
    assert not [mail for mail in list(ended.sink.mails)[sent:] if "Code" in mail.subject or "コード" in mail.subject]
    assert (await tables.Notice.get(kind="code")).state == "dropped"


@given(st.binary(min_size=12, max_size=12), st.integers(0, 10**8 - 1))
def test_a_code_belongs_to_one_id_under_every_key_and_to_no_other(number, guess):
    ring = links.Keyring({"k2": b"2" * 32, "k1": b"1" * 32})
    older = links.Keyring({"k1": b"1" * 32})
    code = links.code(ring, number.hex())
    assert len(code) == 8
    assert code.isdigit()
    assert links.is_code(ring, number.hex(), code)
    assert links.is_code(ring, number.hex(), links.code(older, number.hex()))
    known = {code, links.code(older, number.hex())}
    assert links.is_code(ring, number.hex(), f"{guess:08}") == (f"{guess:08}" in known)


@given(st.from_regex(r"[0-9]{8}", fullmatch=True), st.lists(st.sampled_from(" 　-‐－\u00a0"), max_size=6))
def test_a_code_may_be_pasted_with_blanks_hyphens_and_in_full_width(code, between):
    typed = "".join(a + b for a, b in zip(code, [*between, *[""] * 8], strict=False))
    assert typed_code(typed) == code
    assert typed_code("".join(chr(ord(sign) + 0xFEE0) if sign.isdigit() else sign for sign in typed)) == code


@pytest.mark.parametrize(
    ("address", "shown"),
    [("privacy@acme.example", "p…y@acme.example"), ("ab@x.example", "a…@x.example"), ("a@x.example", "a…@x.example")],
)
def test_an_address_is_shown_as_far_as_its_owner_recognises_it(address, shown):
    assert masked(address) == shown
