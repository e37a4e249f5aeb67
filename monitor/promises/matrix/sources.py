"""What counts as evidence that a promise is kept: kinds of rows, each with its name, where it comes about, and how long
it speaks of the present.

A source is one line: `keys` say under which names the readers (`reading.py`) put such rows on the shelf. A duty that is
overdue under one of these names is trouble for every promise that the source proves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from monitor.language import Message


class Term(Enum):
    """How old evidence may be: a yearly thing, what is looked at all the time, and what happened once for all."""

    YEARLY = "evidence_months"
    LOOKS = "look_days"
    LASTING = ""


@dataclass(frozen=True, slots=True)
class Source:
    """`where`: the page on which such evidence comes about."""

    title: Message = field(compare=False)
    keys: tuple[str, ...]
    where: str
    term: Term = Term.YEARLY


ATTESTED = Source(
    Message("Attestation accepted"), ("answer:attestation", "entry:attestation.last_accepted_on"), "/engagements"
)
REVIEWED = Source(
    Message("Selection review accepted"),
    ("answer:selection", "entry:selection.accepted_on"),
    "/lacking",
    Term.LASTING,
)
SCOPED = Source(
    Message("Selection review accepted"), ("answer:selection", "entry:selection.accepted_on"), "/lacking"
)  #: which also asked what the work needs
NEEDED = Source(
    Message("Need for the data confirmed"),
    ("duty:necessity-review", "entry:necessity_reviewed_on"),
    "/engagements",
)
ERASED = Source(
    Message("Return or deletion confirmed"),
    ("answer:deletion", "entry:deletion.accepted_on", "disposal"),
    "/disposals",
    Term.LASTING,
)
ERASED_LATELY = Source(ERASED.title, ERASED.keys, ERASED.where)  #: what comes again and again: runs, surveys, prizes
HELD = Source(Message("Data kept by law looked at again"), ("duty:hold-review",), "/disposals")
SPOT_CHECKED = Source(Message("Certified deletion tested"), ("duty:spot-check",), "/disposals")
REMEDIED = Source(Message("Finding put right and verified"), ("remediation",), "/findings")
INSTRUCTED = Source(Message("Instruction on record"), ("entry:instruction.recorded_on", "instruction"), "/instructions")
HANDED_OVER = Source(Message("Hand-over on record"), ("hand-over", "answer:run-deletion"), "/hand-overs")
CLASSED = Source(
    Message("Class of the other side on record"), ("class", "duty:class-review"), "/engagements", Term.LASTING
)
LET_IN = Source(
    Message("Sub-entrustment decided on"),
    ("sub-entrustment", "duty:sub-entrustment-decision"),
    "/sub-entrustments",
    Term.LASTING,
)
ABROAD = Source(
    Message("Provision abroad checked"),
    ("transfer", "duty:transfer-check", "duty:transfer-measures", "entry:transfer.last_checked_on"),
    "/transfers",
)
SEEN_SAFE = Source(
    Message("Seen from outside: encryption, headers, mail, names"),
    ("look:tls", "look:headers", "look:mail-auth", "look:dns", "look:security-txt"),
    "/engagements",
    Term.LOOKS,
)
SEEN_UP = Source(
    Message("Seen from outside: whether it answers"),
    ("look:availability", "look:status-page", "look:json-endpoint"),
    "/engagements",
    Term.LOOKS,
)
SEEN_CONTACTS = Source(Message("Published contact looked at"), ("contact",), "/policies", Term.LOOKS)
SEEN_POLICY = Source(Message("Policy pages looked at"), ("look:policy-page",), "/engagements", Term.LOOKS)
SEEN_COOKIES = Source(Message("Cookies and tags looked at"), ("look:cookies",), "/engagements", Term.LOOKS)
CHANGE_DECIDED = Source(Message("Changed text decided on"), ("duty:change-review",), "/closed", Term.LASTING)
NOTICE_SEEN = Source(Message("Notice of joint use seen, with all five items"), ("notice",), "/joint-uses", Term.LOOKS)
NOTICE_RENEWED = Source(
    Message("Notice of joint use brought up to date"), ("duty:joint-use-notice",), "/joint-uses", Term.LASTING
)
COMPARED = Source(Message("Published texts compared"), ("texts",), "/policies", Term.LOOKS)
VERSIONS = Source(Message("Versions of the published texts on record"), ("policy",), "/policies", Term.LASTING)
IN_REGISTRY = Source(Message("Works in the registry"), ("work",), "/engagements", Term.LASTING)
ROSTER = Source(Message("Company in the registry"), ("company",), "/registers", Term.LASTING)
SETTLED = Source(
    Message("Leaving of a company settled"), ("duty:successor-decision", "duty:deletion"), "/registers", Term.LASTING
)
SERVICES = Source(Message("Services in the registry"), ("service",), "/owner-requests", Term.LASTING)
ANSWERED = Source(
    Message("Owner's request answered"),
    ("request", "duty:owner-request", "answer:owner-request-leg"),
    "/owner-requests",
    Term.LASTING,
)
CORRECTED = Source(
    Message("Owner's correction carried out"), ("request:correct", "request:add"), "/owner-requests", Term.LASTING
)
SPREAD = Source(
    Message("Correction made by everybody who holds the data"),
    ("corrected", "answer:correction-leg", "duty:joint-correction"),
    "/corrections",
    Term.LASTING,
)
REFUSALS = Source(Message("Refusal of mail acknowledged"), ("answer:opt-out-ack",), "/opt-outs")
CONSENTED = Source(Message("Proof of consent to mail"), ("entry:consent.checked_on",), "/opt-outs")
PROVIDED = Source(Message("Record of provision or receipt"), ("record",), "/provisions", Term.LASTING)
PROVIDED_BY_CONSENT = Source(Message("Record of consent"), ("record:consent",), "/provisions", Term.LASTING)
EMERGENCY = Source(Message("Emergency disclosure reviewed"), ("disclosure:emergency",), "/disclosures", Term.LASTING)
BY_LAW = Source(Message("Disclosure by law reviewed"), ("disclosure:law",), "/disclosures", Term.LASTING)
HEARD = Source(
    Message("Complaint acknowledged or settled"), ("complaint", "duty:complaint-ack"), "/complaints", Term.LASTING
)
TIERED = Source(Message("Tier reviewed after complaints"), ("duty:tier-review",), "/complaints", Term.LASTING)
TOLD = Source(Message("Incident told of"), ("incident", "answer:incident-notice"), "/incidents", Term.LASTING)
REPORTED = Source(
    Message("Incident reported"),
    ("duty:preliminary-report", "duty:final-report", "duty:mark-report"),
    "/incidents",
    Term.LASTING,
)
ACTED = Source(
    Message("Corrective action carried out"),
    ("correction", "duty:corrective-action", "duty:effect-check"),
    "/incidents",
    Term.LASTING,
)
HANDLERS = Source(
    Message("List of handlers renewed"), ("duty:handler-list", "entry:handlers.listed_on"), "/engagements"
)
SUMMED_UP = Source(Message("Yearly summary signed off"), ("duty:management-review",), "/summaries")
SIGNED_OFF = Source(Message("Statistics signed off before publication"), ("statistics",), "/statistics")
LATE = ("answer:remediation", "duty:backup-purge", "duty:hold-review")
"""Names under which nothing is proved by itself, and being late is trouble."""
IDENTIFIED = Source(Message("Answers on identifying customers accepted"), ("asked:identity",), "/engagements")
ORDERED = Source(Message("Answers on orders and recorded calls accepted"), ("asked:orders",), "/engagements")
NOTIFIED = Source(Message("Answers on lists for notices accepted"), ("asked:notices",), "/engagements")
AGGREGATED = Source(Message("Answers on how statistics are made accepted"), ("asked:statistics",), "/engagements")
CARED = Source(Message("Answers on data of children accepted"), ("asked:children",), "/engagements")
ENDS = Source(
    Message("Day set in the next 12 months from which return or deletion is owed"), ("end",), "/engagements",
    Term.LASTING,
)  # fmt: skip
RUN_ERASED = Source(Message("What came with a run returned or erased"), ("answer:run-deletion",), "/hand-overs")
FREE_TEXT = Source(
    Message("Decided whether free text may hold special-care data"),
    ("entry:special_care_decided_on", "flag:special_care"),
    "/engagements",
    Term.LASTING,
)
CHILDREN_DECIDED = Source(
    Message("Decided whether data of children may be among it"),
    ("entry:child_data_decided_on", "flag:child_data"),
    "/engagements",
    Term.LASTING,
)
PCI = Source(Message("PCI DSS certificate on record"), ("certificate:PCI",), "/engagements")
