"""What single header fields say, read as browsers read them. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.csp import referrer_in_page

if TYPE_CHECKING:
    from checks.answers import Hop

LEAKY_REFERRERS = frozenset({"unsafe-url", "origin", "origin-when-cross-origin", "no-referrer-when-downgrade"})
REFERRERS = LEAKY_REFERRERS | {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}


def hsts_age(field: str) -> int:
    """The seconds of an HSTS field, 0 if it is not valid: max-age is required and no directive may come twice."""
    given: dict[str, str] = {}
    for directive in field.split(";"):
        name, _, value = directive.partition("=")
        name = name.strip().lower()
        if name in given:
            return 0
        if name:
            given[name] = value.strip().strip('"')
    age = given.get("max-age", "")
    return int(age) if re.fullmatch(r"[0-9]{1,12}", age) else 0


def last(hop: Hop, name: str) -> str:
    """The one value of a field; what is sent twice must be the same twice, or browsers take neither."""
    values = {value.strip().lower() for field in hop.header(name) for value in field.split(",")}
    return values.pop() if len(values) == 1 else ""


def referrer(hop: Hop) -> str:
    """The policy in force: the last word of the list that browsers know."""
    words = [word.strip().lower() for field in referrer_fields(hop) for word in field.split(",")]
    return next((word for word in reversed(words) if word in REFERRERS), "")


def referrer_fields(hop: Hop) -> tuple[str, ...]:
    """A page's own word comes after the server's, and so goes before it."""
    return (*hop.header("referrer-policy"), *referrer_in_page(hop.body))
