"""Is this a 委託先? What the other side is to the company, led to by questions, decided by a person, and recorded.

A trustee handles the data for the company (APPI 25 and 27(5)(i)), a joint user uses it with others as announced
beforehand (27(5)(iii)), a third party for itself (27(1)). A cloud provider that by contract does not handle the data,
and cannot, is none of them; then the company's own security measures are owed all the more (APPI 23).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, get_args

from monitor import ledger
from monitor.calendar import add_months
from monitor.language import Message
from monitor.reasons import harmless, keep
from monitor.refusal import need
from monitor.registry.apply import ONE_AT_A_TIME, set_fields
from monitor.registry.format import Class
from monitor.registry.lifecycle import standing
from monitor.registry.roster import unkept
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

CLASSES: Mapping[str, Message] = MappingProxyType(
    {
        "trustee": Message("Trustee"),
        "joint_user": Message("Joint user"),
        "third_party": Message("Third party"),
        "cloud_no_handling": Message("Cloud service that does not handle the data"),
        "out_of_scope": Message("Nobody whom we supervise"),
    }
)
#: In the order in which they are asked; the first that is answered so decides.
QUESTIONS: Mapping[str, Message] = MappingProxyType(
    {
        "receives": Message("Does the other side receive our personal data, hold it, or have access to it?"),
        "no_handling": Message(
            "Is it a cloud service whose contract says that the provider does not handle the data, and whose access is"
            " controlled so that it cannot, maintenance included?"
        ),
        "for_us": Message("Does it handle the data only for our purposes, as we instruct it?"),
        "announced": Message("Does it use the data with us as our published notice of joint use names it?"),
    }
)


def advise(answers: Mapping[str, bool]) -> str:
    """What the answers lead to; nothing, as long as the one that would decide is missing. Pure."""
    for question, answer, leads in (
        ("receives", False, "out_of_scope"),
        ("no_handling", True, "cloud_no_handling"),
        ("for_us", True, "trustee"),
        ("announced", True, "joint_user"),
        ("announced", False, "third_party"),
    ):
        if question not in answers:
            return ""
        if answers[question] is answer:
            return leads
    return ""


@dataclass(frozen=True, slots=True)
class Classed:
    """区分の決定. `class_`: none takes what the answers lead to. `review_on`: when it is looked at again."""

    reason: str
    class_: str = ""
    clause: str = ""
    review_on: date | None = None
    answers: Mapping[str, bool] = field(default_factory=dict)


async def classify(key: str, made: Classed, at: datetime, actor: str) -> str:
    """A named person decides; the class that it is. What was answered stands in the record beside the reason."""
    chosen = made.class_ or advise(made.answers)
    need(chosen in get_args(Class), "class-missing", "Answer the questions, or choose what the other side is.")
    need(made.reason.strip(), "reason-missing", "Write the reason: auditors read it.")
    need(chosen != "cloud_no_handling" or made.clause.strip(), "clause-missing", "Name the clause of the contract.")
    harmless(made.reason, made.clause)
    async with transaction():
        await alone(ONE_AT_A_TIME)
        entry, present = await standing(key), await unkept()
        today = present.calendar.day_of(at)
        again = made.review_on or add_months(today, present.group.supervision.on(today).necessity_months)
        need(again > today, "review-past", "The day of the next review lies ahead.")
        fields = {"class": chosen, "class_reason": made.reason.strip(), "class_clause": made.clause.strip() or None}
        await set_fields("engagement", key, fields | {"class_review_on": again}, at, actor)
        said = {"engagement": key, "party": entry.party, "class": chosen, "advice": advise(made.answers)}
        told = said | {"answers": {name: made.answers[name] for name in sorted(made.answers)}}
        line = told | await keep(made.reason, at)
        await ledger.write([ledger.Event("engagement.classified", f"engagement/{key}", line, entry.company, actor)], at)
    return chosen
