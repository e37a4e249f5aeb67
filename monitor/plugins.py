"""Everything that is plugged in, in one place: checks, questionnaires, the ladders of the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.assets import CLAIMS, QUESTIONNAIRES
from monitor.contradiction import load_claims
from monitor.ladder import Ladder
from monitor.obligations.reconcile import Policy
from monitor.questionnaire import load_all
from monitor.registry.read import Known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.contract import Check
    from monitor.config import Rungs, Settings
    from monitor.contradiction import Claims
    from monitor.questionnaire import Questionnaire


@dataclass(frozen=True)
class Equipment:
    """What the stages are given besides rows and an instant."""

    looks: Mapping[str, Check[Any]]
    shelf: Mapping[str, Questionnaire]
    policy: Policy
    claims: Claims


def equipment(settings: Settings | None = None) -> Equipment:
    return Equipment(looks(), shelf(), policy(settings), load_claims(CLAIMS))


def looks() -> Mapping[str, Check[Any]]:
    """The kinds of look, by name."""
    from checks import CHECKS

    return CHECKS


def shelf() -> Mapping[str, Questionnaire]:
    """The questionnaires that are shipped, by id."""
    return load_all(QUESTIONNAIRES)


def known(keys: Mapping[str, set[str]] | None = None) -> Known:
    """What a registry file may refer to."""
    return Known(keys or {}, looks(), frozenset(path.stem for path in QUESTIONNAIRES.glob("*.toml")))


def policy(settings: Settings | None = None) -> Policy:
    """Ladders and limits as configured, or the defaults."""
    if settings is None:
        return Policy()
    return Policy(
        _ladder(settings.ladder.answer), _ladder(settings.ladder.answer_short), settings.cadence.takeover_per_day
    )


def _ladder(rungs: Rungs) -> Ladder:
    return Ladder(rungs.before, rungs.after, rungs.repeat)
