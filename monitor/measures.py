"""What Prometheus reads. Gauges are computed when they are asked for, so they are never stale and never drift."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

from prometheus_client import CollectorRegistry, Gauge

from monitor import ledger, tables
from monitor.auditor import oldest_unsent
from monitor.inbound.reading import BOUNCE, KINDS
from monitor.tables.duty import ASKED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

REGISTRY = CollectorRegistry()
OVERDUE = Gauge("itaku_duties_overdue", "Duties overdue, by responsible company", ["company"], registry=REGISTRY)
OPEN = Gauge("itaku_duties_open", "Duties that wait for the party", registry=REGISTRY)
REVIEW = Gauge("itaku_duties_to_review", "Answers that wait for their reviewers", registry=REGISTRY)
CASES = Gauge("itaku_cases_open", "Open cases of failing checks", registry=REGISTRY)
UNSENT = Gauge(
    "itaku_mail_outbox_oldest_seconds", "Age of the oldest letter that the mail server has not taken", registry=REGISTRY
)
PARKED = Gauge("itaku_mail_parked", "Letters that could not be made", registry=REGISTRY)
RETURNED = Gauge(
    "itaku_mail_returned", "Mails that came back, by what they turned out to be", ["kind"], registry=REGISTRY
)
HARD = Gauge("itaku_mail_bounced", "Letters that came back for good", registry=REGISTRY)
STUCK = Gauge("itaku_mail_incoming_stuck", "Mails that came in and could not be dealt with", registry=REGISTRY)
HEIGHT = Gauge("itaku_ledger_height", "Lines of the ledger", registry=REGISTRY)
LAG = Gauge("itaku_scheduler_lag_seconds", "By how much the latest stage is late", registry=REGISTRY)
FAILURES = Gauge("itaku_stage_failures", "Beats of a stage that failed since the start", ["stage"], registry=REGISTRY)
LOOKS = Gauge("itaku_looks_made", "Looks made since the start, by verdict", ["check", "verdict"], registry=REGISTRY)


class Measured(Protocol):
    """What the daemon can tell about its stages."""

    @property
    def lag(self) -> float: ...

    def failures(self) -> dict[str, int]: ...

    def looks_made(self) -> Mapping[tuple[str, str], int]: ...


async def measure(daemon: Measured | object, at: datetime) -> None:
    """Set all gauges to what is so now."""
    overdue = await tables.Obligation.filter(state__in=ASKED, overdue_on__isnull=False).values_list(
        "company_id", flat=True
    )
    OVERDUE.clear()  # from here to the last company nothing is awaited: two readers at once count nothing twice
    for company, count in Counter(overdue).items():
        OVERDUE.labels(company=company).set(count)
    OPEN.set(await tables.Obligation.filter(state__in=ASKED).count())
    REVIEW.set(await tables.Obligation.filter(state="submitted").count())
    CASES.set(await tables.Case.filter(closed_at=None).count())
    PARKED.set(await tables.Mail.filter(state="parked").count())
    UNSENT.set(await oldest_unsent(at))
    for kind in KINDS:
        RETURNED.labels(kind=kind).set(await tables.Incoming.filter(kind=kind).count())
    HARD.set(await tables.Incoming.filter(kind=BOUNCE, hard=True).count())
    STUCK.set(await tables.Incoming.filter(state="stuck").count())
    HEIGHT.set((await ledger.head())[0])
    LAG.set(getattr(daemon, "lag", 0.0))
    for stage, count in getattr(daemon, "failures", dict)().items():
        FAILURES.labels(stage=stage).set(count)
    for (check, verdict), count in getattr(daemon, "looks_made", dict)().items():
        LOOKS.labels(check=check, verdict=verdict).set(count)
