"""What has become of the data of one run: returned or erased, all of it or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.hearing.runs import RUN_DELETION, answered, result_of
from monitor.obligations.contract import Demanded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.questionnaire import Answer
    from monitor.tables import Obligation


class RunDeletion(Demanded):
    """授受ごとの返却・消去: owed for each run that was handed over, while the work goes on (APPI 22, 25)."""

    name = RUN_DELETION
    reviewed = False

    def heard(self, answers: Mapping[str, Answer]) -> Mapping[str, Any]:
        return {"result": result_of(answers)}

    async def told(self, duty: Obligation, answers: Mapping[str, Answer], at: datetime, actor: str) -> None:
        await answered(duty, answers, at, actor)
