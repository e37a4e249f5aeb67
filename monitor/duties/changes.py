"""A party changed what it publishes -> each company that has data with it decides whether that is acceptable. So does
each company that the text speaks for, where the group has published it itself.

The text that a person accepts, or wants action on, is the known one from then on: what was decided stands in the ledger
with both hashes. Where several companies have to decide, the finding stays until the last of them has.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tortoise.expressions import F

from checks.policy_page import accepted
from monitor import ledger, tables
from monitor.cases.closing import passes
from monitor.cases.settling import Damping
from monitor.cases.standing import all_concerned
from monitor.duties.owing import begin, cancel, done, due_in, event, held
from monitor.own_duties import CHANGE_REVIEW
from monitor.refusal import need
from monitor.registry.roster import roster
from monitor.registry.texts import holding, policies, spoken_for
from monitor.tables.plain import any_row
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from monitor.registry.roster import Roster
    from monitor.tables import FindingRow, OwnDuty, Watch

KIND = CHANGE_REVIEW
CHECK = "policy-page"
RULE = "policy-page.changed"
DAYS = 10  #: business days
ONE_BEGINS = 0x17A64  #: PostgreSQL's lock of whoever begins what a change asks for
ACCEPTABLE, ACTION = "acceptable", "needs-action"
DECIDED = Damping(calm=timedelta(0))  #: a page may come and go, but what a person has decided does not


async def review(at: datetime) -> int:
    """Stage: bring the reviews into line with what is found. How many were begun, moved on or cancelled."""
    changed = await any_row(tables.FindingRow, "rule = ? AND closed_at IS NULL", RULE)
    if not (changed or await any_row(tables.OwnDuty, "kind = ? AND state = 'open'", KIND)):
        return 0
    found = await tables.FindingRow.filter(rule=RULE, closed_at=None).prefetch_related("watch").order_by("id")
    owed = await tables.OwnDuty.filter(kind=KIND, state="open")
    present, count = await roster(), 0
    if not await _unsettled(found, owed, present, at):
        return 0
    async with transaction():
        await alone(ONE_BEGINS)
        for row in found:
            on = present.calendar.day_of(row.first_seen_at)
            count += len(await begin_reviews(row.watch, row.key, on, at, present))
        return count + await _wind_up(owed, found, present, at)


async def _unsettled(found: Sequence[FindingRow], owed: Sequence[OwnDuty], present: Roster, at: datetime) -> bool:
    """Whether there may be something to do, asked without taking a lock: a change is open for days, and the stage comes
    by every few seconds.
    """
    reviews = tables.OwnDuty.filter(kind=KIND, url__in={row.watch.url for row in found}) if found else None
    known = {(duty.company_id, duty.about["watch"], _key(duty)) for duty in (await reviews if reviews else ())}
    answering = await _deciding([row.watch for row in found], present, at)
    wanted = {(company, str(row.watch_id), row.key) for row in found for company in answering[row.watch_id]}
    open_ones = {(duty.company_id, duty.about["watch"], _key(duty)) for duty in owed if duty.about["watch"]}
    return bool(wanted - known or open_ones - wanted)


async def _deciding(watches: Collection[Watch], present: Roster, at: datetime) -> Mapping[int, Sequence[str | None]]:
    """Who decides on a change, by watch: who answers for a party's address; of the group's own, whom it speaks for."""
    found: dict[int, Sequence[str | None]] = {**await all_concerned(watches, present, at)}
    if own := [watch for watch in watches if watch.party_id is None]:
        day, known = present.calendar.day_of(at), (await policies()).values()
        for watch in own:
            text = holding([one for one in known if one.url == watch.url], day)
            found[watch.id] = spoken_for(text, present, day) if text else []
    return found


def _key(duty: OwnDuty) -> str:
    """The key of the finding that a review is about."""
    return f"{duty.about['known']} {duty.about['changed']}"


async def begin_reviews(watch: Watch, key: str, on: date, at: datetime, present: Roster) -> list[OwnDuty]:
    """The reviews that a change asks for and that are not there yet. One that is open goes on with the newer text, and
    by its old date: nobody gains time by changing a page again. What was decided once is not asked again.
    """
    known, _, changed = key.partition(" ")
    about = {"known": known, "changed": changed, "watch": str(watch.id) if watch.check_kind == CHECK else ""}
    rows = tables.OwnDuty.filter(kind=KIND, party_id=watch.party_id, url=watch.url).order_by("id")
    asked = {duty.company_id: duty for duty in await rows.select_for_update()}
    fresh = []
    for company in (await _deciding([watch], present, at))[watch.id]:
        duty = asked.get(company)
        if duty is not None and (duty.about["known"], duty.about["changed"]) == (known, changed):
            continue
        if duty is not None and duty.state == "open":
            fresh.append(await _move_on(duty, about, at))
            continue
        due = due_in(DAYS, on, present.calendar)
        made = tables.OwnDuty(
            kind=KIND, company_id=company, party_id=watch.party_id, url=watch.url, due_on=due, about=about
        )
        fresh.append(await begin(made, present.calendar, at))
    return fresh


async def _move_on(duty: OwnDuty, about: dict[str, str], at: datetime) -> OwnDuty:
    duty.about = about
    await tables.OwnDuty.filter(id=duty.id).update(about=about, version=F("version") + 1)
    await ledger.write([event("changed", duty, changed=about["changed"])], at)
    return duty


async def _wind_up(owed: Sequence[OwnDuty], found: Sequence[FindingRow], present: Roster, at: datetime) -> int:
    """What was put back, left the registry, or is of no concern any more needs no decision."""
    still = {str(row.watch_id): row.watch for row in found}
    answering, count = await _deciding([row.watch for row in found], present, at), 0
    for duty in owed:
        watch = still.get(duty.about["watch"])
        if not duty.about["watch"]:  # somebody said that it has changed, and nobody looks at it
            continue
        if watch is not None and duty.company_id in answering[watch.id]:
            continue
        current = await tables.OwnDuty.filter(id=duty.id, state="open").select_for_update().first()
        if current is not None:
            await cancel(current, "not-changed" if watch is None else "no-engagement", at)
            count += 1
    return count


async def decide(duty_id: int, at: datetime, actor: str, outcome: str, reason: str = "", read: str = "") -> None:
    """A named person decides on a change. `read`: the hash of the text that they had before them; one that came
    meanwhile is not decided on unread.
    """
    need(
        outcome == ACCEPTABLE or reason.strip(),
        "reason-missing",
        "Say what has to be done: your colleagues and auditors read it.",
    )
    async with transaction():
        duty = await held(duty_id)
        need(
            read in ("", duty.about["changed"]),
            "by-unread",
            "The page has changed once more since you opened this one. Read it, and decide then.",
        )
        await done(duty, at, actor, outcome, reason)
        others = tables.OwnDuty.filter(kind=KIND, state="open", party_id=duty.party_id, url=duty.url)
        if duty.about["watch"] and not await others.exists():
            await _settle(int(duty.about["watch"]), duty.about, at)


async def _settle(watch_id: int, about: dict[str, str], at: datetime) -> None:
    """The last of the companies has decided: the new text is the known one, and the finding is over. A look that is
    under way has judged by the old text, so its lease is taken.
    """
    watch = await tables.Watch.filter(id=watch_id).select_for_update().get()
    changed = str(watch.memory.get("changed", ""))
    memory = accepted(watch.memory, changed) if changed.startswith(about["changed"]) and changed else None
    await tables.Watch.filter(id=watch_id).update(
        memory=watch.memory if memory is None else memory, lease=None, lease_until=None
    )
    open_ones = tables.FindingRow.filter(watch_id=watch_id, closed_at=None)
    await open_ones.filter(rule=RULE, key=f"{about['known']} {about['changed']}").update(closed_at=at)
    if not await open_ones.exists():
        await tables.Watch.filter(id=watch_id).update(settled="pass", fails=0, passes=0)
        await passes(watch, at, DECIDED)
