"""What may not leave the registry, and why: something is owed under it, or something that stays names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.language import Message
from monitor.mistakes import Mistake
from monitor.registry.differences import MODELS, dump
from monitor.registry.format import KINDS, OWING, Engagement
from monitor.registry.naming import named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from monitor.registry.differences import Change
    from monitor.registry.read import Declaration


async def leaving(changes: Sequence[Change], found: Declaration, day: date) -> list[Mistake]:
    """What may not leave, and why."""
    gone = {kind: {c.key for c in changes if c.action == "retire" and c.kind == kind} for kind in KINDS}
    if not any(gone.values()):
        return []
    rows = await tables.Engagement.filter(retired_at=None).values_list("key", "spec")
    staying = {key: Engagement.model_validate(spec) for key, spec in rows if key not in gone["engagement"]}
    staying |= {key: entry for key, (entry, _) in found.of("engagement", Engagement).items()}
    mistakes = [*_still_named(gone, staying), *await _still_published(gone, found)]
    for key, spec in rows:
        if key in gone["engagement"] and await _still_owing(key, Engagement.model_validate(spec), day):
            mistakes.append(
                Mistake(
                    "--prune",
                    f'engagement "{key}"',
                    Message("cannot leave: something is still owed under it."),
                    Message('Give it an ends_on or state = "closed" first, and let it close.'),
                )
            )
    return mistakes


def _still_named(leaving: Mapping[str, set[str]], staying: Mapping[str, Engagement]) -> Iterator[Mistake]:
    for key, entry in staying.items():
        named = [("company", entry.company), ("party", entry.party), ("engagement", entry.under or "")]
        named += [("purpose", purpose) for purpose in entry.purposes]
        for kind, target in named:
            if target in leaving[kind]:
                yield Mistake(
                    "--prune",
                    f'{kind} "{target}"',
                    Message('cannot leave: engagement "{key}" names it.', {"key": key}),
                    Message("Keep it in the files, or remove the engagement too."),
                )


async def _still_published(leaving: Mapping[str, set[str]], found: Declaration) -> list[Mistake]:
    """What a joint use or a policy that stays names cannot leave either."""
    mistakes: list[Mistake] = []
    for kind in ("joint_use", "policy", "service", "external_transmission"):
        rows = await MODELS[kind].filter(retired_at=None).values_list("key", "spec")
        specs = dict(rows) | {key: dump(located.entry) for key, located in found.entries[kind].items()}
        for key in specs.keys() - leaving[kind]:
            for _, other, target in named(kind, specs[key]):
                if target in leaving[other]:
                    what = Message('cannot leave: {kind} "{key}" names it.', {"kind": kind, "key": key})
                    remedy = Message("Keep it in the files, or remove it there too.")
                    mistakes.append(Mistake("--prune", f'{other} "{target}"', what, remedy))
    return mistakes


async def _still_owing(key: str, entry: Engagement, day: date) -> bool:
    asked = await tables.Obligation.filter(
        engagement_id=key, state__in=("open", "submitted", "returned", "waived")
    ).exists()
    return asked or (entry.state in OWING and entry.in_force_on(day))
