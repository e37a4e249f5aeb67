"""What a company owes where something has gone wrong: reports, corrective actions, who is affected."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from monitor.language import Message
from monitor.own_duties.kind import DONE, OwnKind

if TYPE_CHECKING:
    from collections.abc import Mapping

PRELIMINARY_REPORT = "preliminary-report"
FINAL_REPORT = "final-report"
MARK_REPORT = "mark-report"
CORRECTIVE_ACTION = "corrective-action"
EFFECT_CHECK = "effect-check"
MANAGEMENT_REVIEW = "management-review"
EXPOSURE_ROUND = "exposure-round"
AFFECTED = "affected-party"

_REPORTED: Mapping[str, Message] = MappingProxyType(
    {DONE: Message("It has been reported"), "not-needed": Message("No report is needed")}
)

INCIDENTS: Mapping[str, OwnKind] = {
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
}
