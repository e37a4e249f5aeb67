"""Stage: what is owed and when, and what people do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.obligations.attestation import Attestation
from monitor.obligations.deletion import Deletion
from monitor.obligations.incident_notice import IncidentNotice
from monitor.obligations.opt_out_ack import OptOutAck
from monitor.obligations.owner_request_leg import OwnerRequestLeg
from monitor.obligations.remediation import RemediationRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.obligations.contract import Kind

_ALL: tuple[Kind, ...] = (
    Attestation(),
    Deletion(),
    RemediationRequest(),
    IncidentNotice(),
    OwnerRequestLeg(),
    OptOutAck(),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
