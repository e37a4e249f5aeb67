"""What somebody at an address still has to do with: as long as there is anything, they are not erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.language import Message
from monitor.tables.duty import LIVE
from monitor.tables.remediation import UNSETTLED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.registry.format import Company
    from monitor.registry.roster import Roster

#: By the field of a company's entry that names them.
_HELD: Mapping[str, Message] = {
    "managers": Message("manager of {key}"),
    "pi_manager": Message("personal-information manager of {key}"),
    "reviewers": Message("reviewer of {key}"),
    "executive": Message("executive of {key}"),
}
_LISTED = Message("person of {key}")


async def roles_of(address: str, present: Roster) -> list[Message]:
    """Roles in the registry, and requests and findings that are not over. `address` in small letters."""
    parties = await tables.Contact.filter(address=address).order_by("party_id").values_list("party_id", flat=True)
    found = [Message("contact of {key}", {"key": key}) for key in parties]
    found += [role for key, company in present.companies.items() for role in _held(key, company, address)]
    if address in _folded(present.group.privacy_office):
        found.append(Message("the group's privacy office"))
    return [*found, *await _busy(address)]


def _held(key: str, company: Company, address: str) -> list[Message]:
    found = [words for name, words in _HELD.items() if address in _folded(getattr(company, name))]
    if address in _folded(email for one in company.person for email in (one.email, one.deputy or "")):
        found.append(_LISTED)
    return [Message(words.text, {"key": key}) for words in found]


def _folded(addresses: object) -> set[str]:
    return {str(one).lower() for one in addresses}  # type: ignore[attr-defined]


async def _busy(address: str) -> list[Message]:
    asked = tables.Obligation.filter(asks__iexact=address, state__in=LIVE)
    helping = tables.Colleague.filter(contact__email=address, state="given", obligation__state__in=LIVE)
    owning = tables.Remediation.filter(owner__email=address, state__in=UNSETTLED)
    seeing = tables.CorrectiveAction.filter(owner__email=address, state="open")
    found: list[Message] = []
    for words, numbers in (
        (Message("asked in request {number}"), await asked.values_list("id", flat=True)),
        (Message("colleague in request {number}"), await helping.values_list("obligation_id", flat=True)),
        (Message("responsible for finding {number}"), await owning.values_list("id", flat=True)),
        (Message("responsible for corrective action {number}"), await seeing.values_list("id", flat=True)),
    ):
        found += [Message(words.text, {"number": number}) for number in numbers]
    return found
