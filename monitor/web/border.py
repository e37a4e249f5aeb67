"""What holds for every request: security headers, cross-site refusals, limits, errors as pages, tokens out of logs."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import re
from collections import Counter
from contextlib import asynccontextmanager, contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from monitor.guard import Guard
from monitor.tables.store import AWAY
from monitor.web.pages import page
from monitor.web.problems import API, LATER, plain_problem
from monitor.web.site import SITE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = logging.getLogger("monitor.web")
TOKEN = re.compile(r"(/(?:f|sign-in)/)[^/?#\s]+")
SAFE = frozenset({"GET", "HEAD"})
NONE: Mapping[str, str] = MappingProxyType({})

# No script at all: what is not there cannot be injected into. Pages of the parties load nothing but our style sheet.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    # not `no-referrer`: that makes browsers send `Origin: null` with an honest form
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-Robots-Tag": "noindex, nofollow",
}
SERVER = "itaku"  #: without the versions of what it is made of
OFTEN = RateLimitItemPerMinute(60)  #: changes by one link
STRANGERS = RateLimitItemPerMinute(30)  #: of what needs neither link nor session, from one address
HEAVY = RateLimitItemPerMinute(30)  #: workbooks made or read through one link, whether that changes anything or not
AT_ONCE = 4  #: changes by one link that are still arriving
SUBSCRIBER = 64  #: bits of an IPv6 address that one subscriber has: the others are theirs to choose


def redacted(request: web.BaseRequest) -> str:
    """The path as it was sent, without what would open something. Not decoded: it could hold a line of our log."""
    return TOKEN.sub(r"\1…", request.rel_url.raw_path)


class AccessLog(AbstractAccessLogger):
    """One line a request, without query, token or address."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        self.logger.info("%s %s %s %.1fms", request.method, redacted(request), response.status, time * 1000)


async def stamp(request: web.Request, response: web.StreamResponse) -> None:
    """Security headers on everything, errors and downloads included: called by aiohttp before any answer leaves."""
    response.headers["Server"] = SERVER
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")
    if request.app[SITE].secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=63072000; includeSubDomains")


@web.middleware
async def same_site(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Unsafe requests that another site made are refused: by `Sec-Fetch-Site`, else by `Origin`.

    A request with neither passes: it comes from no browser of these years, and what it may do hangs on the token or
    the session that it carries.
    """
    if request.method not in SAFE and not _ours(request):
        raise web.HTTPForbidden(text="This form was sent from another site.")
    return await handler(request)


def _ours(request: web.Request) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or _netloc(origin) in {request.host, urlsplit(request.app[SITE].base_url).netloc}


def _netloc(origin: str) -> str | None:
    """Whose an origin is; none if it is nobody's."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors become pages in the reader's language, or problems for a machine. No traceback ever reaches anybody."""
    with Guard(log, "%s %s failed", request.method, redacted(request), let=(web.HTTPException,)):
        return await _answer(request, handler)
    return _told(request, 500)


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400 or error.content_type != "text/plain":  # noqa: PLR2004 - redirects are no errors
            raise
        return _told(request, error.status, error.headers)
    except AWAY:
        log.exception("the database is away")
        return _told(request, 503, LATER)


def _told(request: web.Request, status: int, headers: Mapping[str, str] = NONE) -> web.Response:
    if request.path.startswith(API):
        return plain_problem(request, status, headers)
    response = page(request, "web/error.html", status=status, allow=headers.get("Allow", ""))
    response.headers.update({name: headers[name] for name in ("Allow", "Retry-After") if name in headers})
    return response


class Limits:
    """Moving windows, in the memory of this replica; what decides about security is counted in the database."""

    def __init__(self) -> None:
        self._windows = MovingWindowRateLimiter(MemoryStorage())
        self._under_way: Counter[str] = Counter()
        self._work = asyncio.Semaphore(1)

    async def hit(self, limit: RateLimitItemPerMinute, *who: str) -> None:
        """Count one; too many are a 429 that says when to come again."""
        if not await self._windows.hit(limit, *who):
            raise web.HTTPTooManyRequests(headers={"Retry-After": "60"}, text="too many")

    @contextmanager
    def one_of_few(self, request: web.Request, link: str) -> Iterator[None]:
        """A change by a link, from its first octet to its answer: who sends slowly shall not send many."""
        if request.method in SAFE:
            yield
            return
        if self._under_way[link] >= AT_ONCE:
            raise web.HTTPTooManyRequests(headers={"Retry-After": "60"}, text="too many at once")
        self._under_way[link] += 1
        try:
            yield
        finally:
            self._under_way[link] -= 1
            self._under_way += Counter()  # forgets the links that have none

    @asynccontextmanager
    async def at_work(self, link: str) -> AsyncIterator[None]:
        """What keeps a processor busy, counted, and one at a time: a thread does not free the interpreter's lock."""
        await self.hit(HEAVY, "work", link)
        async with self._work:
            yield


LIMITS = web.AppKey("limits", Limits)


def remote(request: web.Request) -> str:
    """The caller's address, by `X-Forwarded-For` only where a proxy that we trust has written it. Never stored."""
    address = request.remote or ""
    trusted = request.app[SITE].trusted_proxies
    chain = ",".join(request.headers.getall("X-Forwarded-For", ()))  # several lines are one list
    for hop in reversed([part.strip() for part in chain.split(",") if part.strip()]):
        if not _within(address, trusted):
            break
        address = hop
    return _subscriber(address)


def _subscriber(address: str) -> str:
    """Whom to count: an IPv4 address, but of IPv6 the network that one subscriber is given."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((found.packed, SUBSCRIBER), strict=False))


def _within(address: str, networks: object) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in networks)  # type: ignore[attr-defined]
