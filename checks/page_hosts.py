"""Which hosts a page makes a browser talk to, as its markup and headers say.

Read by our own linear scan and no HTML parser: the page is a stranger's, and a parser's worst case is quadratic. What
does not end (a comment, a quoted value, a script) ends with the page, as in browsers.

A host is `loaded` if a browser that shows the page asks it for something, and merely `mentioned` where that depends on
a script or a consent: addresses inside scripts, what waits for a script to be woken, connections made in advance.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urljoin, urlsplit

from checks.spelling import unescaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from checks.answers import Hop

MOST_HOSTS = 300
MOST_TEXT = 2_000_000  # characters of a page once it is unpacked
LONGEST_URL = 4096
NESTED = 2  # pages inside a page's own srcdoc

TAG = re.compile(r"<(?:(!--)|([/!?])|([a-zA-Z][^\s/>]{0,40}))")
NAME = re.compile(r"[\s/=]*([^\s/>=]{1,60})[^\s/>=]*\s*(=?)\s*")
BARE = re.compile(r"[^\s>]*")
CSS = re.compile(
    r"""url\(\s*(?:"([^"]{1,4096})"|'([^']{1,4096})'|([^\s"')]{1,4096}))|@import\s+["']([^"']{1,4096})""", re.IGNORECASE
)
ADDRESS = re.compile(
    r"""(?:https?:|wss?:|["'`])//([a-z0-9][a-z0-9.-]{0,252}\.[a-z][a-z0-9-]{1,62})(?=[/"'`:?#\s\\<]|$)""", re.IGNORECASE
)
LINK_HEADER = re.compile(r"<([^<>]{1,4096})>([^<]{0,1000})")
REL = re.compile(r"""\brel\s*=\s*"?([a-z -]{1,100})""", re.IGNORECASE)
REFRESH = re.compile(r"""^\s*[0-9.]{0,10}\s*[;,]?\s*(?:url\s*=)?\s*["']?([^"']{1,4096})""", re.IGNORECASE)
SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,20}):", re.IGNORECASE)
HOST = re.compile(r"[a-z0-9._-]{1,253}|[0-9a-f:.]{2,45}")
WEB: Final = {"http": "http", "https": "https", "ws": "http", "wss": "https"}

ASKED: Final[Mapping[str, tuple[str, ...]]] = {
    "audio": ("src",),
    "body": ("background",),
    "embed": ("src",),
    "feimage": ("href", "xlink:href"),
    "frame": ("src",),
    "iframe": ("src",),
    "image": ("href", "xlink:href", "src"),
    "img": ("src",),
    "input": ("src",),
    "object": ("data",),
    "source": ("src",),
    "table": ("background",),
    "td": ("background",),
    "track": ("src",),
    "use": ("href", "xlink:href"),
    "video": ("src", "poster"),
}
SETS: Final[Mapping[str, str]] = {"img": "srcset", "source": "srcset", "link": "imagesrcset"}
SLEEPING = ("data-src", "data-srcset", "data-original", "data-lazy-src")  # what scripts turn into `src` later
FETCHED_RELS = frozenset(
    {"stylesheet", "icon", "apple-touch-icon", "manifest", "preload", "modulepreload", "prefetch", "prerender"}
)
ADVANCE_RELS = frozenset({"preconnect", "dns-prefetch"})
SCRIPT_TYPES = frozenset(
    {"", "module", "text/javascript", "application/javascript", "text/ecmascript", "application/ecmascript"}
)
DATA_TYPES = ("application/json", "application/ld+json", "speculationrules")
RAW = frozenset({"script", "style", "textarea", "title", "xmp", "noembed", "noframes", "plaintext"})


@dataclass(slots=True)
class PageHosts:
    """What was found: for each host by which way first (`img`, `css`, `redirect`, ...)."""

    loaded: dict[str, str] = field(default_factory=dict)
    mentioned: dict[str, str] = field(default_factory=dict)
    full: bool = False  #: there were more than we care to keep

    def add(self, host: str, way: str, *, weak: bool = False) -> None:
        there = self.mentioned if weak else self.loaded
        if host and host not in there:
            if len(there) >= MOST_HOSTS:
                self.full = True
            else:
                there[host] = way


def text_of(hop: Hop) -> str | None:
    """The page as text, unpacked if it was sent packed; none if it is no page or packed in a way that we cannot read.

    Names of hosts are ASCII, so that any guess at a character set that keeps ASCII apart will do.
    """
    kind = ", ".join(hop.header("content-type")).lower()
    if kind and "html" not in kind:
        return None
    body = _unpacked(hop.body, ", ".join(hop.header("content-encoding")).strip().lower())
    if body is None:
        return None
    wide = body.startswith((b"\xff\xfe", b"\xfe\xff"))
    return body.decode("utf-16" if wide else "utf-8", "replace")[:MOST_TEXT]


def _unpacked(body: bytes, coding: str) -> bytes | None:
    if coding in {"", "identity"}:
        return body
    if coding not in {"gzip", "x-gzip", "deflate"}:
        return None
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(body, MOST_TEXT)
    except zlib.error:
        return None


def hosts_in(hop: Hop) -> PageHosts:
    """What the answer makes a browser ask for, by its headers and, if it is a page, by its markup."""
    found = PageHosts()
    for value in hop.header("link"):
        for address, parameters in LINK_HEADER.findall(value[:20000]):
            _linked(address, _rels(parameters), _Base(hop.url), found, "link-header")
    for value in hop.header("refresh"):
        _refreshed(value, _Base(hop.url), found)
    _markup(text_of(hop) or "", _Base(hop.url), found, NESTED)
    return found


def host_at(url: str, base: str = "https://page.invalid/") -> str:
    """The host that a browser would ask for that address; empty for what is not asked over the web (`data:`, ...).

    Browsers forgive what RFC 3986 does not: back-slashes, tabs and line ends inside, too many slashes.
    """
    text = re.sub(r"[\t\r\n]", "", url[:LONGEST_URL]).strip("\x00\x1f ").replace("\\", "/")
    scheme = SCHEME.match(text)
    if scheme:
        word = scheme[1].lower()
        if word not in WEB:
            return ""
        rest = text[scheme.end() :]
        if not rest.startswith("//") and word == urlsplit(base).scheme:
            return _host(base)
        text = f"{WEB[word]}://{rest.lstrip('/')}"
    elif text.startswith("//"):
        text = f"https://{text.lstrip('/')}"
    else:
        return _host(base)
    return _host(text)


def _host(url: str) -> str:
    try:
        host = unquote(urlsplit(url).hostname or "").rstrip(".").lower()
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError:
        return ""
    return host if HOST.fullmatch(host) else ""


@dataclass(slots=True)
class _Base:
    """What relative addresses are relative to; the first `base` of a page moves it."""

    url: str
    moved: bool = False

    def move(self, href: str) -> None:
        if not self.moved:
            self.moved = True
            try:
                self.url = urljoin(self.url, href[:LONGEST_URL].strip())
            except ValueError:
                return

    def host(self, address: str) -> str:
        return host_at(address, self.url)


def _markup(text: str, base: _Base, found: PageHosts, depth: int) -> None:
    inert = 0  # templates that we are inside of: nothing in them is asked for until a script takes it out
    for name, attributes, raw in elements(text):
        if name == "/template":
            inert = max(0, inert - 1)
        elif name == "template":
            inert += "shadowrootmode" not in attributes
        elif name == "base" and "href" in attributes:
            base.move(attributes["href"])
        else:
            _element(name, attributes, raw, _Page(base, found, weak=inert > 0, depth=depth))


def elements(text: str) -> Iterator[tuple[str, Mapping[str, str], str]]:
    """Start tags in order: lower-case name, attributes, and the text inside where markup has no meaning in it."""
    at = 0
    while tag := TAG.search(text, at):
        comment, other, name = tag.groups()
        if comment:
            end = text.find("-->", tag.end() - 2)
            at = end + 3 if end >= 0 else len(text)
            continue
        if other:
            yield from _closed(text, tag.end()) if other == "/" else ()
            at = _after(text, tag.end())
            continue
        name = name.lower()
        attributes, at = _attributes(text, tag.end())
        raw = ""
        if name in RAW:
            end = _end_of(name, text, at)
            raw, at = text[at:end], end
        yield name, attributes, raw


def _closed(text: str, at: int) -> Iterator[tuple[str, Mapping[str, str], str]]:
    if text[at : at + 8].lower() == "template":
        yield "/template", {}, ""


def _after(text: str, at: int) -> int:
    end = text.find(">", at)
    return end + 1 if end >= 0 else len(text)


def _end_of(name: str, text: str, at: int) -> int:
    end = re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE).search(text, at)
    return end.start() if end else len(text)


def _attributes(text: str, at: int) -> tuple[dict[str, str], int]:
    """The attributes of the tag that is read up to `at`, and where it ends. Of a repeated one the first counts."""
    found: dict[str, str] = {}
    while (part := NAME.match(text, at)) is not None:
        at, value = part.end(), ""
        if part[2]:
            quote = text[at : at + 1]
            if quote and quote in "\"'":
                end = text.find(quote, at + 1)
                if end < 0:
                    return {}, len(text)
                value, at = text[at + 1 : end], end + 1
            else:
                bare = BARE.match(text, at)
                value, at = (bare[0], bare.end()) if bare else ("", at)
        found.setdefault(part[1].lower(), unescaped(value))
    return found, _after(text, at)


@dataclass(frozen=True, slots=True)
class _Page:
    base: _Base
    found: PageHosts
    weak: bool
    depth: int

    def add(self, address: str, way: str, *, weak: bool = False) -> None:
        if address.strip():
            self.found.add(self.base.host(address), way, weak=weak or self.weak)

    def styled(self, css: str) -> None:
        for parts in CSS.findall(css):
            self.add("".join(parts), "css")


def _element(name: str, attributes: Mapping[str, str], raw: str, page: _Page) -> None:
    for attribute in ASKED.get(name, ()):
        if attribute in attributes:
            page.add(attributes[attribute], name)
    if name in SETS and SETS[name] in attributes:
        for address in _candidates(attributes[SETS[name]]):
            page.add(address, name)
    for attribute in SLEEPING:
        for address in _candidates(attributes.get(attribute, "")):
            page.add(address, name, weak=True)
    if "style" in attributes:
        page.styled(attributes["style"])
    special = SPECIAL.get(name)
    if special:
        special(attributes, raw, page)


def _candidates(srcset: str) -> Iterator[str]:
    """The addresses of a `srcset`: each ends with white space; one that holds commas is not cut at them."""
    expecting = True
    for word in srcset[:20000].split():
        if expecting:
            yield word.strip(",")
            expecting = word.endswith(",")
        elif "," in word:
            expecting = word.endswith(",")
            if not expecting:
                yield word.rpartition(",")[2]


def _script(attributes: Mapping[str, str], raw: str, page: _Page) -> None:
    kind = attributes.get("type", "").strip().lower()
    source = attributes.get("src") or attributes.get("href") or attributes.get("xlink:href") or ""
    page.add(source, "script", weak=kind not in SCRIPT_TYPES)
    if not kind.startswith(DATA_TYPES):
        for host in ADDRESS.findall(raw.replace("\\/", "/")):
            page.found.add(host.lower().rstrip("."), "inline-script", weak=True)


def _style(_attributes: Mapping[str, str], raw: str, page: _Page) -> None:
    page.styled(raw)


def _link(attributes: Mapping[str, str], _raw: str, page: _Page) -> None:
    rels = set(attributes.get("rel", "").lower().split())
    if not page.weak:
        _linked(attributes.get("href", ""), rels, page.base, page.found, "link")


def _meta(attributes: Mapping[str, str], _raw: str, page: _Page) -> None:
    if attributes.get("http-equiv", "").strip().lower() == "refresh" and not page.weak:
        _refreshed(attributes.get("content", ""), page.base, page.found)


def _iframe(attributes: Mapping[str, str], _raw: str, page: _Page) -> None:
    if page.depth and "srcdoc" in attributes and not page.weak:
        _markup(attributes["srcdoc"], _Base(page.base.url), page.found, page.depth - 1)


SPECIAL: Final = {"script": _script, "style": _style, "link": _link, "meta": _meta, "iframe": _iframe}


def _rels(parameters: str) -> set[str]:
    said = REL.search(parameters)
    return set(said[1].lower().split()) if said else set()


def _linked(address: str, rels: Iterable[str], base: _Base, found: PageHosts, way: str) -> None:
    said = set(rels)
    if address.strip() and said & (FETCHED_RELS | ADVANCE_RELS):
        found.add(base.host(address), way, weak=not said & FETCHED_RELS)


def _refreshed(value: str, base: _Base, found: PageHosts) -> None:
    said = REFRESH.match(value)
    if said and said[1].strip():
        found.add(base.host(said[1]), "refresh")
