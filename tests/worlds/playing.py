"""Playing a scene on a database, in one piece or in many lives, and keeping all that can be asked of it afterwards."""

from __future__ import annotations

import tempfile
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import scene as scenes

from monitor import auditor, ledger, plugins, tables
from monitor.registry.apply import apply
from monitor.registry.read import Declaration, read
from monitor.registry.roster import roster
from monitor.simulation.script import read_script
from monitor.simulation.world import World
from monitor.tables.store import MEMORY, opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from scene import Revision, Scene

    from monitor.simulation.event import Event

Line = dict[str, Any]
INSTANT = timedelta(microseconds=1)
ROWS = (tables.Obligation, tables.Case, tables.Notice, tables.Mail, tables.MailItem, tables.Watch, tables.Engagement)


@dataclass(frozen=True)
class Registered:
    """The registry as it stood from an instant on: kind -> key -> entry, in the words of the files."""

    since: datetime
    entries: dict[str, dict[str, dict[str, Any]]]


@dataclass
class Played:
    """What was told, and what the database held at the end."""

    scene: Scene
    lines: list[Line] = field(default_factory=list)
    book: list[Line] = field(default_factory=list)  #: the ledger
    rows: dict[Any, list[Any]] = field(default_factory=dict)
    registered: list[Registered] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)  #: the auditor's

    def mails(self) -> list[Line]:
        return [line for line in self.lines if line["what"] == "mail"]

    def registry_at(self, at: datetime) -> list[Registered]:
        """What was in force at an instant; several where it changed at that very instant."""
        past = [one for one in self.registered if one.since < at][-1:]
        return [*past, *(one for one in self.registered if one.since == at)]


async def play(scene: Scene, url: str = MEMORY, shuffled: Random | None = None) -> Played:
    """The scene in one piece."""
    return await in_lives(scene, [], url, shuffled)


async def in_lives(scene: Scene, ends: Sequence[datetime], url: str = MEMORY, shuffled: Random | None = None) -> Played:
    """The scene with the database closed at some instants, and opened again by a world that remembers nothing."""
    played, stage = Played(scene), Stage(scene, shuffled)
    cuts = sorted({end for end in ends if scene.begin < end < scene.end})
    for begin, end in zip([scene.begin, *cuts], [*(cut - INSTANT for cut in cuts), scene.end], strict=True):
        async with opened(url, create=begin == scene.begin):
            await stage.live(begin, end, played)
            if end == scene.end:
                await look_around(played)
    return played


class Stage:
    """Runs stretches of a scene; what survives from one life to the next is the world outside and not the daemon's."""

    def __init__(self, scene: Scene, shuffled: Random | None) -> None:
        self.tools = plugins.equipment()
        self.down_until: datetime | None = None
        self.events = _events(scene)
        self.files = [(revision.at, _declared(revision, shuffled)) for revision in scene.revisions]

    async def live(self, begin: datetime, end: datetime, played: Played) -> None:
        world = World(self.tools)
        world._seen, world.down_until = (await ledger.head())[0], self.down_until
        for since, until, found in self.stretches(begin, end):
            if found:
                await apply(found, since, self.tools.looks)
                await note_registry(played, since)
            mine = [event for event in self.events if since <= event.at <= until]
            async with aclosing(world.run(since, until, mine)) as lines:
                async for line in lines:
                    played.lines.append(line)
                    await note_registry(played, datetime.fromisoformat(line["at"]))
        self.down_until = world.down_until

    def stretches(self, begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, Declaration | None]]:
        """From one applied registry to the next."""
        applied = {at: found for at, found in self.files if begin <= at <= end}
        starts = sorted({begin, *applied})
        for since, following in zip(starts, [*starts[1:], None], strict=True):
            yield since, following - INSTANT if following else end, applied.get(since)


def _events(scene: Scene) -> list[Event]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "script.toml"
        file.write_text(scenes.script(scene.events), encoding="utf-8")
        return read_script(file)


def _declared(revision: Revision, shuffled: Random | None) -> Declaration:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "registry.toml"
        file.write_text(scenes.toml(revision.tables, shuffled), encoding="utf-8")
        return read([file], plugins.known())


async def note_registry(played: Played, at: datetime) -> None:
    """Remember the registry wherever its revision moved on (an event of the script may have changed it)."""
    present = await roster()
    if played.registered and played.registered[-1].entries["revision"] == {"is": {"is": present.revision}}:
        return
    entries: dict[str, dict[str, Any]] = {"revision": {"is": {"is": present.revision}}}
    for kind, model in (("group", tables.Group), ("company", tables.Company), ("party", tables.Party),
                        ("engagement", tables.Engagement)):  # fmt: skip
        entries[kind] = {row.key: row.spec for row in await model.all()}
    played.registered.append(Registered(at.astimezone(UTC), entries))


async def look_around(played: Played) -> None:
    end = played.scene.end
    played.book = [line async for line in ledger.lines()]
    played.rows = {model: sorted(await model.all(), key=lambda row: row.pk) for model in ROWS}
    played.complaints = await auditor.audit((await roster()).calendar, end)
