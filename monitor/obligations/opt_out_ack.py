"""That a party which sends mail for the company has taken an owner's refusal into account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.obligations.contract import Facts, Idle, Kind, Owed, shelved

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.questionnaire import Questionnaire

OPT_OUT_ACK = "opt-out-ack"


class OptOutAck(Kind):
    """受信拒否の反映: the list of those who are mailed no more has been applied (Specified E-mail Act 3(3))."""

    name = OPT_OUT_ACK
    opens_with_mail = False
    demanded = True
    reviewed = False

    def owed(self, facts: Facts) -> Owed | Idle:  # noqa: ARG002 - begun by what happened
        return Idle("demanded", void=False)

    def questions(self, facts: Facts, shelf: Mapping[str, Questionnaire]) -> Questionnaire:  # noqa: ARG002 - the same for all
        return shelved(shelf, self.name)
