"""Which questionnaire is asked where the registry names none."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORT = "light"
CHILDREN = "children"  #: asked besides, where data of children is handled
STATISTICS = "statistics"  #: asked besides, where statistics are made of personal data
#: Asked besides, by what a purpose of the work brings (`registry/format/purpose.py`).
BY_DUTY: Mapping[str, str] = {
    "identity": "identity",
    "recordings": "orders",
    "notice-list": "notices",
    "statistics": STATISTICS,
}

BY_KIND_AND_TIER: Mapping[str, Mapping[str, str]] = {
    "trustee": {"S": "appi-gl10", "A": "appi-gl10", "B": "appi-gl10", "C": SHORT},
    "joint_user": dict.fromkeys("SABC", "appi-joint-user"),
}

#: A joint user was never entrusted with the data, so its certificate speaks of what was used jointly.
DELETION: Mapping[str, str] = {"trustee": "deletion", "joint_user": "deletion-joint-user"}


def attestation_questionnaire(kind: str, tier: str, *, certified: bool) -> str:
    """What an attestation asks. `certified`: a certificate of the kind that the engagement rests on is valid."""
    return SHORT if certified else BY_KIND_AND_TIER[kind][tier]
