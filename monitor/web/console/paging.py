"""Pages of a long list: which one is asked for, and where the ones before and after are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from monitor.web.fields import whole_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

A_PAGE = 50
DIGITS = 5  #: of a page's number; nobody leafs so far


@dataclass(frozen=True)
class Pages:
    """Where a page stands among those of its list. `first` and `last` count its rows from one."""

    first: int
    last: int
    count: int
    previous: str | None
    next: str | None

    @classmethod
    def of(cls, path: str, number: int, count: int, said: Mapping[str, str]) -> Pages:
        """`said`: what else the address says, such as a filter."""
        begin = (number - 1) * A_PAGE
        previous = address(path, said, min(number - 1, whole(count))) if number > 1 else None
        after = address(path, said, number + 1) if count > begin + A_PAGE else None
        return cls(min(begin + 1, count), min(begin + A_PAGE, count), count, previous, after)


def whole(count: int) -> int:
    """How many pages so many rows fill; an empty list has one."""
    return max(-(-count // A_PAGE), 1)


def page_number(request: web.Request) -> int:
    """The page that is asked for. What cannot be read is the first."""
    return whole_number(request.query.get("page", ""), DIGITS) or 1


def address(path: str, said: Mapping[str, str], page: int = 1) -> str:
    given = {name: value for name, value in (*said.items(), ("page", str(page) if page > 1 else "")) if value}
    return f"{path}?{urlencode(given)}" if given else path
