"""Somebody who has left is erased outside the ledger, which holds as before; not while they still have a role."""

from __future__ import annotations

import pytest
from kept import NIGHT, SIGNER, everything, fill, over

from monitor import ledger, tables
from monitor.obligations.acts import person
from monitor.promises.keeping import forget_people
from monitor.promises.keeping.people import ERASED, Whom, erase_person
from monitor.refusal import Refused
from monitor.tables.store import MEMORY, opened

OFFICE = "privacy-office@group.example"


@pytest.fixture
async def full(tmp_path):
    async with opened(MEMORY, create=True):
        await over(tmp_path)
        await fill()
        yield await person(OFFICE, NIGHT, "P. Officer")


async def test_no_address_and_no_name_is_left_and_the_ledger_holds(store, tmp_path):
    await over(tmp_path)
    await fill()
    full = await person(OFFICE, NIGHT, "P. Officer")
    mail = await tables.Mail.filter(side="vendor", state="sent").first()
    await tables.Mail.filter(id=mail.id).update(to=[*mail.to, SIGNER.upper()])
    before = await ledger.head()
    counts = await erase_person(Whom(f" {SIGNER} ", "A. Signer", "acme"), NIGHT, full)
    left = await everything()
    assert SIGNER not in left.lower()
    assert "A. Signer" not in left
    assert counts["persons"] == 1
    assert (await tables.Submission.first()).signer_name == ERASED
    assert (await tables.Mail.get(id=mail.id)).to == mail.to
    assert (await ledger.verify()).seq == before[0] + 1
    lines = await tables.LedgerLine.filter(type="person.erased")
    assert [SIGNER in line.data or "Signer" in line.data for line in lines] == [False]


@pytest.mark.parametrize(
    ("address", "role"),
    [
        ("privacy@acme.example", "contact of acme"),
        ("Managers@impress.example", "manager of impress"),
        (OFFICE, "the group's privacy office"),
    ],
)
async def test_whoever_has_a_role_is_refused_and_the_role_is_named(full, address, role):
    with pytest.raises(Refused) as refused:
        await erase_person(Whom(address), NIGHT, full)
    assert refused.value.reason == "person-in-use"
    assert role in refused.value.message.in_("en")


async def test_somebody_of_whom_nothing_is_kept_is_said(full):
    with pytest.raises(Refused, match="nobody-found"):
        await erase_person(Whom("nobody@elsewhere.example"), NIGHT, full)
    with pytest.raises(Refused, match="party-missing"):
        await erase_person(Whom(name="A. Signer"), NIGHT, full)


async def test_people_whom_nothing_names_any_more_go_by_themselves(full):
    await person("gone@elsewhere.example", NIGHT.replace(year=2020), "Gone")
    await person("new@elsewhere.example", NIGHT, "New")
    assert await forget_people(NIGHT) == 1
    assert await forget_people(NIGHT) == 0
    names = set(await tables.Person.all().values_list("name", flat=True))
    assert "Gone" not in names
    assert {"New", "A. Signer", "P. Officer"} <= names
