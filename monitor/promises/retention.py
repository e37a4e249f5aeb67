"""For how long a record of provision or receipt is kept, whether one is needed at all, and what it lacks. Pure.

APPI 29-31 with Enforcement Rules 19-28: records are needed for real provision to third parties only, not where data is
entrusted, used jointly or goes with a business (27(5)); but for provision abroad by consent (28(1)), to a trustee too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from monitor.calendar import add_months

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from monitor.registry.format import Engagement
    from monitor.registry.format.passing import Provisions

Record = Literal["single", "batch", "contract"]
Basis = Literal["consent", "opt_out", "personal_related"]
Way = Literal["provision", "receipt"]
YEAR = 12  #: months
_HANDLING = frozenset({"trustee", "joint_user", "cloud_no_handling"})  #: classes that are no third party
#: What a record has to say (Enforcement Rules 20, 24, 26), by way and basis.
FIELDS: Mapping[tuple[Way, Basis], tuple[str, ...]] = {
    ("provision", "consent"): ("third", "consent_on", "owners", "items"),
    ("provision", "opt_out"): ("third", "address", "representative", "made_on", "owners", "items"),
    ("provision", "personal_related"): ("third", "address", "representative", "consent_on", "made_on", "items"),
    ("receipt", "consent"): ("third", "address", "representative", "acquired", "consent_on", "owners", "items"),
    ("receipt", "opt_out"): ("third", "address", "representative", "acquired", "made_on", "owners", "items"),
    ("receipt", "personal_related"): ("third", "address", "representative", "consent_on", "made_on", "items"),
}


@dataclass(frozen=True, slots=True)
class Days:
    """When a record was made, and when what it is about was provided or received last."""

    made_on: date
    last_on: date | None = None


def keep_until(record: str, days: Days, terms: Provisions) -> date:
    """The last day on which it may not be erased. A contract or the like that stands for a record: from the last
    provision; a record of several together: likewise; any other: from its making (Enforcement Rules 21, 25).
    """
    last = days.last_on or days.made_on
    if record == "single":
        return add_months(days.made_on, YEAR * terms.single_years)
    years = terms.batch_years if record == "batch" else terms.contract_years
    return add_months(last, YEAR * years)


def needs_record(entry: Engagement, country: str, designated: frozenset[str]) -> bool:
    """Whether what goes to the party of this engagement has to be recorded. Abroad, where no basis was decided, only
    the owner's consent could be one.
    """
    if (entry.class_ or entry.kind) not in _HANDLING:
        return True
    basis = entry.transfer.basis
    abroad = country != "JP" and country not in designated
    return basis == "consent" or (abroad and basis in {None, "none"})


def lacking(way: Way, basis: Basis, said: Mapping[str, object]) -> list[str]:
    """What the record has to say and does not."""
    return [name for name in FIELDS[way, basis] if not said.get(name)]
