"""Signing in by a mailed link: opened by a GET, used by a press, once, within a quarter of an hour."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import ledger, links, tables
from monitor.language import LANGUAGES
from monitor.notices import tell, to_person
from monitor.registry.roster import NoRegistry, roster
from monitor.tables.store import transaction
from monitor.web.border import LIMITS, STRANGERS, remote
from monitor.web.console.session import begin, end, known_person, roles_of
from monitor.web.fields import fields
from monitor.web.pages import COOKIE, language_of, moment, page, see_other
from monitor.web.site import SITE
from monitor.web.words import named

if TYPE_CHECKING:
    from datetime import datetime

AT_MOST = 5  #: links asked for by one address within that time
A_DAY = 20  #: and within a day, however patiently somebody asks in another's name
SCHEMES = frozenset({"light", "dark", "auto"})


async def show(request: web.Request) -> web.StreamResponse:
    """Ask for the address; in the demonstration, offer everybody."""
    return _page(request, people=await _demo_people(request))


def _page(request: web.Request, *, status: int = 200, **values: Any) -> web.Response:
    minutes = int(links.SIGN_IN_LIVES.total_seconds() // 60)
    said: dict[str, Any] = {"people": [], "asked": False, "expired": False, "minutes": minutes} | values
    return page(request, "web/sign-in.html", status=status, **said)


async def _demo_people(request: web.Request) -> list[dict[str, str]]:
    """Demonstration only: who can be signed in without a mailbox."""
    if not request.app[SITE].demo:
        return []
    try:
        present = await roster()
    except NoRegistry:
        return []
    language = language_of(request)
    office = named(present.group, language)
    people = [{"email": address, "what": office} for address in present.group.privacy_office]
    for company in present.companies.values():
        people += [{"email": address, "what": named(company, language)} for address in company.managers]
    return people


async def ask(request: web.Request) -> web.StreamResponse:
    """Mail a link if the address belongs to somebody; the answer is the same if not."""
    await request.app[LIMITS].hit(STRANGERS, "sign-in", remote(request))
    at, sent = moment(), dict(await fields(request))
    email = str(sent.get("email", "")).strip().lower()[:320]
    if request.app[SITE].demo and sent.get("now"):
        return await _demo(request, email, at)
    present = await roster()
    roles, everywhere = roles_of(email, present, present.calendar.day_of(at))
    if roles or everywhere:
        await _mail(email, at)
    return _page(request, asked=True)


async def _mail(email: str, at: datetime) -> None:
    who = await known_person(email, at)
    async with transaction():
        asked = tables.SignIn.filter(person_id=who.id)
        if await asked.filter(asked_at__gt=at - links.SIGN_IN_LIVES).count() >= AT_MOST:
            return
        if await asked.filter(asked_at__gt=at - timedelta(days=1)).count() >= A_DAY:
            return
        key = links.fresh_id().hex()
        await tables.SignIn.create(id=key, person_id=who.id, asked_at=at, expires_at=at + links.SIGN_IN_LIVES)
        await tell([to_person(email, "sign-in", key, at, sign_in=key)])
        await ledger.write([ledger.Event("sign-in.asked", f"person/{who.id}", actor=f"person/{who.id}")], at)


async def _demo(request: web.Request, email: str, at: datetime) -> web.StreamResponse:
    if email not in {who["email"] for who in await _demo_people(request)}:
        raise web.HTTPForbidden
    response = see_other("/")
    await begin(request, response, await known_person(email, at), at)
    return response


async def confirm(request: web.Request) -> web.StreamResponse:
    """The mailed link: nothing happens before somebody presses the button."""
    return page(request, "web/sign-in-confirm.html", action=request.path)


async def use(request: web.Request) -> web.StreamResponse:
    """Sign in, once. The link is spent and the session opened in one transaction, so that no crash burns a link."""
    await request.app[LIMITS].hit(STRANGERS, "sign-in", remote(request))
    at = moment()
    key = links.parse(request.app[SITE].keyring, request.match_info["token"], links.SIGN_IN)
    response = see_other("/")
    async with transaction():
        if not key or not await tables.SignIn.filter(id=key, used_at=None, expires_at__gt=at).update(used_at=at):
            return _page(request, status=410, expired=True)
        row = await tables.SignIn.get(id=key).select_related("person")
        await tables.Person.filter(email=row.person.email, name="").update(refused_at=None)  # it takes mail, we see
        await begin(request, response, row.person, at)
    return response


async def leave(request: web.Request) -> web.StreamResponse:
    await request.app[LIMITS].hit(STRANGERS, "sign-out", remote(request))
    response = see_other("/sign-in")
    await end(request, response)
    return response


async def settings(request: web.Request) -> web.StreamResponse:
    """Language and light or dark, kept by the browser."""
    await request.app[LIMITS].hit(STRANGERS, "settings", remote(request))
    sent = dict(await fields(request))
    response = see_other(_inside(str(sent.get("back", "/"))))
    if sent.get("language") in LANGUAGES:
        response.set_cookie(
            COOKIE, str(sent["language"]), max_age=31536000, samesite="Lax", secure=request.app[SITE].secure
        )
    if sent.get("scheme") in SCHEMES:
        response.set_cookie(
            "itaku-scheme", str(sent["scheme"]), max_age=31536000, samesite="Lax", secure=request.app[SITE].secure
        )
    return response


def _inside(place: str) -> str:
    """A path of ours, never another site. Browsers drop control characters and turn backslashes before they read."""
    odd = "\\" in place or not place.isprintable()
    return place if place.startswith("/") and not place.startswith("//") and not odd else "/"
