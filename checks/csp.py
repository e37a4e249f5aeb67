"""Reading a Content Security Policy for one question: does it leave a way to run a stranger's script?

Several policies hold together, so a way is open only if every one of them leaves it open.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from checks.detail import Detail
from checks.spelling import unescaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Policy = dict[str, tuple[str, ...]]

ANYWHERE = frozenset({"*", "http:", "https:", "ftp:", "http://*", "https://*", "http://*.*", "https://*.*"})
INSECURE = ("http:", "ftp:")
PASSIVE = frozenset({"img-src", "media-src"})  # a picture that was changed on the way runs nothing
MOST_POLICIES = 50
MAY_REPEAT = frozenset({"report-uri", "report-to"})
META = re.compile(r"<meta\s[^<>]{1,4000}>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""([a-z-]{1,40})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
NONCE_OR_HASH = re.compile(r"'(nonce|sha256|sha384|sha512)-", re.IGNORECASE)


def policies_of(fields: Iterable[str]) -> list[Policy]:
    """Every policy of the header fields, empty ones left out. Of a directive that is repeated the first one counts."""
    return [policy for policy in map(_policy, _texts(fields)) if policy]


def _texts(fields: Iterable[str]) -> list[str]:
    """The policies in the fields. Beyond the first ones nobody means any, and each could only forbid more."""
    texts = (text for field in fields for text in field.split(",") if text.strip(" ;\t"))
    return list(islice(texts, MOST_POLICIES))


def _policy(text: str) -> Policy:
    found: Policy = {}
    for directive in text.split(";"):
        name, *sources = directive.split()[:200] or [""]
        if name:
            found.setdefault(name.lower(), tuple(source.lower() for source in sources))
    return found


def repeated(fields: Iterable[str]) -> list[str]:
    """Directives that a policy gives twice. Browsers heed the first alone, which is seldom what was meant."""
    found = []
    for text in _texts(fields):
        names = [directive.split()[0].lower() for directive in text.split(";") if directive.strip()]
        found += [name for name, times in Counter(names).items() if times > 1 and name not in MAY_REPEAT]
    return list(dict.fromkeys(found))


def ways_in(all_of_them: Iterable[Policy], *, secure: bool = True) -> list[Detail]:
    """What every policy leaves open, in the words of the first; empty if together they hold. `secure`: for a page that
    came over TLS, to which plain HTTP is a way in as well.
    """
    each = [_openings(policy, secure=secure) for policy in all_of_them]
    first = each[0] if each else {}
    return list(dict.fromkeys(words for way, words in first.items() if all(way in others for others in each)))


def _openings(policy: Policy, *, secure: bool) -> dict[str, Detail]:
    """The ways that one policy leaves open, each with what opens it."""
    scripts, styles, objects = (_sources(policy, f"{kind}-src") for kind in ("script", "style", "object"))
    found = _script_openings(scripts)
    if "eval" not in found and "'unsafe-eval'" in (styles or ()):
        found["eval"] = _allows("style-src", "'unsafe-eval'")
    if objects is None:
        found["objects"] = Detail("{directive} is not set", directive="object-src")
    elif wide := sorted(ANYWHERE.intersection(objects)):
        found["objects"] = _allows("object-src", wide[0])
    if secure and (unsafe := _insecure(policy, scripts or ())):
        found["insecure"] = Detail("{source} is allowed without encryption", source=unsafe)
    return found


def _sources(policy: Policy, directive: str) -> tuple[str, ...] | None:
    """What holds for a directive; none where nothing limits it. What has no effect beside something else is left out:
    'unsafe-inline' beside a nonce or hash, and hosts beside 'strict-dynamic' with one of them.
    """
    sources = policy.get(directive, policy.get("default-src"))
    if sources is None or not any(NONCE_OR_HASH.match(source) for source in sources):
        return sources
    sources = tuple(source for source in sources if source != "'unsafe-inline'")
    if directive == "script-src" and "'strict-dynamic'" in sources:
        return tuple(source for source in sources if not source.startswith(("*", "http:", "https:", "ftp:")))
    return sources


def _script_openings(sources: tuple[str, ...] | None) -> dict[str, Detail]:
    if sources is None:
        unset = Detail("{directive} is not set", directive="script-src")
        return dict.fromkeys(("inline", "eval", "anywhere", "data", "dynamic"), unset)
    found = {}
    if "'unsafe-inline'" in sources:
        found["inline"] = _allows("script-src", "'unsafe-inline'")
    if "'unsafe-eval'" in sources:
        found["eval"] = _allows("script-src", "'unsafe-eval'")
    if wide := sorted(ANYWHERE.intersection(sources)):
        found["anywhere"] = _allows("script-src", wide[0])
    if "data:" in sources:
        found["data"] = _allows("script-src", "data:")
    if "'strict-dynamic'" in sources and not any(NONCE_OR_HASH.match(source) for source in sources):
        words = "script-src has 'strict-dynamic' without a nonce or hash, so that no script can be named"
        found["dynamic"] = Detail(words)
    return found


def _allows(directive: str, source: str) -> Detail:
    return Detail("{directive} allows {source}", directive=directive, source=source)


def _insecure(policy: Policy, scripts: Iterable[str]) -> str:
    """The first source without encryption that something active may come from."""
    active = [source for name, given in policy.items() if name not in PASSIVE | {"script-src"} for source in given]
    return next((source for source in (*scripts, *active) if source.startswith(INSECURE)), "")


def in_page(body: bytes) -> list[str]:
    """The policies that a page states about itself in its head."""
    if b"content-security-policy" not in body.lower():
        return []
    return [tag.get("content", "") for tag in _metas(body) if _named(tag, "http-equiv") == "content-security-policy"]


def referrer_in_page(body: bytes) -> list[str]:
    """What a page says in its head about the referrer."""
    if b"referrer" not in body.lower():
        return []
    return [tag.get("content", "") for tag in _metas(body) if _named(tag, "name") == "referrer"]


def _metas(body: bytes) -> list[dict[str, str]]:
    """The `meta` tags of a page's head.

    Plain searching and no HTML parser: the page is a stranger's, and a parser's worst case is quadratic.
    """
    head = body.decode("utf-8", "replace").partition("</head")[0]
    seen = "".join(piece.partition("-->")[2] if place else piece for place, piece in enumerate(head.split("<!--")))
    return [dict(map(_attribute, ATTRIBUTE.findall(tag))) for tag in META.findall(seen)[:50]]


def _named(tag: Mapping[str, str], attribute: str) -> str:
    return tag.get(attribute, "").strip().lower()


def _attribute(found: tuple[str, str, str, str]) -> tuple[str, str]:
    name, *values = found
    return name.lower(), unescaped("".join(values))
