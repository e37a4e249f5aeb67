"""What a company owes where others have the data in their own right: joint use, disclosure, transfer abroad."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.language import Message
from monitor.own_duties.kind import DONE, OwnKind

if TYPE_CHECKING:
    from collections.abc import Mapping

JOINT_USE_NOTICE = "joint-use-notice"
MEMBER_DELETION = "deletion"  #: by the company that leaves; a party is asked for the same by a form
SUCCESSOR_DECISION = "successor-decision"
DISCLOSURE_REVIEW = "disclosure-review"
TRANSFER_CHECK = "transfer-check"
TRANSFER_MEASURES = "transfer-measures"

SHARING: Mapping[str, OwnKind] = {
    JOINT_USE_NOTICE: OwnKind(
        Message("Notice of joint use to be brought up to date"),
        Message(
            "What the owners of jointly used data are told has changed. A new name, address or representative of the"
            " party responsible for the management has to be shown without delay, another responsible party beforehand"
            " (APPI 27(6)). Bring every page and form up to date that shows it; the page /joint-use follows the"
            " registry by itself."
        ),
        {DONE: Message("The notice is up to date")},
    ),
    MEMBER_DELETION: OwnKind(
        Message("Confirmation of return or deletion"),
        Message(
            "The company leaves the group, and its joint use ends with its last day. Have it return or erase what it"
            " holds of the other companies' data, and confirm it here (APPI 22, General Guidelines 3-6-3)."
        ),
        {
            DONE: Message("Everything has been returned or erased"),
            "holds-none": Message("It holds none of these data"),
        },
        frozenset({"holds-none"}),
    ),
    SUCCESSOR_DECISION: OwnKind(
        Message("Decision on who takes over a company's works"),
        Message(
            "A company leaves the group. Give each of its works another responsible company or an end, and its joint"
            " uses another party responsible for the management, before its last day: from the day after, the privacy"
            " office answers for what is left (APPI 25, 27(6))."
        ),
        {DONE: Message("Every work and joint use has been settled")},
    ),
    DISCLOSURE_REVIEW: OwnKind(
        Message("Review of a disclosure"),
        Message(
            "Personal data was given to somebody without the owner's consent, by law or in an emergency. See whether it"
            " had to be: the statute or the danger, why no consent could be had, and that no more was given than was"
            " needed (APPI 18(3) and 27(1))."
        ),
        {"justified": Message("It was justified"), "not-justified": Message("It was not justified")},
        frozenset({"not-justified"}),
    ),
    TRANSFER_CHECK: OwnKind(
        Message("Yearly check of a provision abroad"),
        Message(
            "See whether the party abroad still carries out the measures that were agreed, and whether a law of its"
            " country could hinder them, and how you know (APPI 28(3), Enforcement Rules 18). Where they cannot be"
            " ensured any more, the provision has to stop."
        ),
        {
            "ok": Message("The measures hold, and nothing hinders them"),
            "trouble": Message("There is trouble, and measures are taken"),
            "cannot-continue": Message("They cannot be ensured: no more data goes there"),
        },
        frozenset({"trouble", "cannot-continue"}),
    ),
    TRANSFER_MEASURES: OwnKind(
        Message("Measures for a provision abroad"),
        Message(
            "The last check found trouble with the measures abroad. Take what measures are needed and proper, and write"
            " them down here: an owner may ask to be told (APPI 28(3), Enforcement Rules 18)."
        ),
        {
            DONE: Message("The measures have been taken"),
            "cannot-continue": Message("They cannot be ensured: no more data goes there"),
        },
        frozenset({"cannot-continue"}),
    ),
}
