"""A named person confirms that something is gone, that a law still wants it kept, or what a spot check found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.detail import Detail
from monitor import ledger, tables
from monitor.calendar import add_months
from monitor.cases.conduct import breach
from monitor.conduct import NOT_ERASED
from monitor.duties import owing
from monitor.obligations.booking import REPLACED, event
from monitor.obligations.disposal import DELETED, GONE, OVER, standing
from monitor.own_duties import FOUND, HOLD_REVIEW, SPOT_CHECK
from monitor.promises.disposal.following import begin, over, reference
from monitor.refusal import need
from monitor.registry.roster import roster
from monitor.registry.watches import keep_gone
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from datetime import date, datetime

    from tortoise.queryset import QuerySet

    from monitor.registry.roster import Roster
    from monitor.tables import Disposal, DisposalPlace, OwnDuty

KEEP = "keep"


async def decide(
    duty_id: int, at: datetime, actor: str, outcome: str, reason: str = "", on: date | None = None
) -> None:
    """End a duty that belongs to a certificate, with what follows, in a transaction of its own."""
    async with transaction():
        duty, present = await owing.held(duty_id, _of), await roster()
        owing.explain(duty.kind, outcome, reason)
        await owing.done(duty, at, actor, outcome, reason, on)
        if duty.kind == SPOT_CHECK:
            await _tested(duty, outcome, at, present)
            return
        place, one = await _held(int(duty.about["place"]))
        _timely(place, on, at, present)
        if duty.kind == HOLD_REVIEW and outcome == KEEP:
            await _kept(place, one, at, present)
        else:
            await _gone(place, one, on or present.calendar.day_of(at), at, actor, present)


def _of(duty: OwnDuty) -> QuerySet[Disposal]:
    """The certificate that it belongs to, by its reference (`disposal/3/7`)."""
    return tables.Disposal.filter(id=int(duty.ref.split("/")[1]))


async def gone(place_id: int, at: datetime, actor: str, on: date) -> None:
    """A named person has it from the party that nothing is left at a place, before anybody asked."""
    need(actor.startswith("person/"), "by-missing", "Say who decides.")
    async with transaction():
        present = await roster()
        place, one = await _held(place_id)
        _timely(place, on, at, present)
        for duty in await tables.OwnDuty.filter(ref=reference(place), state="open").select_for_update():
            await owing.done(duty, at, actor, "ended" if duty.kind == HOLD_REVIEW else "done", "", on)
        await _gone(place, one, on, at, actor, present)


def _timely(place: DisposalPlace, on: date | None, at: datetime, present: Roster) -> None:
    """Nothing is gone on a day to come, nor before the day on which it was put beyond use."""
    need(on is None or on <= present.calendar.day_of(at), "on-future", "Name today or a day before it.")
    begun = place.done_on
    need(
        on is None or begun is None or on >= begun, "on-earlier",
        "It was still there on {day}, as certified: it cannot have been gone before that.", day=begun,
    )  # fmt: skip


async def _held(place_id: int) -> tuple[DisposalPlace, Disposal]:
    place = await tables.DisposalPlace.get(id=place_id)
    one = await tables.Disposal.filter(id=place.disposal_id).select_for_update().get()
    await place.refresh_from_db()
    need(place.state not in GONE and one.state != REPLACED, "not-open", "Nothing is left at this place any more.")
    return place, one


async def _kept(place: DisposalPlace, one: Disposal, at: datetime, present: Roster) -> None:
    """The law still wants it: looked at again after the time that was agreed."""
    entry = await present.engagement(one.engagement_id)
    place.review_on = add_months(present.calendar.day_of(at), entry.deletion.hold_review)
    await place.save()
    await begin(place, one, entry, at, present)


async def _gone(place: DisposalPlace, one: Disposal, on: date, at: datetime, actor: str, present: Roster) -> None:
    place.state, place.done_on, place.confirmed_by = DELETED, on, actor
    await place.save()
    states = await tables.DisposalPlace.filter(disposal_id=one.id).values_list("state", flat=True)
    before, one.state = one.state, standing(str(state) for state in states)
    lines = [event("gone", one, actor, ref=reference(place))]
    if one.state != before:
        await tables.Disposal.filter(id=one.id).update(state=one.state)
        lines.append(event("over" if one.state == OVER else "state", one, actor))
    await ledger.write(lines, at)
    if one.state == OVER:
        await over(one, await present.engagement(one.engagement_id), at, present)
    await keep_gone(one.party_id, at)


async def _tested(duty: OwnDuty, outcome: str, at: datetime, present: Roster) -> None:
    """What was certified does not hold: a case, and the party is asked for all of it once more (`Deletion`)."""
    if outcome == FOUND:
        await tables.Engagement.filter(key=duty.engagement_id).update(plan_at=at)
        said = Detail("A spot check found that a certified return or deletion does not hold.")
        await breach(
            NOT_ERASED, said, at, present, company_id=duty.company_id, party_id=duty.party_id,
            engagement_id=duty.engagement_id, ref=duty.ref,
        )  # fmt: skip
