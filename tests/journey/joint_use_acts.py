"""What people enter of joint use and its notice, and what the privacy office does with who belongs to the group."""

from __future__ import annotations

from datetime import date

from monitor import clock, tables
from monitor.registry.apply import set_fields
from tests.journey.manager import signed_in
from tests.journey.owners_acts import day
from tests.journey.vendor import posts

MANAGERS, OFFICE = "managers@impress.example", "privacy-office@group.example"
USE = {"key": "customers", "items": ["name"], "purposes": ["p03"], "responsible": "impress", "members": ["impress"]}


async def on_the_use(house, client, deed, fields):
    at = clock.now()
    await tables.JointUse.create(key=USE["key"], spec=USE, declared={}, first_seen_at=at, changed_at=at)
    await signed_in(house, client, MANAGERS)
    said = {"by": "M. Manager"} | fields
    return await posts(client, f"/joint-uses/{USE['key']}/{deed}", {f"{deed}_{name}": said[name] for name in said})


async def names_a_representative(house, client):
    return await on_the_use(house, client, "representative", {"name": "A. Sato"} | await day("on"))


async def announces_a_representative(house, client):
    return await on_the_use(house, client, "representative", {"name": "A. Sato"} | await day("on", 9))


async def hands_the_management_over(house, client):
    fields = {"company": "sister"} | await day("on")
    return await on_the_use(house, client, "responsible", fields)


async def announces_another_management(house, client):
    fields = {"company": "sister"} | await day("on", 9)
    return await on_the_use(house, client, "responsible", fields)


async def looked_at_a_notice(house, client):
    return await on_the_use(house, client, "seen", {"missing": "address"} | await day("on"))


async def on_the_group(house, client, company, deed, fields):
    """The report that is read first is passed over."""
    await signed_in(house, client, OFFICE)
    said = {"by": "P. Office"} | fields
    told = {f"{deed}_{name}": said[name] for name in said}
    return await posts(client, f"/membership/{company}/{deed}", told | {"sure": "yes"})


async def lets_a_company_join(house, client):
    await set_fields("company", "sister", {"member_until": date(2020, 3, 31)}, clock.now())
    return await on_the_group(house, client, "sister", "join", await day("on"))


async def lets_a_company_leave(house, client):
    return await on_the_group(house, client, "sister", "leave", await day("on", 30))


async def lets_a_company_be_taken_over(house, client):
    return await on_the_group(house, client, "impress", "succeed", {"successor": "sister"} | await day("on", -1))


async def renames_a_company(house, client):
    return await on_the_group(house, client, "sister", "rename", {"name": "Sister New"} | await day("on"))


async def gives_a_work_to_a_sister(house, client):
    return await on_the_group(house, client, "impress", "reassign", {"successor": "sister", "works": "dm"})


USES, GROUP = "/joint-uses/{key}", "/membership/{company}"
JOINT_USE = [
    (f"{USES}/representative", names_a_representative, "joint-use.representative-changes", "person/"),
    (f"{USES}/representative", announces_a_representative, "joint-use.representative-changes", "person/"),
    (f"{USES}/responsible", hands_the_management_over, "joint-use.responsible-changes", "person/"),
    (f"{USES}/responsible", announces_another_management, "joint-use.responsible-announced", "person/"),
    (f"{USES}/seen", looked_at_a_notice, "joint-use.seen", "person/"),
    (f"{GROUP}/join", lets_a_company_join, "membership.begins", "person/"),
    (f"{GROUP}/leave", lets_a_company_leave, "membership.ends", "person/"),
    (f"{GROUP}/succeed", lets_a_company_be_taken_over, "membership.succeeded", "person/"),
    (f"{GROUP}/rename", renames_a_company, "membership.renamed", "person/"),
    (f"{GROUP}/reassign", gives_a_work_to_a_sister, "membership.work-moves", "person/"),
]
