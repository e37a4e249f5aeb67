"""Everything that is plugged in, in one place: checks, questionnaires, the ladders of the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.assets import QUESTIONNAIRES
from monitor.ladder import Ladder
from monitor.obligations.reconcile import Policy
from monitor.questionnaire import load_all
from monitor.registry.read import Known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.contract import Check
    from monitor.config import Rungs, Settings
    from monitor.questionnaire import Questionnaire


def looks() -> Mapping[str, Check]:
    """The kinds of look, by name."""
    from checks import CHECKS

    return CHECKS


def shelf() -> Mapping[str, Questionnaire]:
    """The questionnaires that are shipped, by id."""
    return load_all(QUESTIONNAIRES)


def known(keys: Mapping[str, set[str]] | None = None) -> Known:
    """What a registry file may refer to."""
    return Known(keys or {}, frozenset(looks()), frozenset(path.stem for path in QUESTIONNAIRES.glob("*.toml")))


def policy(settings: Settings | None = None) -> Policy:
    """Ladders and limits as configured, or the defaults."""
    if settings is None:
        return Policy()
    return Policy(
        _ladder(settings.ladder.answer), _ladder(settings.ladder.answer_short), settings.cadence.takeover_per_day
    )


def _ladder(rungs: Rungs) -> Ladder:
    return Ladder(rungs.before, rungs.after, rungs.repeat)
