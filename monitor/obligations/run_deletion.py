"""What has become of the data of one run: returned or erased, all of it or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.hearing.runs import RUN_DELETION, answered, result_of
from monitor.obligations.contract import Facts, Idle, Kind, Owed, shelved

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.questionnaire import Answer, Questionnaire
    from monitor.tables import Obligation


class RunDeletion(Kind):
    """授受ごとの返却・消去: owed for each run that was handed over, while the work goes on (APPI 22, 25)."""

    name = RUN_DELETION
    opens_with_mail = False
    demanded = True
    reviewed = False

    def owed(self, facts: Facts) -> Owed | Idle:  # noqa: ARG002 - begun by what happened
        return Idle("demanded", void=False)

    def questions(self, facts: Facts, shelf: Mapping[str, Questionnaire]) -> Questionnaire:  # noqa: ARG002 - the same for all
        return shelved(shelf, self.name)

    def heard(self, answers: Mapping[str, Answer]) -> Mapping[str, Any]:
        return {"result": result_of(answers)}

    async def told(self, duty: Obligation, answers: Mapping[str, Answer], at: datetime, actor: str) -> None:
        await answered(duty, answers, at, actor)
