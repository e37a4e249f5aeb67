"""One measured figure and what it is held against."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Figure:
    """`value` is held against `bar`: `against` says whose it is (a rival measured in this run, or a stated limit).

    `ratio` is value over bar. `most` is what the ratio may be; with `floor` the ratio must reach it instead (a rate
    that should be high). Without `bar` the figure only informs. `absent`: the rival that could not be measured, with
    the way to get it.
    """

    what: str
    value: float
    unit: str
    bar: float | None = None
    against: str = ""
    most: float = 1.0
    floor: bool = False
    ratios: Sequence[float] = ()
    note: str = ""
    absent: str = ""

    @property
    def ratio(self) -> float | None:
        """The median of the rounds' ratios where there were rounds, else value over bar."""
        if self.ratios:
            return median(self.ratios)
        return self.value / self.bar if self.bar else None

    @property
    def reached(self) -> bool | None:
        if self.ratio is None:
            return None
        return self.ratio >= self.most if self.floor else self.ratio <= self.most

    def as_data(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": self.ratio, "reached": self.reached}


@dataclass(frozen=True)
class Rounds:
    """What contenders cost in the same rounds, one after the other in each."""

    costs: dict[str, list[float]] = field(default_factory=dict)

    def note(self, who: str, cost: float) -> None:
        self.costs.setdefault(who, []).append(cost)

    def median(self, who: str) -> float:
        return median(self.costs[who])

    def least(self, who: str, rival: str) -> float:
        """Our cheapest round over the rival's: other work on the machine can only make a round dearer."""
        return min(self.costs[who]) / min(self.costs[rival])

    def against(self, who: str, rival: str) -> list[float]:
        """Round by round: our cost over the rival's."""
        return [ours / theirs for ours, theirs in zip(self.costs[who], self.costs[rival], strict=True)]
