"""保存期間: what proves supervision is kept as long as it has to be, and no longer (APPI 22, 25).

`terms` is the rule, `turning` the stage, `emptying`, `registers`, `references` and `refusals` are what goes; `files`
clears the store afterwards, `people` erases persons who have left, and `unnamed` those whom nothing names any more.
"""

from __future__ import annotations

from monitor.promises.keeping.files import sweep
from monitor.promises.keeping.turning import turn
from monitor.promises.keeping.unnamed import forget_people

__all__ = ["forget_people", "sweep", "turn"]
