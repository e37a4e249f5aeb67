"""Why somebody decided as they did: the text in a table of its own, its hash in the ledger.

So no decision can be given another reason later unseen, and a text that names somebody can still be erased. A text that
holds an individual number (My Number) is kept nowhere, and the act that it explains is not done (Number Act, Art. 20).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from monitor import tables
from monitor.language import Message
from monitor.questionnaire.my_number import holds_my_number
from monitor.refusal import Refused

if TYPE_CHECKING:
    from datetime import datetime


MY_NUMBER = Message(
    "This text seems to hold an individual number (My Number). Take it out: nothing of what you wrote has been kept."
)


def harmless(*texts: str, reason: str = "my-number") -> None:
    """No text with an individual number is kept, whoever writes it: not as a reason, and not as a name either."""
    if any(map(holds_my_number, texts)):
        raise Refused(reason, MY_NUMBER)


async def keep(reason: str, at: datetime) -> dict[str, str]:
    """Keep a reason, and give what binds it in the ledger; nothing where none was said."""
    if not reason.strip():
        return {}
    harmless(reason)
    sha256 = hashlib.sha256(reason.encode()).hexdigest()
    await tables.Reason.get_or_create(sha256=sha256, defaults={"text": reason, "said_at": at})
    return {"reason_sha256": sha256}
