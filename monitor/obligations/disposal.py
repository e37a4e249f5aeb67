"""What a certificate of return or deletion says, place by place, and what that comes to. Pure.

A certificate is answers to the questions of the deletion form, whoever wrote them: the party in its form, a colleague
who enters a sheet, another system. So all of them are held against the same rules here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from monitor.hearing.chain.rules import spelled
from monitor.questionnaire import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from monitor.questionnaire import Place, Questionnaire

DELETED, RETURNED, NOT_HELD = "deleted", "returned", "not_held"
BACKUP, HOLD, REMAINING = "backup_pending", "legal_hold", "remaining"
COPIES, OWN, DISPUTED = "returned_not_deleted", "vendor_own_duty", "disputed"
KEPT = frozenset({HOLD, OWN})  #: what a law wants kept
#: Kinds of place in which copies lie: what was to be returned may be erased there.
OF_COPIES = frozenset({"backup", "log", "sub_trustee"})
GONE = frozenset({DELETED, RETURNED, NOT_HELD})
#: What an engagement is in while a place is left, the one with a clock first.
STANDINGS = (
    (BACKUP, "backup_pending"), (COPIES, COPIES), (DISPUTED, DISPUTED), (REMAINING, "partial"), (HOLD, "held"),
    (OWN, "held"),
)  # fmt: skip
OVER = "deletion_confirmed"
#: What is named as left beside the places of the inventory: elsewhere, with parties below, or excepted.
ELSEWHERE, BELOW, EXCEPTED = "elsewhere", "below", "excepted"
#: The answers that say so, by their questions; of what is excepted, any text that does not say "none".
_BESIDES = {
    "closing.elsewhere": ("no", ELSEWHERE), "closing.subs": ("open", BELOW), "closing.trustees": ("open", BELOW),
}  # fmt: skip
_EXCEPTIONS = "closing.exceptions"
_NOTHING = frozenset({
    "なし", "無し", "無", "ない", "特になし", "特に無し", "特にない", "ありません", "特にありません", "該当なし",
    "該当ありません", "ございません", "特にございません", "none", "nothing", "no", "n/a", "na", "-", "ー", "―",
})  # fmt: skip
_STATE = re.compile(r"(place\.\d+)\.state")


@dataclass(frozen=True, slots=True)
class Certified:
    """What is certified of one place. `on`: when it was erased, given back, or put beyond use. `purge_by`: when what
    is left is gone, or need be kept no longer. `basis`: the law that wants it kept, why backups are gone later than
    agreed, or what is disputed.
    """

    name: str
    state: str
    on: date | None = None
    purge_by: date | None = None
    basis: str = ""
    review_on: date | None = None
    kind: str = ""
    holder: str = ""


def certified(asked: Questionnaire, answers: Mapping[str, Answer]) -> list[Certified]:
    """What answers certify, for each place that was asked about and of which they say something."""
    return [_read(row, place, answers) for row, place in _rows(asked) if _said(answers, f"{row}.state")]


def besides(answers: Mapping[str, Answer]) -> list[Certified]:
    """What answers name as left beside the places that were asked about, each as if it were a place of its own."""
    found = [
        Certified(kind, REMAINING, basis=_commented(answers, name), kind=kind)
        for name, (value, kind) in _BESIDES.items()
        if _said(answers, name) == value
    ]
    excepted = _said(answers, _EXCEPTIONS)
    if excepted and spelled(excepted).rstrip("。.") not in _NOTHING:
        found.append(Certified(EXCEPTED, REMAINING, basis=excepted, kind=EXCEPTED))
    return found


def _rows(asked: Questionnaire) -> Iterable[tuple[str, Place]]:
    """The places that a form asks about, each with how its questions begin."""
    for section in asked.sections:
        row = next((found[1] for question in section.questions if (found := _STATE.fullmatch(question.id))), None)
        if row and section.place:
            yield row, section.place


def _read(row: str, place: Place, answers: Mapping[str, Answer]) -> Certified:
    def text(name: str) -> str:
        return _said(answers, f"{row}.{name}")

    return Certified(
        place.name,
        text("state"),
        _day(text("returned-on") or text("done-on")),
        _day(text("purge-by") or text("planned-on") or text("hold-until")),
        text("hold-basis") or _commented(answers, f"{row}.{_WHY.get(text('state'), 'purge-by')}"),
        _day(text("hold-review-on")),
        place.kind or "",
        text("hold-holder"),
    )


def _said(answers: Mapping[str, Answer], name: str) -> str:
    found = answers.get(name)
    return found.value.strip() if found and isinstance(found.value, str) else ""


#: Where a reason is given as a comment, by the state of the place: on which question.
_WHY = {BACKUP: "purge-by", DISPUTED: "state"}


def _commented(answers: Mapping[str, Answer], name: str) -> str:
    found = answers.get(name)
    return (found.comment or "").strip() if found else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def as_answers(asked: Questionnaire, places: Sequence[Certified], text: str = "") -> dict[str, Answer]:
    """The same as answers to that form, as if somebody had filled it in."""
    by_name = {spelled(one.name): one for one in places}
    found = {"data.what": text} if text else {}
    for row, place in _rows(asked):
        one = by_name.get(spelled(place.name))
        if one:
            found |= {f"{row}.{name}": value for name, value in _words(one).items()}
    given = {name: Answer(value=value) for name, value in found.items() if value}
    for row, place in _rows(asked):
        one = by_name.get(spelled(place.name))
        name = f"{row}.{_WHY[one.state]}" if one and one.state in _WHY else ""
        if one and one.basis and name in given:
            given[name] = Answer(value=given[name].value, comment=one.basis)
    return given


def _words(one: Certified) -> dict[str, str]:
    day = "returned-on" if one.state in {RETURNED, COPIES} else "done-on"
    until = {COPIES: "planned-on", REMAINING: "planned-on", OWN: "hold-until"}.get(one.state, "purge-by")
    days = {day: one.on, until: one.purge_by, "hold-review-on": one.review_on}
    said = {name: value.isoformat() for name, value in days.items() if value}
    law = "" if one.state in _WHY else one.basis
    return {"state": one.state, "hold-basis": law, "hold-holder": one.holder} | said


def lacking(asked: Questionnaire, answers: Mapping[str, Answer]) -> list[str]:
    """What stands in the way of taking a certificate: places of which it says nothing, what was only erased though it
    was to be returned, what is kept without naming the law or the day on which that is looked at again, and what is
    disputed, or stays in backups longer than agreed, for no reason.
    """
    said = {one.name: one for one in certified(asked, answers)}
    places = {place.name: place for _, place in _rows(asked)}
    missing = [name for name in places if name not in said]
    missing += [f"{one.name}: returned" for one in said.values() if _not_returned(one, places[one.name])]
    unsaid = [one for one in said.values() if not one.basis]
    missing += [f"{one.name}: basis" for one in unsaid if one.state == DISPUTED or _too_long(one, places[one.name])]
    held = [one for one in said.values() if one.state in KEPT]
    missing += [f"{one.name}: basis" for one in held if not one.basis]
    missing += [f"{one.name}: until" for one in held if one.state == OWN and one.purge_by is None]
    return [*missing, *(f"{one.name}: review_on" for one in held if one.review_on is None)]


def _not_returned(one: Certified, place: Place) -> bool:
    """Whether it was to be returned and is certified as erased, or as waiting for backups, alone."""
    returns = place.wanted in {"return", "return_then_delete"} and place.kind not in OF_COPIES
    return returns and one.state in {DELETED, BACKUP}


def _too_long(one: Certified, place: Place) -> bool:
    """Whether backups are to be gone later than was agreed, counted from when they were put beyond use."""
    if one.state != BACKUP or not (one.on and one.purge_by and place.purge_days):
        return False
    return one.purge_by > one.on + timedelta(days=place.purge_days)


def untimely(places: Iterable[Certified], today: date) -> tuple[str, Certified] | None:
    """What the form would not take of the days of a certificate, and of which place: done on a day to come, or to be
    gone or looked at again on a day that is over.
    """
    for one in places:
        if one.on and one.on > today:
            return "on-future", one
        if one.purge_by and (one.purge_by < today or (one.on and one.purge_by < one.on)):
            return "purge-past", one
        if one.review_on and one.review_on < today:
            return "review-past", one
    return None


def standing(states: Iterable[str]) -> str:
    """What all the places together come to."""
    left = set(states)
    return next((word for state, word in STANDINGS if state in left), OVER)
