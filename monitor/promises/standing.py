"""Where a work stands on a day (業務の状態): what the register says of it, brought together with its dates.

A state in the register is a statement, of a file or of whoever took the last step. Nobody comes and writes down that a
last day is known, that it has passed, that the last certificate was accepted, or that the work above was suspended. So
that much is derived here, by one function that every page and sheet reads, and written nowhere: no row, no line of the
ledger, no step that somebody would have to take back. What was chosen, and why:

* `candidate`, `under_review`, `approved` and `rejected` stay what they are. No data may be with the party yet, and no
  day lets it go there: only a person or a file does, with what has to stand before (APPI 25; General Guidelines 3-4-4).
* What is active and has a last day is `ending`, however far ahead that is: from then on it is known when return or
  deletion is owed. So is what has no last day but a contract whose term does not renew itself: it ends, or somebody
  decides. Once that term is over nobody owes the return yet (the missing contract is a case of its own), so it is not
  more than ending until a last day is entered.
* Past its last day it is `deletion_pending` until the return or deletion was accepted by a person for that end, of
  every place and every work below: what waits for backups, is held by law or is disputed is not gone (APPI 22; General
  Guidelines 10-5-(4)). Then it is `closed`, whoever presses the button when; and pending again while it is asked for
  anew, because content is served again or a spot check found something, also where a person had closed it.
* `suspended` stays as long as the work lasts: that nothing may go there matters more than that it will end. Past its
  last day nothing may go there in any case, and what counts is that the data comes back. A work below one that is
  suspended is suspended too, and is back when that one is.
* What is said to be ending, or to wait for deletion, and has no last day, stays as said: no date contradicts it.

As days pass without an act, it only ever goes forward.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor import tables
from monitor.hearing.chain.tree import below
from monitor.language import Message
from monitor.promises.states import WORK_STATES
from monitor.registry.format import BEFORE, OWING
from monitor.registry.places import DELETION, emptied
from monitor.registry.suspension import SUSPENDED, nearest
from monitor.tables.duty import LIVE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from monitor.registry.format import Engagement
    from monitor.registry.roster import Roster

ACTIVE, ENDING, PENDING, CLOSED = "active", "ending", "deletion_pending", "closed"
_NOT_ASKED = ("scheduled", "waived")
#: What the days bring about by themselves, from what was said: no contradiction.
_USUAL = frozenset(
    {(ACTIVE, ENDING), (ACTIVE, PENDING), (ACTIVE, CLOSED), (ENDING, PENDING), (ENDING, CLOSED), (PENDING, CLOSED)}
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a state rests on beside the register. `last_day`: its own, or an earlier one from above; `gone`: what was
    owed at the end is confirmed, at every place, here and below; `asked`: return or deletion is asked for and open;
    `above`: the nearest work above that is suspended.
    """

    last_day: date | None = None
    gone: bool = False
    asked: bool = False
    above: Engagement | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a work stands on a `day`. `said`: what the register says; `term`: the last day of a contract that does not
    renew itself, where it is that by which the work ends.
    """

    day: date
    said: str
    state: str
    ground: Ground
    term: date | None = None

    @property
    def contradicts(self) -> bool:
        """Whether the register says what the dates do not bear out."""
        return self.stopped_by is None and self.said != self.state and (self.said, self.state) not in _USUAL

    @property
    def stopped_by(self) -> Engagement | None:
        """The work above because of which it is suspended."""
        return self.ground.above if self.state == SUSPENDED and self.said != SUSPENDED else None

    def words(self, language: str) -> str:
        """Its state; beside it what the register says, where that contradicts it."""
        state = Message(WORK_STATES[self.state]).in_(language)
        if not self.contradicts:
            return state
        said = {"state": state, "said": Message(WORK_STATES[self.said]).in_(language)}
        return Message("{state} (in the register: {said})", said).in_(language)

    def why(self, language: str) -> str:
        """A sentence on what the state rests on, and what can be done; empty, where it says all by itself."""
        found = _why(self)
        return found.in_(language) if found else ""

    def briefly(self, language: str) -> str:
        """The same in a few words, for a line of a list."""
        if self.stopped_by:
            return Message("because of the work above it").in_(language)
        last = self.ground.last_day or self.term
        return Message("until {day}", {"day": last}).in_(language) if self.state == ENDING and last else ""


def standing(entry: Engagement, day: date, ground: Ground) -> Standing:
    """Where a work stands on a day. Pure."""
    term = None if entry.contract.auto_renew or ground.last_day else entry.contract.expires_on
    return Standing(day, entry.state, _state(entry.state, day, ground, term), ground, term)


def _state(said: str, day: date, ground: Ground, term: date | None) -> str:
    if said == CLOSED:
        return PENDING if ground.asked else CLOSED
    if said not in OWING:
        return said
    if ground.last_day and day > ground.last_day:
        return CLOSED if ground.gone and not ground.asked else PENDING
    if said == SUSPENDED:
        return SUSPENDED
    going = ENDING if ground.last_day or (term and said == ACTIVE) else said
    return SUSPENDED if ground.above and going in {ACTIVE, ENDING} else going


def _why(one: Standing) -> Message | None:
    if one.stopped_by:
        return Message(
            "No data may go to the party while the work above it is suspended. It goes on when that one does."
        )
    if one.said in BEFORE:
        return _never(one)
    if one.said == CLOSED:
        again = "It was closed, but return or deletion is asked for again: something was found afterwards."
        return Message(again) if one.state == PENDING else None
    words = {ENDING: _ends, PENDING: _pending, CLOSED: _closed}.get(one.state)
    return words(one) if words else None


def _never(one: Standing) -> Message | None:
    last = one.ground.last_day
    said = "Its last day, {day}, has passed, and it was never active. Reject it, or give it a later last day."
    return Message(said, {"day": last}) if last and one.day > last else None


def _ends(one: Standing) -> Message:
    last, term = one.ground.last_day, one.term
    if last:
        return Message(
            "Its last day is {day}. From the day after, return or deletion of the data is owed.", {"day": last}
        )
    if term is None:
        return Message(
            "It is said to be ending, and has no last day. Enter it, so that return or deletion is asked for."
        )
    if one.day > term:
        return Message(
            "Its contract ran until {day}. Enter its renewal, or the last day of the work: only then return or deletion"
            " is asked for.",
            {"day": term},
        )
    return Message(
        "Its contract runs until {day} and does not renew itself. Renew it, or let the work end.", {"day": term}
    )


def _pending(one: Standing) -> Message:
    last = one.ground.last_day
    if last is None:
        return Message("It is said to wait for deletion, and has no last day. Enter it, so that the data is asked for.")
    return Message(
        "Its last day was {day}. It is not over until return or deletion is confirmed for every place and every party"
        " below.",
        {"day": last},
    )


def _closed(one: Standing) -> Message:
    return Message(
        "Its last day was {day}, and all return or deletion is confirmed. Once nothing else is owed, close it below.",
        {"day": one.ground.last_day},
    )


async def standing_of(entry: Engagement, present: Roster, day: date) -> Standing:
    return (await standings_of([entry], present, day))[entry.key]


async def standings_of(entries: Iterable[Engagement], present: Roster, day: date) -> dict[str, Standing]:
    """Where works stand, with as many questions for many of them as for one."""
    wanted = {entry.key: entry for entry in entries}
    last = {key: await present.last_day(key) for key in wanted}
    over = [key for key, entry in wanted.items() if entry.state == CLOSED or _over(entry, last[key], day)]
    gone, asked = await _gone(over, present, day), await _asked(over)
    return {
        key: standing(
            entry, day, Ground(last[key], key in gone, key in asked, nearest(await present.line_above(key)))
        )
        for key, entry in wanted.items()
    }  # fmt: skip


def _over(entry: Engagement, last_day: date | None, day: date) -> bool:
    return entry.state in OWING and last_day is not None and day > last_day


async def _asked(keys: Collection[str]) -> set[str]:
    """Those of which return or deletion is asked for and not accepted yet."""
    open_ones = tables.Obligation.filter(engagement_id__in=list(keys), kind=DELETION, state__in=LIVE)
    found = open_ones.exclude(state__in=_NOT_ASKED)
    return {str(key) for key in await found.values_list("engagement_id", flat=True)} if keys else set()


async def _gone(tops: Collection[str], present: Roster, day: date) -> set[str]:
    """Those of which nothing is left to confirm, neither of themselves nor of any work below."""
    if not tops:
        return set()
    entries = await present.engagements({*tops, *await below(*tops)})
    confirmed = await emptied(entries, present, day)
    left = set()
    for key, entry in entries.items():
        last_day = await present.last_day(key)
        owed = entry.state in OWING and entry.owes_return_on(min(day, last_day or day))
        if owed and key not in confirmed:
            left.add(key)
    return {key for key in tops if not left & _whole(key, entries)}


def _whole(top: str, entries: Mapping[str, Engagement]) -> set[str]:
    """A work with all below it. Pure."""
    hanging = defaultdict[str | None, list[str]](list)
    for key, entry in entries.items():
        hanging[entry.under].append(key)
    found, edge = {top}, [top]
    while edge:
        edge = [key for one in edge for key in hanging[one] if key not in found]
        found.update(edge)
    return found
