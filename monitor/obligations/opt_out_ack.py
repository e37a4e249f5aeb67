"""That a party which sends mail for the company has taken an owner's refusal into account."""

from __future__ import annotations

from monitor.obligations.contract import Demanded

OPT_OUT_ACK = "opt-out-ack"


class OptOutAck(Demanded):
    """受信拒否の反映: the list of those who are mailed no more has been applied (Specified E-mail Act 3(3))."""

    name = OPT_OUT_ACK
    reviewed = False
