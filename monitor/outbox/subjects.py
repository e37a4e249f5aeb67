"""What notices are about: the rows of their duties and cases."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from monitor import tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.tables import Case, Notice, Obligation, OwnDuty


@dataclass
class Subjects:
    """The duties and cases that some notices are about."""

    duties: dict[int, Obligation] = field(default_factory=dict)
    cases: dict[int, Case] = field(default_factory=dict)
    own: dict[int, OwnDuty] = field(default_factory=dict)

    @classmethod
    async def of(cls, notices: Iterable[Notice], *, lock: bool = False) -> Subjects:
        notices = list(notices)
        duties = {notice.obligation_id for notice in notices if notice.obligation_id}
        cases = {notice.case_id for notice in notices if notice.case_id}
        own = {notice.own_duty_id for notice in notices if notice.own_duty_id}
        pairs = ((tables.Obligation, duties), (tables.Case, cases), (tables.OwnDuty, own))
        return cls(*[await _rows(model, ids, lock=lock) for model, ids in pairs])


async def _rows(model: Any, ids: set[int], *, lock: bool) -> dict[int, Any]:
    if not ids:
        return {}
    query = model.filter(id__in=ids).order_by("id")
    return {row.id: row for row in await (query.select_for_update() if lock else query)}
