"""Who had the data holds it until its return or deletion is confirmed, though the work is over: it is asked as well."""

from __future__ import annotations

from tests.stage import engagement, event, last_accepted, play, registry

CONFIRMED = last_accepted("2026-07-01")
SUB = """
[[party]]
key = "sub"
name = "Subco"
contacts = ["privacy@sub.example"]
"""
PLACES = '  [[engagement.place]]\n  name = "database"\n  kind = "prod"\n  [[engagement.place]]\n  name = "tapes"\n  kind = "backup"\n'


def over(*, more: str = "") -> str:
    work = engagement(attestation=CONFIRMED, ends_on="2026-08-31", more=more)
    return registry(work, engagement("dm/sub", party="sub", under="dm", attestation=CONFIRMED)) + SUB


def asked(day: str, ref: str) -> list[str]:
    """A leak round, an owner's request and a correction on that day."""
    purposes = '\npurposes = ["p03"]'
    of = {"company": "impress", "ref": f"{ref}-1"}
    request = event(f"{day}T11:00", "owner_request", None, request="erase", **of)
    days = f"\narrived_on = {day}\nverified_on = {day}"
    return [
        event(f"{day}T10:00", "exposure", None, company="impress", ref=f"{ref}-0") + purposes,
        request + days + purposes,
        event(f"{day}T12:00", "correction", None, company="impress", ref=f"{ref}-2") + f"\nknown_on = {day}" + purposes,
    ]


def holders(told, ref: str) -> dict[str, list[str]]:
    kinds = {"exposure": "0", "owner-request-leg": "1", "correction-leg": "2"}
    return {
        kind: sorted(line["engagement"] for line in told.of("deadline", obligation=kind, ref=f"{ref}-{number}"))
        for kind, number in kinds.items()
    }


def confirmed(key: str, at: str) -> list[str]:
    return [
        event(f"{at}T10:00", "submit", key, obligation="deletion"),
        event(f"{at}T16:00", "accept", key, obligation="deletion"),
    ]


async def test_a_work_that_has_ended_is_asked_until_its_deletion_is_confirmed(world):
    events = [
        *asked("2026-09-02", "A1"),
        *confirmed("dm", "2026-09-04"),
        *asked("2026-09-08", "B1"),
        *confirmed("dm/sub", "2026-09-09"),
        *asked("2026-09-10", "C1"),
    ]
    told = await world(over(), "2026-08-20", "2026-09-11", *events)
    for ref, keys in (("A1", ["dm", "dm/sub"]), ("B1", ["dm/sub"])):
        assert holders(told, ref) == dict.fromkeys(("exposure", "owner-request-leg", "correction-leg"), keys), ref
    assert not any(holders(told, "C1").values())
    assert [line["reason"] for line in told.of("refused")] == ["nobody-concerned"]


async def test_what_waits_for_backups_to_rotate_or_is_kept_by_law_is_still_held(tmp_path):
    places = [
        {"name": "database", "state": "deleted", "on": "2026-09-01"},
        {"name": "tapes", "state": "backup_pending"},
    ]
    said = ", ".join("{" + ", ".join(f'{k} = "{v}"' if k != "on" else f"on = {v}" for k, v in one.items()) + "}" for one in places)  # fmt: skip
    said = said.replace('"backup_pending"', '"backup_pending", on = 2026-09-01')
    events = [
        event("2026-09-03T10:00", "certificate") + f"\nplaces = [{said}]",
        event("2026-09-03T16:00", "accept", obligation="deletion"),
        *asked("2026-09-07", "A1"),
        event("2026-09-10T10:00", "done", obligation="backup-purge"),
        *asked("2026-09-14", "B1"),
    ]
    told = await play(over(more=PLACES), "2026-08-20", "2026-09-15", *events, tmp=tmp_path)
    assert holders(told, "A1")["owner-request-leg"] == ["dm", "dm/sub"]
    assert holders(told, "B1")["owner-request-leg"] == ["dm/sub"]


JOINT = """
[[joint_use]]
key = "members"
items = ["name"]
purposes = ["p03"]
responsible = "impress"
members = [{ company = "impress" }, { company = "sister" }, { party = "sub", until = 2026-08-31 }]
"""


async def test_a_joint_user_that_has_left_with_the_data_corrects_it_as_well(tmp_path):
    shared = engagement("shared", company="sister", party="sub", kind="joint_user", ends_on="2026-08-31", attestation=CONFIRMED)  # fmt: skip
    events = [*asked("2026-09-02", "A1"), *confirmed("shared", "2026-09-04"), *asked("2026-09-08", "B1")]
    told = await play(registry(shared) + SUB + JOINT, "2026-08-20", "2026-09-09", *events, tmp=tmp_path)
    assert holders(told, "A1")["correction-leg"] == ["shared"]
    assert holders(told, "B1")["correction-leg"] == []


async def test_a_company_that_has_left_the_joint_use_corrects_its_copy_until_it_has_erased_it(tmp_path):
    joint = JOINT.replace(', { party = "sub", until = 2026-08-31 }', "")
    events = [
        event("2026-08-24T10:00", "company_leaves", None, company="sister") + "\nlast_day = 2026-08-31",
        *asked("2026-09-02", "A1"),
        event("2026-09-04T10:00", "done", None, obligation="deletion", company="sister"),
        *asked("2026-09-08", "B1"),
    ]
    told = await play(
        registry(engagement(attestation=CONFIRMED)) + joint, "2026-08-20", "2026-09-09", *events, tmp=tmp_path
    )
    found = [(line["company"], line["ref"]) for line in told.of("deadline", obligation="joint-correction")]
    assert found == [("sister", "A1-2")]
