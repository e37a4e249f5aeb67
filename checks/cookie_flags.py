"""Which flags the cookies of a visit lack. Names alone decide what a cookie is for; its value is nobody's business.

Cookies of a login, and those that guard against forged requests, are told by their names as the MDN HTTP Observatory
tells them; names that merely look like it (`sid`, `token`) are worth a note and no more.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.page_cookies import cookies_of

if TYPE_CHECKING:
    from datetime import datetime

    from checks.answers import Exchange
    from checks.page_cookies import Cookie

SESSION_LIKE = re.compile(r"sess|auth|token|login|(^|[._-])sid($|[._-])|jwt|^sid|csrf|xsrf", re.IGNORECASE)
LOGIN = re.compile(r"sess|login", re.IGNORECASE)
ROUTING = frozenset({"heroku-session-affinity"})  # set by a platform, and nobody's session
SAME_SITE = frozenset({"", "lax", "strict", "none"})


def cookies_set(exchange: Exchange, at: datetime) -> dict[str, Cookie]:
    found = {cookie.name: cookie for hop in exchange.hops for cookie in cookies_of(hop, at)}
    return {name: found[name] for name in sorted(found) if name not in ROUTING}


def lacking(cookie: Cookie) -> list[str]:
    lacks = [] if cookie.secure else ["Secure"]
    if LOGIN.search(cookie.name) and not cookie.http_only:
        lacks.append("HttpOnly")
    if cookie.same_site not in SAME_SITE or ("csrf" in cookie.name.lower() and not cookie.same_site):
        lacks.append("SameSite")
    return lacks


def open_to_scripts(cookie: Cookie) -> bool:
    """Named like something that only the server needs. What guards against forged requests is read by scripts."""
    guard = re.search("csrf|xsrf", cookie.name, re.IGNORECASE)
    return not cookie.http_only and not guard and SESSION_LIKE.search(cookie.name) is not None
