"""Stage: what is owed and when, and what people do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.obligations.attestation import Attestation
from monitor.obligations.correction_leg import CorrectionLeg
from monitor.obligations.deletion import Deletion
from monitor.obligations.exposure import Exposure
from monitor.obligations.incident_notice import IncidentNotice
from monitor.obligations.opt_out_ack import OptOutAck
from monitor.obligations.owner_request_leg import OwnerRequestLeg
from monitor.obligations.remediation import RemediationRequest
from monitor.obligations.run_deletion import RunDeletion
from monitor.obligations.selection_review import SelectionReview
from monitor.obligations.sub_entrustment_request import SubEntrustmentRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.obligations.contract import Kind

_ALL: tuple[Kind, ...] = (
    Attestation(),
    Deletion(),
    RemediationRequest(),
    SelectionReview(),
    IncidentNotice(),
    Exposure(),
    OwnerRequestLeg(),
    CorrectionLeg(),
    OptOutAck(),
    SubEntrustmentRequest(),
    RunDeletion(),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
