"""Who is signed in, and for which companies. A session is a row that can be ended; the cookie holds a random number."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from monitor import ledger, tables
from monitor.obligations.acts import person
from monitor.obligations.authority import Authority
from monitor.reasons import harmless
from monitor.registry.roster import RISING, roster
from monitor.tables.store import transaction
from monitor.web.pages import moment
from monitor.web.site import SITE

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.registry.roster import Roster

LIVES = timedelta(hours=12)
ROLES = (*RISING, "reviewer")


@dataclass(frozen=True)
class Reader:
    """A signed-in person with the roles that they hold today. `everywhere`: the privacy office sees the whole group."""

    person: tables.Person
    roles: dict[str, frozenset[str]]
    everywhere: bool
    present: Roster
    session: tables.Session | None = None

    @property
    def name(self) -> str:
        """The name under which they last acted in this session."""
        return self.session.signed if self.session else ""

    async def sign(self, name: str) -> None:
        """Remember the name for the next act of this session; another reader of the same mailbox has another."""
        harmless(name, reason="by-my-number")
        if self.session and self.session.signed != name:
            await tables.Session.filter(id=self.session.id).update(signed=name)

    def sees(self, company: str | None) -> bool:
        return self.everywhere or company in self.roles

    def authority(self, company: str | None) -> Authority:
        """By whose leave this reader lets something of a company rest."""
        above = self.everywhere or "pi_manager" in self.roles.get(company or "", ())
        return Authority.OFFICE if above else Authority.COMPANY

    @property
    def companies(self) -> list[str]:
        return sorted(self.present.companies) if self.everywhere else sorted(self.roles)


def roles_of(email: str, present: Roster, day: date) -> tuple[dict[str, frozenset[str]], bool]:
    """The companies and roles in which an address stands on a day, and whether it is the privacy office's."""
    wanted = email.lower()
    found: dict[str, frozenset[str]] = {}
    for key, company in present.companies.items():
        held = {role for role in ROLES if role != "privacy_office" and _holds(wanted, key, role, present, day)}
        if any(person.email.lower() == wanted for person in company.person):
            held |= {role for person in company.person if person.email.lower() == wanted for role in person.roles}
        if held and company.member_on(day):
            found[key] = frozenset(held)
    return found, wanted in {address.lower() for address in present.group.privacy_office}


def _holds(email: str, company: str, role: str, present: Roster, day: date) -> bool:
    people = present.audience(company, [role], day).get(role, ())
    return email in {address.lower() for address in people}


async def reader(request: web.Request) -> Reader:
    """The signed-in reader; whoever is not is sent to sign in. The demonstration takes them for the privacy office."""
    at = moment()
    cookie = request.cookies.get(cookie_name(request), "")
    session = await tables.Session.get_or_none(id=_fingerprint(cookie)).select_related("person") if cookie else None
    if session and session.expires_at <= at:
        session = None
    present = await roster()
    who = session.person if session else await _guest(request, present, at)
    roles, everywhere = roles_of(who.email, present, present.calendar.day_of(at))
    if not roles and not everywhere:
        raise web.HTTPSeeOther("/sign-in")
    return Reader(who, roles, everywhere, present, session)


async def _guest(request: web.Request, present: Roster, at: datetime) -> tables.Person:
    if not request.app[SITE].demo:
        raise web.HTTPSeeOther("/sign-in")
    return await known_person(present.group.privacy_office[0], at)


async def known_person(email: str, at: datetime) -> tables.Person:
    actor = await person(email, at)
    return await tables.Person.get(id=int(actor.removeprefix("person/")))


def cookie_name(request: web.Request) -> str:
    """`__Host-` locks the cookie to this host and to HTTPS; plain HTTP is for loopback."""
    return "__Host-itaku" if request.app[SITE].secure else "itaku"


async def begin(request: web.Request, response: web.StreamResponse, person: tables.Person, at: datetime) -> None:
    """Open a session for a person and hand its cookie to the browser."""
    secret = secrets.token_urlsafe(32)
    async with transaction():
        await tables.Session.create(
            id=_fingerprint(secret), person_id=person.id, opened_at=at, seen_at=at, expires_at=at + LIVES
        )
        await ledger.write([ledger.Event("session.opened", f"person/{person.id}", actor=f"person/{person.id}")], at)
    secure = request.app[SITE].secure
    response.set_cookie(
        cookie_name(request), secret, max_age=int(LIVES.total_seconds()), httponly=True, secure=secure, samesite="Lax"
    )


async def end(request: web.Request, response: web.StreamResponse) -> None:
    cookie = request.cookies.get(cookie_name(request), "")
    at = moment()
    async with transaction():
        session = await tables.Session.get_or_none(id=_fingerprint(cookie))
        if session:
            await session.delete()
            await ledger.write(
                [ledger.Event("session.closed", f"person/{session.person_id}", actor=f"person/{session.person_id}")], at
            )
    secure = request.app[SITE].secure  # a browser drops what claims a `__Host-` name without it
    response.del_cookie(cookie_name(request), httponly=True, secure=secure, samesite="Lax")


def _fingerprint(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogateescape")).hexdigest()
