"""What a workbook that came back would change, before it does: nothing that a colleague wrote is overwritten unseen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.questionnaire import Answer, Problem, unstorable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from monitor.offline.cells import Said


@dataclass(frozen=True, slots=True)
class Change:
    """An answer that would become another one. `version`: of the one that stands. `conflict`: it was saved by somebody
    after the workbook had been made, and both are to be seen.
    """

    question: str
    stands: Answer
    comes: Answer
    version: int
    conflict: bool


@dataclass(frozen=True)
class Weighed:
    """`same`: questions whose answers stay; `settled`: those that were accepted already and are not asked again;
    `refused`: answers that must not be stored.
    """

    changes: tuple[Change, ...] = ()
    same: int = 0
    settled: tuple[str, ...] = ()
    refused: tuple[tuple[str, Problem], ...] = ()


def weigh(
    said: Mapping[str, Said], answers: Mapping[str, Answer], versions: Mapping[str, int], settled: Collection[str]
) -> Weighed:
    """Hold what a workbook says against what stands. What it does not say or nobody can read changes nothing."""
    changes, closed, refused = list[Change](), list[str](), list[tuple[str, Problem]]()
    for question, one in said.items():
        stands = answers.get(question, Answer()).model_copy(update={"files": ()})
        if not one.touched or one.slips or one.answer == stands:
            continue
        problem = unstorable(one.answer)
        if question in settled:
            closed.append(question)
        elif problem:
            refused.append((question, problem))
        else:
            version = versions.get(question, 0)
            changes.append(Change(question, stands, one.answer, version, conflict=version != one.version))
    same = len(said) - len(changes) - len(closed) - len(refused)
    return Weighed(tuple(changes), same, tuple(closed), tuple(refused))
