"""消去証明書・廃棄証明書: what a return or deletion certificate says of each place, read from its answers.

A deletion questionnaire asks one section per place; these are the tails of its ids that mean something here. A
questionnaire that lacks one of them simply does not know that fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from monitor.questionnaire.answers import Answer
from monitor.questionnaire.examination import submission

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.questionnaire.model import Place, Questionnaire, Section

DELETED, RETURNED, NOT_HELD = "deleted", "returned", "not_held"
BACKUP_PENDING = "backup_pending"  #: gone from use; the copy in a backup falls away on `purge_by`
LEGAL_HOLD = "legal_hold"  #: kept because a law says so, reviewed on `review_on`
REMAINING = "remaining"  #: not gone yet, all or part of it; to be gone on `planned_on`


@dataclass(frozen=True, slots=True)
class PlaceReport:
    """One place's row. `state` is None where nothing was said about it."""

    place: Place
    state: str | None
    done_on: date | None
    purge_by: date | None
    planned_on: date | None
    basis: str
    holder: str
    review_on: date | None


def place_reports(questionnaire: Questionnaire, answers: Mapping[str, Answer]) -> tuple[PlaceReport, ...]:
    """What the certificate says of each place that it was frozen with, in that order."""
    present = submission(questionnaire, answers)
    return tuple(_report(section, section.place, present) for section in questionnaire.sections if section.place)


def missing_places(questionnaire: Questionnaire, answers: Mapping[str, Answer]) -> tuple[str, ...]:
    """The names of places about which the certificate is silent."""
    return tuple(report.place.name for report in place_reports(questionnaire, answers) if report.state is None)


def places_without_basis(questionnaire: Questionnaire, answers: Mapping[str, Answer]) -> tuple[str, ...]:
    """The names of places where data is kept under a law that, with holder and day of review, is not fully named."""
    reports = place_reports(questionnaire, answers)
    held = (report for report in reports if report.state == LEGAL_HOLD)
    return tuple(report.place.name for report in held if not (report.basis and report.holder and report.review_on))


def _report(section: Section, place: Place, present: Mapping[str, Answer]) -> PlaceReport:
    said = {question.id.rpartition(".")[2]: present.get(question.id, Answer()) for question in section.questions}
    offered = {question.id.rpartition(".")[2]: question.values for question in section.questions}
    state = _words(said, "state")
    return PlaceReport(
        place=place,
        state=state if state in offered.get("state", ()) else None,
        done_on=_day(said, "returned-on") if state == RETURNED else _day(said, "done-on"),
        purge_by=_day(said, "purge-by"),
        planned_on=_day(said, "planned-on"),
        basis=_words(said, "hold-basis"),
        holder=_words(said, "hold-holder"),
        review_on=_day(said, "hold-review-on"),
    )


def _words(said: Mapping[str, Answer], tail: str) -> str:
    value = said.get(tail, Answer()).value
    return value.strip() if isinstance(value, str) else ""


def _day(said: Mapping[str, Answer], tail: str) -> date | None:
    try:
        return date.fromisoformat(_words(said, tail))
    except ValueError:
        return None
