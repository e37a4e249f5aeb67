"""The addresses of parties, kept beside their entries, so that an address finds its parties without all being read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from monitor.registry.format import Party


async def keep(parties: Mapping[str, Party | None]) -> None:
    """Write the addresses of these parties anew, inside the caller's transaction; none: the party has left."""
    if not parties:
        return
    await tables.Contact.filter(party_id__in=list(parties)).delete()
    rows = [(key, address) for key, party in parties.items() if party for address in folded(party.contacts)]
    await tables.Contact.bulk_create([tables.Contact(party_id=key, address=address) for key, address in rows])


def folded(addresses: Iterable[str]) -> list[str]:
    """Addresses as they are compared, each once."""
    return list(dict.fromkeys(address.lower() for address in addresses))


async def parties_at(address: str) -> list[str]:
    """The parties of the registry that name this address as a contact."""
    found = tables.Contact.filter(address=address.lower()).order_by("party_id").values_list("party_id", flat=True)
    return [str(key) for key in await found]
