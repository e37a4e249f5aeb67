"""What stands in a cell of the ledger of trustees, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.hearing.chain.tree import countries as countries_of
from monitor.language import Message, listed, say_day
from monitor.letters.words import CERTIFICATES, duty_name, said
from monitor.obligations.deletion import Deletion
from monitor.own_duties import own_kind
from monitor.promises.classing import CLASSES
from monitor.promises.states import DISPOSAL_STATES, PARTICULAR
from monitor.promises.words import waived_words
from monitor.registry.format import BEFORE, OWING
from monitor.registry.lacks import lack_words
from monitor.registry.selection import before_entrusting, lacking, unwaived

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from monitor.promises.trustees.reading import Asked, Line

NARROW, DAY, USUAL, WIDE, WIDEST = 9, 13, 20, 32, 48  #: widths of columns, in characters
KINDS: Mapping[str, Message] = {"trustee": Message("Trustee"), "joint_user": Message("Joint user")}
BANDS: Mapping[str, Message] = {
    "up-to-100": Message("Up to 100"),
    "up-to-1000": Message("Up to 1,000"),
    "up-to-10000": Message("Up to 10,000"),
    "up-to-100000": Message("Up to 100,000"),
    "more": Message("More than 100,000"),
}
AUTHORISED: Mapping[str, Message] = {
    "prior": Message("Approved one by one"),
    "general": Message("Authorised in general, with time to object"),
}
CONTRACT_CLAUSE = 3  #: the one on entrusting further


def state(line: Line, language: str) -> str:
    return line.standing.words(language)


def purposes(line: Line, language: str) -> str:
    return listed(((one.text_ja or one.text) if language == "ja" else one.text for one in line.purposes), language)


def items(line: Line, language: str) -> str:
    return listed(line.entry.items, language)


def subjects(line: Line, language: str) -> str:
    return listed(line.entry.subjects, language)


def band(line: Line, language: str) -> str:
    return BANDS[line.entry.count_band].in_(language) if line.entry.count_band else ""


def particular(line: Line, language: str) -> str:
    found = (Message(words).in_(language) for name, words in PARTICULAR.items() if getattr(line.entry, name))
    return listed(found, language)


def class_(line: Line, language: str) -> str:
    return CLASSES[line.entry.class_].in_(language) if line.entry.class_ else ""


def class_reason(line: Line, language: str) -> str:
    return listed(filter(None, (line.entry.class_reason, line.entry.class_clause)), language)


def clauses(line: Line, language: str) -> str:
    contract = line.entry.contract
    return listed([*map(str, sorted(contract.clauses)), *sorted(contract.gdpr_clauses)], language)


def authorisation(line: Line, language: str) -> str:
    """Only where the contract has a clause on it."""
    agreed = CONTRACT_CLAUSE in line.entry.contract.clauses
    return AUTHORISED[line.entry.sub_entrustment.authorisation].in_(language) if agreed else ""


def countries(line: Line, language: str) -> str:
    return listed(countries_of([line.node]), language)


def certificates(line: Line, language: str) -> str:
    return listed(
        (
            Message(
                "{kind} {number}, until {day}",
                {"kind": said(CERTIFICATES, one.kind, language), "number": one.number, "day": one.expires_on},
            ).in_(language)
            for one in line.party.certificate
        ),
        language,
    )


def lacks(line: Line, language: str) -> str:
    entry = line.entry
    if entry.state not in BEFORE | OWING:
        return ""
    found = before_entrusting(entry, line.known) if entry.state in BEFORE else lacking(entry, line.known)
    left = unwaived(found, entry, line.today)
    return lack_words(left).in_(language) if left else ""


def waivers(line: Line, language: str) -> str:
    found = [one for one in line.entry.waiver if line.today <= one.until]
    return "\n".join(
        Message(
            "{what}: waived by {by} until {day} ({reason})",
            {"what": waived_words(one.what, line.known.own), "by": one.by, "reason": one.reason, "day": one.until},
        ).in_(language)
        for one in found
    )


def deletion(line: Line, language: str) -> str:
    asked = line.next_of(Deletion.name)
    if asked:
        return Message("Asked for, due {day}", {"day": asked.due_on}).in_(language)
    if line.confirmed and line.confirmed[0] in DISPOSAL_STATES:
        return Message(DISPOSAL_STATES[line.confirmed[0]]).in_(language)
    return Message("Confirmed").in_(language) if line.confirmed or line.entry.deletion.accepted_on else ""


def deleted_on(line: Line, _: str) -> date | None:
    return line.confirmed[1] if line.confirmed else line.entry.deletion.accepted_on


def next_word(line: Line, language: str) -> str:
    one = min(line.owed, key=lambda one: one.due_on, default=None)
    return word_of(one, language) if one else ""


def word_of(one: Asked, language: str) -> str:
    """What is due is called as in letters; of what is late the word says so beside the day."""
    return own_kind(one.kind).title.in_(language) if one.own else duty_name(one.kind, language)


def dated(day: date | None, language: str) -> str:
    return say_day(day, language) if day else ""
