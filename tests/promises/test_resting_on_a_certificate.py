"""The short form rests on a certificate: when that runs out, the full form is asked for, and not only at the next turn."""

from __future__ import annotations

import pytest

from tests.promises.joint import said
from tests.stage import PARTY, engagement, last_accepted, play, registry

BEGIN, END = "2026-11-20", "2027-02-03"


def world(*until: str, last: str = "2026-05-15", **fields) -> str:
    work = engagement(attestation=f'{last_accepted(last)}\nrests_on = "PMARK"', **fields)
    held = (f'{{ kind = "PMARK", number = "{day}", scope = "{day}", expires_on = {day} }}' for day in until)
    return registry(work, parties=PARTY.replace("contacts", f"certificate = [{', '.join(held)}]\ncontacts"))


async def asked(toml: str, tmp_path, *events: str, end: str = END):
    told = await play(toml, BEGIN, end, *events, tmp=tmp_path)
    return [(line["at"][:10], line["due_on"]) for line in told.of("opened", obligation="attestation")]


async def test_the_full_form_opens_on_the_day_after_and_is_due_thirty_days_later(tmp_path):
    # 31 January is a Sunday; the first letter leaves on the first business day of the year
    assert await asked(world("2026-12-31"), tmp_path) == [("2027-01-04", "2027-02-01")]


@pytest.mark.parametrize(
    ("toml", "opened"),
    [
        (world("2026-12-31", "2028-01-01"), []),
        (world(), []),
        (world("2026-11-10", last="2026-11-15"), []),
        (world("2026-12-31", last="2026-01-20"), [("2026-12-21", "2027-01-20")]),
        (world("2026-10-10"), [("2026-11-20", "2026-12-21")]),
    ],
    ids=["another one holds", "never held", "answered since", "due before that", "over when first seen"],
)
async def test_it_is_not_asked_for_where_nothing_rested_on_it_or_something_is_due_before(toml, opened, tmp_path):
    assert await asked(toml, tmp_path) == opened


async def test_once_answered_the_usual_rhythm_goes_on(tmp_path):
    answered = [
        said(f"2027-01-{day}T10:00", deed) + '\nengagement = "dm"' for day, deed in ((12, "submit"), (13, "accept"))
    ]
    found = await asked(world("2026-12-31"), tmp_path, *answered, end="2027-12-20")
    assert found == [("2027-01-04", "2027-02-01"), ("2027-12-14", "2028-01-13")]
