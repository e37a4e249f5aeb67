"""Corrective actions: carried out by their day, looked at again for their effect, followed by another without it."""

from __future__ import annotations

import pytest
from stage import GROUP, engagement, event, play, registry

QUIET = registry(engagement(attestation="last_accepted_on = 2026-09-01"))
COMPLAINT = event("2026-09-03T10:00", "complaint", None, party="acme", company="impress")


def ordered(at, due_on, **said):
    return event(at, "corrective_action", None, **said) + f"\ndue_on = {due_on}"


def done(at, kind, **said):
    return event(at, "done", None, company="impress", obligation=kind, **said)


@pytest.fixture
def told(tmp_path):
    async def run(*events, until="2026-12-31", toml=QUIET):
        return await play(toml, "2026-09-01", until, *events, tmp=tmp_path)

    return run


async def test_what_comes_from_a_complaint_is_owed_by_its_company_and_its_effect_looked_at_after_thirty_days(told):
    made, ended = ordered("2026-09-04T10:00", "2026-09-18", source="complaint/1"), "2026-09-11T10:00"
    lines = await told(COMPLAINT, made, done(ended, "corrective-action"), until="2026-10-20")
    [action] = lines.of("deadline", obligation="corrective-action")
    said = [action[name] for name in ("due_on", "company", "party", "ref")]
    assert said == ["2026-09-18", "impress", "acme", "corrective-action/1"]
    [check] = lines.of("deadline", obligation="effect-check")
    assert check["due_on"] == "2026-10-13"  # day 30 is a Sunday, and Monday a holiday
    assert lines.of("overdue", obligation="corrective-action") == []
    assert [line["at"][:10] for line in lines.of("overdue", obligation="effect-check")] == ["2026-10-14"]


async def test_one_without_effect_is_followed_by_another_until_one_has_it(told):
    reason = "Train the people too."
    lines = await told(
        COMPLAINT,
        ordered("2026-09-04T10:00", "2026-09-18", source="complaint/1"),
        done("2026-09-04T12:00", "corrective-action"),
        done("2026-10-05T10:00", "effect-check", outcome="not-effective"),
        done("2026-10-05T11:00", "effect-check", outcome="not-effective", reason=reason),
        done("2026-10-06T10:00", "corrective-action"),
        done("2026-11-06T10:00", "effect-check"),
    )
    assert [line["reason"] for line in lines.of("refused")] == ["reason-missing"]
    owed = [(line["obligation"], line["due_on"], line["ref"]) for line in lines.of("deadline") if line.get("ref")]
    assert [one for one in owed if "complaint" not in one[0]] == [
        ("corrective-action", "2026-09-18", "corrective-action/1"),
        ("effect-check", "2026-10-05", "corrective-action/1"),
        ("corrective-action", "2026-11-04", "corrective-action/2"),
        ("effect-check", "2026-11-05", "corrective-action/2"),
    ]


async def test_a_company_may_order_one_of_its_own_accord_and_the_group_too(told):
    lines = await told(
        ordered("2026-09-04T10:00", "2026-09-18", company="sister"), ordered("2026-09-04T10:00", "2026-09-30")
    )
    found = {line.get("company"): line["due_on"] for line in lines.of("deadline", obligation="corrective-action")}
    assert found == {"sister": "2026-09-18", None: "2026-09-30"}


async def test_what_cannot_be_is_refused(told):
    lines = await told(
        ordered("2026-09-04T10:00", "2026-09-18", source="complaint/7"),
        ordered("2026-09-04T10:00", "2026-09-18", source="moon/1"),
        ordered("2026-09-04T10:00", "2026-09-03", company="impress"),
        ordered("2026-09-04T10:00", "2026-09-18", company="none"),
        ordered("2026-09-04T10:00", "2026-09-18", company="impress", action=" "),
        ordered("2026-09-04T10:00", "2026-09-18", company="impress", cause="1234 5678 9018"),
    )
    reasons = [line["reason"] for line in lines.of("refused")]
    assert reasons == ["no-such-source"] * 2 + ["day-past", "no-such-company", "action-missing", "my-number"]
    assert lines.of("deadline", obligation="corrective-action") == []


async def test_the_days_are_those_of_the_group(told):
    group = GROUP + "[group.improvement]\neffect_days = 7\nagain_days = 10\n"
    toml = registry(engagement(attestation="last_accepted_on = 2026-09-01"), group=group)
    lines = await told(
        ordered("2026-09-04T10:00", "2026-09-18", company="impress"),
        done("2026-09-04T12:00", "corrective-action"),
        done("2026-09-11T11:00", "effect-check", outcome="not-effective", reason="Another way."),
        toml=toml,
    )
    assert [line["due_on"] for line in lines.of("deadline")] == ["2026-09-18", "2026-09-11", "2026-09-24"]
