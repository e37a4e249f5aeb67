"""The texts: one file for each notice and side, with the blocks `subject`, `headline` and `body`.

A body names its pieces (`say.p`, `say.facts`, `say.link`) and not their form; the form is `parts.txt` or `parts.html`.
So text and HTML cannot come to say different things, and a new notice is one file.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from monitor.language import catalogue
from monitor.letters.basics import BLANK, basics
from monitor.letters.digest import heading
from monitor.letters.layout import one_line
from monitor.rendering import environment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import jinja2

    from monitor.letters.basics import Values
    from monitor.letters.topic import Topic
    from monitor.registry.roster import Roster

AROUND = "mail/letter.jinja"  #: what a letter says around its topics


@lru_cache
def _shared(language: str, *, html: bool) -> Mapping[str, object]:
    """The pieces and phrases that every text uses."""
    made = environment(language, html=html)
    parts = made.get_template("mail/parts.html" if html else "mail/parts.txt")
    return {"say": parts.module, "phrase": made.get_template("mail/phrases.jinja").module}


def block(name: str, template: str, language: str, values: Values, *, html: bool = False) -> str:
    """One block of a text. In HTML every value is escaped."""
    found: jinja2.Template = environment(language, html=html).get_template(template)
    context = found.new_context({**_shared(language, html=html), **values})
    return "".join(found.blocks[name](context)).strip()


def file_of(values: Values) -> str:
    return f"mail/{values['side']}/{values['stage']}.jinja"


def subject(topics: Sequence[Topic], language: str, present: Roster, at: datetime) -> str:
    """The subject of a letter. The deed and its day come first: a telephone shows some 35 characters.

    Of several topics the most urgent speaks, and the others are counted: beside a deed only those that ask for one.
    """
    first = min(topics, key=lambda topic: topic.urgency()) if len(topics) > 1 else topics[0]
    values = basics(first, language, present, at)
    if first.notice.kind == "digest":
        values |= heading(first.notice)
    said = one_line(block("subject", file_of(values), language, values), 400)
    others = [topic for topic in topics if topic is not first and (topic.asks or not first.asks)]
    if others:
        said = _and_more(said, len(others), language)
    return f"{said} [{first.ref}]" if first.ref else said


def _and_more(said: str, others: int, language: str) -> str:
    return catalogue(language).ngettext("%(first)s and %(num)s more", "%(first)s and %(num)s more", others) % {
        "first": said,
        "num": others,
    }


def around(name: str, language: str, values: Values, *, html: bool = False) -> str:
    """A piece of what stands around the topics: `salutation`, `greeting`, `more`, `numbered`, `footer`."""
    return block(name, AROUND, language, BLANK | values, html=html)
