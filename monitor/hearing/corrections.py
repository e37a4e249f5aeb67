"""What whoever holds data has done about a correction: the words of an answer, and who has not answered yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.own_duties import JOINT_CORRECTION
from monitor.refusal import need
from monitor.tables.duty import LIVE, SILENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.questionnaire import Answer
    from monitor.tables import Obligation, OwnDuty

CORRECTION_LEG = "correction-leg"
RESULT, REASON, UNTIL = "correction.result", "correction.reason", "correction.until"
WHY_LATER, RECIPIENTS = "correction.why-later", "correction.recipients"
CORRECTED, HOLDS_NONE, NOT_YET, REFUSED = "corrected", "holds_none", "not_yet", "refused"
RESULTS = (CORRECTED, HOLDS_NONE, NOT_YET, REFUSED)
TOLD, PASSED_ON_TO_NOBODY, ASKED_BY_YOU = "told", "nobody", "asked_by_you"


def said(answers: Mapping[str, Answer]) -> str:
    """What was done; a simulation's answer that says nothing stands for its being corrected."""
    return str(answers[RESULT].value) if RESULT in answers else CORRECTED


def checked(answers: Mapping[str, Answer]) -> str:
    """The same, with its reason where one is needed."""
    result = said(answers)
    need(result in RESULTS, "no-such-result", "Say what was done about the correction.")
    explained = REASON in answers and not answers[REASON].blank
    need(result != REFUSED or explained, "reason-missing", "Say why the data is not corrected.")
    return result


async def legs(ref: str) -> list[Obligation]:
    """What is asked of everybody who holds the data."""
    return await tables.Obligation.filter(kind=CORRECTION_LEG, subject=ref).order_by("engagement_id")


async def joint(ref: str) -> list[OwnDuty]:
    """What is asked of the companies that use the data jointly."""
    return await tables.OwnDuty.filter(kind=JOINT_CORRECTION, ref=ref).order_by("company_id")


async def silent(ref: str) -> list[str]:
    """Who has not answered yet: works, and companies that use the data jointly."""
    waiting = tables.Obligation.filter(kind=CORRECTION_LEG, subject=ref, state__in=SILENT).order_by("engagement_id")
    owing = tables.OwnDuty.filter(kind=JOINT_CORRECTION, ref=ref, state="open").order_by("company_id")
    works: list[str] = [str(key) for key in await waiting.values_list("engagement_id", flat=True)]
    return works + [str(key) for key in await owing.values_list("company_id", flat=True)]


async def still_asked(ref: str) -> list[Obligation]:
    """What nobody has to answer any more once the correction is called off; locked."""
    return await tables.Obligation.filter(kind=CORRECTION_LEG, subject=ref, state__in=LIVE).select_for_update()
