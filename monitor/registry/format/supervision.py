"""What has to stand before personal data is entrusted, and by whose leave something of it may be missing."""

from __future__ import annotations

import re
from datetime import date  # noqa: TC003 - one of the model
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from monitor.calendar import DAY, add_months
from monitor.registry.format.clauses import FIRST_OWN, LAST
from monitor.registry.format.entry import Entry
from monitor.registry.values import Day, Flag, Months, Text, whole

#: What the other side is: 委託先, 共同利用者, 第三者, a cloud that does not handle the data, nobody supervised.
Class = Literal["trustee", "joint_user", "third_party", "cloud_no_handling", "out_of_scope"]
USUAL_AGE = 15  #: below which the group has promised to ask for a guardian's consent
CLAUSES = tuple(range(1, FIRST_OWN))  #: the matters that every contract of entrustment has
GDPR_CLAUSES = ("a", "b", "c", "d", "e", "f", "g", "h")
#: What a waiver may be of.
WAIVED = (
    *("selection", "contract", "clauses", *(f"clause-{number}" for number in CLAUSES)),
    *("gdpr", *(f"gdpr-{letter}" for letter in GDPR_CLAUSES)),
    *("class", "purposes", "special-care", "child-data", "instruction"),
)


_OWN = re.compile(r"clause-([1-9][0-9]?)")


def _waived(value: str) -> str:
    if value not in WAIVED and not _OWN.fullmatch(value):
        raise ValueError("waived")
    return value


class Selection(Entry):
    """委託先の選定: the review before entrusting (APPI 25; General Guidelines 3-4-4 (1)). `accepted_on`: taken over."""

    accepted_on: Day | None = None


class Contract(Entry):
    """委託契約: what was agreed (General Guidelines 3-4-4 (2); the eight matters of PrivacyMark J.9.4). `gdpr`: GDPR
    28(3) applies, and `gdpr_clauses` are those of its letters that are in the contract. `expires_on`: the last day of
    its term; with `auto_renew` it goes on for `term_months` more unless notice is given `notice_days` before.
    `review_on`: when it is read again; `read_on`: when it was last, or was renewed by somebody.
    """

    signed_on: Day | None = None
    clauses: tuple[Annotated[int, Field(ge=CLAUSES[0], le=LAST), BeforeValidator(whole)], ...] = ()
    gdpr: Flag = False
    gdpr_clauses: tuple[Literal["a", "b", "c", "d", "e", "f", "g", "h"], ...] = ()
    expires_on: Day | None = None
    auto_renew: Flag = False
    notice_days: Annotated[int, Field(ge=1, le=366), BeforeValidator(whole)] = 30
    term_months: Annotated[int, Field(ge=1, le=120), BeforeValidator(whole)] = 12
    review_on: Day | None = None
    read_on: Day | None = None

    @model_validator(mode="after")
    def _dates(self) -> Self:
        if self.signed_on and self.expires_on and self.expires_on < self.signed_on:
            raise ValueError("contract-dates")
        if self.auto_renew and not self.expires_on:
            raise ValueError("contract-term")
        return self

    def term_end(self, today: date) -> date | None:
        """The last day of the term that somebody can still decide on: one that renews itself goes on into the next on
        the day after the last one for notice.
        """
        last = self.expires_on
        terms = 0
        while last and self.auto_renew and last - self.notice_days * DAY < today:
            terms += 1
            last = add_months(self.expires_on or last, terms * self.term_months)
        return last

    def term_running(self, today: date) -> tuple[date | None, date | None]:
        """The first day of the term that runs, if the contract has renewed itself into it, and its last day."""
        begun, last, terms = None, self.expires_on, 0
        while last and self.auto_renew and last < today:
            begun, terms = last + DAY, terms + 1
            last = add_months(self.expires_on or last, terms * self.term_months)
        return begun, last

    def notice_by(self, today: date) -> date | None:
        """The last day on which the present term can be decided on."""
        last = self.term_end(today)
        return last - self.notice_days * DAY if last and self.auto_renew else last


class SubEntrustment(Entry):
    """再委託: what has been agreed on entrusting further (General Guidelines 3-4-4; GDPR 28(2)), and, for work with
    individual numbers, the first entruster's consent (My Number Act 10).

    `authorisation`: each party below is approved beforehand, or all in general with time to object. `decide_days`:
    business days for the decision; `object_days`: days after which silence is consent. `reach`: who is asked for what a
    party below owes, itself or whoever entrusted it.
    """

    authorisation: Literal["prior", "general"] = "prior"
    decide_days: Annotated[int, Field(ge=1, le=60), BeforeValidator(whole)] = 10
    object_days: Annotated[int, Field(ge=1, le=180), BeforeValidator(whole)] = 30
    first_entruster_consent_on: Day | None = None
    reach: Literal["direct", "via_parent"] = "direct"


class Waiver(Entry):
    """例外承認: something that an engagement lacks is let be, by somebody, for a reason, up to a last day."""

    what: Annotated[Text, AfterValidator(_waived)]
    by: Text
    reason: Text
    until: Day


class Threshold(Entry):
    begins: Annotated[Day, Field(alias="from")]
    age: Annotated[int, Field(ge=1, le=20), BeforeValidator(whole)]


class Minors(Entry):
    """未成年者: below which age somebody is a child here, from which day (policy and law may move it), and within how
    many days a party confirms anew once it is known that it handles data of children; `attest_every`: months after
    which it attests again, at most.
    """

    threshold: tuple[Threshold, ...] = ()
    confirm_within: Annotated[int, Field(ge=1, le=366), BeforeValidator(whole)] = 30
    attest_every: Months | None = None

    def age_on(self, day: date) -> int:
        """Children are those below that age. Fifteen where no threshold has begun."""
        begun = [one for one in self.threshold if one.begins <= day]
        return max(begun, key=lambda one: one.begins).age if begun else USUAL_AGE
