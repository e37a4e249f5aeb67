"""What registry files would change, and making it so: in one transaction, and a second time nothing.

Entries that the files do not name stay as they are; only with `prune` do they leave, and only where nothing is owed and
nothing points at them. A file never deletes history: an entry that leaves keeps its row.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tortoise.expressions import F, Q, Subquery

from monitor import ledger, tables
from monitor.language import Message
from monitor.mistakes import Invalid, Mistake
from monitor.registry.addresses import keep
from monitor.registry.differences import MODELS, Change, compare, difference, dump
from monitor.registry.ends import mark
from monitor.registry.format import KINDS, OWING, SINGLES, Campaign, Engagement, Entry, Group, Minors, Party
from monitor.registry.leaving import leaving
from monitor.registry.places import GONE
from monitor.registry.readiness import unlisted, unready
from monitor.registry.restating import restated
from monitor.registry.sites import looked_at_otherwise
from monitor.registry.watches import abandon, sync
from monitor.tables.duty import LIVE
from monitor.tables.store import alone, transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from checks.contract import Check
    from monitor.registry.read import Declaration

Wish = tuple[str, str, "Mapping[str, Any]"]  #: kind and key of an entry, and its fields as they are to be
ONE_AT_A_TIME = 0x17A61  #: PostgreSQL's lock of whoever compares the registry and changes it


def timely(found: Declaration, today: date) -> list[Mistake]:
    """Mistakes that depend on the day: an acceptance cannot lie in the future."""
    return [
        Mistake(
            file,
            f'engagement "{key}": {name}',
            Message("is a day to come."),
            Message("Write the day on which it was accepted, {today} at the latest.", {"today": today}),
        )
        for key, (entry, file) in found.of("engagement", Engagement).items()
        for name, day in _accepted(entry).items()
        if day and day > today
    ]


def _accepted(entry: Engagement) -> dict[str, date | None]:
    """The days on which something is said to have been accepted already."""
    return {
        "attestation.last_accepted_on": entry.attestation.last_accepted_on,
        "selection.accepted_on": entry.selection.accepted_on,
        "necessity_reviewed_on": entry.necessity_reviewed_on,
        "handlers.listed_on": entry.handlers.listed_on,
        "contract.read_on": entry.contract.read_on,
    }


async def today(found: Declaration, at: datetime) -> date:
    """The group's local day, by the group in the files or the one in force."""
    if found.group and isinstance(found.group.entry, Group):
        return found.group.entry.calendar().day_of(at)
    row = await tables.Group.get_or_none(key="group")
    if row is None:
        missing = Mistake("-", "[group]", Message("is missing."), Message("Add a [group] table to one of the files."))
        raise Invalid([missing])
    return Group.model_validate(row.spec).calendar().day_of(at)


async def plan(found: Declaration, at: datetime, *, prune: bool = False) -> list[Change]:
    """The differences, after every check that apply makes. Raises `Invalid`."""
    day = await today(found, at)
    changes = await compare(found, prune=prune)
    mistakes = timely(found, day) + await leaving(changes, found, day) + await unready(changes, found, day)
    mistakes += await unlisted(changes, found)
    if mistakes:
        raise Invalid(mistakes)
    return changes


async def apply(
    found: Declaration,
    at: datetime,
    looks: Mapping[str, Check[Any]],
    *,
    prune: bool = False,
    actor: str = ledger.SYSTEM,
) -> list[Change]:
    """Make the registry what the files say. All or nothing. Raises `Invalid`."""
    async with transaction():
        await alone(ONE_AT_A_TIME)
        changes = await plan(found, at, prune=prune)
        await carry_out(changes, at, looks, actor)
        await _remember(found)
    return changes


async def _remember(found: Declaration) -> None:
    """What the files say now is what they have said last, also where it changes nothing that holds."""
    for name, located in found.singles().items():
        await tables.Group.filter(key=name).update(declared=dump(located.entry))
    for kind, model in MODELS.items():
        stated = {key: dump(located.entry) for key, located in found.entries[kind].items()}
        known = await model.all().values_list("key", "declared") if stated else []
        for key, declared in known:
            if key in stated and declared != stated[key]:
                await model.filter(key=key).update(declared=stated[key])


async def carry_out(changes: Sequence[Change], at: datetime, looks: Mapping[str, Check[Any]], actor: str) -> None:
    """Write changes that were checked, with their ledger lines, inside the caller's transaction."""
    if not changes:
        return
    for kind in (*SINGLES, *KINDS):
        await _write([change for change in changes if change.kind == kind], kind, at)
    parties = [change for change in changes if change.kind == "party"]
    await keep({change.key: change.entry if isinstance(change.entry, Party) else None for change in parties})
    if looks:
        await sync(await _parties_touched(changes), looks, at)
    await abandon([change.key for change in changes if (change.kind, change.action) == ("party", "retire")], at)
    await _hasten(changes, at)
    await mark(changes, at)
    await _replan(changes, at)
    await _rewarn(at)
    await tables.Group.filter(key="group").update(revision=F("revision") + 1)
    await ledger.write([_event(change, actor) for change in changes], at)


async def _parties_touched(changes: Sequence[Change]) -> list[Party]:
    """Parties whose watches may have to be others: those that changed, and those whose places must stay gone, or must
    no longer, because an engagement changed or the tree above it, or whose pages the registers speak of otherwise.
    """
    found = await looked_at_otherwise(changes)
    found |= {change.key: change.entry for change in changes if isinstance(change.entry, Party)}
    if not any(change.kind == "engagement" for change in changes):
        return list(found.values())
    present = await tables.Engagement.filter(retired_at=None).values_list("party_id", "spec")
    named = {party for party, spec in present if any("url" in place for place in spec.get("place", ()))}
    watched = await tables.Watch.filter(check_kind=GONE, retired_at=None).distinct().values_list("party_id", flat=True)
    more = tables.Party.filter(key__in=(named | set(watched)) - found.keys(), retired_at=None).order_by("key")
    return [*found.values(), *(Party.model_validate(spec) for spec in await more.values_list("spec", flat=True))]


async def _write(changes: Sequence[Change], kind: str, at: datetime) -> None:
    model = tables.Group if kind in SINGLES else MODELS[kind]
    fresh = [change for change in changes if change.action == "add"]
    await model.bulk_create(
        [model(key=change.key, **_columns(change), first_seen_at=at, changed_at=at) for change in fresh]
    )
    for change in changes:
        if change.action == "retire":
            await model.filter(key=change.key).update(retired_at=at, changed_at=at)
        elif change.action != "add":
            await model.filter(key=change.key).update(**_columns(change), retired_at=None, changed_at=at)


def _columns(change: Change) -> dict[str, Any]:
    columns: dict[str, Any] = {"spec": dump(change.entry or Entry())}
    if isinstance(change.entry, Engagement):
        entry = change.entry
        columns |= {
            "company_id": entry.company,
            "party_id": entry.party,
            "under": entry.under,
            "state": entry.state,
            "starts_on": entry.starts_on,
            "ends_on": entry.ends_on,
        }
    if change.declared is not None:
        columns["declared"] = change.declared
    return columns


async def _hasten(changes: Sequence[Change], at: datetime) -> None:
    """Where it comes to be known that data of children is handled, the party confirms anew within days."""
    known = [change.key for change in changes if change.action == "change" and _children(change)]
    if known:
        calendar = Group.model_validate((await tables.Group.get(key="group")).spec).calendar()
        minors = await tables.Group.get_or_none(key="minors")
        days = Minors.model_validate(minors.spec if minors else {}).confirm_within
        await tables.Engagement.filter(key__in=known).update(hastened_on=calendar.day_of(at) + timedelta(days=days))


def _children(change: Change) -> bool:
    entry = change.entry
    return isinstance(entry, Engagement) and entry.state in OWING and bool(change.fields.get("child_data", (0, 0))[1])


async def _replan(changes: Sequence[Change], at: datetime) -> None:
    """Mark what must be worked out anew: changed engagements, all below them, those of a changed party; everything
    live where the calendar or the roles changed.
    """
    if any(change.kind in SINGLES and (change.kind, change.action) != ("group", "add") for change in changes):
        await tables.Engagement.filter(retired_at=None).update(plan_at=at, review_at=at)
        await tables.Obligation.filter(state__in=LIVE).update(next_at=at)
        await tables.Case.filter(closed_at=None).update(next_at=at)
        return
    if any(change.kind == "purpose" and "duties" in change.fields for change in changes):
        await tables.Engagement.filter(retired_at=None).update(review_at=at)
    touched = {change.key for change in changes if change.kind == "engagement"}
    parties = {change.key for change in changes if change.kind == "party" and change.action != "add"}
    asked = {key for change in changes if change.kind == "campaign" for key in await _campaigning(change)}
    await tables.Engagement.filter(company_id__in=asked).update(plan_at=at)
    await tables.Engagement.filter(Q(key__in=touched) | Q(party_id__in=parties)).update(plan_at=at, review_at=at)
    while touched:
        below = await tables.Engagement.filter(under__in=touched).values_list("key", flat=True)
        touched = {str(key) for key in below}
        await tables.Engagement.filter(key__in=touched).update(plan_at=at, review_at=at)


async def _campaigning(change: Change) -> set[str]:
    """The companies of a campaign, with those that it had before."""
    was, _ = change.fields.get("companies", ((), ()))
    row = await tables.Campaign.get(key=change.key)
    return {*(was or ()), *map(str, Campaign.model_validate(row.spec).companies)}


async def _rewarn(at: datetime) -> None:
    """Certificates are looked at anew where an engagement was marked; those that nobody works with warn nobody."""
    marked = tables.Engagement.filter(plan_at=at).values("party_id")
    await tables.Party.filter(key__in=Subquery(marked)).update(warn_at=at)


def _event(change: Change, actor: str) -> ledger.Event:
    spec = ledger.canonical(dump(change.entry)) if change.entry else ""
    data = {"fields": sorted(change.fields), "sha256": hashlib.sha256(spec.encode()).hexdigest()}
    company = (
        change.entry.company
        if isinstance(change.entry, Engagement)
        else change.key
        if change.kind == "company"
        else None
    )
    return ledger.Event(f"registry.{change.action}", f"{change.kind}/{change.key}", data, company, actor)


async def known_keys() -> dict[str, set[str]]:
    """Keys of everything that is in the registry now."""
    return {
        kind: {str(key) for key in await model.filter(retired_at=None).values_list("key", flat=True)}
        for kind, model in MODELS.items()
    }


async def set_fields(kind: str, key: str, values: Mapping[str, Any], at: datetime, actor: str = ledger.SYSTEM) -> None:
    """Change single fields of one entry by the same way as a file would (a person's act, an event of a simulation)."""
    async with transaction():
        await set_many([(kind, key, values)], at, actor)


async def add_engagement(entry: Engagement, at: datetime, actor: str = ledger.SYSTEM) -> None:
    """A new one, as a file would bring it, within the caller's transaction."""
    await alone(ONE_AT_A_TIME)
    await carry_out(list(difference("engagement", entry.key, entry, None)), at, {}, actor)


async def set_many(wishes: Iterable[Wish], at: datetime, actor: str = ledger.SYSTEM) -> None:
    """The same for fields of many entries at once, each named once, within the caller's transaction. Refused where they
    make no sense together.
    """
    await alone(ONE_AT_A_TIME)
    changes: list[Change] = []
    for kind, key, values in wishes:
        model = tables.Group if kind in SINGLES else MODELS[kind]
        shape: type[Entry] = (SINGLES | KINDS)[kind]
        row = await model.get(key=key)
        changes += difference(kind, key, restated(shape, row.spec, values), row)
    await carry_out(changes, at, {}, actor)
