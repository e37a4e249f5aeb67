"""How a group gets better at it: when the effect of a corrective action is looked at, and when its year is reviewed."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from monitor.registry.format.clocks import Days
from monitor.registry.format.entry import Entry
from monitor.registry.values import whole


class Improvement(Entry):
    """是正処置・マネジメントレビュー (JIS Q 15001; General Guidelines 10-3(5)): days after which the effect of a
    corrective action is looked at, and within which another one is due where it had none; the month with which the
    fiscal year begins, and days after its end within which managers review it. `reviews_from`: the first year that is
    reviewed, by the one in which it begins; without it, the first that the books hold whole.
    """

    effect_days: Days = 30
    again_days: Days = 30
    fiscal_year_begins: Annotated[int, Field(ge=1, le=12), BeforeValidator(whole)] = 4
    review_days: Days = 60
    reviews_from: Annotated[int, Field(ge=2000, le=2999), BeforeValidator(whole)] | None = None
