"""What an entry of a published register names beside itself: by the tables of a file, which may be broken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.registry.format import plain_host

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Named = tuple[str, str, str]  #: the field, the kind of entry that it names, its key


def key_of(kind: str, table: Any) -> str | None:
    """What tells an entry from others of its kind; none, where the table does not say. A host is its own key."""
    found = table.get("host" if kind == "external_transmission" else "key") if isinstance(table, dict) else None
    if not isinstance(found, str):
        return None
    return str(plain_host(found)) if kind == "external_transmission" else found


def named(kind: str, table: Mapping[str, Any]) -> Iterator[Named]:
    """All that it names and that therefore has to be there."""
    if kind in _NAMES:
        yield from (one for one in _NAMES[kind](table) if isinstance(one[2], str))


def _joint_use(table: Mapping[str, Any]) -> Iterator[Any]:
    yield from _each(table, "purposes", "purpose")
    yield "responsible", "company", table.get("responsible")
    following = table.get("next_responsible")
    yield "next_responsible", "company", following.get("company") if isinstance(following, dict) else None
    for member in _many(table.get("members")):
        if isinstance(member, dict):
            yield "members", "company", member.get("company")
            yield "members", "party", member.get("party")
        else:
            yield "members", "company", member


def _policy(table: Mapping[str, Any]) -> Iterator[Any]:
    yield from _each(table, "purposes", "purpose")
    yield from _each(table, "companies", "company")
    yield from _each(table, "joint_use", "joint_use")


def _each(table: Mapping[str, Any], field: str, kind: str) -> Iterator[Any]:
    yield from ((field, kind, key) for key in _many(table.get(field)))


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _campaign(table: Mapping[str, Any]) -> Iterator[Any]:
    yield from _each(table, "companies", "company")


def _service(table: Mapping[str, Any]) -> Iterator[Any]:
    yield "company", "company", table.get("company")
    yield from _each(table, "engagements", "engagement")


def _external_transmission(table: Mapping[str, Any]) -> Iterator[Any]:
    yield "party", "party", table.get("party")
    yield from _each(table, "companies", "company")


_NAMES: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Any]]] = {
    "campaign": _campaign,
    "external_transmission": _external_transmission,
    "joint_use": _joint_use,
    "policy": _policy,
    "service": _service,
}
