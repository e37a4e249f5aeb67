"""The questions of a request as they were frozen, known by their hash.

What is frozen never changes, and reading two hundred questions takes a while: each is read once, and those that were
used last are kept. Beside them, what was answered last.
"""

from __future__ import annotations

from collections import OrderedDict

from monitor import tables
from monitor.questionnaire import Questionnaire, thaw

MANY = 64  #: questionnaires that are kept; each is some hundred kilobytes
_known: OrderedDict[str, Questionnaire] = OrderedDict()


async def frozen(sha256: str | None) -> Questionnaire:
    """The questions of a request."""
    key = str(sha256)
    found = _known.get(key)
    if found is None:
        found = _known[key] = thaw((await tables.FrozenRequest.get(sha256=key)).body)
        if len(_known) > MANY:
            _known.popitem(last=False)
    _known.move_to_end(key)
    return found


async def last_submission(duty_id: int) -> tables.Submission | None:
    """What was handed in last for a duty, whatever became of it."""
    return await tables.Submission.filter(obligation_id=duty_id).order_by("-id").first()


async def ready(duty_id: int) -> None:
    """Read what a request asks before the transaction that needs it, so that nobody waits for the reading there."""
    key: object = await tables.Obligation.filter(id=duty_id).first().values_list("request_id", flat=True)
    if key:
        await frozen(str(key))
