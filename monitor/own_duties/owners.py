"""What a company owes the people whose data it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.language import Message
from monitor.own_duties.kind import DONE, OwnKind

if TYPE_CHECKING:
    from collections.abc import Mapping

OWNER_REQUEST = "owner-request"
OWNER_ANSWER = "owner-answer"
CORRECTION = "correction"
JOINT_REQUEST = "joint-request"
JOINT_CORRECTION = "joint-correction"
COMPLAINT_ACK = "complaint-ack"

OWNERS: Mapping[str, OwnKind] = {
    OWNER_REQUEST: OwnKind(
        Message("Answer to an owner's request"),
        Message(
            "Verify who asks, have every party that holds the data do what is asked for, and answer (APPI 32-39). Two"
            " weeks after the request has arrived, the owner may go to court over it."
        ),
        {
            DONE: Message("The owner has been answered"),
            "declined": Message("The request is declined"),
            "withdrawn": Message("The owner has withdrawn it"),
        },
        frozenset({"declined"}),
        statutory=True,
    ),
    OWNER_ANSWER: OwnKind(
        Message("Answer to the owner, now that all parties have answered"),
        Message(
            "Every party that holds the data has told you what it did. Tell the owner without delay, also what was not"
            " done and why (APPI 32-36), and say here on which day. Two weeks after the request has arrived, the owner"
            " may go to court over it (APPI 39)."
        ),
        {DONE: Message("The owner has been answered")},
        statutory=True,
    ),
    CORRECTION: OwnKind(
        Message("Correction of personal data, everywhere"),
        Message(
            "Data that you hold was wrong and has been corrected. Everybody who holds a copy has been asked to correct"
            " it too: tell them by a secure way which data it is, ask those again who are silent, and close the"
            " correction once all have answered (APPI 22 and 25)."
        ),
        {
            DONE: Message("Our own records are corrected, and everybody has answered"),
            "withdrawn": Message("It was no error: nothing has to be corrected"),
        },
        frozenset({"withdrawn"}),
    ),
    JOINT_REQUEST: OwnKind(
        Message("Owner's request about jointly used personal data"),
        Message(
            "An owner has asked another company of the group for something that concerns data which you use jointly"
            " with it. Get from it, by a secure way, whose data it is; do with your copy what is asked, have your own"
            " trustees do it by a request that you enter yourselves, and say here what was done (APPI 27(5)(iii) and"
            " 33-35). The owner is answered when all have."
        ),
        {
            DONE: Message("It has been carried out with us"),
            "holds_none": Message("We hold no such data"),
            "refused": Message("It is not carried out with us"),
            "law_requires_keeping": Message("A law requires us to keep the data"),
        },
        frozenset({"refused", "law_requires_keeping"}),
        statutory=True,
    ),
    JOINT_CORRECTION: OwnKind(
        Message("Correction of jointly used personal data"),
        Message(
            "Another company of the group has corrected personal data that you use jointly with it. Get from it, by a"
            " secure way, which data it is; correct your copy, have your own trustees correct theirs by a correction"
            " that you enter yourselves, and say here that it is done (APPI 22 and 27(5)(iii))."
        ),
        {
            DONE: Message("Our copy is corrected"),
            "holds-none": Message("We hold no such data"),
            "refused": Message("It is not corrected with us"),
        },
        frozenset({"refused"}),
    ),
    COMPLAINT_ACK: OwnKind(
        Message("Acknowledgement of a complaint"),
        Message(
            "Somebody has complained about how a party handles personal data. Tell them that it has arrived and what"
            " happens next; complaints are to be handled properly and promptly (APPI 40)."
        ),
        {DONE: Message("It has been acknowledged")},
    ),
}
