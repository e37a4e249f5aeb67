"""What whoever holds data has done about a correction: the words of an answer, and who has not answered yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.asked import last_submission
from monitor.hearing.holders import Holders, Saying
from monitor.language import Message
from monitor.own_duties import JOINT_CORRECTION
from monitor.questionnaire import thaw_answers

if TYPE_CHECKING:
    from monitor.tables import Obligation

CORRECTION_LEG = "correction-leg"
RESULT, REASON, UNTIL = "correction.result", "correction.reason", "correction.until"
WHY_LATER, RECIPIENTS = "correction.why-later", "correction.recipients"
CORRECTED, HOLDS_NONE, NOT_YET, REFUSED = "corrected", "holds_none", "not_yet", "refused"
RESULTS = (CORRECTED, HOLDS_NONE, NOT_YET, REFUSED)
TOLD, PASSED_ON_TO_NOBODY, ASKED_BY_YOU = "told", "nobody", "asked_by_you"

_SAYING = Saying(
    RESULT, REASON, RESULTS, frozenset({REFUSED}),
    Message("Say what was done about the correction."), Message("Say why the data is not corrected."),
)  # fmt: skip
said, checked = _SAYING.said, _SAYING.checked
_HOLDERS = Holders(CORRECTION_LEG, JOINT_CORRECTION)
legs, joint, silent, still_asked = _HOLDERS.parties, _HOLDERS.companies, _HOLDERS.silent, _HOLDERS.still_asked


async def made(ref: str) -> list[Obligation]:
    """What whoever was asked has corrected already."""
    answered = await tables.Obligation.filter(kind=CORRECTION_LEG, subject=ref, state="accepted", erased_on=None)
    last = {leg.id: await last_submission(leg.id) for leg in answered}
    return [leg for leg in answered if (one := last[leg.id]) and said(thaw_answers(one.answers)) == CORRECTED]
