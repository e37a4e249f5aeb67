"""What people do with an engagement: ask a party before entrusting it, activate, suspend, close, waive, change a field.

Each is one transaction, and each that is not possible now is refused with all that stands in its way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor import ledger
from monitor.calendar import DAY
from monitor.language import Message
from monitor.obligations.contract import Owed
from monitor.obligations.demanding import demand
from monitor.obligations.selection_review import SELECTION
from monitor.promises.closing import drop_own_duties, still_owed
from monitor.reasons import harmless, keep
from monitor.refusal import Refused, need
from monitor.registry.apply import ONE_AT_A_TIME, set_fields
from monitor.registry.clauses import unknown
from monitor.registry.differences import dump
from monitor.registry.format import BEFORE, TIERS, Engagement
from monitor.registry.knowing import known_of
from monitor.registry.lacks import lack_words
from monitor.registry.lifecycle import GOING, move, possible, standing
from monitor.registry.restating import restated
from monitor.registry.roster import unkept
from monitor.registry.selection import ALWAYS, Lack, before_entrusting, covering, lacking, reasons, unwaived
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from monitor.registry.roster import Roster
    from monitor.tables import Obligation

IDENTITY = frozenset({"key", "company", "party"})  #: another company or party is another engagement
EXPLAINED = frozenset({"rejected", "suspended"})  #: states for which a reason has to be given

_OVER = (
    "This work is over, and no data goes to the party any more. Have its return or deletion confirmed, and close it; if"
    " the work goes on, give it a later last day first."
)
_ENDLESS = "It has no last day. Enter that first."
_NOT_YET = "It has not ended yet: return or deletion is owed from the day after its last day. Enter or await that day."


async def ask(key: str, at: datetime, actor: str) -> Obligation:
    """Before entrusting: the party is asked what it would do with the data, and the engagement is under review."""
    async with transaction():
        await alone(ONE_AT_A_TIME)
        entry, present = await standing(key), await unkept()
        need(entry.state in BEFORE, f"state-{entry.state}", "This is asked before anything is entrusted.")
        today = present.calendar.day_of(at)
        days = present.group.supervision.on(today).selection_days
        due = today + days * DAY
        asked = await demand(SELECTION, key, Owed(due, days, opens_at=at, subject="review"), at, present, actor)
        if entry.state == "candidate":
            await move(key, "under_review", at, actor)
    return asked


async def activate(key: str, at: datetime, actor: str) -> None:
    """Personal data may be handed over from now on. Refused with all that is missing; what was suspended goes on."""
    async with transaction():
        await alone(ONE_AT_A_TIME)
        entry = await standing(key)
        possible(entry.state, "active")
        await _in_time(entry, "active", at)
        if entry.state in BEFORE:
            refuse(await missing(entry, at))
        await move(key, "active", at, actor)


async def _in_time(entry: Engagement, to: str, at: datetime) -> None:
    """No data goes out for work that is over, so nothing of it can be stopped either, nor for a company that has left
    the group; and nothing is at its end before its last day.
    """
    present = await unkept()
    today, last_day = present.calendar.day_of(at), await present.last_day(entry.key)
    over = last_day is not None and today > last_day
    need(not over or to not in GOING, "engagement-over", _OVER)
    need(to != "ending" or last_day is not None, "end-missing", _ENDLESS)
    need(to != "deletion_pending" or over, "not-ended", _NOT_YET)
    left = present.companies[entry.company].member_until
    need(
        to != "active" or left is None or today <= left,
        "company-left",
        "Its company has left the group: give the work to another company first.",
    )


async def missing(entry: Engagement, at: datetime) -> list[Lack]:
    """What stands in the way of personal data being handed over, and is not waived."""
    present = await unkept()
    today = present.calendar.day_of(at)
    known = (await known_of([entry], present, today))[entry.key]
    return unwaived(before_entrusting(entry, known), entry, today)


def refuse(lacks: Sequence[Lack]) -> None:
    if lacks:
        raise Refused(
            reasons(lacks), Message("It cannot be activated yet. Missing: {what}.", {"what": lack_words(lacks)})
        )


async def step(key: str, to: str, at: datetime, actor: str, reason: str = "") -> None:
    """Any step between states, by a person. Approved is what was reviewed and classed."""
    if to in {"active", "closed"}:
        await (activate if to == "active" else close)(key, at, actor)
        return
    async with transaction():
        await alone(ONE_AT_A_TIME)
        entry = await standing(key)
        possible(entry.state, to)
        await _in_time(entry, to, at)
        need(to not in EXPLAINED or reason.strip(), "reason-missing", "Write the reason: auditors read it.")
        if to == "approved":
            refuse([one for one in await missing(entry, at) if one.what in {"selection", "class"}])
        await move(key, to, at, actor, **await keep(reason, at))


async def close(key: str, at: datetime, actor: str) -> None:
    """Nothing is owed any more. Refused with what still is; what is closed already stays so."""
    async with transaction():
        await alone(ONE_AT_A_TIME)
        entry = await standing(key)
        if entry.state == "closed":
            return
        possible(entry.state, "closed")
        owed = await still_owed(entry, at)
        if owed:
            what = Message("Still owed: {what}. Let that be confirmed first.", {"what": ", ".join(owed)})
            raise Refused(", ".join(owed), what)
        await drop_own_duties(key, at)
        await move(key, "closed", at, actor)


@dataclass(frozen=True, slots=True)
class Leave:
    """例外承認: what is let be, by whom (as the register shows it), why, and up to which day."""

    what: str
    by: str
    reason: str
    until: date


async def let_be(key: str, leave: Leave, at: datetime, actor: str) -> None:
    """Something that an engagement lacks is waived up to a last day; approver, reason and end stand in the register."""
    need(leave.by.strip(), "by-missing", "Say who approves the waiver.")
    need(leave.reason.strip(), "reason-missing", "Say why this is waived: auditors read it.")
    harmless(leave.by, leave.reason)
    async with transaction():
        await alone(ONE_AT_A_TIME)
        entry, present = await standing(key), await unkept()
        today = present.calendar.day_of(at)
        need(leave.until >= today, "until-past", "The end of a waiver lies ahead.")
        known = (await known_of([entry], present, today))[key]
        lacks = before_entrusting(entry, known) if entry.state in BEFORE else lacking(entry, known)
        need(leave.what != ALWAYS, "what-forbidden", "The law does not let this be waived (My Number Act 10).")
        met = [one for one in lacks if leave.what in {one.what, *covering(one.what)}]
        need(met, "nothing-lacking", "Nothing of this kind is missing here.")
        others = [one.model_dump(mode="json") for one in entry.waiver if one.what != leave.what]
        given = {"what": leave.what, "by": leave.by, "reason": leave.reason, "until": leave.until.isoformat()}
        await set_fields("engagement", key, {"waiver": [*others, given]}, at, actor)
        said = {"engagement": key, "party": entry.party, "obligation": leave.what, "until": leave.until.isoformat()}
        told = said | await keep(leave.reason, at)
        await ledger.write([ledger.Event("engagement.waived", f"engagement/{key}", told, entry.company, actor)], at)


async def amend(key: str, values: Mapping[str, Any], at: datetime, actor: str, *, office: bool) -> Engagement:
    """A person corrects fields of an engagement; what is owed under it is worked out anew. `office`: it is somebody of
    the group's privacy office, who alone may lower a tier.
    """
    harmless(*texts_in(values))
    async with transaction():
        await alone(ONE_AT_A_TIME)
        entry = await standing(key)
        changed = amended(entry, values)
        lower = TIERS.index(changed.tier) > TIERS.index(entry.tier)
        lower = lower or TIERS.index(changed.effective_tier) > TIERS.index(entry.effective_tier)
        need(office or not lower, "tier-lowering", "Only the group's privacy office may lower a tier.")
        need(changed.state == entry.state, "state-by-act", "Activate, suspend or close it instead.")
        present = await unkept()
        await _published(changed, entry, present)
        nothing = unknown(changed, present.group.contract_clauses)
        need(
            not nothing, "clauses-unknown", "No clause has the number {numbers}.", numbers=", ".join(map(str, nothing))
        )
        await set_fields("engagement", key, values, at, actor)
        await ledger.write([amendment(changed, values, actor)], at)
    return changed


def amendment(changed: Engagement, fields: Iterable[str], actor: str) -> ledger.Event:
    """The line of the ledger about fields that a person has changed."""
    said = {"engagement": changed.key, "party": changed.party, "tier": changed.effective_tier, "fields": sorted(fields)}
    return ledger.Event("engagement.amended", f"engagement/{changed.key}", said, changed.company, actor)


def texts_in(value: Any) -> Iterator[str]:
    """All that was written, however deep. Pure."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for one in value.values() for text in texts_in(one))
    elif isinstance(value, (list, tuple)):
        yield from (text for one in value for text in texts_in(one))


def amended(entry: Engagement, values: Mapping[str, Any]) -> Engagement:
    """The entry with other values, or a refusal that says of each what is wrong with it. Pure."""
    fixed = sorted(IDENTITY & values.keys())
    need(not fixed, f"{fixed[0] if fixed else ''}-fixed", "This is another engagement: enter it as one of its own.")
    return restated(Engagement, dump(entry), values)


async def _published(changed: Engagement, entry: Engagement, present: Roster) -> None:
    """Data that is with a party already is used for published purposes only."""
    new = [] if changed.state in BEFORE else [key for key in changed.purposes if key not in entry.purposes]
    unknown = [key for key in new if key not in present.purposes]
    need(not unknown, "purposes-unpublished", "No such purpose is published: {keys}.", keys=", ".join(unknown))
