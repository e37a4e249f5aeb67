"""Jinja environments: pages and mails, in the reader's language. Text that administrators edit never comes here."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup, escape

from monitor.assets import TEMPLATES
from monitor.language import LANGUAGES, catalogue, say_day, say_instant, say_last_day, say_short_day, stopped_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date, datetime
    from types import CodeType
    from zoneinfo import ZoneInfo


class _ForAll(jinja2.BytecodeCache):
    """A template is the same program in every language: what it says is looked up when it runs. So it is made once."""

    def __init__(self) -> None:
        self._made: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        bucket.code = self._made.get(bucket.key)

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        if bucket.code is not None:
            self._made[bucket.key] = bucket.code


_PROGRAMS = {html: _ForAll() for html in (True, False)}


@lru_cache
def environment(language: str, *, html: bool) -> jinja2.Environment:
    """Templates of one language. HTML is escaped by default; an undefined name is an error and never an empty
    string.
    """
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=html,  # noqa: S701 - plain text is escaped by nobody; pages and HTML mails always are
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
        bytecode_cache=_PROGRAMS[html],
    )
    texts = catalogue(language)
    made.install_gettext_callables(texts.gettext, texts.ngettext, newstyle=True)  # type: ignore[attr-defined]
    if language == "en":
        made.globals |= {name: _stopped_once(made.globals[name]) for name in ("gettext", "ngettext")}
    made.globals["language"] = language
    made.filters |= {
        "day": _day(language),
        "short_day": _short_day(language),
        "instant": _instant(language),
        "last_day": _last_day(language),
        "phrases": phrases,
        "lenient": lenient,
    }
    return made


def _stopped_once(inner: Any) -> Callable[..., str]:
    """The same for texts whose values end in a full stop of their own."""

    @jinja2.pass_context
    def say(context: jinja2.runtime.Context, *texts: str | int, **values: object) -> str:
        found = (stopped_once(text, values, "%({})s") if isinstance(text, str) else text for text in texts)
        said: str = inner(context, *found, **values)
        return said

    return say


def _day(language: str) -> object:
    return lambda day: say_day(day, language)


def _short_day(language: str) -> object:
    return lambda day, today=None: say_short_day(day, language, today)


def _instant(language: str) -> object:
    def say(at: datetime, zone: ZoneInfo) -> str:
        return say_instant(at, zone, language)

    return say


def _last_day(language: str) -> object:
    def say(day: date, zone: ZoneInfo) -> str:
        return say_last_day(day, zone, language)

    return say


class Lenient(dict[str, Any]):
    """A row of a page in which what was not said is nothing. In a template `row["note"]` costs a tenth of
    `row.get("note")`, and a list to check asks four thousand times.
    """

    def __missing__(self, name: str) -> None:
        return None


def lenient(rows: Iterable[Mapping[str, Any]]) -> Iterator[Lenient]:
    return map(Lenient, rows)


@lru_cache
def _parser() -> object:
    import budoux

    return budoux.load_default_japanese_parser()


def phrases(text: str) -> Markup:
    """Japanese headings break between phrases and not inside a word: zero-width break chances between them."""
    return _phrased(text.unescape() if isinstance(text, Markup) else str(text))


@lru_cache(maxsize=4096)
def _phrased(plain: str) -> Markup:
    """The same headings come again and again, and finding their phrases is the dearest part of a page."""
    parts = _parser().parse(plain) if any(ord(sign) > 0x3000 for sign in plain) else [plain]  # type: ignore[attr-defined]  # noqa: PLR2004 - the first kana
    return Markup("<wbr>").join(escape(part) for part in parts)


def readied() -> Iterator[bool]:
    """Makes what parties ask for ready in both languages, and with it the parts that all pages share, one at each step:
    those alone would keep their first reader waiting for a tenth of a second. A page of the console costs its own first
    reader a fiftieth, and memory for as long as we run: it is made when somebody wants it.
    """
    for language in LANGUAGES:
        made = environment(language, html=True)
        for name in made.list_templates(filter_func=_for_parties):
            made.get_template(name)
            yield True


def _for_parties(name: str) -> bool:
    return name.startswith("web/form") or name in {
        "web/base.html",
        "web/kit.html",
        "web/console.html",
        "web/public.html",
    }


def render(template: str, language: str, values: dict[str, object], *, html: bool = True) -> str:
    return environment(language, html=html).get_template(template).render(values)
