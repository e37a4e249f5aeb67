"""Personal data that goes to others: abroad, to third parties, by law or in an emergency; and complaints about parties.

What a law only circumscribes, or leaves to the group, stands here as numbers and lists that the group can set.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from monitor.registry.format.entry import Entry
from monitor.registry.values import Country, Day, Months, Text, whole

Days = Annotated[int, Field(ge=1, le=366), BeforeValidator(whole)]
#: On what the provision to a party abroad rests (APPI 28): the owner's consent, a country that the Commission has
#: designated, the party's own system that meets the standards; `none`: nothing yet.
TransferBasis = Literal["consent", "designated", "equivalent", "none"]
#: The European Economic Area and the United Kingdom (APPI 28(1), Enforcement Rules 15).
DESIGNATED: tuple[str, ...] = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE"),
    *("IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"),
)


class Transfer(Entry):
    """越境移転: on what the provision to a party abroad rests (APPI 28), and when it was last looked at whether its
    measures and the law of its country still hold (28(3), Enforcement Rules 18). What an owner may ask to be told:
    `how` it built its system, the outline of its `measures`, how that is `checked`, and what the `regime` of its
    country hinders.
    """

    basis: TransferBasis | None = None
    last_checked_on: Day | None = None
    how: Text | None = None
    measures: Text | None = None
    checked: Text | None = None
    regime: Text | None = None


class Transfers(Entry):
    """How often a provision abroad is looked at, about once a year (General Guidelines, foreign third parties, 6-1),
    how long before its day that is asked for, how many business days there are to take measures (APPI 28(3)), and which
    countries are designated.
    """

    check_every: Months = 12
    notice_days: Days = 30
    measures_days: Days = 10
    designated: tuple[Country, ...] = DESIGNATED


class Provisions(Entry):
    """確認・記録の保存 (APPI 29(2), 30(4); Enforcement Rules 21, 25): for how many years a record
    is kept. The law's numbers are the least; a group may keep longer.
    """

    single_years: Annotated[int, Field(ge=3, le=30), BeforeValidator(whole)] = 3
    batch_years: Annotated[int, Field(ge=3, le=30), BeforeValidator(whole)] = 3
    contract_years: Annotated[int, Field(ge=1, le=30), BeforeValidator(whole)] = 1


class Disclosures(Entry):
    """Business days within which what was disclosed by law or in an emergency (APPI 27(1)) is reviewed."""

    review_days: Annotated[int, Field(ge=1, le=60), BeforeValidator(whole)] = 2


class Complaints(Entry):
    """苦情の処理 (APPI 40): business days to acknowledge one; how many about one party, within how many days, raise the
    question of its tier, and business days to answer that.
    """

    acknowledge_days: Annotated[int, Field(ge=1, le=60), BeforeValidator(whole)] = 1
    repeated: Annotated[int, Field(ge=2, le=100), BeforeValidator(whole)] = 3
    within_days: Days = 90
    review_days: Annotated[int, Field(ge=1, le=60), BeforeValidator(whole)] = 10
