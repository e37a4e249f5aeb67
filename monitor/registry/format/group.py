"""The group, its companies and their people."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, model_validator

from monitor.calendar import Calendar
from monitor.registry.format.clauses import ContractClauses, told_apart
from monitor.registry.format.clocks import Corrections, Incidents, OptOuts, OwnerRequests, Supervision, Transmissions
from monitor.registry.format.entry import Entry
from monitor.registry.format.improving import Improvement
from monitor.registry.format.keeping import Retention
from monitor.registry.format.passing import Complaints, Disclosures, Provisions, Transfers
from monitor.registry.format.proving import Promises
from monitor.registry.values import Day, Email, Flag, Hour, Key, Text, Zone, known_closed_days


class Group(Entry):
    """The group as a whole, its calendar and the hours of its mails."""

    name: Text
    name_ja: Text | None = None
    timezone: Zone
    closed_days: Annotated[str, AfterValidator(known_closed_days)] = "JP"
    extra_closed: tuple[Day, ...] = ()
    send_at: Hour = time(9)
    send_until: Hour = time(18)
    privacy_office: tuple[Email, ...] = ()
    language: Literal["ja", "en"] = "ja"
    any_hour: Flag = False
    incidents: Incidents = Incidents()
    owner_requests: OwnerRequests = OwnerRequests()
    corrections: Corrections = Corrections()
    opt_outs: OptOuts = OptOuts()
    external_transmissions: Transmissions = Transmissions()
    transfers: Transfers = Transfers()
    provisions: Provisions = Provisions()
    disclosures: Disclosures = Disclosures()
    complaints: Complaints = Complaints()
    supervision: Supervision = Supervision()
    promises: Promises = Promises()
    improvement: Improvement = Improvement()
    retention: Retention = Retention()
    contract_clauses: Annotated[tuple[ContractClauses, ...], AfterValidator(told_apart)] = ()

    @model_validator(mode="after")
    def _hours(self) -> Self:
        if self.send_at >= self.send_until:
            raise ValueError("send-hours")
        return self

    def calendar(self) -> Calendar:
        country = "" if self.closed_days == "none" else self.closed_days
        zone = ZoneInfo(self.timezone)
        return Calendar(zone, country, frozenset(self.extra_closed), self.send_at, self.send_until, self.any_hour)


Role = Literal["managers", "pi_manager", "reviewer", "executive"]


def _role(value: Any) -> Any:
    return {"manager": "managers", "reviewers": "reviewer"}.get(value, value) if isinstance(value, str) else value


class Person(Entry):
    """Somebody who acts for a company. While away, the deputy gets what was meant for them."""

    email: Email
    roles: tuple[Annotated[Role, BeforeValidator(_role)], ...] = ()
    deputy: Email | None = None
    away: tuple[Day, Day] | None = None


class Company(Entry):
    """グループ会社: a company of the group; as the contracting company it answers for its engagements (APPI 25)."""

    key: Key
    name: Text
    name_ja: Text | None = None
    address: Text | None = None
    representative: Text | None = None
    managers: tuple[Email, ...]
    pi_manager: tuple[Email, ...] = ()
    reviewers: tuple[Email, ...] = ()
    executive: tuple[Email, ...] = ()
    member_from: Day | None = None
    member_until: Day | None = None
    privacy_mark: Flag = False
    person: tuple[Person, ...] = ()

    @model_validator(mode="after")
    def _dates(self) -> Self:
        if self.member_from and self.member_until and self.member_until < self.member_from:
            raise ValueError("member-dates")
        return self

    def member_on(self, day: date) -> bool:
        return (self.member_from or date.min) <= day <= (self.member_until or date.max)
