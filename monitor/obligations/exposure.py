"""Whether a party is affected by a leak or a weakness that has become known: asked at once, answered within hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.hearing.exposures import EXPOSURE, UNKNOWN, heard, said
from monitor.language import Message
from monitor.obligations.contract import Demanded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from monitor.questionnaire import Answer, Questionnaire
    from monitor.tables import Obligation


class Exposure(Demanded):
    """影響確認: yes, no, or not known yet; who does not know yet is asked on (APPI 25 and 26)."""

    name = EXPOSURE
    reviewed = False
    sent_back = Message("Please tell us as soon as you know. The form stays open for you until then.")

    def heard(self, answers: Mapping[str, Answer]) -> Mapping[str, Any]:
        return {"result": said(answers)}

    def lacking(self, asked: Questionnaire, answers: Mapping[str, Answer]) -> Sequence[str]:  # noqa: ARG002
        """An answer that is no answer yet."""
        return [UNKNOWN] if said(answers) == UNKNOWN else []

    async def told(self, duty: Obligation, answers: Mapping[str, Answer], at: datetime, actor: str) -> None:  # noqa: ARG002 - the party's word is enough
        await heard(duty, answers, at)
