"""The purposes of use that the group has published, and what it has promised to look after where one is served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from monitor.registry.format.entry import Entry
from monitor.registry.values import Key, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: What a purpose may bring about for every work that serves it.
DutyOfPurpose = Literal[
    "identity",
    "handler-list",
    "recordings",
    "handover-log",
    "pci",
    "tax-hold",
    "notice-list",
    "purpose-achieved",
    "child-data",
    "statistics",
    "instruction-record",
    "special-care",
]
#: By the key of a purpose that names none itself: recognising customers (01), orders (02), delivery (03), payment (04),
#: billing (05), notices (06), surveys (07), prizes and documents (08), statistics (09), new products (10), opinions
#: (11).
USUAL: Mapping[str, tuple[DutyOfPurpose, ...]] = {
    "p01": ("identity",),
    "p02": ("handler-list", "recordings"),
    "p03": ("handover-log",),
    "p04": ("pci",),
    "p05": ("tax-hold", "pci"),
    "p06": ("notice-list",),
    "p07": ("purpose-achieved", "child-data"),
    "p08": ("purpose-achieved",),
    "p09": ("statistics",),
    "p10": ("instruction-record",),
    "p11": ("special-care",),
}


class Purpose(Entry):
    """利用目的: a purpose of use that the group has published (APPI 17, 21). `duties`: what is looked after in works
    that serve it; the usual ones of its key where nothing is said.
    """

    key: Key
    text: Text
    text_ja: Text | None = None
    promise_ja: Text | None = None
    promise_en: Text | None = None
    duties: tuple[DutyOfPurpose, ...] | None = None

    @property
    def brings(self) -> tuple[DutyOfPurpose, ...]:
        return USUAL.get(self.key, ()) if self.duties is None else self.duties


def duties_of(keys: Iterable[str], known: Mapping[str, Purpose]) -> frozenset[DutyOfPurpose]:
    """What the purposes of a work bring about together."""
    return frozenset(duty for key in keys if key in known for duty in known[key].brings)
