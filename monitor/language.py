"""Japanese and English: messages, days, names. English is what the source says; the Japanese stands in the catalogue.

The catalogue is the reviewed text itself (`templates/locale/ja/LC_MESSAGES/*.po`), read once at first use; there is no
compiled copy that could differ from it.
"""

from __future__ import annotations

import gettext
import io
import os
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

from monitor.assets import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from zoneinfo import ZoneInfo

LANGUAGES = ("ja", "en")
JAPAN = "Asia/Tokyo"
_WEEKDAYS = {"ja": "月火水木金土日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_YEAR = timedelta(days=365)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@lru_cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The translations into a language, from all of its files; English needs none."""
    files = sorted((TEMPLATES / "locale" / language / "LC_MESSAGES").glob("*.po"))
    if language == "en" or not files:
        return gettext.NullTranslations()
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    whole = Catalog(locale=language)
    for path in files:
        with path.open("rb") as source:
            for message in read_po(source, locale=language):
                if message.id:
                    whole[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def translate(text: str, language: str) -> str:
    return catalogue(language).gettext(text) if text else ""  # a catalogue keeps its own heading under no text


def stopped_once(text: str, values: Mapping[str, Any], spelled: str) -> str:
    """An English sentence that ends with a name such as "Acme, Inc." has its full stop already. `spelled`: how the text
    spells the place of a value. Pure.
    """
    for name, value in values.items():
        if isinstance(value, str) and value.endswith("."):
            place = spelled.format(name)
            text = text.replace(f"{place}.", place)
    return text


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for people, put into words when its reader is known. `text` is English with `{placeholders}`."""

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, parts: Mapping[str, Any]) -> Self:
        """From its parts as JSON: `words`, and `values` of which some may be such parts themselves."""
        return cls(
            parts["words"], {key: cls.of(it) if isinstance(it, dict) else it for key, it in parts["values"].items()}
        )

    def in_(self, language: str) -> str:
        values = {name: self._said(it, language) for name, it in self.values.items()}
        text = translate(self.text, language)
        return (stopped_once(text, values, "{{{}}}") if language == "en" else text).format_map(values)

    @staticmethod
    def _said(value: Any, language: str) -> Any:
        """Days and messages within a message are said in its language."""
        if isinstance(value, Message):
            return value.in_(language)
        return say_day(value, language) if type(value) is date else value

    def __str__(self) -> str:
        return self.in_("en")


def listed(parts: Iterable[str], language: str, english: str = ", ") -> str:
    """One after the other. `english`: what stands between them there, where they have commas of their own."""
    return ("、" if language == "ja" else english).join(parts)


def reader() -> str:
    """The language of whoever sits at this terminal."""
    tongue = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "ja" if tongue.lower().startswith("ja") else "en"


def say_day(day: date, language: str) -> str:
    """`2026年12月31日(木)`, `Thu 31 Dec 2026`."""
    weekday = _WEEKDAYS[language][day.weekday()]
    if language == "ja":
        return f"{day.year}年{day.month}月{day.day}日({weekday})"
    return f"{weekday} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def say_short_day(day: date, language: str, today: date | None = None) -> str:
    """For subjects, where every character counts: `12/31(木)`, `Thu 31 Dec`. A year or more after `today` it carries
    its year, because nobody would guess it.
    """
    if today and day - today >= _YEAR:
        return say_day(day, language)
    weekday = _WEEKDAYS[language][day.weekday()]
    return f"{day.month}/{day.day}({weekday})" if language == "ja" else f"{weekday} {day.day} {_MONTHS[day.month - 1]}"


def say_instant(at: datetime, zone: ZoneInfo, language: str) -> str:
    """Day and minute in the group's zone, with the zone's name where the reader may not share it."""
    return f"{say_day(at.astimezone(zone).date(), language)} {say_clock(at, zone, language)}"


def say_clock(at: datetime, zone: ZoneInfo, language: str) -> str:
    """The minute alone, for what is over within hours."""
    local = at.astimezone(zone)
    return f"{local:%H:%M}" + ("" if language == "ja" else f" ({local.tzname()})")


def say_last_day(day: date, zone: ZoneInfo, language: str) -> str:
    """A day on which something ends, said so that nobody has to guess which hour of which zone that is."""
    ends = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    values = {"day": day, "zone": zone.key, "utc": f"{ends:%H:%M}"}
    if zone.key == JAPAN:
        return Message("{day}, 24:00 Japan time ({utc} UTC)", values).in_(language)
    return Message("{day}, 24:00 in {zone} ({utc} UTC)", values).in_(language)
