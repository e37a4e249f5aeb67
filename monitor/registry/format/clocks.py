"""How long things may take: what a law only circumscribes, or leaves to the group, as numbers that it can set, also
from a day on.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from monitor.registry.format.dated import Dated
from monitor.registry.values import Months, whole

Days = Annotated[int, Field(ge=1, le=366), BeforeValidator(whole)]
People = Annotated[int, Field(ge=0, le=1_000_000_000), BeforeValidator(whole)]


def _rising(hours: tuple[int, ...]) -> tuple[int, ...]:
    if any(later <= earlier for earlier, later in pairwise(hours)):
        raise ValueError("rising")
    return hours


Hours = Annotated[
    tuple[Annotated[int, Field(ge=1, le=720), BeforeValidator(whole)], ...],
    Field(min_length=1, max_length=10),
    AfterValidator(_rising),
]


def _falling(days: tuple[int, ...]) -> tuple[int, ...]:
    if any(later >= earlier for earlier, later in pairwise(days)):
        raise ValueError("falling")
    return days


DaysBefore = Annotated[
    tuple[Annotated[int, Field(ge=1, le=60), BeforeValidator(whole)], ...],
    Field(max_length=10),
    AfterValidator(_falling),
]


class Incidents(Dated):
    """漏えい等報告 (APPI 26; Enforcement Rules 7-9). The day of knowing is day 1, and closed days count.
    `exposure_hours`: after how many hours each whoever was asked whether it is affected is asked again; with the last,
    its company is told. `ask_before`: how many days before a report is due the party is asked for what is missing.
    """

    notice_days: Days = 5
    preliminary_days: Days = 5
    final_days: Days = 30
    final_wrongful_days: Days = 60
    people_over: People = 1000
    my_number_over: People = 100
    exposure_hours: Hours = (4, 12, 24)
    ask_before: DaysBefore = (14, 7, 3, 1)


class OwnerRequests(Dated):
    """開示等の請求 (APPI 32-39): days from arrival to the answer, and from verification to what a party has done."""

    answer_days: Days = 14
    leg_days: Days = 7


class Corrections(Dated):
    """正確性の確保 (APPI 22): days from a correction until everybody who holds a copy has corrected it, and until the
    company closes it.
    """

    correction_days: Days = 7
    close_days: Days = 14


class Supervision(Dated):
    """委託先の監督 (APPI 25; General Guidelines 3-4-4): for how long a selection review speaks of a party as it is, how
    often it is confirmed that the data is needed, for how long an old ledger's gaps are a list without reminders, and
    how many days there are then. `notice_days`: how long before its day a review is asked for. `run_days`: days after
    which what was handed over for a run is returned or erased; `handlers_months`: how often the list of a party's
    handlers is renewed, and `handlers_days`: days to get the first one; `contract_months`: how often a contract that
    has a day for it is read again.
    """

    selection_months: Months = 12
    selection_days: Days = 30
    necessity_months: Months = 12
    notice_days: Days = 30
    list_patience: Days = 90
    list_days: Days = 30
    waiver_days: Days = 30
    run_days: Days = 30
    handlers_months: Months = 12
    handlers_days: Days = 30
    contract_months: Months = 12


class OptOuts(Dated):
    """受信拒否: business days within which whoever sends mail has to acknowledge one."""

    acknowledge_days: Days = 2


class Transmissions(Dated):
    """外部送信: for how many days a host that is published may not be seen before it is asked whether it still belongs
    in the table.
    """

    unseen_days: Days = 30
