"""What a notice of an incident is asked about, in a few words each: for letters and pages that say what is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: The nine items of the report (Enforcement Rules 8(1)).
ITEMS: Mapping[int, Message] = {
    1: Message("Outline of what happened"),
    2: Message("Which items of data"),
    3: Message("How many persons"),
    4: Message("The cause"),
    5: Message("Further harm, or the danger of it"),
    6: Message("What was done towards the persons"),
    7: Message("Publication"),
    8: Message("What is done against a repetition"),
    9: Message("Anything else"),
}
#: The questions of the notice, the nine items among them.
QUESTIONS: Mapping[str, Message] = {
    "incident.noticed-on": Message("Date of discovery"),
    "incident.happened-on": Message("The day on which it happened"),
    "incident.categories": Message("What it touches"),
    "incident.contact": Message("Whom to contact"),
    "incident.outline": ITEMS[1],
    "incident.data-items": ITEMS[2],
    "incident.people": ITEMS[3],
    "incident.cause": ITEMS[4],
    "incident.secondary": ITEMS[5],
    "incident.owners": ITEMS[6],
    "incident.publication": ITEMS[7],
    "incident.prevention": ITEMS[8],
    "incident.other": ITEMS[9],
    "incident.record": Message("A record of what happened"),
}


def items(text: str, language: str) -> list[str]:
    """Of a list of numbers as it is kept, the items in words."""
    return [ITEMS[int(number)].in_(language) for number in text.split(", ") if number]


def questions(names: Iterable[str], language: str) -> list[str]:
    """The questions in words, in the order of the notice."""
    chosen = set(names)
    return [words.in_(language) for name, words in QUESTIONS.items() if name in chosen]
