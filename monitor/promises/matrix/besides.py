"""Which accepted attestations held the questions that are asked besides: an attestation alone does not say that the
party was asked how it recognises customers, how it makes statistics, or what care it takes of data of children.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.asked import frozen
from monitor.obligations.attestation import Attestation
from monitor.promises.matrix.freshest import Booked, freshest
from monitor.questionnaire.defaults import BY_DUTY, CHILDREN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.questionnaire import Questionnaire

#: As a register of the matrix; rows lie under the name of what was asked.
BESIDES = Booked(
    "asked:{}", tables.Obligation, "accepted_on", "/duty/{id}", "", "request_id", engagement="engagement_id"
)
_ACCEPTED = f"kind = '{Attestation.name}' AND state = 'accepted' AND accepted_on IS NOT NULL"


async def besides() -> list[tuple[Any, ...]]:
    """As `freshest`, with what was asked in place of the kind. Few texts are asked of all, and each is read once."""
    sent = tables.Obligation.filter(kind=Attestation.name, state="accepted", request_id__not_isnull=True).distinct()
    held = {str(key): named(await frozen(str(key))) for key in await sent.values_list("request_id", flat=True)}
    texts = {key: names for key, names in held.items() if names}
    return await _rows(texts) if texts else []


async def _rows(texts: Mapping[str, list[str]]) -> list[tuple[Any, ...]]:
    among = ", ".join(f"'{key}'" for key in sorted(texts))
    rows = await freshest(BESIDES, f"{_ACCEPTED} AND request_id IN ({among})")
    return [(name, *rest) for text, *rest in rows for name in texts[text]]


def named(asked: Questionnaire) -> list[str]:
    """What of that is among the questions, by name. Pure."""
    begun = {question.id.partition(".")[0] for question in asked.questions}
    return [name for name in (*BY_DUTY.values(), CHILDREN) if name in begun]
