"""Erasing a person: contacts, signers, colleagues and staff who have left (APPI 22).

The ledger names people by numbers only, so it holds afterwards as before; here their number stays, and leads to nobody.
What others wrote of somebody inside an answer goes with that answer, when its term is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tortoise.expressions import Q

from monitor import ledger, tables
from monitor.language import Message
from monitor.promises.keeping.emptying import spend
from monitor.promises.keeping.roles import roles_of
from monitor.promises.keeping.traces import blanked, letters_to, pleas_naming
from monitor.refusal import Refused, need
from monitor.registry.lacks import Listed
from monitor.registry.roster import roster
from monitor.tables.duty import LIVE
from monitor.tables.store import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


IN_USE = "This person is still: {roles}. Let somebody else take that over first."
ERASED = "消去済 (erased)"  #: what stands for the name of somebody who was erased, in either language


@dataclass(frozen=True, slots=True)
class Whom:
    """A mailbox with all who acted through it; or a name under which somebody signed for a party; or both."""

    address: str = ""
    name: str = ""
    party: str = ""

    @property
    def mailbox(self) -> str:
        return self.address.strip().lower()


async def erase_person(whom: Whom, at: datetime, actor: str) -> dict[str, int]:
    """Erase what is kept of a person beside the ledger; how many rows of each. Raises `Refused` with all roles that
    they still have.
    """
    need(whom.mailbox or whom.name.strip(), "address-missing", "Enter the person's mail address, or the name signed.")
    need(not whom.name.strip() or whom.party, "party-missing", "Choose for which party the person signed as that.")
    async with transaction():
        roles = await roles_of(whom.mailbox, await roster()) if whom.mailbox else []
        if roles:
            raise Refused("person-in-use", Message(IN_USE, {"roles": Listed("", {"parts": roles})}))
        ids = await _mailbox(whom.mailbox) if whom.mailbox else []
        counts = await _signed(whom)
        if whom.mailbox:
            counts |= await _written_to(whom.mailbox, ids, at)
        counts["persons"] = len(ids)
        counts = {name: count for name, count in counts.items() if count}
        need(counts, "nobody-found", "Nothing is kept of such a person.")
        subjects = [f"person/{number}" for number in ids] or [f"party/{whom.party}" if whom.party else "persons"]
        first, *others = subjects
        events = [ledger.Event("person.erased", first, {"parts": counts}, actor=actor)]
        events += [ledger.Event("person.erased", other, actor=actor) for other in others]
        await ledger.write(events, at)
    return counts


class _Undone(Exception):  # noqa: N818 - what is done with it
    """What was tried is taken back."""


async def would_erase(whom: Whom, at: datetime) -> dict[str, int]:
    """What `erase_person` would erase: it is done and taken back, so that nothing is counted otherwise than it goes."""
    counts: dict[str, int] = {}
    try:
        async with transaction():
            counts = await erase_person(whom, at, ledger.SYSTEM)
            _take_back()
    except _Undone:
        pass
    return counts


def _take_back() -> None:
    raise _Undone


async def _mailbox(address: str) -> list[int]:
    """The rows of whoever acted through a mailbox lose address, name and title. Their numbers stay: what one person did
    and what another did is still told apart.
    """
    ids: list[Any] = list(await tables.Person.filter(email=address).order_by("id").values_list("id", flat=True))
    await tables.Session.filter(person_id__in=ids).delete()
    await tables.SignIn.filter(person_id__in=ids).delete()
    await tables.Colleague.filter(contact_id__in=ids).delete()
    for number in ids:
        blank = {"email": nobody(number), "name": ERASED, "title": "", "refused_at": None}
        await tables.Person.filter(id=number).update(**blank)
    return ids


def nobody(number: int) -> str:
    """An address that leads nowhere (RFC 2606) and differs for each, as the mailbox of somebody erased."""
    return f"person-{number}@erased.invalid"


async def _signed(whom: Whom) -> dict[str, int]:
    """Names under submissions, on paper and at codes."""
    by_address = Q(signer_email__iexact=whom.mailbox) if whom.mailbox else None
    by_name = Q(signer_name=whom.name.strip(), obligation__party_id=whom.party) if whom.name and whom.party else None
    counts = {}
    for name, model in (
        ("submissions", tables.Submission),
        ("codes", tables.SigningCode),
        ("papers", tables.PaperEntry),
    ):
        wanted: Sequence[Q] = [one for one in (by_name, by_address if model is not tables.PaperEntry else None) if one]
        if wanted:
            ids = await model.filter(Q(*wanted, join_type="OR")).values_list("id", flat=True)
            blank = {"signer_name": ERASED, "signer_title": ""}
            blank |= {"signer_email": ""} if model is not tables.PaperEntry else {"place": ""}
            counts[name] = int(await model.filter(id__in=ids).update(**blank)) if ids else 0
    return counts


async def _written_to(address: str, ids: Sequence[int], at: datetime) -> dict[str, int]:
    """What was written to somebody and came back from them; what others said of them when they named them."""
    came = await tables.Incoming.filter(address__iexact=address).values_list("id", "sha256")
    await tables.Incoming.filter(id__in=[key for key, _ in came]).delete()
    await spend([str(sha256) for _, sha256 in came], at)
    notices = await tables.Notice.filter(address__iexact=address).exclude(state="waiting").update(address="")
    asked = await tables.Obligation.filter(asks=address).exclude(state__in=LIVE).update(asks="")
    return {
        "letters": await letters_to(address),
        "replies": len(came),
        "notices": int(notices),
        "requests": int(asked),
        "pleas": await pleas_naming(address),
        "entries": await blanked(address, nobody(ids[0] if ids else 0)),
    }
