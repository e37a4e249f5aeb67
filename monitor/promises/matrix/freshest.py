"""Of each register the freshest row by kind, company and work, and how many there are: one query each.

A register is its line in `BOOKED`. The database finds the rows with a window, which both engines have and Tortoise does
not say: so this is SQL of our own names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.tables.store import connection

if TYPE_CHECKING:
    from tortoise.models import Model

    from monitor.calendar import Calendar

OUTSIDE = "look"


@dataclass(frozen=True, slots=True)
class Booked:
    """`name`: under which its rows lie, with the value of the column `kind` in it; `whole`: a name for all its kinds.
    `day`: when it happened, a column or an expression over some; `where`: what of it is evidence.
    """

    name: str
    model: type[Model]
    day: str
    href: str
    where: str
    kind: str = "''"
    company: str = "company_id"
    engagement: str = "NULL"
    whole: str = ""


BOOKED: tuple[Booked, ...] = (
    Booked(
        "answer:{}", tables.Obligation, "accepted_on", "/duty/{id}", "state = 'accepted' AND accepted_on IS NOT NULL",
        kind="kind", engagement="engagement_id",
    ),
    Booked("duty:{}", tables.OwnDuty, "done_at", "/own-duty/{id}", "state = 'done'", "kind",
           engagement="engagement_id"),
    Booked("request:{}", tables.OwnerRequest, "answered_on", "/owner-request/{id}", "answered_on IS NOT NULL",
           kind="request", whole="request"),
    Booked("corrected", tables.Correction, "ended_on", "/correction/{id}", "state = 'closed'"),
    Booked("record:{}", tables.ProvisionRecord, "made_on", "/provision/{id}", "1 = 1", "basis",
           engagement="engagement_id", whole="record"),
    Booked("disclosure:{}", tables.Disclosure, "entered_at", "/disclosure/{id}", "state <> 'entered'", "basis",
           engagement="engagement_id"),
    Booked("transfer", tables.TransferCheck, '"on"', "/transfers", "result = 'ok'", company="NULL",
           engagement="engagement_id"),
    Booked("complaint", tables.Complaint, "COALESCE(settled_on, acknowledged_on)", "/complaint/{id}",
           "acknowledged_on IS NOT NULL OR settled_on IS NOT NULL"),
    Booked("incident", tables.Incident, "received_at", "/incident/{id}", "received_at IS NOT NULL",
           engagement="engagement_id"),
    Booked("sub-entrustment", tables.SubEntrustment, "decided_on", "/sub-entrustment/{id}", "decided_on IS NOT NULL",
           engagement="engagement_id"),
    Booked("disposal", tables.Disposal, "over_on", "/disposal/{id}", "over_on IS NOT NULL", engagement="engagement_id"),
    Booked("remediation", tables.Remediation, "settled_at", "/finding/{id}",
           "state = 'verified' AND settled_at IS NOT NULL", engagement="engagement_id"),
    Booked("hand-over", tables.HandOver, '"on"', "/hand-over/{id}", "1 = 1", engagement="engagement_id"),
    Booked("instruction", tables.InstructionRecord, '"on"', "/instructions", "1 = 1", engagement="engagement_id"),
    Booked("statistics", tables.StatisticsReview, "decided_on", "/statistic/{id}", "state = 'signed-off'",
           engagement="engagement_id"),
    Booked("correction", tables.CorrectiveAction, "done_on", "/corrective-action/{id}", "done_on IS NOT NULL"),
)  # fmt: skip


#: What each notice said when it was seen last.
NOTICES = Booked("notice", tables.NoticeSeen, '"on"', "", "1 = 1", "joint_use", company="NULL")


async def freshest(of: Booked, where: str = "") -> list[tuple[Any, ...]]:
    """Kind, company, work, day, number of the row, count: one for each kind, company and work. `where`: what is
    evidence, where the register does not say so itself.
    """
    table = of.model._meta.db_table  # noqa: SLF001 - where Tortoise keeps it
    columns = f"{of.kind} AS sort, {of.company} AS company, {of.engagement} AS work, {of.day} AS happened, id"
    by = ", ".join(part for part in (of.kind, of.company, of.engagement) if part not in ("NULL", "''")) or "id"
    windows = (
        f"ROW_NUMBER() OVER (PARTITION BY {by} ORDER BY {of.day} DESC, id DESC) AS place,"
        f" COUNT(*) OVER (PARTITION BY {by}) AS many"
    )
    inner = f'SELECT {columns}, {windows} FROM "{table}" WHERE {of.where or where}'  # noqa: S608 - our own names
    rows = await connection().execute_query_dict(f"SELECT * FROM ({inner}) AS found WHERE place = 1")  # noqa: S608
    return [(row["sort"], row["company"], row["work"], row["happened"], row["id"], row["many"]) for row in rows]


_LOOKS = """
SELECT * FROM (
  SELECT whose.company_id, watch.party_id, watch.check_kind, watch.last_at,
    ROW_NUMBER() OVER (PARTITION BY whose.company_id, watch.check_kind ORDER BY watch.last_at DESC, watch.id) AS place,
    COUNT(*) OVER (PARTITION BY whose.company_id, watch.check_kind) AS many
  FROM watch JOIN (SELECT DISTINCT company_id, party_id FROM engagement WHERE retired_at IS NULL) AS whose
    ON whose.party_id = watch.party_id
  WHERE watch.retired_at IS NULL AND watch.last_verdict IN ('pass', 'fail')
) AS found WHERE place = 1
"""


async def looks() -> list[tuple[Any, ...]]:
    """Company, party, kind, instant and count: the latest look of each kind that could judge, for each company."""
    rows = await connection().execute_query_dict(_LOOKS)
    return [(row["company_id"], row["party_id"], row["check_kind"], row["last_at"], row["many"]) for row in rows]


def day_of(value: Any, calendar: Calendar | None) -> date:
    """What a database or a JSON text gives for a day or an instant, as the group's day."""
    if isinstance(value, str):
        value = date.fromisoformat(value) if len(value) == len("2026-04-01") else datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return calendar.day_of(value) if calendar else value.date()
    found: date = value
    return found
