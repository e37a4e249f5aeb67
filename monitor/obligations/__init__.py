"""Stage: what is owed and when, and what people do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.obligations.attestation import Attestation
from monitor.obligations.deletion import Deletion
from monitor.obligations.remediation import RemediationRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.obligations.contract import Kind

_ALL: tuple[Kind, ...] = (Attestation(), Deletion(), RemediationRequest())
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
