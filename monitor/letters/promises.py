"""What a request serves: the article of the law, and the words that the group has published, by their number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.language import listed
from monitor.letters.layout import one_line
from monitor.letters.words import article

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.letters.basics import Values
    from monitor.letters.topic import Topic
    from monitor.registry.format import Purpose
    from monitor.registry.roster import Roster

MOST_PROMISES = 3


def promises(topic: Topic, language: str, present: Roster, quoted: set[str]) -> Values:
    """What the group has published and this topic serves, unless the letter has quoted it already.

    The promise in the group's own words with the number of its purpose; where the registry holds none for any purpose,
    the purposes themselves. Words that several purposes share stand once, under all of their numbers.
    """
    known = present.purposes
    found = [
        known[key] for key in (topic.engagement.purposes if topic.engagement and topic.duty else ()) if key in known
    ]
    promised = any(_words(purpose, language) for purpose in found)
    texts: dict[str, list[Purpose]] = {}
    for purpose in found:
        words = _words(purpose, language) if promised else _named(purpose, language)
        if words and words not in quoted:
            texts.setdefault(words, []).append(purpose)
    fresh = dict(list(texts.items())[:MOST_PROMISES])
    quoted.update(fresh)
    told = [_told(words, purposes, language, promised=promised) for words, purposes in fresh.items()]
    return {"promises" if promised else "purposes": told, "article": _article(topic, language)}


def _told(words: str, purposes: list[Purpose], language: str, *, promised: bool) -> Mapping[str, Any]:
    names = listed(dict.fromkeys(_named(purpose, language) for purpose in purposes), language) if promised else ""
    return {"words": words, "numbers": listed((purpose.key for purpose in purposes), language), "names": names}


def _words(purpose: Purpose, language: str) -> str:
    return one_line((purpose.promise_ja if language == "ja" else purpose.promise_en) or "", 400)


def _named(purpose: Purpose, language: str) -> str:
    return one_line((purpose.text_ja if language == "ja" else None) or purpose.text, 400)


def _article(topic: Topic, language: str) -> str:
    if topic.duty is None or topic.engagement is None:
        return ""
    return article(topic.duty.kind, language, joint=topic.engagement.kind == "joint_user")
