"""`/verify`: is this mail ours, is this receipt genuine. For anybody, without an account; nothing is kept.

A code answers who wrote to which domain, on what day, about what kind of matter, and nothing else: whoever holds the
mail knows that already, and whoever guesses learns no name, no address and no link. A receipt is examined in memory.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import receipt, shortcodes, tables
from monitor.language import JAPAN, Message, listed, say_instant
from monitor.own_duties import own_kind
from monitor.receipt import Verdict
from monitor.receipt.document import STEPS
from monitor.receipt.signing import key_id
from monitor.registry.roster import roster
from monitor.web.border import LIMITS, STRANGERS, remote
from monitor.web.fields import chunk, parts, whole_number
from monitor.web.pages import language_of, page
from monitor.web.site import SITE
from monitor.web.words import case_name, named, topic_name

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import date
    from zoneinfo import ZoneInfo

    from monitor.receipt import Finding
    from monitor.registry.roster import Roster

PLACE = "/verify"
LARGEST = 512 * 1024  #: octets that are examined here for anybody; a usual receipt has twenty thousand
TURN = web.AppKey("turn", asyncio.Semaphore)  #: one receipt at a time, for anybody can send one
_CHUNK = 64 * 1024
_ASKED = frozenset({"rung", "due-moved", "returned", "fresh-link", "hand-over", "still-missing"})


@dataclass(frozen=True)
class Told:
    """What a code answers: who wrote to whom, when, about what."""

    sentence: Message
    company: str
    domains: str
    day: date
    what: str

    def in_(self, language: str) -> str:
        values = {"company": self.company, "domains": self.domains, "day": self.day, "what": self.what}
        return Message(self.sentence.text, values).in_(language)


async def show(request: web.Request) -> web.StreamResponse:
    """The page, and what the code of its address answers."""
    typed = request.query.get("code", "").strip()
    if not typed:
        return _page(request)
    await request.app[LIMITS].hit(STRANGERS, "verify", remote(request))
    code = shortcodes.typed(typed)
    if code is None:
        return _page(request, status=422, errors=[_error("code", _no_code(typed), request)], typed=typed[:40])
    answer = await resolve(code, language_of(request))
    return _page(request, typed=shortcodes.grouped(code), asked=True, answer=answer)


def _no_code(typed: str) -> Message:
    """Why what was typed can be no code: of eight signs it is one that no code of ours has, not their number."""
    if shortcodes.long_enough(typed):
        return Message(
            "This code cannot be confirmed. Please look whether a sign was mistaken for another, as O for 0."
        )
    return Message("A code has {count} letters and digits, such as {example}.", {"count": 8, "example": "C7DK-94MR"})


async def resolve(code: str, language: str) -> str:
    """The sentence that a code answers, or nothing."""
    found = await shortcodes.resolve(code)
    reader = _READERS.get(found.kind) if found else None
    told = await reader(found.reference, await roster(), language) if found and reader else None
    return told.in_(language) if told else ""


async def _of_mail(number: str, present: Roster, language: str) -> Told | None:
    mail = await tables.Mail.get_or_none(id=number)
    if mail is None:
        return None
    notices = await tables.Notice.filter(items__mail_id=number).order_by("key")
    asked = mail.side == "vendor" and any(notice.kind in _ASKED for notice in notices)
    return Told(
        sentence=Message("This mail is ours: {company} asked {domains} on {day} about: {what}.")
        if asked
        else Message("This mail is ours: {company} wrote to {domains} on {day} about: {what}."),
        company=named(present.companies.get(mail.company_id or "") or present.group, language),
        domains=", ".join(dict.fromkeys(address.rpartition("@")[2] for address in mail.to)),
        day=present.calendar.day_of(mail.made_at),
        what=await _matters(notices, language),
    )


async def _matters(notices: list[tables.Notice], language: str) -> str:
    """The kinds of matter, each once. A report and a sign-in are about no duty."""
    words = list(dict.fromkeys([name for notice in notices for name in [await _matter(notice, language)] if name]))
    words += [text.in_(language) for kind, text in _OTHERS.items() if any(notice.kind == kind for notice in notices)]
    if any(notice.certificate_id for notice in notices):
        words.append(Message("the end of a certificate").in_(language))
    return listed(words, language) or Message("the supervision of trustees").in_(language)


_OTHERS: Mapping[str, Message] = {
    "digest": Message("the weekly report"),
    "sign-in": Message("signing in"),
}


async def _matter(notice: tables.Notice, language: str) -> str:
    if notice.obligation_id:
        duty = await tables.Obligation.get_or_none(id=notice.obligation_id)
        return topic_name(duty.kind, language) if duty else ""
    if notice.own_duty_id:
        own = await tables.OwnDuty.get_or_none(id=notice.own_duty_id)
        return own_kind(own.kind).title.in_(language) if own else ""
    case = await tables.Case.get_or_none(id=notice.case_id) if notice.case_id else None
    return case_name(case, language) if case else ""


async def _of_paper(number: str, present: Roster, language: str) -> Told | None:
    """A printed form: `reference` begins with the number of its duty."""
    duty = await tables.Obligation.get_or_none(id=whole_number(number.partition("/")[0]) or 0)
    if duty is None or duty.opened_at is None:
        return None
    party = await present.party(duty.party_id)
    return Told(
        sentence=Message("This form is ours: {company} asked {domains} on {day} about: {what}."),
        company=named(present.companies.get(duty.company_id) or present.group, language),
        domains=", ".join(dict.fromkeys(address.rpartition("@")[2] for address in party.contacts)),
        day=present.calendar.day_of(duty.opened_at),
        what=topic_name(duty.kind, language),
    )


_READERS: Mapping[str, Callable[[str, Roster, str], Awaitable[Told | None]]] = {
    shortcodes.MAIL: _of_mail,
    shortcodes.PAPER: _of_paper,
}


async def examine(request: web.Request) -> web.StreamResponse:
    """A receipt that was pasted or chosen as a file: every step of its examination, in words."""
    await request.app[LIMITS].hit(STRANGERS, "verify", remote(request))
    sent = await _sent(request)
    if sent is None:
        long = Message(
            "This is longer than what is examined here ({count} KB). The command below takes longer ones, too.",
            {"count": LARGEST // 1024},
        )
        return _page(request, status=422, errors=[_error("file", long, request)])
    pasted, chosen = sent.get("receipt", ""), sent.get("file", "")
    text = chosen if chosen.strip() else pasted
    if not text.strip():
        missing = Message("Choose the file receipt.json, or paste its text.")
        return _page(request, status=422, errors=[_error("file", missing, request)])
    async with request.app[TURN]:
        found = await asyncio.to_thread(receipt.examine, text, request.app[SITE].signing.publics)
    if found.verdict is Verdict.GENUINE:
        found.held_against_ledger(there=await receipt.in_ledger(found.line))
    kept = pasted if not chosen.strip() and found.verdict is Verdict.UNREADABLE else ""
    about = _about(found, (await roster()).calendar.zone, language_of(request))
    return _page(request, found=found, about=about, pasted=kept)


async def _sent(request: web.Request) -> dict[str, str] | None:
    """The two fields as they were sent: a receipt is taken letter by letter, so nothing of it is tidied. None: too
    long, all that was sent together.
    """
    if not request.content_type.startswith("multipart/"):
        return {}
    taken: dict[str, str] = {}
    room = LARGEST
    async for part in parts(request):
        octets = bytearray()
        while piece := await chunk(part, _CHUNK):
            octets += piece
            room -= len(piece)
            if room < 0:
                return None
        taken[part.name or ""] = octets.decode("utf-8", "replace")
    return taken


def _about(found: Finding, zone: ZoneInfo, language: str) -> list[tuple[str, str]]:
    """What a genuine receipt is about. What a stranger signed is not repeated: on a page of ours it would look ours."""
    if found.verdict is not Verdict.GENUINE:
        return []
    said = found.receipt
    rows = (
        (Message("Asked by"), _name(said["issuer"]["company"], language)),
        (Message("Answered by"), _name(said["party"], language)),
        (Message("Reference"), said["request"].get("reference")),
        (Message("Received"), _when(str(said["submission"]["at"]), zone, language)),
        (Message("SHA-256 of the answers"), said["submission"].get("sha256")),
    )
    return [(term.in_(language), str(value or "")[:200]) for term, value in rows]


def _when(text: str, zone: ZoneInfo, language: str) -> str:
    """The instant in a receipt, for a reader: in the group's zone, which is named, since anybody may read it."""
    at = datetime.fromisoformat(text)
    if zone.key != JAPAN:
        return say_instant(at, zone, language)
    local = at.astimezone(zone)
    return Message("{day} {clock}, Japan time", {"day": local.date(), "clock": f"{local:%H:%M}"}).in_(language)


def _name(entity: Mapping[str, Any], language: str) -> str:
    return str((entity.get("name_ja") if language == "ja" else None) or entity.get("name") or entity.get("key", ""))


def _error(name: str, text: Message, request: web.Request) -> dict[str, str]:
    return {"field": name, "text": text.in_(language_of(request)), "href": f"#{name}"}


def _page(request: web.Request, *, status: int = 200, **values: Any) -> web.Response:
    language, publics = language_of(request), request.app[SITE].signing.publics
    common: dict[str, Any] = {
        "errors": [],
        "typed": "",
        "asked": False,
        "answer": "",
        "found": None,
        "about": [],
        "pasted": "",
        "place": f"{PLACE}/{language}",
        "languages": _languages(language),
        "keys": [(key_id(public), public) for public in publics],
        "steps": [step.in_(language) for step in STEPS],
    }
    return page(request, "web/verify.html", status=status, language=language, **common | values)


def _languages(language: str) -> list[dict[str, Any]]:
    names = {"ja": "日本語", "en": "English"}
    return [
        {"text": name, "lang": code, "current": code == language, "href": f"{PLACE}/{code}"}
        for code, name in names.items()
    ]


ROUTES = [
    web.get(PLACE, show),
    web.post(PLACE, examine),
    web.get(PLACE + "/{language:ja|en}", show),
    web.post(PLACE + "/{language:ja|en}", examine),
]
