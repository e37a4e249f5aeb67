"""The public page of external transmission: to whom our pages make a browser send what, and for what; for anybody, in
both languages (Telecommunications Business Act 27-12).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from checks.names import host_of
from monitor.language import LANGUAGES, Message
from monitor.registry.roster import NoRegistry, roster
from monitor.registry.sites import known_services, transmissions
from monitor.web.joint_use import FRESH, NAMES
from monitor.web.pages import language_of, moment, page
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from monitor.registry.format import ExternalTransmission
    from monitor.registry.roster import Roster

PATH = "/external-transmission"


@dataclass
class Section:
    """What one site sends, or all of one company, or all. `key`: what links lead to. `href`: where a site is."""

    key: str
    title: str
    href: str = ""
    rows: list[dict[str, Any]] = field(default_factory=list)

    @property
    def named(self) -> bool:
        """Whether a reader would not learn from the title where the site is."""
        return bool(self.href) and self.title != host_of(self.href)


async def external_transmission_page(request: web.Request) -> web.StreamResponse:
    """The whole table, site by site. Nothing here depends on who asks but the language."""
    language, at = language_of(request), moment()
    try:
        present = await roster()
    except NoRegistry as nothing:
        raise web.HTTPNotFound from nothing
    day = present.calendar.day_of(at)
    made = sections(await transmissions(), present, await _services(), language, day)
    shown = page(
        request, "web/external-transmission.html", language=language, sections=made, day=day,
        group=named(present.group, language),
        languages=[{"text": NAMES[one], "href": f"{PATH}/{one}", "current": one == language} for one in LANGUAGES],
    )  # fmt: skip
    shown.headers["Cache-Control"] = FRESH
    shown.headers["Vary"] = "Accept-Language, Cookie"
    shown.headers["X-Robots-Tag"] = "all"
    return shown


async def _services() -> dict[str, str]:
    """What people call each site, by its host: the service that stands there, if it is one alone."""
    found: dict[str, list[str]] = {}
    for one in await known_services():
        found.setdefault(host_of(one.url or ""), []).append(one.name or "")
    return {host: names[0] for host, names in found.items() if len(names) == 1 and names[0]}


def sections(
    table: Iterable[ExternalTransmission], present: Roster, names: Mapping[str, str], language: str, day: date
) -> list[Section]:
    """First what all sites send, then each company's, then each site's. Who has left the group has no part in it."""
    members = {key: named(one, language) for key, one in present.companies.items() if one.member_on(day)}
    found: dict[tuple[int, str], Section] = {}
    for one in table:
        for rank, key, title, href in _places(one, members, names, language):
            found.setdefault((rank, key), Section(key, title, href)).rows.append(_row(one, language))
    return [found[place] for place in sorted(found)]


def _places(
    one: ExternalTransmission, members: Mapping[str, str], names: Mapping[str, str], language: str
) -> Iterable[tuple[int, str, str, str]]:
    if one.companies and not {*one.companies} & members.keys():
        return
    for host, url in {host_of(url): url for url in reversed(one.sites)}.items():
        yield 2, f"site-{host}", names.get(host, host), url
    if one.sites:
        return
    for key in one.companies:
        if key in members:
            yield 1, f"company-{key}", Message("Sites of {company}", {"company": members[key]}).in_(language), ""
    if not one.companies:
        yield 0, "all", Message("All sites").in_(language), ""


def _row(one: ExternalTransmission, language: str) -> dict[str, Any]:
    ja = language == "ja"
    return {
        "host": one.host,
        "recipient": (one.recipient_ja if ja else None) or one.recipient,
        "information": (one.information_ja if ja else None) or one.information,
        "purpose": (one.purpose_ja if ja else None) or one.purpose,
        "opt_out": one.opt_out,
        "policy": one.policy,
        "personal": one.personal_related,
    }


ROUTES = [
    web.get(PATH, external_transmission_page),
    web.get(PATH + "/{language:ja|en}", external_transmission_page),
]
