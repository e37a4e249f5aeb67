"""Conduct that is not as promised, and that no look from outside can see: the rules, each with its severity and words.

A literal table: case pages, mails and the command line read from it. What finds such conduct stands in the room of the
promise that it breaks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from checks.contract import Severity
from monitor.language import Message

if TYPE_CHECKING:
    from collections.abc import Mapping


#: Since when the Act has the duties that the rules name, under the numbers by which they name them.
ACT = date(2022, 4, 1)
#: Since when e-mail is sent only to whoever has agreed beforehand.
EMAIL_ACT = date(2008, 12, 1)


@dataclass(frozen=True, slots=True)
class Rule:
    """`title`: what is wrong, in few words; `why`: what it means and by which law or promise; `remedy`: what to do.
    `version` is raised whenever the same facts come to be judged otherwise, and `since` is the day from which what it
    says then holds: a case keeps both as they were when it was opened.
    """

    title: Message
    why: Message
    remedy: Message
    severity: Severity = Severity.HIGH
    version: int = 1
    since: date = ACT


UNAUTHORISED = "unauthorised_subentrust"
UNREPORTED = "subentrust_unreported"
NOT_ERASED = "deletion_not_shown"

OPT_OUT_IGNORED = "opt_out_ignored"
NOTICE_INCOMPLETE = "joint_use_notice_incomplete"
NOT_BEFOREHAND = "responsible_change_not_beforehand"
TEXTS_DISAGREE = "published_texts_disagree"
DISCLOSURE_INCOMPLETE = "disclosure_incomplete"
DISCLOSURE_UNREPORTED = "disclosure_unreported"
DISCLOSURE_UNJUSTIFIED = "disclosure_unjustified"
COMPLAINTS_REPEAT = "complaints_repeat"
HANDED_SUSPENDED = "handed_over_while_suspended"
COUNT_DIFFERS = "hand_over_count_differs"
RUN_LEFT = "run_not_erased"
PCI_MISSING = "pci_certificate_missing"
CONTRACT_EXPIRED = "contract_expired"
STATISTICS_UNREVIEWED = "statistics_unreviewed"


RULES: Mapping[str, Rule] = {
    CONTRACT_EXPIRED: Rule(
        Message("A contract has run out while the work goes on"),
        Message(
            "The term of the contract is over, and the party still handles the data. Whoever entrusts personal data"
            " agrees on how it is kept safe (APPI 25; General Guidelines 3-4-4)."
        ),
        Message(
            "Renew the contract and enter its new last day, or end the work: the return or deletion of the data is then"
            " owed. Until then hand over nothing more."
        ),
    ),
    OPT_OUT_IGNORED: Rule(
        Message("Mail in spite of a refusal"),
        Message(
            "An address that had refused mail was mailed again. Nobody may send advertisements to whoever has refused"
            " them (Act on Regulation of Transmission of Specified Electronic Mail 3(3)), and the group has promised"
            " that they can be stopped at any time."
        ),
        Message(
            "Have the mailing stopped. Ask the party which list it used, have the refusals applied to it, and test"
            " again with a seeded address."
        ),
        since=EMAIL_ACT,
    ),
    UNAUTHORISED: Rule(
        Message("Data passed on without approval"),
        Message(
            "Personal data went to a party that nobody had approved. The company answers for the supervision of"
            " everybody who handles it (APPI 25, General Guidelines 3-4-4); work with individual numbers may not be"
            " passed on at all without the first entruster's consent (My Number Act 10)."
        ),
        Message(
            "Have the handing over stopped. Let the party ask for approval in its form, and decide on it; or have the"
            " data returned or erased there, with a certificate."
        ),
    ),
    UNREPORTED: Rule(
        Message("A party below that was never reported"),
        Message(
            "The party names somebody to whom it passes the work on, and the register knows nothing of it. The company"
            " has to know beforehand who handles the data, for what and how (APPI 25, General Guidelines 3-4-4)."
        ),
        Message("Ask the party to report it in its form for sub-entrustment, and decide on it."),
    ),
    NOT_ERASED: Rule(
        Message("A certified deletion does not hold"),
        Message(
            "A spot check found data whose return or deletion was certified, or the erasure cannot be shown (APPI 22"
            " and 25, General Guidelines 10-5-(4))."
        ),
        Message("Have it erased again, have that shown, and look at everything else that this party has certified."),
        Severity.CRITICAL,
    ),
    NOTICE_INCOMPLETE: Rule(
        Message("The notice of joint use is incomplete"),
        Message(
            "Companies may use personal data jointly only if the owners can readily learn of five items beforehand:"
            " that it is done, which items, by whom, for what, and the name, address and representative of the party"
            " responsible for the management (APPI 27(5)(iii)). While one is missing, passing the data on may be"
            " provision to a third party."
        ),
        Message("Complete the register or the page. The next look at the notice closes this case."),
    ),
    NOT_BEFOREHAND: Rule(
        Message("Another responsible party, not announced beforehand"),
        Message(
            "Who is responsible for the management of jointly used data changed before the notice said so. Such a"
            " change has to be notified or readily accessible beforehand (APPI 27(6))."
        ),
        Message(
            "Bring the notice up to date at once, judge whether the owners have to be told besides, and write down why"
            " it was late."
        ),
    ),
    TEXTS_DISAGREE: Rule(
        Message("Published texts that do not agree"),
        Message(
            "What the group has published about personal data differs from page to page, or from what the registry"
            " says. Whoever reads one of them is told something that does not hold (APPI 21, 27 and 32)."
        ),
        Message("Have the texts, or the registry, brought into agreement. The case closes when they are."),
        Severity.LOW,
    ),
    DISCLOSURE_INCOMPLETE: Rule(
        Message("A disclosure of which not everything is known"),
        Message(
            "Personal data was given to somebody without consent, and what would show that it had to be is not known:"
            " only a statute, or danger to life, body or property where consent could hardly be had, allow it (APPI"
            " 18(3) and 27(1))."
        ),
        Message("Find out what is missing, and enter it in the register of disclosures: the case closes with it."),
    ),
    DISCLOSURE_UNREPORTED: Rule(
        Message("A disclosure that was not reported"),
        Message(
            "A party gave personal data to somebody by law or in an emergency, and did not tell the company that"
            " answers for its supervision (APPI 25 and 27(1))."
        ),
        Message(
            "Have the party report it, enter the day in the register of disclosures, and remind it that it has to tell"
            " you beforehand wherever the law does not forbid that."
        ),
    ),
    DISCLOSURE_UNJUSTIFIED: Rule(
        Message("A disclosure that was not justified"),
        Message(
            "The review found that personal data went to somebody without consent, and that no exception of the law"
            " covers it (APPI 27(1)). It may be a leak that has to be reported (APPI 26)."
        ),
        Message(
            "Have the data returned or erased, judge whether an incident has to be reported, and see to the cause."
        ),
    ),
    COMPLAINTS_REPEAT: Rule(
        Message("Complaints about a party repeat"),
        Message(
            "Several complaints about how this party handles personal data have come within a short time. Complaints"
            " are to be handled properly and promptly, and a party that causes them needs closer supervision (APPI 25"
            " and 40)."
        ),
        Message("Find the common cause with the party, have it put right, and decide on its tier."),
        Severity.MEDIUM,
    ),
    HANDED_SUSPENDED: Rule(
        Message("Data handed over to a suspended work"),
        Message(
            "The work was suspended, so no personal data was to go to the party, and some went all the same. Whatever"
            " the suspension was for (an incident, a provision abroad that cannot be ensured) now concerns this data"
            " too (APPI 23, 25 and 28)."
        ),
        Message(
            "Have the handing over stopped, and the data returned or erased. See how it could leave, have that put"
            " right, and write down here what was done."
        ),
    ),
    COUNT_DIFFERS: Rule(
        Message("Not as many records came back as went out"),
        Message(
            "The log of hand-overs and what the party returned or erased do not agree. What is missing may be lost or"
            " kept: whoever entrusts data has to know where it is (APPI 22 and 25, General Guidelines 10-5)."
        ),
        Message(
            "Have the party count again and account for the rest. If records are lost, judge whether an incident has to"
            " be reported. A return that makes the numbers agree closes this case."
        ),
    ),
    RUN_LEFT: Rule(
        Message("Data of a finished run was not erased"),
        Message(
            "The party says that personal data of a run is still there though its time is over (APPI 22: what is no"
            " longer needed is erased without delay)."
        ),
        Message("Agree on a day with the party, have it erased, and write down here when it was."),
        Severity.MEDIUM,
    ),
    PCI_MISSING: Rule(
        Message("No valid PCI DSS certificate"),
        Message(
            "The party handles card data for the company, and the registry has no PCI DSS certificate of it that is"
            " valid today. A leak of even one card number has to be reported (APPI 23, 25 and 26; Enforcement Rules 7)."
        ),
        Message(
            "Ask the party for its attestation of compliance, and enter it with its last day as a certificate of the"
            " kind PCI: the case closes with it."
        ),
    ),
    STATISTICS_UNREVIEWED: Rule(
        Message("Statistics published without a sign-off"),
        Message(
            "Statistics made of personal data were published before anybody had confirmed that nobody can be told from"
            " them. What can be tied to somebody is still personal data, and publishing it is provision to third"
            " parties (APPI 2(1) and 27(1)). The group has promised to publish statistics without individuals only."
        ),
        Message(
            "Look at what was published now. If somebody can be told from it, have it withdrawn and judge whether an"
            " incident has to be reported. Then write down here what was found."
        ),
    ),
}


def rule_of(name: str) -> Rule:
    """The rule of that name; one that has left the table since stands for itself."""
    return RULES.get(name) or Rule(Message(name), Message(""), Message(""))
