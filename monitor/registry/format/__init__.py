"""The registry's file format: what an entry may say. One model per table; a field's docstring is in `docs/registry.md`.

Everything here is about one entry alone. What entries say about each other is checked in `read`, and what the calendar
day has to do with it in `plan`.
"""

from __future__ import annotations

from monitor.registry.format.campaign import Campaign
from monitor.registry.format.engagement import (
    BEFORE,
    OWING,
    TIERS,
    Attestation,
    Deletion,
    Engagement,
    Place,
    State,
    Tier,
)
from monitor.registry.format.entry import Entry
from monitor.registry.format.group import Company, Group, Person, Role
from monitor.registry.format.party import LONGEST_WORK, Certificate, Endpoint, Maintenance, Party, Weekday
from monitor.registry.format.published import CONTINUES, Basis, DataSet, JointUse, LinkedSite, Member, Policy
from monitor.registry.format.purpose import DutyOfPurpose, Purpose, duties_of
from monitor.registry.format.service import Service
from monitor.registry.format.supervision import (
    CLAUSES,
    GDPR_CLAUSES,
    WAIVED,
    Class,
    Contract,
    Minors,
    Selection,
    SubEntrustment,
    Threshold,
    Waiver,
)
from monitor.registry.format.transmission import ExternalTransmission, plain_host

__all__ = [
    "BEFORE",
    "CLAUSES",
    "CONTINUES",
    "GDPR_CLAUSES",
    "KINDS",
    "LONGEST_WORK",
    "OWING",
    "SINGLES",
    "TIERS",
    "WAIVED",
    "Attestation",
    "Basis",
    "Campaign",
    "Certificate",
    "Class",
    "Company",
    "Contract",
    "DataSet",
    "Deletion",
    "DutyOfPurpose",
    "Endpoint",
    "Engagement",
    "Entry",
    "ExternalTransmission",
    "Group",
    "JointUse",
    "LinkedSite",
    "Maintenance",
    "Member",
    "Minors",
    "Party",
    "Person",
    "Place",
    "Policy",
    "Purpose",
    "Role",
    "Selection",
    "Service",
    "State",
    "SubEntrustment",
    "Threshold",
    "Tier",
    "Waiver",
    "Weekday",
    "duties_of",
    "plain_host",
]

#: The tables that stand once, by name.
SINGLES: dict[str, type[Entry]] = {"group": Group, "minors": Minors}

#: The tables of the format beside them, by name.
KINDS: dict[str, type[Entry]] = {
    "company": Company,
    "purpose": Purpose,
    "party": Party,
    "engagement": Engagement,
    "service": Service,
    "campaign": Campaign,
    "joint_use": JointUse,
    "policy": Policy,
    "linked_site": LinkedSite,
    "external_transmission": ExternalTransmission,
}
