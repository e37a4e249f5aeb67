"""Stage: what an accepted certificate leaves to be done -> duties of the company, each with its day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from monitor import tables
from monitor.cause import ORDERED
from monitor.duties.owing import cancel, owe
from monitor.obligations.booking import REPLACED
from monitor.obligations.disposal import BACKUP, COPIES, DISPUTED, HOLD, KEPT, OVER, OWN, REMAINING
from monitor.own_duties import BACKUP_PURGE, BESIDES, COPIES_ERASURE, HOLD_REVIEW, SPOT_CHECK
from monitor.registry.places import vouched_on
from monitor.registry.roster import roster
from monitor.tables.plain import any_due
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.registry.format import Engagement
    from monitor.registry.roster import Roster
    from monitor.tables import Disposal, DisposalPlace

KINDS = {
    BACKUP: BACKUP_PURGE, HOLD: HOLD_REVIEW, OWN: HOLD_REVIEW, COPIES: COPIES_ERASURE, DISPUTED: COPIES_ERASURE,
    REMAINING: COPIES_ERASURE,
}  # fmt: skip


async def turn(at: datetime) -> int:
    """Begin what follows from certificates accepted just now; how many there were."""
    if not await any_due(tables.Disposal, "turns_at", at):
        return 0
    async with transaction():
        due = tables.Disposal.filter(turns_at__lte=at)
        found = await due.order_by("id").select_for_update()
        present = await roster()
        for one in found:
            await _follow(one, at, present)
            await tables.Disposal.filter(id=one.id).update(turns_at=None)
    return len(found)


async def _follow(one: Disposal, at: datetime, present: Roster) -> None:
    places = await tables.DisposalPlace.filter(disposal_id=one.id).order_by("id")
    if one.state == REPLACED:
        await _let_go([reference(place) for place in places], at)
        return
    entry = await present.engagement(one.engagement_id)
    for place in places:
        if place.state in KINDS:
            await begin(place, one, entry, at, present)
    if one.state == OVER:
        await over(one, entry, at, present)


async def _let_go(refs: list[str], at: datetime) -> None:
    """A later certificate says how things are now."""
    for duty in await tables.OwnDuty.filter(ref__in=refs, state="open").select_for_update():
        await cancel(duty, "replaced", at)


async def begin(place: DisposalPlace, one: Disposal, entry: Engagement, at: datetime, present: Roster) -> None:
    """The duty that belongs to a place. A purge is due on the day that the party named, or as agreed; neither rolls.
    What is disputed, and what is still there with no day named, has as long as the order had.
    """
    due: date
    if place.state not in KEPT:
        days = entry.deletion_days if place.state in {DISPUTED, REMAINING} else entry.deletion.backup_days
        due = place.purge_by or (place.done_on or one.accepted_on) + timedelta(days=days)
        await tables.DisposalPlace.filter(id=place.id).update(purge_by=due)
    else:
        assert place.review_on is not None  # noqa: S101 - a certificate without it is not taken
        due = present.calendar.roll(place.review_on, entry.roll)
    said = {"besides": place.kind} if place.kind in BESIDES else {"storage": place.name}
    await owe(
        KINDS[place.state], due, at, present, company_id=one.company_id, party_id=one.party_id,
        engagement_id=one.engagement_id, ref=reference(place), about={"place": str(place.id), **said},
    )  # fmt: skip


async def over(one: Disposal, entry: Engagement, at: datetime, present: Roster) -> None:
    """Nothing is left. Those below for whom the party answers are confirmed with it; where the work is grave enough, it
    is tested that the certificate holds.
    """
    today = present.calendar.day_of(at)
    await tables.Disposal.filter(id=one.id).update(state=OVER, over_on=today)
    if await _of_the_end(one, entry.key, present):  # else those below work on
        await _over_below(one)
    if entry.spot_checked:
        due = present.calendar.roll(today + timedelta(days=entry.deletion.spot_check_days), entry.roll)
        await owe(
            SPOT_CHECK, due, at, present, company_id=one.company_id, party_id=one.party_id,
            engagement_id=one.engagement_id, ref=f"disposal/{one.id}",
        )  # fmt: skip


async def _of_the_end(one: Disposal, key: str, present: Roster) -> bool:
    """Whether the certificate speaks of the end of the work, and not only of what lay there while it went on."""
    duty, last_day = await tables.Obligation.get(id=one.obligation_id), await present.last_day(key)
    if last_day is None:
        return duty.cause.get("reason") != ORDERED and not await present.achieved(key)
    return vouched_on(duty, present.calendar) > last_day


async def _over_below(one: Disposal) -> None:
    below = tables.SubEntrustment.filter(state__in=("approved", "active", "ended"))
    await below.filter(node_id=one.engagement_id).update(state=OVER, turns_at=None)
    await below.filter(engagement_id=one.engagement_id, node_id=None).update(state=OVER, turns_at=None)


def reference(place: DisposalPlace) -> str:
    return f"disposal/{place.disposal_id}/{place.id}"
