"""Where asking and looking meet: what a party answered, held against what looks see of it.

An answer that a look disproves is a finding of its own, at least high, because either the answer is not true or what
is seen is not as it was meant to be. An answer that a look proves need not be asked for. Which answer claims what is
data beside the questionnaires.
"""

from monitor.contradiction.claims import Claim, Claims, Proof, load_claims
from monitor.contradiction.confidence import Confidence, Observed, confidence, doubts_about, doubts_of, observed
from monitor.contradiction.remedied import see
from monitor.contradiction.stage import weigh

__all__ = [
    "Claim",
    "Claims",
    "Confidence",
    "Observed",
    "Proof",
    "confidence",
    "doubts_about",
    "doubts_of",
    "load_claims",
    "observed",
    "see",
    "weigh",
]
