"""Who belongs to the group, and what it has published of joint use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from monitor.promises.joint_use.changes import Handing, notice_seen, representative_changed, responsible_changed
from monitor.promises.membership.joining import join
from monitor.promises.membership.leaving import leave
from monitor.registry.format import Basis
from monitor.registry.values import Day
from monitor.simulation.event import ThroughUs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.simulation.event import Deed, Event


class CompanyLeaves(ThroughUs):
    do: Literal["company_leaves"]
    company: str
    last_day: Day


async def _leaves(event: CompanyLeaves, at: datetime) -> None:
    await leave(event.company, event.last_day, at)


class CompanyJoins(ThroughUs):
    """`basis`: whatever is none of those on which earlier data may go on is as good as none."""

    do: Literal["company_joins"]
    company: str
    on: Day
    basis: str = ""


async def _joins(event: CompanyJoins, at: datetime) -> None:
    basis: Basis = next((one for one in get_args(Basis) if one == event.basis), "original")
    await join(event.company, event.on, basis, at)


class RepresentativeChanges(ThroughUs):
    do: Literal["representative_changes"]
    company: str
    on: Day


async def _representative(event: RepresentativeChanges, at: datetime) -> None:
    await representative_changed(event.company, event.on, at)


class ResponsibleChanges(ThroughUs):
    """`company`: who is responsible from then on, where that is known."""

    do: Literal["responsible_changes"]
    joint_use: str
    on: Day
    shown_on: Day | None = None
    company: str | None = None


async def _responsible(event: ResponsibleChanges, at: datetime) -> None:
    await responsible_changed(event.joint_use, Handing(event.on, event.shown_on, event.company), at)


class NoticeShown(ThroughUs):
    """What a look at the published page has found of the five items."""

    do: Literal["notice_shown"]
    joint_use: str
    on: Day
    missing: tuple[str, ...] = ()


async def _shown(event: NoticeShown, at: datetime) -> None:
    await notice_seen(event.joint_use, event.on, event.missing, at)


DEEDS: Mapping[type[Event], Deed] = {
    CompanyLeaves: _leaves,
    CompanyJoins: _joins,
    RepresentativeChanges: _representative,
    ResponsibleChanges: _responsible,
    NoticeShown: _shown,
}

LINES: Mapping[str, str] = {
    "membership.work-ends": "deadline",
    "joint-use.refused": "refused",
    "joint-use.joined": "accepted",
    "joint-use.responsible-announced": "accepted",
}
