"""The declaration, and the code that confirms it where it has to be confirmed."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from monitor.language import Message, say_clock
from monitor.links import CODE_LIVES
from monitor.obligations import acts, signing
from monitor.obligations.holding import NOT_OPEN
from monitor.questionnaire import freeze_answers
from monitor.refusal import Refused
from monitor.registry.values import email_typed
from monitor.web.fields import said as typed
from monitor.web.form.opening import Opened, form_page, while_asked
from monitor.web.pages import see_other
from monitor.web.site import SITE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

    from monitor.obligations.drafts import Draft
    from monitor.questionnaire import Frozen

LONGEST_CODE = 100  #: signs that are read of what was pasted: the line around a code is longer than the code

Errors = list[dict[str, str]]


async def hand_in(found: Opened, said: Mapping[str, str], frozen: Frozen) -> str:
    """Submit what was declared, or mail the code that it needs; the page that comes next."""
    return f"{found.base}/sign" if await handed_in(found, said, frozen) is None else f"{found.base}/done"


async def handed_in(found: Opened, said: Mapping[str, str], frozen: Frozen, key: str = "") -> int | None:
    """Submit what was declared: the number of it. None where a code has to confirm it, which was mailed. `key`: under
    which a machine hands it in.
    """
    email = email_typed(said.get("email", ""))
    declared = acts.Declaration(frozen.text, frozen.sha256, said["name"], said["title"], email, key=key)
    reader = await signing.reader_of(found.duty, found.link, found.party)
    if signing.needs_code(found.duty, found.link, reader, email, found.standing):
        contact = await signing.contact_of(found.duty, found.link, found.party)
        await signing.declare(found.link, declared, contact, found.at)
        return None
    return await acts.submit(found.duty.id, found.at, declared, found.actor)


async def about_signer(found: Opened) -> dict[str, Any]:
    """What the declaration says of whose link it is, and whether a code will be asked for in any case."""
    reader = await signing.reader_of(found.duty, found.link, found.party)
    contact = await signing.contact_of(found.duty, found.link, found.party)
    always = signing.needs_code(found.duty, found.link, reader, "", found.standing)
    return {"reader": signing.masked(reader), "registered": signing.masked(contact), "always": always}


async def awaited(found: Opened, draft: Draft) -> dict[str, str] | None:
    """What was declared by this link and only waits for its code: until when that is good, and whose mailbox it is in.
    None where nothing waits, and where an answer has changed since, for then the code is good for nothing.
    """
    if not found.submittable:
        return None
    with suppress(signing.NothingDeclared):
        last = await signing.pending(found.link, found.at)
        now = freeze_answers(found.questionnaire, draft.answers).sha256
        if last.sha256 == now and last.tries < signing.TRIES:
            contact = await signing.contact_of(found.duty, found.link, found.party)
            until = say_clock(last.expires_at, found.present.calendar.zone, found.language)
            return {"until": until, "registered": signing.masked(contact)}
    return None


@while_asked
async def show(request: web.Request, found: Opened) -> web.StreamResponse:
    """The code is asked for; whoever has declared nothing yet, or more than an hour ago, does that first."""
    return await _page(request, found)


@while_asked
async def confirm(request: web.Request, found: Opened) -> web.StreamResponse:
    """The code, or a press of the button that mails another one. A form that comes back empty uses up no try."""
    said = await typed(request, LONGEST_CODE)
    try:
        if said.get("again"):
            contact = await signing.contact_of(found.duty, found.link, found.party)
            await signing.send_again(found.link, contact, found.at)
            return see_other(f"{found.base}/sign?again=1")
        return await _confirm(request, found, signing.typed_code(said.get("code", "")))
    except signing.NothingDeclared:
        return see_other(f"{found.base}/declare")
    except Refused as no:
        if no.reason == "answers-changed":
            return see_other(f"{found.base}/check?changed=1")
        if no.reason == NOT_OPEN:
            raise
        return await _page(request, found, no.message, said.get("code", ""))


async def _confirm(request: web.Request, found: Opened, code: str) -> web.StreamResponse:
    if not code:
        return await _page(request, found, Message("Enter the code of eight digits from the mail."))
    frozen = freeze_answers(found.questionnaire, (await found.draft()).answers)
    now = signing.Signature(request.app[SITE].keyring, frozen.text, frozen.sha256)
    await signing.confirm(found.link, code, now, found.at, found.actor)
    return see_other(f"{found.base}/done")


async def _page(
    request: web.Request, found: Opened, wrong: Message | None = None, code: str = ""
) -> web.StreamResponse:
    try:
        waiting = await signing.pending(found.link, found.at)
    except signing.NothingDeclared:
        return see_other(f"{found.base}/declare")
    text = wrong.in_(found.language) if wrong else ""
    contact = await signing.contact_of(found.duty, found.link, found.party)
    usable = waiting.tries < signing.TRIES
    return form_page(
        request, found, "sign.html",
        status=422 if wrong else 200,
        errors=[{"field": "code", "text": text, "href": "#code" if usable else ""}] if wrong else [],
        code=code,
        registered=signing.masked(contact),
        valid_until=waiting.expires_at,
        minutes=int(CODE_LIVES.total_seconds()) // 60,
        signer=" ".join(filter(None, (waiting.signer_title, waiting.signer_name))),
        resent="again" in request.query,
        usable=usable,
    )  # fmt: skip
