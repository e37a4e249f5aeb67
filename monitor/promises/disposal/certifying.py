"""A certificate that comes otherwise than through the form: the same answers, and so the same rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tortoise.expressions import F

from monitor import tables
from monitor.hearing.chain.rules import spelled
from monitor.obligations.acts import Declaration, submit
from monitor.obligations.disposal import Certified, as_answers
from monitor.questionnaire import Place, freeze, freeze_answers, holds_my_number, with_places
from monitor.questionnaire.defaults import DELETION
from monitor.refusal import need
from monitor.registry.roster import roster
from monitor.tables.duty import ASKED
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from monitor.questionnaire import Questionnaire
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
    need(not any(holds_my_number(text) for text in given.texts()), "my-number", _MY_NUMBER)
    duty = await tables.Obligation.get(id=duty_id)
    need(duty.state in ASKED, "not-open", "This request is not open for an answer.")
    asked = await _questions(duty, shelf, given)
    frozen = freeze(asked)
    async with transaction():
        await tables.FrozenRequest.get_or_create(
            sha256=frozen.sha256, defaults={"body": frozen.text, "first_sent_at": at}
        )
        await tables.Obligation.filter(id=duty_id, state__in=ASKED).update(
            request_id=frozen.sha256, version=F("version") + 1
        )
    answers = freeze_answers(asked, as_answers(asked, given.places, given.text))
    await submit(duty_id, at, Declaration(answers.text, answers.sha256), actor)


_MY_NUMBER = "This text seems to hold an individual number (My Number). Take it out: it may not be kept here."


async def _questions(duty: Obligation, shelf: Mapping[str, Questionnaire], given: Certificate) -> Questionnaire:
    """The form's questions about every place of the inventory, and about those that only the certificate knows."""
    present = await roster()
    entry = await present.engagement(duty.engagement_id)
    loose = tables.SubEntrustment.filter(
        engagement_id=duty.engagement_id, node_id=None, state__in=("approved", "active", "ended")
    )
    names = await loose.order_by("id").values_list("name", flat=True)
    places = [Place(name=place.name, kind=place.kind) for place in entry.place]
    places += [Place(name=str(name), kind="sub_trustee") for name in names]
    known = {spelled(place.name) for place in places}
    more = dict.fromkeys(one.name for one in given.places if spelled(one.name) not in known)
    return with_places(shelf[DELETION[entry.kind]], [*places, *(Place(name=name) for name in more)])
