"""What stands in the way of entrusting, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.language import Message, listed
from monitor.registry.clauses import Named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.registry.selection import Lack

#: What is said of each kind of gap; `{items}`: which of several.
LACKS: Mapping[str, Message] = {
    "selection-missing": Message("an accepted selection review"),
    "selection-stale": Message("a selection review that is recent enough"),
    "contract-unsigned": Message("the day on which the contract was signed"),
    "contract-expired": Message("a contract whose term is not over"),
    "clauses-missing": Message("contract clauses {items}"),
    "gdpr-clauses-missing": Message("clauses of GDPR article 28(3): {items}"),
    "class-undecided": Message("the decision on what the other side is to us"),
    "class-mismatch": Message("a class that fits the kind of the work"),
    "purpose-unpublished": Message("a published purpose of use {items}"),
    "special-care-undecided": Message("the decision whether free text may hold special-care data"),
    "child-data-undecided": Message("the decision whether data of children may be among it"),
    "instruction-missing": Message("an instruction in writing"),
    "own-use-not-excluded": Message("an instruction not to use the data for the party itself"),
    "training-not-excluded": Message("an instruction not to train models on the data"),
    "first-entruster-consent-missing": Message("the first entruster's consent to handling individual numbers"),
}


class Listed(Message):
    """Several sentences in a row, in the reader's language."""

    def in_(self, language: str) -> str:
        return listed((part.in_(language).strip() for part in self.values["parts"]), language)


def said(lacks: Sequence[Lack]) -> list[Message]:
    """One for each kind of gap."""
    tokens = dict.fromkeys(one.token for one in lacks)
    return [
        Message(LACKS[token].text, {"items": _items([one for one in lacks if one.token == token and one.item])})
        for token in tokens
    ]


def _items(lacks: Sequence[Lack]) -> Message | str:
    """Which of several, with what each is called."""
    if not any(one.title for one in lacks):
        return ", ".join(one.item for one in lacks)
    parts = [titled(one.item, one.title) if one.title else Named(one.item) for one in lacks]
    return Listed("", {"parts": parts})


def titled(item: str, title: Message) -> Message:
    return Message("{item} ({title})", {"item": item, "title": title})


def lack_words(lacks: Sequence[Lack]) -> Message:
    return Listed("", {"parts": said(lacks)})
