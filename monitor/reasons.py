"""Why somebody decided as they did: the text in a table of its own, its hash in the ledger.

So no decision can be given another reason later unseen, and a text that names somebody can still be erased. A text that
holds an individual number (My Number) is kept nowhere, and the act that it explains is not done (Number Act, Art. 20).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from monitor import tables
from monitor.questionnaire.my_number import holds_my_number
from monitor.refusal import need

if TYPE_CHECKING:
    from datetime import datetime


async def keep(reason: str, at: datetime) -> dict[str, str]:
    """Keep a reason, and give what binds it in the ledger; nothing where none was said."""
    if not reason.strip():
        return {}
    need(not holds_my_number(reason), "my-number", "Write no My Number: nothing of this has been kept.")
    sha256 = hashlib.sha256(reason.encode()).hexdigest()
    await tables.Reason.get_or_create(sha256=sha256, defaults={"text": reason, "said_at": at})
    return {"reason_sha256": sha256}
