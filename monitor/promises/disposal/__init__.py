"""返却・消去・廃棄: what follows from a certificate that was accepted, until nothing is left anywhere.

Backups to be purged, data that a law wants kept, and a test that the certificate holds (APPI 22 and 25; General
Guidelines 10-5-(4)).
"""

from __future__ import annotations

from monitor.promises.disposal.certifying import Certificate, certify
from monitor.promises.disposal.deciding import decide, gone
from monitor.promises.disposal.following import turn
from monitor.promises.disposal.ordering import below_reached, order

__all__ = ["Certificate", "below_reached", "certify", "decide", "gone", "order", "turn"]
