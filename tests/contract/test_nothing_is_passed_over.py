"""A simulation goes from instant to instant: what waits for an hour of its own is reached at that hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from monitor import plugins, tables
from monitor.obligations.sub_entrustment_request import REQUEST
from monitor.registry.roster import roster
from monitor.simulation.ahead import next_instant
from monitor.simulation.preview import sample
from monitor.simulation.world import World

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

DAY = datetime.fromisoformat("2026-06-03T10:00:00+09:00")  #: a Wednesday
NIGHT = datetime.fromisoformat("2026-06-03T23:00:00+09:00")
SOON = timedelta(minutes=20)


@pytest.fixture
async def _group() -> AsyncIterator[None]:
    async with sample(DAY):
        await World(plugins.equipment()).settle(DAY)
        yield


async def _mail(next_at: datetime, **more: Any) -> None:
    said = {"side": "company", "to": ["a@b.example"], "language": "ja", "state": "queued"}
    await tables.Mail.create(**said, id="m1", next_at=next_at, made_at=DAY, **more)


async def _notice(send_at: datetime) -> None:
    about = {"side": "company", "company_id": "publishing", "roles": ["managers"], "data": {}}
    await tables.Notice.create(key="n1", kind="plea", send_at=send_at, made_at=DAY, **about)


@pytest.mark.usefixtures("_group")
async def test_a_letter_that_the_server_put_off_is_tried_again_at_its_time() -> None:
    await _mail(DAY + SOON, attempts=1)
    assert await next_instant(DAY, DAY) == DAY + SOON


@pytest.mark.usefixtures("_group")
async def test_a_letter_that_was_queued_at_night_leaves_in_the_morning() -> None:
    await _mail(NIGHT)
    assert await next_instant(NIGHT, NIGHT) == (await roster()).calendar.next_sending(NIGHT)


@pytest.mark.usefixtures("_group")
async def test_a_notice_leaves_at_its_time_and_one_of_the_night_in_the_morning() -> None:
    await _notice(DAY + SOON)
    assert await next_instant(DAY, DAY) == DAY + SOON
    await tables.Notice.filter(key="n1").update(send_at=NIGHT)
    assert await next_instant(NIGHT, NIGHT) == (await roster()).calendar.next_sending(NIGHT)


@pytest.mark.usefixtures("_group")
async def test_a_request_that_a_party_began_and_did_not_finish_lapses_on_its_day() -> None:
    last = await tables.Obligation.all().order_by("-id").first()
    assert last is not None
    due = DAY.date() + timedelta(days=1)
    await tables.Obligation.filter(id=last.id).update(
        kind=REQUEST, state="open", due_on=due, next_at=None, turns_at=None
    )
    assert await next_instant(DAY, DAY) == (await roster()).calendar.instant(due)


@pytest.mark.usefixtures("_group")
async def test_a_finding_is_held_against_what_is_seen_once_after_something_happened() -> None:
    quiet = await next_instant(DAY, DAY - timedelta(days=3))
    duty = await tables.Obligation.all().first()
    assert duty is not None
    asked = await tables.FrozenRequest.create(sha256="a" * 64, body="{}", first_sent_at=DAY)
    said = {
        "request_id": asked.sha256,
        "answers": "{}",
        "sha256": "b" * 64,
        "submitted_at": DAY,
        "company_id": duty.company_id,
    }
    origin = await tables.Submission.create(obligation_id=duty.id, **said)
    days = dict.fromkeys(("first_on", "set_on", "first_due_on", "base_on", "due_on"), DAY.date())
    about = {"engagement_id": duty.engagement_id, "company_id": duty.company_id, "party_id": duty.party_id}
    words = {"kind": "attestation", "question": "q", "raised_by": "answer", "words": {}, "severity": 2}
    await tables.Remediation.create(**about, **days, **words, origin_id=origin.id, since=DAY, look_at=DAY + SOON)
    assert await next_instant(DAY, DAY - timedelta(days=3)) == quiet, "nothing has happened since it was last held"
    assert await next_instant(DAY, DAY) == DAY + SOON
