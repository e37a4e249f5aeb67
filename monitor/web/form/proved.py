"""What our own looks have proved is not asked: the question says what we saw and when, and leaves room to disagree.

Nothing is filled in for the party. What it never said stays unsaid, and the reviewers see the look in its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.contradiction import observed
from monitor.language import Message, say_day
from monitor.web.form.view import said_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from monitor.contradiction import Claims, Observed
    from monitor.questionnaire import Question
    from monitor.web.form.opening import Opened

SEEN = "We have seen this ourselves on {day}: {answer}. You need not answer."


async def proved(found: Opened, questions: Iterable[Question], claims: Claims | None) -> Mapping[str, Observed]:
    """Of these questions, those that looks have answered."""
    asked = [question.id for question in questions]
    provable = claims and any(one.proof and one.about(name) for one in claims.claim for name in asked)
    if not claims or not provable:
        return {}
    seen = await observed(found.party.key, claims, found.at)
    return {name: one for name in asked for one in seen if one.claim.about(name)}


def seen_words(seen: Observed, found: Opened) -> str:
    """What we saw, and when."""
    day, words = say_day(found.present.calendar.day_of(seen.at), found.language), said_words(found.language)
    return Message(SEEN, {"day": day, "answer": words[seen.answer]}).in_(found.language)


def beside(groups: list[dict[str, Any]], seen: Mapping[str, Observed], found: Opened) -> list[dict[str, Any]]:
    """The list of answers, with what we saw where the party said nothing."""
    for row in (row for group in groups for row in group["rows"]):
        if row["id"] in seen and row["answer"] == said_words(found.language)["none"]:
            row["answer"] = seen_words(seen[row["id"]], found)
    return groups
