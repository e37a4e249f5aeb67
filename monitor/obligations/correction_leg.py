"""What a party does about a correction that its company has made, of which it knows the reference only."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from monitor.hearing.corrections import CORRECTION_LEG, NOT_YET, UNTIL, WHY_LATER, checked, said
from monitor.language import Message
from monitor.obligations.contract import Demanded, Wish

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.questionnaire import Answer, Questionnaire


class CorrectionLeg(Demanded):
    """訂正への対応: corrected, nothing held, refused; who cannot yet names a day, and is asked on (APPI 22 and 25)."""

    name = CORRECTION_LEG
    reviewed = False
    sent_back = Message(
        "You have told us that the data cannot be corrected yet. Please hand the form in again once it is: it stays"
        " open for you until then."
    )

    def heard(self, answers: Mapping[str, Answer]) -> Mapping[str, Any]:
        return {"result": checked(answers)}

    def lacking(self, asked: Questionnaire, answers: Mapping[str, Answer]) -> Sequence[str]:  # noqa: ARG002
        """An answer that is none yet."""
        return [NOT_YET] if said(answers) == NOT_YET else []

    def wish(self, answers: Mapping[str, Answer]) -> Wish | None:
        until = answers[UNTIL].value if UNTIL in answers else None
        if not until:
            return None
        why = str(answers[WHY_LATER].value or "") if WHY_LATER in answers else ""
        return Wish(date.fromisoformat(str(until)), why)
