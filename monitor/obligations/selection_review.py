"""What a party is asked before it is entrusted with personal data: whether it is able to keep it safe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.obligations.contract import Facts, Idle, Kind, Owed, shelved

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.questionnaire import Questionnaire

SELECTION = "selection"


class SelectionReview(Kind):
    """選定調査: the party says what it would do with the data, and how it keeps it safe (APPI 25)."""

    name = SELECTION
    opens_with_mail = False
    demanded = True
    shared = True

    def owed(self, facts: Facts) -> Owed | Idle:  # noqa: ARG002 - a person asks for it
        return Idle("demanded", void=False)

    def questions(self, facts: Facts, shelf: Mapping[str, Questionnaire]) -> Questionnaire:  # noqa: ARG002 - one for all
        return shelved(shelf, SELECTION)
