"""Everything that is plugged in, in one place: checks, questionnaires, the ladders of the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.assets import CLAIMS, QUESTIONNAIRES
from monitor.contradiction import load_claims
from monitor.ladder import Ladder
from monitor.language import Message
from monitor.mistakes import Invalid, Mistake
from monitor.obligations import KINDS
from monitor.obligations.reconcile import Policy
from monitor.questionnaire import InvalidQuestionnaire, load_all
from monitor.registry.read import Known

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from checks.contract import Check
    from monitor.config import Rungs, Settings
    from monitor.contradiction import Claims
    from monitor.questionnaire import Mistake as QuestionnaireMistake
    from monitor.questionnaire import Questionnaire


@dataclass(frozen=True)
class Equipment:
    """What the stages are given besides rows and an instant."""

    looks: Mapping[str, Check[Any]]
    shelf: Mapping[str, Questionnaire]
    policy: Policy
    claims: Claims


def equipment(settings: Settings | None = None) -> Equipment:
    return Equipment(looks(), shelf(settings), policy(settings), claims())


def claims() -> Claims:
    """What answers claim that looks can disprove or prove."""
    return load_claims(CLAIMS, (kind.name for kind in KINDS.values() if kind.lasting))


def looks() -> Mapping[str, Check[Any]]:
    """The kinds of look, by name."""
    from checks import CHECKS

    return CHECKS


def shelf(settings: Settings | None = None) -> Mapping[str, Questionnaire]:
    """The questionnaires by id: those that are shipped, and over them the group's own. Raises `Invalid`."""
    return load_all(QUESTIONNAIRES) | (own_questionnaires(settings) if settings else {})


def own_questionnaires(settings: Settings) -> dict[str, Questionnaire]:
    """The group's own, from the folder beside the configuration. Only a folder that was named has to be there."""
    named, folder = settings.questionnaires.model_fields_set, settings.at_home(settings.questionnaires.folder)
    if folder.resolve() == QUESTIONNAIRES:
        return {}
    if not folder.is_dir():
        if not named:
            return {}
        what, remedy = Message("names {path}, which is no folder.", {"path": folder}), Message("Check the path.")
        raise Invalid([Mistake(str(settings.home), "questionnaires.folder", what, remedy)])
    try:
        return load_all(folder)
    except InvalidQuestionnaire as error:
        raise Invalid([_of_a_file(folder, mistake) for mistake in error.mistakes]) from None


def _of_a_file(folder: Path, mistake: QuestionnaireMistake) -> Mistake:
    rule = Message("[{rule}]", {"rule": mistake.rule})
    return Mistake(str(folder / mistake.file), mistake.question or "-", rule, mistake.remedy)


def known(keys: Mapping[str, set[str]] | None = None, settings: Settings | None = None) -> Known:
    """What a registry file may refer to. Raises `Invalid` where a questionnaire of the group's own is broken."""
    own = own_questionnaires(settings) if settings else {}
    return Known(keys or {}, looks(), frozenset({path.stem for path in QUESTIONNAIRES.glob("*.toml")} | own.keys()))


def policy(settings: Settings | None = None) -> Policy:
    """Ladders and limits as configured, or the defaults."""
    if settings is None:
        return Policy()
    return Policy(
        _ladder(settings.ladder.answer), _ladder(settings.ladder.answer_short), settings.cadence.takeover_per_day
    )


def _ladder(rungs: Rungs) -> Ladder:
    return Ladder(rungs.before, rungs.after, rungs.repeat)
