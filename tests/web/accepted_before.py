"""A past for requests: an earlier one of the same work that was answered and accepted."""

from __future__ import annotations

from datetime import timedelta

from monitor import clock, tables
from monitor.questionnaire import Answer, freeze_answers, thaw


async def duty_of(work: str) -> tables.Obligation:
    return await tables.Obligation.filter(engagement_id=work, state__in=("open", "returned")).get()


async def told_before(work: str, answers: dict[str, Answer], days: int = 300) -> tables.Obligation:
    """A request of that work was answered so and accepted; the next one is open now."""
    now = await duty_of(work)
    at = clock.now() - timedelta(days=days)
    row = {name: value for name, value in dict(now).items() if name not in {"id", "version"}}
    before = await tables.Obligation.create(
        **row | {"state": "accepted", "decided_at": at, "next_at": None, "turns_at": None}
    )
    for name, answer in answers.items():
        for file in answer.files:
            await tables.Evidence.create(
                id=file.id, obligation_id=before.id, question=name, name=file.name, media_type="image/png",
                size=file.size, sha256=file.sha256, stored_at=at,
            )  # fmt: skip
    asked = thaw((await tables.FrozenRequest.get(sha256=now.request_id)).body)
    frozen = freeze_answers(asked, answers)
    await tables.Submission.create(
        obligation_id=before.id, answers=frozen.text, sha256=frozen.sha256, submitted_at=at, decided_at=at,
        verdict="accepted", weighed=99,
    )  # fmt: skip
    return before
