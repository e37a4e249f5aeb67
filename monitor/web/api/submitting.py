"""Handing in by machine: the declaration, the code where one is needed, and the receipt. The same acts as in the form.

A call that was cut off can be sent again under its key: what was handed in under it is told once more, and nothing is
handed in twice.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from aiohttp import web

from monitor import tables
from monitor.language import Message
from monitor.obligations import signing
from monitor.questionnaire import freeze_answers
from monitor.refusal import Refused
from monitor.registry.values import email_typed
from monitor.web.api.calls import REFUSALS, answer, body, held_to, key_of, with_link
from monitor.web.api.models import CodeMailed, HandedIn, Mistake
from monitor.web.api.sent import Code, Declaring
from monitor.web.api.telling import missing, version_of
from monitor.web.fields import one_line, whole_number
from monitor.web.form.ending import same, wrong
from monitor.web.form.receiving import receipt_of
from monitor.web.form.signing import handed_in
from monitor.web.problems import Problem
from monitor.web.site import SITE

if TYPE_CHECKING:
    from monitor.questionnaire import Frozen
    from monitor.tables import SigningCode, Submission
    from monitor.web.form.opening import Opened

NO_CODE = Message("Enter the code of eight digits from the mail.")


@with_link
async def submit(request: web.Request, found: Opened) -> web.StreamResponse:
    """Hand in the answers that the caller has read. Where a code has to confirm it, it was mailed and this says so."""
    sent, key = await body(request, Declaring), key_of(request)
    said = {"name": one_line(sent.name), "title": one_line(sent.role), "email": one_line(sent.email)}
    _of_grade(found)
    before = await _under(key, found, said)
    if before is not None:
        await _same_call(request, found, before)
        return await _told(request, found, before)
    try:
        number = await handed_in(found, said, await _ready(request, found, said, declared=sent.declared), key)
    except (Refused, Problem):
        before = await _under(key, found, said)  # the same call, sent twice at once
        if before is None:
            raise
        return await _told(request, found, before)
    if number is None:
        mailed = await _mailed(found)
        until = mailed.valid_until.isoformat()
        raise Problem("step-up-required", registered=mailed.registered, valid_until=until)
    return await _told(request, found, await tables.Submission.get(id=number))


async def _ready(request: web.Request, found: Opened, said: dict[str, str], *, declared: bool) -> Frozen:
    """The answers as they are handed in, if they can be."""
    _submitting(found)
    draft = await found.draft()
    held_to(request, await version_of(found.duty, draft))
    examined = found.examined(draft)
    if not examined.complete:
        raise Problem("incomplete", None, missing(found, examined))
    if same(found, draft.answers):
        raise Problem("nothing-added")
    _declared(said | {"declared": "agreed" if declared else ""}, found)
    return freeze_answers(found.questionnaire, draft.answers)


async def _same_call(request: web.Request, found: Opened, before: Submission) -> None:
    """What goes on from the answers as they stand now is another handing in, though under the same key: to be told of
    the one before would let whoever sends it believe that the new answers had arrived.
    """
    if not found.writable:
        return
    draft, tags = await found.draft(), {tag.value for tag in request.if_match or ()}
    changed = freeze_answers(found.questionnaire, draft.answers).sha256 != before.sha256
    if await version_of(found.duty, draft) in tags or ("*" in tags and changed):
        raise Problem("key-reused")


def _of_grade(found: Opened) -> None:
    if found.grade != "submit":
        raise Problem("may-not-submit")


def _submitting(found: Opened) -> None:
    _of_grade(found)
    if not found.writable:
        raise Problem("not-open")


def _declared(said: dict[str, str], found: Opened) -> None:
    fields = {"title": "role"}
    mistakes = [
        Mistake(question="", field=fields.get(one["field"], one["field"]), code=one["code"], detail=one["text"])
        for one in wrong(said, found.language)
    ]
    if mistakes:
        raise Problem("declaration-refused", None, mistakes)


async def _under(key: str, found: Opened, said: dict[str, str] | None = None) -> Submission | None:
    """What was handed in under a key. Another declaration under the same one is a mistake of the caller's."""
    row = await tables.Submission.get_or_none(obligation_id=found.duty.id, sent_under=key)
    if row is None or said is None:
        return row
    declared = (said["name"], said["title"], email_typed(said["email"]) or "")
    if declared != (row.signer_name, row.signer_title, row.signer_email):
        raise Problem("key-reused")
    return row


async def _told(request: web.Request, found: Opened, row: Submission) -> web.Response:
    duty = await tables.Obligation.get(id=found.duty.id)
    before = await tables.Submission.filter(obligation_id=duty.id, id__lte=row.id).count()
    said = HandedIn(number=before, submitted_at=row.submitted_at, answers_sha256=row.sha256, state=duty.state)
    response = answer(request, said, 201, await version_of(duty, await found.draft()))
    response.headers["Location"] = f"/api/v1/request/receipt?number={before}"
    return response


async def _mailed(found: Opened, waiting: SigningCode | None = None) -> CodeMailed:
    last = waiting or await signing.pending(found.link, found.at)
    contact = await signing.contact_of(found.duty, found.link, found.party)
    signer = " ".join(filter(None, (last.signer_title, last.signer_name)))
    return CodeMailed(registered=signing.masked(contact), valid_until=last.expires_at, signer=signer)


@with_link
async def mail_code(request: web.Request, found: Opened) -> web.StreamResponse:
    """Another code for what was declared. Those on their way stay good."""
    _submitting(found)
    contact = await signing.contact_of(found.duty, found.link, found.party)
    try:
        await signing.send_again(found.link, contact, found.at)
        return answer(request, await _mailed(found), 202)
    except signing.NothingDeclared as nothing:
        raise Problem("nothing-declared") from nothing


@with_link
async def confirm(request: web.Request, found: Opened) -> web.StreamResponse:
    """Hand in what was declared, by its code."""
    sent, key = await body(request, Code), key_of(request)
    _of_grade(found)
    before = await _under(key, found)
    if before is not None:
        if await _waiting(found):
            raise Problem("key-reused")
        return await _told(request, found, before)
    _submitting(found)
    frozen = freeze_answers(found.questionnaire, (await found.draft()).answers)
    now = signing.Signature(request.app[SITE].keyring, frozen.text, frozen.sha256, key)
    code = signing.typed_code(sent.code)
    if not code:
        raise _no_code("code-missing", NO_CODE, found)
    wrong_code = None
    try:
        await signing.confirm(found.link, code, now, found.at, found.actor)
    except signing.NothingDeclared:
        wrong_code = Problem("nothing-declared")
    except Refused as no:
        if no.reason in {"code-wrong", "code-used-up"}:
            raise _no_code(no.reason, no.message, found) from no
        wrong_code = Problem(REFUSALS.get(no.reason, "refused"), no.message)
    row = await _under(key, found)  # the same call, sent twice at once, is as good
    if row is None:
        raise wrong_code or Problem("not-open")
    return await _told(request, found, row)


async def _waiting(found: Opened) -> bool:
    """Whether something was declared since the last code was used, and waits for one."""
    with suppress(signing.NothingDeclared):
        return bool(await signing.pending(found.link, found.at))
    return False


def _no_code(code: str, text: Message, found: Opened) -> Problem:
    told = Mistake(question="", field="code", code=code, detail=text.in_(found.language))
    return Problem("code-refused", None, [told])


@with_link
async def receipt(request: web.Request, found: Opened) -> web.StreamResponse:
    """The signed receipt of what was handed in last, or of the time that is named."""
    named = request.query.get("number", "")
    number = whole_number(named) if named else None
    if named and not number:
        raise Problem("no-receipt")
    made = await receipt_of(request, found, str(number or ""))
    if made is None:
        raise Problem("no-receipt")
    text, media_type, _ = made
    return web.Response(text=text, content_type=media_type, charset="utf-8")
