"""Whether what a party has published still says what it said: a privacy policy, a list of sub-processors, terms.

The first text that is seen is the known one. Another text is a change once it has been seen twice, at least an hour
apart, with nothing else in between: pages are made in several steps, half of the servers may still have the old one,
and ten business days to think about a change leave room for half a day to be sure of it. So the look comes back in its
usual rhythm and no sooner. A change stays found until a person has confirmed it; then the new text is the known one.

What cannot be read as text (a PDF) is compared by its hash. A page that shows next to nothing any more is lost, and
that is no change; neither is one of which less than half is left, which is what a riddle for visitors looks like, but
what stands there unchanged for some days was meant, and is a change for people to read. A page that reads otherwise at
every look is told as that, because it would never be a change.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from checks.answers import OWN_WORD, Exchange
from checks.contract import NOTHING, Look, Rule, Scope, Words
from checks.detail import Detail
from checks.page_text import Taste, decoded, essence, fingerprint, shown_by
from checks.patterns import compiled
from checks.rulebook import rules, title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.contract import Finding, Probe

TITLE, RULES = title("policy-page"), rules("policy-page")
APART = timedelta(hours=1)
MEANT = timedelta(days=3)  #: for so long a much shorter text has to stand there to be taken for what the page says
RESTLESS = 6  #: looks in a row with a text never seen before
TEXT_LIMIT = 256 * 1024  #: bytes of a text that are kept for people to read; all of it is compared
OK = 200
_MARKUP = ("text/html", "application/xhtml+xml", "application/xml", "text/xml")
_LOOKS_LIKE_MARKUP = re.compile(rb"\s*<(?:!doctype|html|head|body|\?xml|!--)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """What was served, and how it reads: without text, where it is a file of another kind."""

    exchange: Exchange
    sha256: str = ""
    size: int = 0  #: letters without white space; of another kind of file, bytes
    text: str | None = None


@dataclass(frozen=True)
class PolicyPage:
    """Options: what does not count (`ignore`, as regular expressions, and dates unless they are wanted), the words
    between which the page is read, and the letters below which it counts as lost.
    """

    ignore: tuple[str, ...] = ()
    dates: bool = False
    begin: str = ""
    end: str = ""
    least: int = 100

    kind: ClassVar[str] = "policy-page"
    every: ClassVar[timedelta] = timedelta(hours=12)
    scope: ClassVar[Scope] = Scope.ADDRESS
    named_only: ClassVar[bool] = True
    ruleset: ClassVar[int] = 1
    title: ClassVar[Words] = TITLE
    rules: ClassVar[Mapping[str, Rule]] = RULES

    def __post_init__(self) -> None:
        if self.least < 1:
            raise ValueError("least: a page of no letters at all is lost; name 1 or more")
        for pattern in self.ignore:
            try:
                found = compiled(pattern).search("")
            except ValueError as error:
                raise ValueError(f"ignore: {pattern[:60]!r}: {error}") from error
            if found is not None:
                raise ValueError(f"ignore: {pattern!r} fits where nothing stands")

    @cached_property
    def _taste(self) -> Taste:
        return Taste(tuple(compiled(one) for one in self.ignore), self.dates, self.begin, self.end)

    @cached_property
    def _reading(self) -> str:
        """What tells one way of reading from another. Texts that were read in two ways cannot be compared."""
        said = repr((self.ruleset, self.ignore, self.dates, self.begin, self.end))
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def suits(self, url: str) -> bool:
        return urlsplit(url).scheme in {"http", "https"}

    async def observe(self, url: str, probe: Probe) -> Page:
        """Reading takes a moment, in a thread of its own: other looks are being timed."""
        exchange = await probe.fetch(url, again=True)
        return await asyncio.to_thread(self._read, exchange)

    def _read(self, exchange: Exchange) -> Page:
        hop = exchange.final
        if exchange.trouble or hop.status != OK:
            return Page(exchange)
        kind = ", ".join(hop.header("content-type")).lower()
        if not _is_text(kind, hop.body):
            return Page(exchange, hashlib.sha256(hop.body).hexdigest(), len(hop.body))
        text = decoded(hop.body, kind)
        text = self._taste.kept(shown_by(text) if _is_markup(kind, hop.body) else text)
        return Page(exchange, fingerprint(text), len(essence(text)), text)

    def judge(self, seen: Page, at: datetime, before: Mapping[str, Any] = NOTHING) -> Look:
        reason = seen.exchange.unjudged(OWN_WORD)
        if reason:
            return seen.exchange.unknown(reason)
        memory = dict(before) if before.get("reading") == self._reading else {"reading": self._reading}
        known = memory.get("known")
        if self._lost(seen, memory):
            memory = self._shorter(seen, memory, at)
            if memory.get("changed") == seen.sha256:
                return _told(seen, memory, texts=_texts(seen))
            findings = [RULES["policy-page.lost"].found(_loss(seen)), *_standing(memory)]
            return Look.of(findings, _evidence(seen, memory), seen.exchange.took_ms, memory)
        memory = _without(memory, "short")
        if known is None:
            memory |= {"known": seen.sha256, "size": seen.size}
            return _told(seen, memory, texts=_texts(seen))
        changed = memory.get("changed")
        memory = _remembered(memory, seen, at)
        fresh = memory.get("changed") not in (None, changed)
        return _told(seen, memory, texts=_texts(seen) if fresh else {})

    def _lost(self, seen: Page, memory: Mapping[str, Any]) -> bool:
        """Next to nothing is left: no page, or less than half of what was known. So is what only asks for proof of
        being human; the marks of such riddles are no help, because they ride along on healthy pages too.
        """
        if self._empty(seen):
            return True
        if seen.sha256 in (memory.get("known"), memory.get("changed")):
            return False
        return seen.text is not None and 2 * seen.size < int(memory.get("size", 0))

    def _empty(self, seen: Page) -> bool:
        return seen.exchange.final.status != OK or seen.size < (self.least if seen.text is not None else 1)

    def _shorter(self, seen: Page, memory: dict[str, Any], at: datetime) -> dict[str, Any]:
        """What to remember of a page that is lost: since when it has shown the same shorter text, if it shows one. One
        that has stood there for long enough is the changed text.
        """
        if self._empty(seen):
            return _without(memory, "short")
        if seen.sha256 != memory.get("short"):
            return memory | {"short": seen.sha256, "short_since": at.isoformat()}
        if at - datetime.fromisoformat(str(memory["short_since"])) < MEANT:
            return memory
        return _without(memory, "short", "new", "restless") | {"changed": seen.sha256, "changed_size": seen.size}


def _is_text(kind: str, body: bytes) -> bool:
    named = kind.partition(";")[0].strip()
    if body.startswith(b"%PDF-"):
        return False
    return named.startswith("text/") or named in _MARKUP or (not named and b"\0" not in body)


def _is_markup(kind: str, body: bytes) -> bool:
    return kind.partition(";")[0].strip() in _MARKUP or _LOOKS_LIKE_MARKUP.match(body) is not None


def _remembered(memory: dict[str, Any], seen: Page, at: datetime) -> dict[str, Any]:
    """What the next look is to know of a page that stands there. Pure."""
    if seen.sha256 == memory["known"]:
        return _without(memory, "new", "restless", "changed")
    if seen.sha256 == memory.get("changed"):
        return _without(memory, "new", "restless")
    if seen.sha256 != memory.get("new"):
        restless = int(memory.get("restless", 0)) + ("new" in memory)
        return memory | {"new": seen.sha256, "new_since": at.isoformat(), "restless": restless}
    if at - datetime.fromisoformat(str(memory["new_since"])) < APART:
        return memory
    return _without(memory, "new", "restless") | {"changed": seen.sha256, "changed_size": seen.size}


def _without(memory: Mapping[str, Any], *gone: str) -> dict[str, Any]:
    return {name: value for name, value in memory.items() if not name.startswith(gone)}


def _told(seen: Page, memory: dict[str, Any], texts: Mapping[str, str]) -> Look:
    look = Look.of(_standing(memory), _evidence(seen, memory), seen.exchange.took_ms, memory)
    return replace(look, texts=texts)


def _standing(memory: Mapping[str, Any]) -> Iterator[Finding]:
    """What holds until somebody has decided on it, whatever is seen meanwhile."""
    if "changed" in memory:
        known, changed = str(memory["known"]), str(memory["changed"])
        detail = Detail(
            "The text with the hash {known} has become one with the hash {changed}.",
            known=known[:16],
            changed=changed[:16],
        )
        yield RULES["policy-page.changed"].found(detail, key=f"{known[:32]} {changed[:32]}")
    if int(memory.get("restless", 0)) >= RESTLESS:
        yield RULES["policy-page.restless"].found("Each look of the last days has met with another text.")


def _loss(seen: Page) -> Detail:
    if seen.exchange.final.status != OK:
        return Detail("The server answers with status {status}.", status=seen.exchange.final.status)
    return Detail("The page shows {size} letters of text.", size=seen.size)


def _texts(seen: Page) -> dict[str, str]:
    """The text for people to read, as far as there is one."""
    return {} if seen.text is None else {seen.sha256: _cut(seen.text)}


def _cut(text: str) -> str:
    return text.encode("utf-8", "replace")[:TEXT_LIMIT].decode("utf-8", "ignore")


def _evidence(seen: Page, memory: Mapping[str, Any]) -> dict[str, Any]:
    """Hashes and sizes; the texts themselves are kept apart, once each."""
    shown = {"sha256": seen.sha256, "letters" if seen.text is not None else "bytes": seen.size}
    hashes = {name: memory[name] for name in ("known", "changed", "new") if name in memory}
    cut = {"truncated": True} if seen.exchange.final.truncated else {}
    return seen.exchange.evidence() | shown | hashes | cut


def accepted(memory: Mapping[str, Any], sha256: str) -> dict[str, Any] | None:
    """What is remembered once a person has taken that text for the known one; none if it is not the changed one (any
    more): what nobody has read is not accepted.
    """
    if memory.get("changed") != sha256:
        return None
    return _without(memory, "changed") | {"known": sha256, "size": memory["changed_size"]}
