"""The return or deletion of personal data, owed once an engagement has ended, by every node of the tree."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor.calendar import DAY
from monitor.cause import ACHIEVED, ORDERED, SERVED_AGAIN, TESTED
from monitor.language import Message
from monitor.obligations.booking import book, held
from monitor.obligations.contract import NOT_SUPERVISED, Facts, Idle, Kind, Owed, shelved
from monitor.obligations.disposal import lacking
from monitor.questionnaire import Place, with_places
from monitor.questionnaire.defaults import DELETION
from monitor.questionnaire.text import Text
from monitor.registry.format import OWING
from monitor.registry.places import DELETION as NAME
from monitor.registry.places import confirmed, vouched_on
from monitor.registry.watches import keep_gone
from monitor.tables.duty import LIVE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from monitor.calendar import Calendar
    from monitor.questionnaire import Answer, Questionnaire
    from monitor.questionnaire.model import PlaceKind
    from monitor.registry.format import Engagement
    from monitor.tables import Obligation, Submission


DECIDED = frozenset({"accepted", "cancelled"})
AGAIN_DAYS = 7  #: from the day on which it is known that something is left


_WANTING = {
    "returned": Message("“{place}” (it was agreed to return the data, not only to erase it)"),
    "basis": Message("“{place}” (the law, or the reason, for which something stays)"),
    "review_on": Message("“{place}” (the day on which it is looked at again)"),
    "until": Message("“{place}” (until which day the law wants it kept)"),
}


class Deletion(Kind):
    """返却・消去: the party certifies, place by place, that nothing is left (APPI 22, 25; guideline 10-5(4))."""

    name = NAME
    version = 4
    opens_with_mail = False
    certificate = True
    needs_code = True
    within_work = True
    office_waives = True
    wanting = _WANTING

    def owed(self, facts: Facts) -> Owed | Idle:
        again = still_there(facts)
        if again is not None:
            return again
        if facts.entry.state not in OWING:
            return Idle("not-in-force", void=True)
        if not facts.entry.owes_return_on(min(facts.today, facts.last_day or facts.today)):
            return Idle(NOT_SUPERVISED, void=True)
        return _ordered(facts) or self._after(facts)

    def _after(self, facts: Facts) -> Owed | Idle:
        """What the calendar brings: the end of the work, and days on which its purpose was achieved."""
        passed = _passed(facts)
        if not passed:
            return Idle("not-ended", void=True)
        end = next((day for day in passed if not _settled(facts, day)), None)
        if end is None:
            return Idle("confirmed", void=True)
        days, achieved = facts.entry.deletion_days, end != facts.last_day
        cause = {"reason": ACHIEVED, "on": end.isoformat()} if achieved else {}
        return Owed(end + timedelta(days=days), days - 1, opens_on=end + DAY, cause=cause)

    def questions(self, facts: Facts, shelf: Mapping[str, Questionnaire]) -> Questionnaire:
        """One row for each place where data lies, and one for each party below: its confirmation is owed as well."""
        places: list[tuple[str, PlaceKind | None]] = [(place.name, place.kind) for place in facts.entry.place]
        places += [(name, "sub_trustee") for name in facts.below]
        asked = _agreed(shelved(shelf, DELETION[facts.entry.kind]), facts.entry.deletion.election)
        return with_places(asked, rows(facts.entry, places))

    def lacking(self, asked: Questionnaire, answers: Mapping[str, Answer]) -> Sequence[str]:
        return lacking(asked, answers)

    async def ahead(self, duty: Obligation) -> None:
        await super().ahead(duty)
        await held(duty.engagement_id)

    async def accepted(
        self, duty: Obligation, answer: Submission | None, calendar: Calendar, at: datetime, actor: str
    ) -> None:
        """What was certified goes onto the books, place by place; what is gone is looked at from now on."""
        await super().accepted(duty, answer, calendar, at, actor)
        await book(duty, answer, calendar, at, actor)
        await keep_gone(duty.party_id, at)


#: What the form says at each place, where it was agreed what becomes of the data.
_AGREED = {
    "return": Message(
        "As agreed, the data is to be returned to us: choose “Erased or disposed of” only for copies, as in backups."
    ),
    "delete": Message("As agreed, the data is to be erased. It need not be returned."),
    "return_then_delete": Message(
        "As agreed, the data is first to be returned to us, and all copies that you hold are then to be erased. As long"
        " as copies are left, choose “Returned, but copies are still left with us”."
    ),
}


def _agreed(asked: Questionnaire, election: str | None) -> Questionnaire:
    """The form's pages on places begin with what was agreed, if anything was."""
    if election is None:
        return asked
    said = Text(ja=_AGREED[election].in_("ja"), en=_AGREED[election].in_("en"))
    sections = [one.model_copy(update={"intro": said}) if one.per else one for one in asked.sections]
    return asked.model_copy(update={"sections": tuple(sections)})


def rows(entry: Engagement, places: Iterable[tuple[str, PlaceKind | None]]) -> list[Place]:
    """The places that are asked about, each with what was agreed on it."""
    agreed = entry.deletion
    return [Place(name=name, kind=kind, purge_days=agreed.backup_days, wanted=agreed.election) for name, kind in places]


def _ordered(facts: Facts) -> Owed | None:
    """What a named person ordered stays owed as it was ordered, also where the work ends meanwhile: the same places are
    asked for once.
    """
    live = [duty for duty in facts.history if duty.kind == Deletion.name and duty.state in LIVE]
    duty = next((one for one in live if one.cause.get("reason") == ORDERED), None)
    if duty is None:
        return None
    return Owed(duty.nominal_on, facts.entry.deletion_days - 1, opens_at=duty.opens_at, cause=duty.cause)


def _passed(facts: Facts) -> list[date]:
    """The days after which the data has to go, as far as they are over, the earlier first: what it was for is achieved,
    the work has ended.
    """
    last_day = facts.last_day
    earlier = [day for day in facts.achieved if last_day is None or day < last_day]
    return [day for day in (*earlier, last_day) if day and day < facts.today]


def _settled(facts: Facts, end: date) -> bool:
    """Whether it was confirmed after that day. What was taken over from an old ledger speaks of the end of the work,
    unless its purpose was achieved before that: then its day says which it was.
    """
    if not facts.achieved:
        return _confirmed(facts)
    taken = facts.entry.deletion.accepted_on
    return any(day > end for day in (*_vouched(facts), taken) if day)


def _confirmed(facts: Facts) -> bool:
    return confirmed(facts.entry, facts.last_day, facts.today, _vouched(facts))


def _vouched(facts: Facts) -> list[date]:
    """The days of which accepted confirmations speak."""
    return [vouched_on(duty, facts.calendar) for duty in facts.accepted(Deletion.name)]


def still_there(facts: Facts) -> Owed | None:
    """What was certified as gone came back, or a spot check found it: the order is open again, whatever state the
    engagement is in meanwhile. It stays so if the content goes once more, because only a new confirmation says that the
    rest went with it. None where nothing was certified, or nothing seen since.
    """
    since = _settled_at(facts)
    if since is None or not _confirmed(facts):
        return None
    seen = [one for one in facts.sightings if one.last_at > since]
    tested = [instant for instant in facts.tested_at if instant > since]
    if not seen and not tested:
        return None
    asked = next((duty for duty in facts.history if duty.kind == Deletion.name and duty.state in LIVE), None)
    if asked is not None:
        return Owed(asked.nominal_on, AGAIN_DAYS, opens_at=asked.opens_at, cause=asked.cause)
    found_at = min([*tested, *(one.first_at if one.first_at > since else one.last_at for one in seen)])
    cause: dict[str, Any] = {"reason": SERVED_AGAIN if seen else TESTED, "seen_at": found_at.isoformat()}
    if seen:
        cause["places"] = [{"name": one.place, "url": one.url} for one in seen]
    return Owed(facts.today + timedelta(days=AGAIN_DAYS), AGAIN_DAYS, opens_at=found_at, cause=cause)


def _settled_at(facts: Facts) -> datetime | None:
    """When the matter was last put to rest: a confirmation was accepted or an order withdrawn, here or in the old
    ledger. What was seen before that has been answered.
    """
    taken_over = facts.entry.deletion.accepted_on
    instants = [duty.decided_at for duty in facts.history if duty.kind == Deletion.name and duty.state in DECIDED]
    instants += [facts.calendar.instant(taken_over)] if taken_over else []
    return max((instant for instant in instants if instant), default=None)
