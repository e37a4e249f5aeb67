"""What a company owes as one that entrusts: need, contract, class, those below, changes of published texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.language import Message
from monitor.own_duties.kind import DONE, OwnKind

if TYPE_CHECKING:
    from collections.abc import Mapping

NECESSITY_REVIEW = "necessity-review"
CONTRACT_RENEWAL = "contract-renewal"
CONTRACT_REVIEW = "contract-review"
CLASS_REVIEW = "class-review"
LACKING = "lacking"
CHANGE_REVIEW = "change-review"
SUB_ENTRUSTMENT_DECISION = "sub-entrustment-decision"
HANDLER_LIST = "handler-list"
TIER_REVIEW = "tier-review"

SUPERVISION: Mapping[str, OwnKind] = {
    NECESSITY_REVIEW: OwnKind(
        Message("Yearly confirmation that the data is needed"),
        Message(
            "Look at the data items, the number of people and the purposes of this work: is all of it still needed?"
            " Personal data is entrusted within the scope that the work needs (APPI 22 and 25)."
        ),
        {DONE: Message("All of it is still needed"), "less": Message("Less is needed")},
        frozenset({"less"}),
    ),
    CONTRACT_RENEWAL: OwnKind(
        Message("Decision on a contract that runs out"),
        Message(
            "Decide whether the contract with this party is renewed or ends with its term. Without a contract nothing"
            " may go on (APPI 25; General Guidelines 3-4-4). Where it renews itself, this is the last day on which"
            " notice can be given: after it, it is renewed. Once it is to end, the return or deletion of the data"
            " follows by itself. A new date that is entered settles this too."
        ),
        {"renew": Message("It is renewed"), "end": Message("It ends with its term")},
        lapses={"renewed-by-itself": Message("Renewed automatically")},
        before=(60, 30, 7, 1),
    ),
    CONTRACT_REVIEW: OwnKind(
        Message("Review of a contract"),
        Message(
            "Read the contract again: does it still say what is done with which data, and does it have all that the law"
            " and your own rules want of it? Enter what has changed (APPI 25; General Guidelines 3-4-4; CSA CCM"
            " STA-10)."
        ),
        {DONE: Message("The contract has been read again")},
    ),
    CLASS_REVIEW: OwnKind(
        Message("Review of what the other side is to us"),
        Message(
            "Look again at whether the other side is a trustee, a joint user, a third party, or handles no personal"
            " data for us (APPI 25 and 27). If that has changed, decide it anew on the page of the work."
        ),
        {DONE: Message("The decision still holds")},
    ),
    LACKING: OwnKind(
        Message("What the records of the works lack"),
        Message(
            "Selection reviews, contract clauses or class decisions are missing from the records (APPI 25; General"
            " Guidelines 3-4-4). Enter them, or have what is missing waived for a while: the list names each of them."
        ),
        {DONE: Message("Nothing is missing any more")},
    ),
    CHANGE_REVIEW: OwnKind(
        Message("Decision on a changed text"),
        Message("What is published has changed. Say whether that is acceptable, or what has to be done about it."),
        {"acceptable": Message("This change is acceptable"), "needs-action": Message("This change needs action")},
        frozenset({"needs-action"}),
    ),
    SUB_ENTRUSTMENT_DECISION: OwnKind(
        Message("Decision on a sub-entrustment"),
        Message(
            "A party asks to pass personal data on to another one. Look at who it is, what it will do, where, and how"
            " it keeps the data safe (APPI 25, General Guidelines 3-4-4). No data may go there before it is approved."
        ),
        {
            "approve": Message("Approve it, on the conditions written here if there are any"),
            "refuse": Message("Refuse it"),
            "object": Message("Object to it"),
        },
        frozenset({"refuse", "object"}),
        lapses={"silence": Message("Nobody objected in time, and that counts as approval, as was agreed")},
    ),
    HANDLER_LIST: OwnKind(
        Message("List of who handles the data at a party"),
        Message(
            "Have the party send you the present list of the people who handle the data, by role, and keep it outside"
            " this service. Whoever answers telephones and orders changes often (APPI 24 and 25; General Guidelines"
            " 10-3 and 10-4)."
        ),
        {DONE: Message("The present list is here")},
    ),
    TIER_REVIEW: OwnKind(
        Message("Review of a party's tier after complaints"),
        Message(
            "Complaints about this party repeat. See whether its works belong into a stricter tier, in which it is"
            " looked at more often (APPI 25 and 40)."
        ),
        {
            "raise": Message("All of its works for us go one tier up"),
            "keep": Message("The tiers stay as they are"),
        },
        frozenset({"keep"}),
    ),
}
