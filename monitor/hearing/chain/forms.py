"""What a party's forms say of those below it: a request to pass work on, and the names in its regular answer."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from monitor.hearing.chain.asking import Asking, requesting
from monitor.hearing.chain.finding import naming
from monitor.hearing.chain.rules import names_in
from monitor.registry.roster import roster

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.questionnaire import Answer
    from monitor.tables import Obligation

LIST = "sub.list"  #: the question that asks for those below by name
_OF = "sub-entrustment."
SAFEGUARDS = ("measures", "contract", "further", "supervision")


async def asked_for(duty: Obligation, answers: Mapping[str, Answer], at: datetime, actor: str) -> None:
    """A request goes into the register. Without a name nothing was asked for: a simulation that fills in no form."""
    name = text(answers, "name")
    if not name:
        return
    present = await roster()
    said = Asking(
        duty.engagement_id,
        name,
        present.calendar.day_of(at),
        address=text(answers, "address"),
        country="JP" if text(answers, "country") == "japan" else "",
        work=text(answers, "work"),
        items=text(answers, "items"),
        safety=_safety(answers),
        starts_on=_day(text(answers, "starts-on")),
        asked=duty.id,
        more=True,
    )
    await requesting(said, at, present, actor)


async def named_in(duty: Obligation, answers: Mapping[str, Answer], at: datetime, actor: str) -> None:
    """Whoever the regular answer names as working below, if the register knows nothing of them, is found out."""
    found = answers.get(LIST)
    names = names_in(found.value) if found and isinstance(found.value, str) else []
    if names:
        await naming(duty.engagement_id, names, at, await roster(), actor)


def text(answers: Mapping[str, Answer], name: str) -> str:
    found = answers.get(_OF + name)
    return found.value.strip() if found and isinstance(found.value, str) else ""


def _safety(answers: Mapping[str, Answer]) -> str:
    """The safeguards that were answered with a plain yes, and those that were not, as tokens."""
    said = {name: text(answers, name) for name in SAFEGUARDS}
    return " ".join(f"{name}={value}" for name, value in said.items() if value)


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None
