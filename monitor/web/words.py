"""Names that pages and letters share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.conduct import rule_of
from monitor.language import Message
from monitor.letters.words import DUTIES, WAITING, check_name, duty_name, named
from monitor.obligations import colleagues
from monitor.own_duties import OWN_DUTIES, own_kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.registry.roster import Roster
    from monitor.tables import Case

__all__ = ["AWAY", "HOLDS", "MAY", "named", "topic_name", "whose"]

#: Said where the store of files is away.
AWAY = Message("Files cannot be taken right now. Your answers are kept; please hand in the file again in some minutes.")
#: What a colleague's link may do.
MAY: Mapping[str, str] = {
    colleagues.VIEW: "may read",
    colleagues.DRAFT: "may prepare answers",
    colleagues.SUBMIT: "may prepare and submit answers",
}
#: Whether a colleague holds one.
HOLDS: Mapping[str, str] = {
    colleagues.WAITS: "waits for approval",
    colleagues.GIVEN: "has a link",
    colleagues.REFUSED: "was not approved",
    colleagues.WITHDRAWN: "link withdrawn",
}


def topic_name(kind: str, language: str) -> str:
    """What a kind of duty or of check is called."""
    if kind in WAITING:
        return WAITING[kind].in_(language)
    if kind in OWN_DUTIES:
        return own_kind(kind).title.in_(language)
    return duty_name(kind, language) if kind in DUTIES else check_name(kind, language)


def owed_name(what: str, language: str) -> str:
    """The same of what keeps a work open; a work below it goes by its key."""
    return topic_name(what, language) if what in OWN_DUTIES or what in DUTIES else what


def case_name(case: Case, language: str) -> str:
    """What a case is about: conduct by the title of its rule, a failing check by its name."""
    return rule_of(case.rule).title.in_(language) if case.rule else check_name(case.check_kind, language)


async def whose(party: str | None, present: Roster, language: str) -> str:
    """The name of whoever an address belongs to: a party, or the group itself."""
    return named(await present.party(party) if party else present.group, language)
