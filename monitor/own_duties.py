"""The kinds of duty that a company owes itself: what it is called, what has to be done, how it may end.

A literal table: its page, its mails, its board row and the command line read from it. What brings such a duty about,
and what follows from its end, stands in the room of the promise that it belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from monitor.language import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

DONE = "done"
FOUND = "found"  #: what a spot check may end with
_DONE: Mapping[str, Message] = MappingProxyType({DONE: Message("It is done")})


@dataclass(frozen=True, slots=True)
class OwnKind:
    """`outcomes`: how it may end, each with the words on its button, the usual one first. `explained`: those for which
    a reason has to be given. `statutory`: a law runs the clock. `lapses`: how it may end by itself, because nobody said
    anything in time.
    """

    title: Message
    task: Message
    outcomes: Mapping[str, Message] = field(default_factory=lambda: _DONE)
    explained: frozenset[str] = frozenset()
    statutory: bool = False
    lapses: Mapping[str, Message] = field(default_factory=dict)
    before: tuple[int, ...] = (1,)

    def ended(self, outcome: str) -> Message | None:
        """The words for how it ended, by a person's word or by itself."""
        return self.outcomes.get(outcome) or self.lapses.get(outcome)

    @property
    def decides(self) -> bool:
        """Whether somebody has to decide, rather than see to it that something is done."""
        return DONE not in self.outcomes


CHANGE_REVIEW = "change-review"
NECESSITY_REVIEW = "necessity-review"
CLASS_REVIEW = "class-review"
CONTRACT_RENEWAL = "contract-renewal"
CONTRACT_REVIEW = "contract-review"
LACKING = "lacking"
PRELIMINARY_REPORT = "preliminary-report"
FINAL_REPORT = "final-report"
MARK_REPORT = "mark-report"
CORRECTIVE_ACTION = "corrective-action"
EFFECT_CHECK = "effect-check"
MANAGEMENT_REVIEW = "management-review"
EXPOSURE_ROUND = "exposure-round"
AFFECTED = "affected-party"
OWNER_REQUEST = "owner-request"
OWNER_ANSWER = "owner-answer"
CORRECTION = "correction"
JOINT_CORRECTION = "joint-correction"
JOINT_REQUEST = "joint-request"
SUB_ENTRUSTMENT_DECISION = "sub-entrustment-decision"
BACKUP_PURGE = "backup-purge"
HOLD_REVIEW = "hold-review"
COPIES_ERASURE = "copies-erasure"
SPOT_CHECK = "spot-check"
JOINT_USE_NOTICE = "joint-use-notice"
MEMBER_DELETION = "deletion"  #: by the company that leaves; a party is asked for the same by a form
SUCCESSOR_DECISION = "successor-decision"
DISCLOSURE_REVIEW = "disclosure-review"
TRANSFER_CHECK = "transfer-check"
TRANSFER_MEASURES = "transfer-measures"
COMPLAINT_ACK = "complaint-ack"
TIER_REVIEW = "tier-review"
HANDLER_LIST = "handler-list"

_REPORTED: Mapping[str, Message] = MappingProxyType(
    {DONE: Message("It has been reported"), "not-needed": Message("No report is needed")}
)

OWN_DUTIES: Mapping[str, OwnKind] = {
    PRELIMINARY_REPORT: OwnKind(
        Message("Preliminary report of an incident"),
        Message(
            "Report what is known so far to the Personal Information Protection Commission, promptly: by day 5, the day"
            " of knowing being day 1 (APPI 26(1), Enforcement Rules 8(1)). Tell the persons concerned as soon as the"
            " circumstances ask for it (APPI 26(2))."
        ),
        _REPORTED,
        frozenset({"not-needed"}),
        statutory=True,
    ),
    FINAL_REPORT: OwnKind(
        Message("Final report of an incident"),
        Message(
            "Report all nine items to the Personal Information Protection Commission: by day 30, or day 60 where there"
            " may have been wrongful intent (APPI 26(1), Enforcement Rules 8(2)). What is still unknown then is added"
            " later."
        ),
        _REPORTED,
        frozenset({"not-needed"}),
        statutory=True,
    ),
    MARK_REPORT: OwnKind(
        Message("Report of an incident to the PrivacyMark body"),
        Message("As a holder of the PrivacyMark, report the incident to the body that granted it, whatever its size."),
        _REPORTED,
        frozenset({"not-needed"}),
        statutory=True,
    ),
    CORRECTIVE_ACTION: OwnKind(
        Message("Corrective action"),
        Message("See to it that the corrective action is carried out, and say so here. Its effect is checked later."),
    ),
    EFFECT_CHECK: OwnKind(
        Message("Check of a corrective action"),
        Message(
            "See whether the corrective action has had its effect. Where it has not, write what has to be done"
            " instead: that is owed as another action."
        ),
        {DONE: Message("It is effective"), "not-effective": Message("It is not effective")},
        frozenset({"not-effective"}),
    ),
    MANAGEMENT_REVIEW: OwnKind(
        Message("Yearly review by the management"),
        Message(
            "Read the summary of the fiscal year and decide what has to be better in the next one: resources, rules,"
            " whom to look at more closely. What you decide is kept with the figures as they are today (APPI 23 and 25,"
            " General Guidelines 10-3(5); JIS Q 15001)."
        ),
        {"signed-off": Message("The summary is signed off with the decision written here")},
        frozenset({"signed-off"}),
    ),
    EXPOSURE_ROUND: OwnKind(
        Message("Round of questions: who is affected?"),
        Message(
            "All trustees of the purposes chosen have been asked at once whether they are affected (APPI 25 and 26)."
            " See who is, ask those who are silent by telephone, stop the flow of data where it has to be stopped, and"
            " close the round when enough is known."
        ),
        {DONE: Message("Close the round: no more answers are needed")},
        statutory=True,
    ),
    AFFECTED: OwnKind(
        Message("A party says that it is affected"),
        Message(
            "Talk to the party today. Have it send its notice of an incident, or enter what it tells you: your own"
            " clocks start when you know of it (APPI 26). Suspend the work if data must not flow any more. This ends"
            " by itself when the notice arrives."
        ),
        {
            DONE: Message("Its notice has come, or what it told has been entered"),
            "not-ours": Message("No personal data of ours is concerned"),
        },
        frozenset({"not-ours"}),
        statutory=True,
    ),
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
        lapses={"renewed-by-itself": Message("It was renewed by itself")},
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
    BACKUP_PURGE: OwnKind(
        Message("Confirmation that a backup is purged"),
        Message(
            "The party certified that what is left in a backup will be gone by this day (APPI 22, General Guidelines"
            " 10-5-(4)). Have it confirmed; until then the return or deletion is not over."
        ),
        {"done": Message("It is gone: the party has confirmed it")},
    ),
    HOLD_REVIEW: OwnKind(
        Message("Review of data that is kept by law"),
        Message(
            "The party keeps data after the end because a law requires it. See whether the law still does (APPI 22); if"
            " not, have it erased."
        ),
        {
            "keep": Message("The law still requires it: look at it again later"),
            "ended": Message("The law requires it no longer, and it has been erased or returned"),
        },
    ),
    COPIES_ERASURE: OwnKind(
        Message("Erasure of what is left after the return, or disputed"),
        Message(
            "The party has returned data and kept copies, or does not agree that it has to erase something (APPI 22,"
            " General Guidelines 10-5-(4)). Settle it, and have it confirmed by this day that nothing is left; until"
            " then the return or deletion is not over."
        ),
        {"done": Message("Nothing is left: the party has confirmed it")},
    ),
    SPOT_CHECK: OwnKind(
        Message("Spot check of a certified deletion"),
        Message(
            "A certificate alone is no proof. Ask for the log of the erasure, look for a seeded record, or see that"
            " nothing answers at the old address, and write down what you found (APPI 25, General Guidelines 3-4-4)."
        ),
        {
            "clean": Message("Nothing was found"),
            FOUND: Message("Data was found, or the erasure cannot be shown"),
        },
        frozenset({FOUND}),
    ),
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
    COMPLAINT_ACK: OwnKind(
        Message("Acknowledgement of a complaint"),
        Message(
            "Somebody has complained about how a party handles personal data. Tell them that it has arrived and what"
            " happens next; complaints are to be handled properly and promptly (APPI 40)."
        ),
        {DONE: Message("It has been acknowledged")},
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


def own_kind(name: str) -> OwnKind:
    """The kind of that name; one that has left the table since stands for itself."""
    return OWN_DUTIES.get(name) or OwnKind(Message(name), Message(""))
