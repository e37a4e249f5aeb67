"""Stage: what looks concluded -> settled verdicts, findings, cases opened and closed.

One failed look is not a finding: a check must fail `confirm` times in a row to open a case, and pass as often to close
it. `unknown` is neither, and breaks no row. Each company with an engagement in force with the party that day gets its
own case; where there is none, the group's privacy office does.

A case must be worth a letter. So addresses of one host that do not answer are one case, and what comes back soon after
it was closed is the same case again, which from then on has to pass for longer.
"""

from __future__ import annotations

from monitor.cases.acts import acknowledge
from monitor.cases.closing import lapse, subside, tend
from monitor.cases.muting import WHY as WHY_MUTED
from monitor.cases.muting import Mute, mute, unmute
from monitor.cases.opening import LONGEST_HOLD, worsen
from monitor.cases.settling import CONFIRM, MAINTENANCE, NOT_ASSESSED, Damping, Seen, Settled, settle
from monitor.cases.standing import all_concerned, concerned
from monitor.cases.taking import take

__all__ = [
    "CONFIRM",
    "LONGEST_HOLD",
    "MAINTENANCE",
    "NOT_ASSESSED",
    "WHY_MUTED",
    "Damping",
    "Mute",
    "Seen",
    "Settled",
    "acknowledge",
    "all_concerned",
    "concerned",
    "lapse",
    "mute",
    "settle",
    "subside",
    "take",
    "tend",
    "unmute",
    "worsen",
]
