"""What an engagement lacks, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.language import Message
from monitor.registry.clauses import titles
from monitor.registry.lacks import LACKS, titled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.registry.format.clauses import ContractClauses

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


def waived_words(what: str, own: Sequence[ContractClauses] = ()) -> Message:
    """What a waiver is of, in words: a single clause by its number and title, as what is missing is told."""
    kind, _, item = what.partition("-")
    known = titles(own)
    if kind == "clause" and item.isdecimal() and int(item) in known:
        return Message(LACKS["clauses-missing"].text, {"items": titled(item, known[int(item)])})
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
    "child-data": LACKS["child-data-undecided"],
    "instruction": LACKS["instruction-missing"],
}
