"""The registry's file format: what an entry may say. One model per table; a field's docstring is in `docs/registry.md`.

Everything here is about one entry alone. What entries say about each other is checked in `read`, and what the calendar
day has to do with it in `plan`.
"""

from __future__ import annotations

from monitor.registry.format.engagement import OWING, Attestation, Deletion, Engagement, Place, State, Tier
from monitor.registry.format.entry import Entry
from monitor.registry.format.group import Company, Group, Person, Purpose, Role
from monitor.registry.format.party import LONGEST_WORK, Certificate, Endpoint, Maintenance, Party, Weekday

__all__ = [
    "KINDS",
    "LONGEST_WORK",
    "OWING",
    "Attestation",
    "Certificate",
    "Company",
    "Deletion",
    "Endpoint",
    "Engagement",
    "Entry",
    "Group",
    "Maintenance",
    "Party",
    "Person",
    "Place",
    "Purpose",
    "Role",
    "State",
    "Tier",
    "Weekday",
]

#: The tables of the format beside `[group]`, by name.
KINDS: dict[str, type[Entry]] = {
    "company": Company,
    "purpose": Purpose,
    "party": Party,
    "engagement": Engagement,
}
