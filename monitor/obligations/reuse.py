"""前回の回答・グループ会社への回答: answers that a party has given before, offered to be given again one by one.

Offered is what was accepted last for the same work; and, of attestations, what the same party has told another company
of the group, or the same company for other work, within a year: so that nobody types thirty answers twice. It is
never another party's, and is taken question by question, by a person who has it before their eyes. Nothing of a
review comes with it: whoever reviews sees an answer of today, beside the one of then.

A file is not sent again. It becomes evidence of the new request under the same hash, and counts from the day on which
it was handed in first.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor import ledger, tables
from monitor.asked import frozen
from monitor.obligations import KINDS, drafts
from monitor.questionnaire import Answer
from monitor.questionnaire.reuse import Asked, Reuse, asked_in, reuse
from monitor.registry.roster import roster
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from monitor.obligations.drafts import Drafted
    from monitor.questionnaire import Questionnaire
    from monitor.tables import Obligation


FRESH = timedelta(days=366)  #: what was told elsewhere is offered so long after it was accepted
MOST = 5  #: other works that are looked at, the latest first


@dataclass(frozen=True)
class Source:
    """Answers that were accepted: for the same work (`last`), or for other work of the same party."""

    submission: int
    last: bool
    company: str
    work: str
    accepted_on: date
    answers: Mapping[str, Any]
    asked: Mapping[str, Asked]

    @property
    def token(self) -> str:
        """What a form says to choose an answer of this source."""
        return f"s{self.submission}"


@dataclass(frozen=True)
class Offer:
    """One earlier answer to one question, with what giving it again would mean."""

    question: str
    source: Source
    reuse: Reuse


@dataclass(frozen=True)
class Shelf:
    """All sources of one request."""

    sources: Sequence[Source] = ()
    handed_in: Mapping[str, date] = field(default_factory=dict)

    def offers(self, questionnaire: Questionnaire, names: Iterable[str], today: date) -> dict[str, list[Offer]]:
        """What can be offered for these questions: last time's answer, then those told elsewhere that say something
        else, each once.
        """
        asked = asked_in(questionnaire)
        return {name: found for name in names if (found := self._of(asked[name], today))}

    def _of(self, now: Asked, today: date) -> list[Offer]:
        found: list[Offer] = []
        for source in self.sources:
            offer = self._offer(now, source, today)
            if offer and (source.last or (offer.reuse.obstacle is None and not _said_already(offer, found))):
                found.append(offer)
        return found

    def _offer(self, now: Asked, source: Source, today: date) -> Offer | None:
        name = now.question.id
        if name not in source.answers or name not in source.asked:
            return None
        answer = Answer.model_validate(source.answers[name])
        outcome = reuse(now, source.asked[name], answer, today, self.handed_in)
        return Offer(name, source, outcome) if outcome else None


def _said_already(offer: Offer, others: Sequence[Offer]) -> bool:
    return any(substance(offer.reuse.answer) == substance(other.reuse.answer) for other in others)


def substance(answer: Answer) -> tuple[object, ...]:
    """What makes two answers the same: all that was said, and the files by what is in them."""
    return (*_words(answer), frozenset(file.sha256 for file in answer.files))


def _words(answer: Answer) -> tuple[object, ...]:
    value = frozenset(answer.value) if isinstance(answer.value, tuple) else answer.value
    return (value, answer.not_applicable, answer.reason if answer.not_applicable else "", answer.comment)


async def shelf(duty: Obligation, today: date, *, elsewhere: bool) -> Shelf:
    """The sources of a request; `elsewhere`: with what the party told others, which only its own contact may see."""
    found = [*await _last(duty), *(await _elsewhere(duty, today) if elsewhere else [])]
    hashes = {
        file["sha256"] for source in found for answer in source.answers.values() for file in answer.get("files", ())
    }
    return Shelf(found, await _handed_in(duty.party_id, hashes))


async def _last(duty: Obligation) -> list[Source]:
    of = tables.Submission.filter(
        verdict="accepted", obligation__engagement_id=duty.engagement_id, obligation__kind=duty.kind
    )
    row = await of.select_related("obligation").order_by("-id").first()
    return [await _source(row, last=True)] if row else []


async def _elsewhere(duty: Obligation, today: date) -> list[Source]:
    """The latest of each other work. Of the same party, always: it is the party's own word that it may use again."""
    if not KINDS[duty.kind].shared:
        return []
    since = (await roster()).calendar.instant(today) - FRESH
    of = tables.Submission.filter(
        verdict="accepted", decided_at__gte=since, obligation__party_id=duty.party_id, obligation__kind=duty.kind
    ).exclude(obligation__engagement_id=duty.engagement_id)
    latest: dict[str, tables.Submission] = {}
    for row in await of.select_related("obligation").order_by("-id").limit(4 * MOST):
        latest.setdefault(row.obligation.engagement_id, row)
    return [await _source(row, last=False) for row in list(latest.values())[:MOST]]


async def _source(row: tables.Submission, *, last: bool) -> Source:
    duty, calendar = row.obligation, (await roster()).calendar
    day = calendar.day_of(row.decided_at or row.submitted_at)
    asked = asked_in(await frozen(duty.request_id)) if duty.request_id else {}
    return Source(row.id, last, duty.company_id, duty.engagement_id, day, json.loads(row.answers), asked)


async def _handed_in(party: str, hashes: Iterable[str]) -> dict[str, date]:
    """The day on which the party first handed in each of these files."""
    calendar, first = (await roster()).calendar, dict[str, Any]()
    rows = tables.Evidence.filter(sha256__in=list(hashes), obligation__party_id=party).order_by("-stored_at")
    for sha256, at in await rows.values_list("sha256", "stored_at"):
        first[str(sha256)] = calendar.day_of(at)
    return first


async def take(duty_id: int, chosen: Sequence[Offer], versions: Mapping[str, int], at: datetime, actor: str) -> Drafted:
    """Give earlier answers again, each as though it had been typed, with its files. What somebody saved meanwhile is a
    conflict as ever, and its files stay out.
    """
    usable = [offer for offer in chosen if offer.reuse.obstacle is None]
    async with transaction():
        said = {offer.question: (offer.reuse.answer, versions.get(offer.question, 0)) for offer in usable}
        outcome = await drafts.save(duty_id, said, at, actor)
        taken = [offer for offer in usable if offer.question not in {*outcome.conflicts, *outcome.refused}]
        for offer in taken:
            await _bring_files(duty_id, offer, at, actor)
        if taken:
            duty = await tables.Obligation.get(id=duty_id)
            from_ = {offer.question: f"submission/{offer.source.submission}" for offer in taken}
            await ledger.note("answer.reused", duty, at, actor, questions=from_)
    return outcome


async def _bring_files(duty_id: int, offer: Offer, at: datetime, actor: str) -> None:
    for file in offer.reuse.answer.files:
        row = await tables.Evidence.get_or_none(id=file.id)
        if row is not None and not await drafts.full(duty_id):
            again = drafts.new_file(row.name, row.sha256, row.size)
            await drafts.attach(duty_id, offer.question, again, row.media_type, at, actor)
