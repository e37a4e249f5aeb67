"""For how long evidence speaks of the present: what the promise matrix takes for fresh."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from monitor.registry.format.entry import Entry
from monitor.registry.values import Months, whole


class Promises(Entry):
    """約束の証跡: how old evidence of a kept promise may be. `evidence_months`: of what is done about once a
    year (the General Guidelines, 3-4-4, say periodically); `look_days`: of what is looked at all the time.
    """

    evidence_months: Months = 12
    look_days: Annotated[int, Field(ge=1, le=366), BeforeValidator(whole)] = 7
