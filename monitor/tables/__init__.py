"""The rows. Subjects have modules; verbs live in the stages that own them."""

from __future__ import annotations

from monitor.tables.chain import SubEntrustment
from monitor.tables.contact import Contact
from monitor.tables.correcting import Correction
from monitor.tables.correspondence import Incoming
from monitor.tables.disposal import Disposal, DisposalPlace
from monitor.tables.duty import Answer, Evidence, FrozenRequest, Link, Obligation, Plea, Reason, Submission
from monitor.tables.handing import HandOver, InstructionRecord, Suspension
from monitor.tables.improving import CorrectiveAction, YearlySummary
from monitor.tables.incident import Incident
from monitor.tables.keeping import SpentFile
from monitor.tables.looking import (
    Case,
    FindingRow,
    Joined,
    LookBlock,
    LookDay,
    LookEvidence,
    LookRow,
    PageText,
    Watch,
)
from monitor.tables.meeting import Contradiction
from monitor.tables.offline import OfflineFile, PaperEntry
from monitor.tables.owing import OwnDuty
from monitor.tables.owners import OptOut, OwnerRequest
from monitor.tables.passing import Complaint, Disclosure, ProvisionRecord, TransferCheck
from monitor.tables.published import ExternalTransmission, JointUse, LinkedSite, NoticeSeen, NoticeText, Policy
from monitor.tables.publishing import StatisticsReview
from monitor.tables.record import LedgerLine, Outage, Pulse
from monitor.tables.register import Campaign, Company, Engagement, Group, Party, Purpose, Service
from monitor.tables.remediation import Remediation
from monitor.tables.reviewing import Mark, Note, Proposal
from monitor.tables.shortcode import ShortCode
from monitor.tables.signing import Colleague, SigningCode
from monitor.tables.telling import Mail, MailItem, Notice, Person, Session, SignIn

__all__ = [
    "Answer",
    "Campaign",
    "Case",
    "Colleague",
    "Company",
    "Complaint",
    "Contact",
    "Contradiction",
    "Correction",
    "CorrectiveAction",
    "Disclosure",
    "Disposal",
    "DisposalPlace",
    "Engagement",
    "Evidence",
    "ExternalTransmission",
    "FindingRow",
    "FrozenRequest",
    "Group",
    "HandOver",
    "Incident",
    "Incoming",
    "InstructionRecord",
    "Joined",
    "JointUse",
    "LedgerLine",
    "Link",
    "LinkedSite",
    "LookBlock",
    "LookDay",
    "LookEvidence",
    "LookRow",
    "Mail",
    "MailItem",
    "Mark",
    "Note",
    "Notice",
    "NoticeSeen",
    "NoticeText",
    "Obligation",
    "OfflineFile",
    "OptOut",
    "Outage",
    "OwnDuty",
    "OwnerRequest",
    "PageText",
    "PaperEntry",
    "Party",
    "Person",
    "Plea",
    "Policy",
    "Proposal",
    "ProvisionRecord",
    "Pulse",
    "Purpose",
    "Reason",
    "Remediation",
    "Service",
    "Session",
    "ShortCode",
    "SignIn",
    "SigningCode",
    "SpentFile",
    "StatisticsReview",
    "SubEntrustment",
    "Submission",
    "Suspension",
    "TransferCheck",
    "Watch",
    "YearlySummary",
]

# Tortoise copies the first line of a docstring into the schema; without this, rewording one would ask for a migration.
for _model in [globals()[name] for name in __all__]:
    _model._meta.table_description = ""  # noqa: SLF001 - Tortoise has no other door to it
