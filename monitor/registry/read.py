"""Registry files -> entries. Every mistake is found in one go, each with its file, its place and what to write
instead.
"""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from checks.options import BadOptions, configured
from monitor.language import Message
from monitor.mistakes import Invalid, Mistake, of_validation, read_toml
from monitor.registry.format import BEFORE, KINDS, SINGLES, Company, Endpoint, Engagement, Entry, Party, Policy
from monitor.registry.naming import key_of, named
from monitor.registry.values import FILED
from monitor.registry.watches import TEXTS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from checks.contract import Check


E = TypeVar("E", bound=Entry)


@dataclass(frozen=True, slots=True)
class Located:
    entry: Entry
    file: str


@dataclass(frozen=True)
class Known:
    """What entries may refer to beside each other: keys that the registry holds already, checks, questionnaires."""

    keys: Mapping[str, set[str]] = field(default_factory=dict)
    checks: Mapping[str, Check[Any]] = field(default_factory=dict)
    questionnaires: frozenset[str] = frozenset()


@dataclass
class Declaration:
    """All that some files declare, by kind and key. `raw` holds the tables of broken entries too, so that one mistake
    hides no other, and does not make every reference to its entry look wrong.
    """

    group: Located | None = None
    minors: Located | None = None
    group_seen: bool = False  #: there is a [group] table, if a broken one, or a file that could not be read
    entries: dict[str, dict[str, Located]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    raw: dict[str, dict[str, tuple[dict[str, Any], str]]] = field(default_factory=lambda: {kind: {} for kind in KINDS})

    def singles(self) -> dict[str, Located]:
        """The tables that stand once, as far as the files have them."""
        found = {name: getattr(self, name) for name in SINGLES}
        return {name: located for name, located in found.items() if located}

    def of(self, kind: str, model: type[E]) -> dict[str, tuple[E, str]]:
        found = self.entries[kind].items()
        return {key: (at.entry, at.file) for key, at in found if isinstance(at.entry, model)}


@dataclass(frozen=True, slots=True)
class _Spot:
    kind: str
    file: str
    place: str


def read(files: Sequence[Path], known: Known | None = None) -> Declaration:
    """Read all files and check each entry and every reference. Raises `Invalid` with all mistakes."""
    found, mistakes = examine(files, known)
    if mistakes:
        raise Invalid(mistakes)
    return found


def examine(files: Sequence[Path], known: Known | None = None) -> tuple[Declaration, list[Mistake]]:
    """The same for a caller who has more to check before it complains: what was understood, and all mistakes."""
    found = Declaration()
    mistakes: list[Mistake] = []
    for path in files:
        mistakes += _read_file(path, found)
    return found, [*mistakes, *_references(found, known or Known())]


def _read_file(path: Path, found: Declaration) -> list[Mistake]:
    file = str(path)
    try:
        tables = read_toml(path)
    except Invalid as error:
        found.group_seen = True  # perhaps
        return list(error.mistakes)
    mistakes = _unknown_tables(tables, file)
    found.group_seen |= "group" in tables
    for name, model in SINGLES.items():
        if name in tables:
            mistakes += _take_single(name, model, tables[name], file, found)
    for kind, model in KINDS.items():
        mistakes += _take_entries(kind, model, tables.get(kind, []), file, found)
    return mistakes


def _unknown_tables(tables: Mapping[str, Any], file: str) -> list[Mistake]:
    fields = [*SINGLES, *KINDS]
    detail: list[Mistake] = []
    for name in tables.keys() - set(fields):
        near = difflib.get_close_matches(name, fields, 1)
        remedy = (
            Message("Did you mean {near}?", {"near": near[0]})
            if near
            else Message("Remove it, or write one of {fields}.", {"fields": ", ".join(fields)})
        )
        detail.append(Mistake(file, name, Message("is not a known table."), remedy))
    return detail


def _take_single(name: str, model: type[Entry], table: Any, file: str, found: Declaration) -> list[Mistake]:
    there: Located | None = getattr(found, name)
    if there:
        what = Message("stands in {other} too.", {"other": there.file})
        return [Mistake(file, f"[{name}]", what, Message("Keep one of the two."))]
    try:
        setattr(found, name, Located(model.model_validate(table, context=FILED), file))
    except ValidationError as error:
        return list(of_validation(error, model, file, f"[{name}]"))
    return []


def _take_entries(kind: str, model: type[Entry], tables: Any, file: str, found: Declaration) -> list[Mistake]:
    if not isinstance(tables, list):
        return [Mistake(file, kind, Message("is a single table."), Message("Write [[{kind}]].", {"kind": kind}))]
    mistakes: list[Mistake] = []
    for number, table in enumerate(tables, 1):
        key = key_of(kind, table)
        place = f'{kind} "{key}"' if key is not None else f"[[{kind}]] no. {number}"
        mistakes += _take(model, table, _Spot(kind, file, place), found)
    return mistakes


def _take(model: type[Entry], table: Any, at: _Spot, found: Declaration) -> list[Mistake]:
    key = key_of(at.kind, table)
    if key is not None:
        if twin := found.raw[at.kind].get(key):
            what = Message("stands twice (also in {other}).", {"other": twin[1]})
            return [Mistake(at.file, at.place, what, _one_of_two(table))]
        found.raw[at.kind][key] = (table, at.file)
    try:
        found.entries[at.kind][str(key)] = Located(model.model_validate(table, context=FILED), at.file)
    except ValidationError as error:
        return list(of_validation(error, model, at.file, at.place))
    return []


def _one_of_two(table: Mapping[str, Any]) -> Message:
    if "key" in table:
        return Message("Keep one, or give the other another key.")
    return Message("Keep one, with everything that is sent to that host, and name its sites there.")


def _references(found: Declaration, known: Known) -> Iterator[Mistake]:
    keys = {kind: found.raw[kind].keys() | known.keys.get(kind, set()) for kind in KINDS}
    for key, (table, file) in found.raw["engagement"].items():
        place = f'engagement "{key}"'
        for field_name, kind, target in _targets(table):
            if target not in keys[kind]:
                yield _no_such(file, f"{place}: {field_name}", kind, target, keys[kind])
    yield from _published(found, keys)
    yield from _choices(found, known)
    yield from _rings(found)
    yield from _doubled_endpoints(found)
    yield from _self_deputies(found)


def _published(found: Declaration, keys: Mapping[str, set[str]]) -> Iterator[Mistake]:
    """What the published registers name and nobody has."""
    for kind in found.raw:
        for key, (table, file) in found.raw[kind].items():
            for field_name, other, target in named(kind, table):
                if target not in keys[other]:
                    yield _no_such(file, f'{kind} "{key}": {field_name}', other, target, keys[other])


def _targets(table: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    one = [
        (name, kind, table.get(name))
        for name, kind in (("company", "company"), ("party", "party"), ("under", "engagement"))
    ]
    purposes = table.get("purposes") if table.get("state") not in BEFORE else ()  # published when it is activated
    many = [("purposes", "purpose", purpose) for purpose in (purposes if isinstance(purposes, list) else [])]
    yield from ((name, kind, target) for name, kind, target in one + many if isinstance(target, str))


def _choices(found: Declaration, known: Known) -> Iterator[Mistake]:
    """Names of checks and questionnaires, where the caller says which there are."""
    for key, (engagement, file) in found.of("engagement", Engagement).items():
        wanted = engagement.attestation.questionnaire
        if wanted and known.questionnaires and wanted not in known.questionnaires:
            yield _not_one_of(file, f'engagement "{key}": attestation.questionnaire', wanted, known.questionnaires)
    for key, (party, file) in found.of("party", Party).items():
        for endpoint in party.endpoint:
            yield from _looks(endpoint, known.checks, file, f'party "{key}": endpoint {endpoint.url}')
    for key, (policy, file) in found.of("policy", Policy).items():
        if TEXTS in known.checks and policy.options:
            yield from _unusable(known.checks[TEXTS], policy.options, file, f'policy "{key}": options')


def _looks(endpoint: Endpoint, checks: Mapping[str, Check[Any]], file: str, place: str) -> Iterator[Mistake]:
    """Checks and their options that nobody knows."""
    if not checks:
        return
    for part, kinds in (("checks", endpoint.checks or ()), ("options", endpoint.options)):
        for kind in kinds:
            if kind not in checks:
                yield _not_one_of(file, f"{place}: {part}", kind, checks)
    for kind, options in endpoint.options.items():
        if kind in checks:
            yield from _unusable(checks[kind], options, file, f"{place}: options.{kind}")


def _unusable(look: Check[Any], options: Mapping[str, Any], file: str, place: str) -> Iterator[Mistake]:
    try:
        configured(look, options)
    except BadOptions as error:
        for name, why in error.wrong.items():
            what = Message("cannot be used: {why}.", {"why": why})
            yield Mistake(file, f"{place}.{name}", what, Message("Correct or remove it."))


def _not_one_of(file: str, place: str, value: str, choices: Collection[str]) -> Mistake:
    values = {"value": value, "expected": ", ".join(sorted(choices))}
    return Mistake(file, place, Message('has "{value}".', values), Message("Write one of {expected}.", values))


def _no_such(file: str, place: str, kind: str, target: str, keys: Collection[str]) -> Mistake:
    near = difflib.get_close_matches(target, keys, 1)
    values = {"target": target, "kind": kind, "near": near[0] if near else ""}
    remedy = "Did you mean {near}?" if near else "Declare it in a [[{kind}]] table, or correct the key."
    return Mistake(file, place, Message('there is no {kind} "{target}".', values), Message(remedy, values))


def _rings(found: Declaration) -> Iterator[Mistake]:
    above = {key: entry.under for key, (entry, _) in found.of("engagement", Engagement).items()}
    for key, (_, file) in found.of("engagement", Engagement).items():
        seen, step = {key}, above.get(key)
        while step and step not in seen:
            seen.add(step)
            step = above.get(step)
        if step == key:
            what = Message("hangs below itself.")
            yield Mistake(
                file, f'engagement "{key}": under', what, Message("Name the engagement that is really above it.")
            )


def _doubled_endpoints(found: Declaration) -> Iterator[Mistake]:
    for key, (party, file) in found.of("party", Party).items():
        for url, times in Counter(endpoint.url for endpoint in party.endpoint).items():
            if times > 1:
                what = Message("{url} stands {times} times.", {"url": url, "times": times})
                yield Mistake(file, f'party "{key}": endpoint', what, Message("Put all its checks in one endpoint."))


def _self_deputies(found: Declaration) -> Iterator[Mistake]:
    for key, (company, file) in found.of("company", Company).items():
        for person in company.person:
            if person.deputy == person.email:
                what = Message("{email} is their own deputy.", {"email": person.email})
                yield Mistake(file, f'company "{key}": person', what, Message("Name somebody else."))
