"""A certificate that comes otherwise than through the form: the same answers, and so the same rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tortoise.expressions import F

from monitor import tables
from monitor.hearing.chain.rules import spelled
from monitor.language import Message
from monitor.obligations.acts import Declaration, submit
from monitor.obligations.deletion import rows
from monitor.obligations.disposal import Certified, as_answers, lacking, untimely
from monitor.questionnaire import freeze, freeze_answers, with_places
from monitor.questionnaire.defaults import DELETION
from monitor.reasons import harmless
from monitor.refusal import Refused, need
from monitor.registry.roster import roster
from monitor.tables.duty import ASKED
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from monitor.questionnaire import Questionnaire
    from monitor.questionnaire.model import PlaceKind
    from monitor.tables import Obligation


@dataclass(frozen=True, slots=True)
class Certificate:
    """返却・消去証明書: what is certified, place by place, and what else was written in it."""

    places: Sequence[Certified]
    text: str = ""

    def texts(self) -> Iterable[str]:
        return (self.text, *(text for one in self.places for text in (one.name, one.basis, one.holder)))


async def certify(
    duty_id: int, shelf: Mapping[str, Questionnaire], given: Certificate, at: datetime, actor: str = "vendor"
) -> None:
    """Hand it in. What holds an individual number is refused and kept nowhere; what leaves a place out goes back."""
    harmless(*given.texts())
    duty = await tables.Obligation.get(id=duty_id)
    need(duty.state in ASKED, "not-open", "This request is not open for an answer.")
    asked = await _questions(duty, shelf, given)
    said = as_answers(asked, given.places, given.text)
    if not lacking(asked, said):  # what goes back anyway is said first
        _timely(given, (await roster()).calendar.day_of(at))
    frozen, answers = freeze(asked), freeze_answers(asked, said)
    async with transaction():
        await tables.FrozenRequest.get_or_create(
            sha256=frozen.sha256, defaults={"body": frozen.text, "first_sent_at": at}
        )
        await tables.Obligation.filter(id=duty_id, state__in=ASKED).update(
            request_id=frozen.sha256, version=F("version") + 1
        )
    await submit(duty_id, at, Declaration(answers.text, answers.sha256), actor)


_UNTIMELY = {
    "on-future": "{place}: the day on which it was done is still to come. Name today or a day before it.",
    "purge-past": "{place}: the day by which nothing is left is over, or before the day on which it was begun.",
    "review-past": "{place}: the day on which it is looked at again is over. Name today or a later day.",
}


async def _questions(duty: Obligation, shelf: Mapping[str, Questionnaire], given: Certificate) -> Questionnaire:
    """The form's questions about every place of the inventory, and about those that only the certificate knows."""
    present = await roster()
    entry = await present.engagement(duty.engagement_id)
    loose = tables.SubEntrustment.filter(
        engagement_id=duty.engagement_id, node_id=None, state__in=("approved", "active", "ended")
    )
    names = await loose.order_by("id").values_list("name", flat=True)
    places: list[tuple[str, PlaceKind | None]] = [(place.name, place.kind) for place in entry.place]
    places += [(str(name), "sub_trustee") for name in names]
    known = {spelled(name) for name, _ in places}
    more = dict.fromkeys(one.name for one in given.places if spelled(one.name) not in known)
    return with_places(shelf[DELETION[entry.kind]], rows(entry, [*places, *((name, None) for name in more)]))


def _timely(given: Certificate, today: date) -> None:
    """Days that the form would not take are refused here too, by the name of the place."""
    found = untimely(given.places, today)
    if found is not None:
        token, one = found
        raise Refused(token, Message(_UNTIMELY[token], {"place": one.name}))
