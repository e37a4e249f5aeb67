"""Reading SPF (RFC 7208) as a receiver must who meets a stranger's mail: to the end, and counting what it costs him.

The records of a domain lead to records of others, and a receiver gives up at the eleventh question. So the walk is
written as a pure function of what DNS has said up to now: it names the questions that are still open, whoever has
answers calls it again, and nothing here waits for anything. What a macro stands for is known only when a mail comes;
such a term is counted and not followed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING

from checks.answers import RecordType
from checks.detail import Detail, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.answers import Records

Question = tuple[str, RecordType]

LOOKUPS = 10  # RFC 7208 section 4.6.4: the eleventh makes the record an error
VOIDS = 2
STOP = 20  # look-ups after which nobody needs to know how many more there are
WORDS = 300  # the longest honest record has a third of it
NAMES = 10  # hosts behind one mx
BLANK = re.compile(r"[ \t]+")
TERM = re.compile(r"([+?~-]?)([a-z][a-z0-9_.-]*)(?:([:=/])(.*))?", re.IGNORECASE | re.DOTALL)
HOST = re.compile(r"(?:[a-z0-9_-]{1,63}\.)+[a-z0-9-]{1,63}\.?", re.IGNORECASE)
MACROS = re.compile(r"(?:[!-$&-~]|%%|%_|%-|%\{[slodiphcrtv][0-9]{0,3}r?[-.+,/_=]*\})+", re.IGNORECASE)
LENGTHS = re.compile(r"(?:/[0-9]{1,2})?(?://[0-9]{1,3})?")
NEEDS_HOST = frozenset({"include", "exists", "redirect"})
MAY_HAVE_HOST = frozenset({"a", "mx", "ptr"})
LOOKING_UP = NEEDS_HOST | MAY_HAVE_HOST
MODIFIERS = frozenset({"redirect", "exp"})
NETWORKS = frozenset({"ip4", "ip6"})
BEHIND = {"a": (RecordType.A, RecordType.AAAA), "mx": (RecordType.MX,), "exists": (RecordType.A,)}


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a record: `~all`, `include:spf.example`, `redirect=other.example`."""

    name: str
    sign: str = "+"
    host: str = ""

    @property
    def has_macro(self) -> bool:
        return "%" in self.host

    @property
    def is_everywhere(self) -> bool:
        """Every address that there is, written as a network."""
        return self.name in NETWORKS and self.host.endswith("/0")


@dataclass(frozen=True, slots=True)
class Record:
    """The terms that a receiver comes to, in his order: nothing behind `all`, and `redirect` only where there is none.

    `wrong` are words that make the record an error; `end` is how it closes: `-all`, `~all`, `redirect`, or nothing.
    """

    terms: tuple[Term, ...]
    wrong: tuple[Detail, ...] = ()
    end: str = ""

    @property
    def lets_all(self) -> bool:
        """Whether whoever sends mail from anywhere passes."""
        return self.end == "+all" or any(term.sign == "+" and term.is_everywhere for term in self.terms)


@dataclass(slots=True)
class Reading:
    """What a walk over all records has found. It is complete when nothing is `open`.

    `end` is how the record closes that decides; `lets_all` the domain whose record lets everybody pass.
    """

    end: str = ""
    lets_all: str = ""
    lookups: int = 0
    voids: int = 0
    wrong: list[Detail] = field(default_factory=list)
    open: set[Question] = field(default_factory=set)


def is_spf(text: str) -> bool:
    """Whether it is an SPF record, broken or not; what else stands in a TXT is none of ours."""
    return text[:7].lower().rstrip() == "v=spf1" and (len(text) == 6 or text[6] in " \t")  # noqa: PLR2004 - its length


@lru_cache(maxsize=128)
def parse(text: str) -> Record:
    """Never fails: what cannot be read is in `wrong`."""
    words = BLANK.split(text.strip(), WORDS)[1:]
    read = [(word, _term(word)) for word in words if word]
    wrong = [Detail("{word}", word=plain(word, 100)) for word, term in read if term is None]
    terms = [term for _, term in read if term is not None]
    wrong += [
        Detail("{name} twice", name=name) for name in sorted(MODIFIERS) if sum(term.name == name for term in terms) > 1
    ]
    return _in_order(terms, wrong)


def _in_order(terms: list[Term], wrong: list[Detail]) -> Record:
    mechanisms = [term for term in terms if term.name not in MODIFIERS]
    stop = next((at for at, term in enumerate(mechanisms) if term.name == "all"), None)
    if stop is not None:
        return Record(tuple(mechanisms[:stop]), tuple(wrong), f"{mechanisms[stop].sign}all")
    onward = [term for term in terms if term.name == "redirect"][:1]
    return Record(tuple(mechanisms + onward), tuple(wrong), "redirect" if onward else "")


def _term(word: str) -> Term | None:
    """The word as a term; nothing where it is none. Modifiers that nobody knows are passed over, as the RFC says."""
    parts = TERM.fullmatch(word)
    if parts is None:
        return None
    sign, name, mark, value = parts[1], parts[2].lower(), parts[3] or "", parts[4] or ""
    if mark == "=":
        return _modifier(sign, name, value)
    if name == "all":
        return None if mark else Term(name, sign or "+")
    if name in NETWORKS:
        return Term(name, sign or "+", value) if mark == ":" and _is_network(name, value) else None
    if name not in LOOKING_UP - MODIFIERS:
        return None
    return _mechanism(Term(name, sign or "+"), mark, value)


def _modifier(sign: str, name: str, value: str) -> Term | None:
    if sign:
        return None
    if name not in MODIFIERS:
        return Term("unknown") if not value or MACROS.fullmatch(value) else None
    return Term(name, host=value) if _is_host(value) else None


def _mechanism(bare: Term, mark: str, value: str) -> Term | None:
    if mark == "/":
        return bare if bare.name in {"a", "mx"} and LENGTHS.fullmatch(f"/{value}") else None
    if not mark:
        return bare if bare.name in MAY_HAVE_HOST else None
    host, slash, lengths = value.partition("/")
    if bare.name not in {"a", "mx"} or "%" in value:
        host, slash = value, ""
    if (slash and not LENGTHS.fullmatch(slash + lengths)) or not _is_host(host):
        return None
    return Term(bare.name, bare.sign, host)


def _is_host(text: str) -> bool:
    return bool((MACROS if "%" in text else HOST).fullmatch(text))


def _is_network(name: str, text: str) -> bool:
    _, slash, length = text.partition("/")
    if slash and not length.isdecimal():
        return False
    try:
        IPv4Network(text, strict=False) if name == "ip4" else IPv6Network(text, strict=False)
    except ValueError:
        return False
    return True


def walk(domain: str, known: Mapping[Question, Records]) -> Reading:
    """From the domain's record as far as the answers reach."""
    under_way = _Walk(known)
    record = under_way.record(domain)
    if record is not None:
        under_way.follow(domain, record, _Way((domain,)))
    return under_way.found


@dataclass(frozen=True, slots=True)
class _Way:
    """The domains whose records led here. `decides`: this record's end is the end; `passes`: what it lets in is in."""

    domains: tuple[str, ...]
    decides: bool = True
    passes: bool = True

    def on(self, term: Term, target: str) -> _Way:
        inner = term.name == "include"
        return _Way((*self.domains, target), self.decides and not inner, self.passes and term.sign == "+")


class _Walk:
    def __init__(self, known: Mapping[Question, Records]) -> None:
        self._known = known
        self.found = Reading()

    def record(self, domain: str) -> Record | None:
        said = self._said(domain, RecordType.TXT)
        if said is None:
            return None
        self.found.voids += not said.values
        records = [text for text in said.values if is_spf(text)]
        if len(records) != 1:
            words = "{domain} has {count} SPF records where one is needed"
            self.found.wrong.append(Detail(words, domain=plain(domain, 100), count=len(records)))
            return None
        return parse(records[0])

    def follow(self, domain: str, record: Record, way: _Way) -> None:
        self.found.wrong += record.wrong
        if way.decides:
            self.found.end = record.end
        if way.passes and record.lets_all:
            self.found.lets_all = domain
        for term in record.terms:
            if self.found.lookups >= STOP:
                return
            if term.name in LOOKING_UP:
                self.found.lookups += 1
                self._look(term, domain, way)

    def _look(self, term: Term, domain: str, way: _Way) -> None:
        target = (term.host or domain).lower().rstrip(".")
        if term.has_macro or term.name == "ptr":
            return
        if term.name not in {"include", "redirect"}:
            self._addresses(term.name, target)
        elif target in way.domains:
            words = "{term} leads in a ring back to {target}"
            self.found.wrong.append(Detail(words, term=term.name, target=plain(target, 100)))
        elif inner := self.record(target):
            self.follow(target, inner, way.on(term, target))

    def _addresses(self, name: str, target: str) -> None:
        """Whether there is anything behind the name; where there is not, the receiver has asked in vain."""
        for kind in BEHIND[name]:
            said = self._said(target, kind)
            if said is None or said.values:
                break
        else:
            self.found.voids += 1
            return
        if said and said.type is RecordType.MX and len(said.values) > NAMES:
            words = "mx of {target} leads to more than {most} hosts"
            self.found.wrong.append(Detail(words, target=plain(target, 100), most=NAMES))

    def _said(self, name: str, kind: RecordType) -> Records | None:
        """What DNS says, if it was asked and has answered."""
        said = self._known.get((name, kind))
        if said is None:
            self.found.open.add((name, kind))
        return said if said is not None and said.trouble is None else None
