"""What an engagement lacks, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.language import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.promises.selection import Lack

#: What is said of each kind of gap; `{items}`: which of several.
LACKS: Mapping[str, Message] = {
    "selection-missing": Message("an accepted selection review"),
    "selection-stale": Message("a selection review of the last 12 months"),
    "contract-unsigned": Message("the day on which the contract was signed"),
    "clauses-missing": Message("contract clauses {items}"),
    "gdpr-clauses-missing": Message("clauses of GDPR article 28(3): {items}"),
    "class-undecided": Message("the decision on what the other side is to us"),
    "class-mismatch": Message("a class that fits the kind of the work"),
    "purpose-unpublished": Message("a published purpose of use {items}"),
    "special-care-undecided": Message("the decision whether free text may hold special-care data"),
    "instruction-missing": Message("an instruction in writing"),
    "own-use-not-excluded": Message("an instruction not to use the data for the party itself"),
    "training-not-excluded": Message("an instruction not to train models on the data"),
    "first-entruster-consent-missing": Message("the first entruster's consent to handling individual numbers"),
}


#: What is said of each way in which supervision fails, by its name in `sub_entrustment/detecting.py`.
FAILURES: Mapping[str, Message] = {
    "no_status_since_contract": Message(
        "Nothing is known of how the data is handled, for a year or since the contract"
    ),
    "no_instruction_record": Message("No instruction in writing is recorded"),
    "subentrust_terms_missing": Message("Somebody works below, and the contract has no clause on it (clause 3)"),
    "subentrust_report_missing": Message(
        "Nobody has reported for a year who works below, though the contract wants it"
    ),
}

#: The matters that a contract of entrustment has, by number (PrivacyMark J.9.4).
CLAUSE_WORDS: Mapping[int, Message] = {
    1: Message("Responsibilities of both sides"),
    2: Message("Security of the personal data"),
    3: Message("Entrusting further"),
    4: Message("Content and frequency of reports on the handling"),
    5: Message("That the company can check, regularly and when needed"),
    6: Message("What follows from a breach of the contract"),
    7: Message("Reporting of incidents"),
    8: Message("What is done with the data after the end"),
}


class Listed(Message):
    """Several sentences in a row, in the reader's language."""

    def in_(self, language: str) -> str:
        between = "、" if language == "ja" else ", "
        return between.join(part.in_(language).strip() for part in self.values["parts"])


def said(lacks: Sequence[Lack]) -> list[Message]:
    """One for each kind of gap."""
    tokens = dict.fromkeys(one.token for one in lacks)
    return [
        Message(LACKS[token].text, {"items": ", ".join(one.item for one in lacks if one.token == token and one.item)})
        for token in tokens
    ]


def lack_words(lacks: Sequence[Lack]) -> Message:
    return Listed("", {"parts": said(lacks)})


def waived_words(what: str) -> Message:
    """What a waiver is of, in words: a single clause by its number, as what is missing is told."""
    kind, _, item = what.partition("-")
    if kind in _SINGLE and item:
        return Message(LACKS[_SINGLE[kind]].text, {"items": item})
    return _WAIVED.get(what) or Message(what)


_SINGLE = {"clause": "clauses-missing", "gdpr": "gdpr-clauses-missing"}
_WAIVED: Mapping[str, Message] = {
    "selection": LACKS["selection-missing"],
    "contract": Message("the whole contract"),
    "clauses": Message("all contract clauses"),
    "gdpr": Message("all clauses of GDPR article 28(3)"),
    "class": LACKS["class-undecided"],
    "purposes": Message("published purposes of use"),
    "special-care": LACKS["special-care-undecided"],
    "instruction": LACKS["instruction-missing"],
}
