"""What a status page says is going on, out of the three forms in which machines are told: JSON, RSS 2.0 and Atom.

The JSON of the usual providers says what is open and how bad it is. Feeds say neither: they are news, and an entry
counts as open while it is young and nothing in its latest update says that it is over. Pure; `None` is "none of these".
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final, cast
from xml.etree.ElementTree import ParseError, XMLPullParser

from checks.contract import Severity
from checks.jsonpath import document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from xml.etree.ElementTree import Element

IMPACTS: Final = {"none": Severity.LOW, "minor": Severity.LOW, "major": Severity.MEDIUM, "critical": Severity.HIGH}
AILING: Final = {
    "degraded_performance": Severity.LOW,
    "partial_outage": Severity.MEDIUM,
    "major_outage": Severity.HIGH,
}
OVER: Final = frozenset({"resolved", "postmortem", "completed"})
YOUNG: Final = timedelta(days=3)  #: how long a feed's entry counts as open without a word that it is over
KEYS: Final = frozenset({"incidents", "scheduled_maintenances", "components"})
MARKUP = re.compile(r"<[^<>]*>")
ENDED = re.compile(
    r"\b(?:resolved|completed|closed|postmortem|restored)\b|復旧|解消|解決|収束|終了|完了", re.IGNORECASE
)
GOING_ON = re.compile(
    r"\b(?:investigating|identified|monitoring|in progress|update|scheduled)\b|調査中|対応中|発生|継続", re.IGNORECASE
)
UNENDED = re.compile(r"\b(?:not|un)[ -]?(?:yet )?(?:resolved|restored)\b|未(?:復旧|解消|解決)", re.IGNORECASE)
PLANNED = re.compile(r"\bmaintenance\b|メンテナンス|定期保守|計画停止", re.IGNORECASE)
ENCODINGS: Final = {
    "utf-8": "utf-8-sig",
    "utf-16": "utf-16",
    "us-ascii": "ascii",
    "iso-8859-1": "cp1252",
    "windows-1252": "cp1252",
    "shift_jis": "cp932",
    "windows-31j": "cp932",
    "euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp",
}
# Every element carries the name of its namespace with it, copied out.
FAR_NAMED = re.compile(r"""xmlns(?::[^\s=<>"']{100}|(?::[^\s=<>"']{0,99})?\s*+=\s*+(?:"[^"]{300}|'[^']{300}))""")
ENTRY: Final = frozenset({"item", "entry"})
DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that is going on. `planned`: a maintenance that was announced; `ailing`: a component's own state."""

    key: str
    name: str
    severity: Severity
    components: tuple[str, ...] = ()
    planned: bool = False
    ailing: bool = False

    def concerns(self, heeded: Iterable[str]) -> bool:
        """Whether it is about one of these components; what names none, or where none is chosen, is about all."""
        wanted = {name.casefold() for name in heeded}
        return not wanted or not self.components or bool(wanted & {name.casefold() for name in self.components})


def going_on(body: bytes, at: datetime) -> tuple[Incident, ...] | None:
    """What is open now; `None` if this is no status page that a machine can read."""
    begins = body[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if begins.startswith(b"<") or body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _from_feed(body, at)
    try:
        told = document(body)
    except ValueError:
        return None
    return _from_json(told) if isinstance(told, dict) and told.keys() & KEYS else None


def _from_json(told: dict[str, Any]) -> tuple[Incident, ...]:
    incidents = [_incident(row) for row in _rows(told, "incidents") if _text(row.get("status")) not in OVER]
    ahead = [row for row in _rows(told, "scheduled_maintenances") if _text(row.get("status")) not in OVER]
    planned = [_incident(row, planned=True) for row in ahead]
    # A component that is part of an incident is told by it.
    named = {name for incident in incidents for name in incident.components}
    ailing = [one for one in _ailing(_rows(told, "components")) if one.name not in named]
    return (*incidents, *planned, *ailing)


def _rows(told: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of a list; a stranger's document may hold anything else there."""
    rows = told.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _incident(row: dict[str, Any], *, planned: bool = False) -> Incident:
    name = _text(row.get("name")) or "an incident without a name"
    touched = tuple(_text(one.get("name")) for one in _rows(row, "components"))
    # An impact that is missing or unknown is no reason to think little of what the party itself calls an incident.
    severity = IMPACTS.get(_text(row.get("impact")), Severity.MEDIUM)
    planned = planned or row.get("impact") == "maintenance"
    return Incident(_text(row.get("id")) or name, name, severity, tuple(filter(None, touched)), planned)


def _ailing(rows: Iterable[dict[str, Any]]) -> Iterator[Incident]:
    for row in rows:
        name, severity = _text(row.get("name")), AILING.get(_text(row.get("status")))
        if name and severity and not row.get("group"):
            yield Incident(_text(row.get("id")) or name, name, severity, (name,), ailing=True)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _from_feed(body: bytes, at: datetime) -> tuple[Incident, ...] | None:
    text = _decoded(body)
    # Entities are declared in a document type, and no feed needs one: without it there is nothing to expand and nothing
    # to fetch, so a reader of XML can be trusted with what a stranger wrote.
    if text is None or "<!DOCTYPE" in text or FAR_NAMED.search(text):
        return None
    entries = _entries(text)
    return None if entries is None else tuple(one for entry in entries for one in _open(entry, at))


def _decoded(body: bytes) -> str | None:
    """The text of an XML document, as its byte order mark or its first line says; UTF-8 if neither does. Only encodings
    of text are known: some others that a stranger may name take a square of the length.
    """
    wide = body.startswith((b"\xff\xfe", b"\xfe\xff"))
    declared = DECLARED.match(body.removeprefix(b"\xef\xbb\xbf"))
    name = "utf-16" if wide else declared[1].decode().lower() if declared else "utf-8"
    return body.decode(ENCODINGS[name], "replace") if name in ENCODINGS else None


def _entries(text: str) -> list[Element] | None:
    """The whole entries of a feed, the newest first as feeds have them; one that was cut off is left out, and so is one
    within another, whose text would be read once more for each.
    """
    parser: XMLPullParser[Element] = XMLPullParser(["start", "end"])
    found, root, within = [], "", 0
    try:
        parser.feed(text.lstrip("\ufeff \t\r\n"))
        with suppress(ParseError):  # cut off at our limit: what was whole before that counts
            parser.close()
        for event, element in cast("Iterator[tuple[str, Element]]", parser.read_events()):
            name = _local(element)
            root = root or name
            if name in ENTRY:
                within += 1 if event == "start" else -1
                found += [element] if not within else []
    except (ParseError, ValueError):
        return None
    return found if root in {"rss", "feed"} else None


def _local(element: Element) -> str:
    """A name without its namespace: feeds differ in theirs, and nothing hangs on it."""
    return element.tag.rpartition("}")[2]


def _open(entry: Element, at: datetime) -> Iterator[Incident]:
    said = {_local(child): "".join(child.itertext()).strip() for child in reversed(entry)}
    name = said.get("title") or "an entry without a title"
    latest = MARKUP.sub(" ", said.get("content") or said.get("encoded") or said.get("description") or "")
    planned = bool(PLANNED.search(name))
    when = _instant(said.get("updated") or said.get("pubDate") or said.get("published") or said.get("date") or "")
    young = when is None or at - YOUNG < when
    if young and not _over(name) and not _over(latest):
        yield Incident(said.get("id") or said.get("guid") or name, name, Severity.MEDIUM, planned=planned)


def _over(text: str) -> bool:
    """Whether the first word on how things stand says that it is over: updates stand newest first."""
    text = UNENDED.sub(" investigating ", text)
    ended, going = ENDED.search(text), GOING_ON.search(text)
    return ended is not None and (going is None or ended.start() < going.start())


def _instant(text: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            when = read(text)
        except (ValueError, OverflowError):
            continue
        return when if when.tzinfo else when.replace(tzinfo=UTC)
    return None
