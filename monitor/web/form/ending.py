"""The form's last pages: all answers to check, the declaration, the receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.asked import last_submission
from monitor.hearing.exposures import EXPOSURE, YES
from monitor.hearing.exposures import said as said_of
from monitor.language import Message
from monitor.letters.items import items
from monitor.obligations import KINDS, drafts
from monitor.obligations.adding import NOTHING_ADDED, TOO_MANY, differing, said_last
from monitor.obligations.drafts import Draft
from monitor.questionnaire import Answer, examine, freeze_answers, holds_my_number, thaw_answers
from monitor.reasons import MY_NUMBER
from monitor.refusal import Refused
from monitor.registry.values import email_typed
from monitor.tables.duty import HANDED_IN
from monitor.web.answers import view
from monitor.web.answers.groups import answer_groups
from monitor.web.fields import fields, one_line
from monitor.web.form.opening import Opened, form_page, through_link, while_asked, while_read
from monitor.web.form.proved import beside, proved
from monitor.web.form.receiving import MAY_READ, afterwards, copied, receipts
from monitor.web.form.signing import about_signer, awaited, hand_in
from monitor.web.form.standing import compared, untouched
from monitor.web.pages import see_other
from monitor.web.site import SITE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

    from monitor.questionnaire import Examination
    from monitor.web.form.filling import Filling

FOLDED = 40  #: answers; a longer list to check opens part by part


@while_read
async def check(request: web.Request, found: Opened) -> web.StreamResponse:
    """Every answer with a way to change it, last time's beside it, and what is still missing."""
    draft = await found.draft()
    examined = found.examined(draft)
    before = found.back.before or await drafts.last_accepted(found.duty)
    seen = await proved(found, found.questionnaire.questions, request.app[SITE].claims)
    groups = _changeable(found, all_answers(found, draft.answers, examined, before))
    return form_page(
        request, found, "check.html",
        groups=compared(found, beside(groups, seen, found)),
        untouched=untouched(found, draft.answers),
        draft=draft,
        missing=_missing(found, examined) if found.answerable else [],
        ready=examined.complete and found.answerable and not same(found, draft.answers),
        same=same(found, draft.answers),
        seen=freeze_answers(found.questionnaire, draft.answers).sha256,
        changed="changed" in request.query,
        waiting=await awaited(found, draft),
        folded=sum(len(group["rows"]) for group in groups) > FOLDED,
    )  # fmt: skip


def same(found: Opened, answers: Mapping[str, Answer]) -> bool:
    """Whether somebody who adds has added nothing yet."""
    return found.adding and not differing(found.back.before, answers)


def _changeable(found: Opened, groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each answer that this link shows, with the place where it can be changed, if it may."""
    shown = [group for group in groups if any(one.id == group["id"] for one in found.sections)]
    for group in shown:
        group["wrong"] = any(row["problem"] for row in group["rows"])
        for row in group["rows"]:
            row["href"] = _place(found, group["id"], row["id"]) if found.answerable else None
            row["anchor"] = row["id"]
    return shown


def _place(found: Opened, section: str, question: str) -> str:
    """Where an answer is changed; from there saving leads back to it in the list."""
    return f"{found.base}/s/{section}?check=1&back={question}#{question}"


def all_answers(
    found: Filling, answers: Mapping[str, Answer], examined: Examination, before: Mapping[str, Answer]
) -> list[dict[str, Any]]:
    """All answers as their own party sees them: what a reviewer may think of an honest "no" is no mistake of theirs."""
    return answer_groups(found.questionnaire, answers, examined, before, found.language, findings=False)


def _missing(found: Opened, examined: Examination) -> list[dict[str, str]]:
    by_question = {question.id: section for section in found.sections for question in section.questions}
    texts = {question.id: question.text.in_(found.language) for question in found.questionnaire.questions}
    places = {name: section.place.name for name, section in by_question.items() if section.place}
    said = {name: examined.questions[name].problems[0].message.in_(found.language) for name in examined.blocking}
    return [
        {"text": view.about(texts[name], said[name], found.language, place=places.get(name, "")),
         "href": _place(found, by_question[name].id, name)}
        for name in examined.blocking
        if name in by_question
    ]  # fmt: skip


@while_asked
async def declare(request: web.Request, found: Opened) -> web.StreamResponse:
    """Who declares that these answers are true: those that were listed to check, by whose hash the list leads here."""
    draft = await found.draft()
    if not found.examined(draft).complete or same(found, draft.answers):
        return see_other(f"{found.base}/check")
    if not found.submittable:
        return form_page(request, found, "declare.html", errors=[], said={}, submittable=False)
    seen = request.query.get("seen", "")
    if freeze_answers(found.questionnaire, draft.answers).sha256 != seen:
        return see_other(f"{found.base}/check{'?changed=1' if seen else ''}")
    said, about = {**await _signed_last(found), "seen": seen}, await about_signer(found)
    waiting = await awaited(found, draft)
    return form_page(request, found, "declare.html", errors=[], said=said, submittable=True, waiting=waiting, **about)


async def _signed_last(found: Opened) -> dict[str, str]:
    """Who handed in these answers before they came back: most likely the same person does it again."""
    last = await last_submission(found.duty.id)
    return {"name": last.signer_name, "title": last.signer_title} if last else {}


@while_asked
async def submit(request: web.Request, found: Opened) -> web.StreamResponse:
    """Hand in. Needs a name, a post and the declaration, which only a person can give. What is handed in is what was
    listed to check: an answer that somebody saved since then leads back there.
    """
    draft = await found.draft()
    elsewhere = _instead(found, draft)
    if elsewhere is not None:
        return see_other(found.base + elsewhere)
    sent, frozen = dict(await fields(request)), freeze_answers(found.questionnaire, draft.answers)
    if sent.get("seen") != frozen.sha256:
        return see_other(f"{found.base}/check?changed=1")
    said = {name: one_line(sent.get(name)) for name in ("name", "title", "declared", "email", "seen")}
    try:
        errors = wrong(said, found.language)
        return (
            see_other(await hand_in(found, said, frozen))
            if not errors
            else await _undeclared(request, found, said, errors)
        )
    except Refused as no:
        if no.reason == NOTHING_ADDED:
            return see_other(f"{found.base}/done")  # a second press of the button was on its way
        if no.reason not in {"too-many-codes", TOO_MANY}:
            raise
        errors = [{"field": "declared", "text": no.message.in_(found.language), "href": "#declared"}]
        return await _undeclared(request, found, said, errors)


def _instead(found: Opened, draft: Draft) -> str | None:
    """Where whoever hands in is led, where there is nothing to hand in: to what was handed in already, where the button
    was pressed twice or a colleague was quicker.
    """
    if not found.submittable:
        return "/"
    if same(found, draft.answers):
        return "/done"
    return None if found.examined(draft).complete else "/check"


async def _undeclared(
    request: web.Request, found: Opened, said: Mapping[str, str], errors: list[dict[str, str]]
) -> web.Response:
    about = await about_signer(found)
    return form_page(
        request, found, "declare.html", status=422, errors=errors, said=said, submittable=True, waiting=None, **about
    )


def wrong(said: Mapping[str, str], language: str) -> list[dict[str, str]]:
    needs = {
        "name": "Enter the name of the person who submits.",
        "title": "Enter the department or post.",
        "declared": "Tick the confirmation if the answers are correct.",
    }
    missing = [
        {"field": name, "code": "missing", "text": Message(text).in_(language), "href": f"#{name}"}
        for name, text in needs.items()
        if not said[name]
    ]
    return missing + _numbered(said, language) + _wrong_address(said, language)


def _numbered(said: Mapping[str, str], language: str) -> list[dict[str, str]]:
    """Who declares stands in the receipt for good: no My Number does."""
    text = MY_NUMBER.in_(language)
    found = [name for name in ("name", "title") if holds_my_number(said[name])]
    return [{"field": name, "code": "my-number", "text": text, "href": f"#{name}"} for name in found]


def _wrong_address(said: Mapping[str, str], language: str) -> list[dict[str, str]]:
    if not said["email"] or email_typed(said["email"]):
        return []
    text = Message("Enter an address like name@company.example, or leave this empty.").in_(language)
    return [{"field": "email", "code": "no-address", "text": text, "href": "#email"}]


@through_link
async def done(request: web.Request, found: Opened) -> web.StreamResponse:
    """The receipt."""
    return see_other(f"{found.base}/") if found.answerable and not found.adding else await over(request, found)


async def over(
    request: web.Request, found: Opened, *, errors: list[dict[str, str]] | None = None, said: str = ""
) -> web.Response:
    """The request is not open for this link: what was handed in, what was decided, or that nothing is needed."""
    last = await last_submission(found.duty.id)
    groups = _handed_in(found, last) if last and found.grade in MAY_READ else []
    return form_page(
        request, found, "over.html",
        status=422 if errors else 200,
        errors=errors or [],
        said=said,
        copied="copied" in request.query,
        submission=last,
        groups=groups,
        entered=await _entered(found, last) if last else "",
        receipts=await receipts(found),
        affected=found.lists and _affected(found, last),
        more=await _more(found) if found.duty.state in HANDED_IN else None,
        **await afterwards(found),
    )  # fmt: skip


def _affected(found: Opened, last: tables.Submission | None) -> bool:
    """Whether it has just said that it is affected by what has become known: the notice of an incident comes next."""
    return last is not None and found.duty.kind == EXPOSURE and said_of(thaw_answers(last.answers)) == YES


async def _more(found: Opened) -> dict[str, Any] | None:
    """What the last page says of adding to what was handed in, where that may be done or might have been: whether the
    incident is over, what nobody has told yet, and how many answers are saved and not handed in.
    """
    kind = KINDS[found.duty.kind]
    if not kind.grows or found.duty.erased_on is not None:
        return None
    gist, before, draft = await kind.gist(found.duty, {}), await said_last(found.duty), await found.draft()
    saved = differing(before, draft.answers) if found.grade in {"submit", "draft"} else []
    return {
        "missing": items(str(gist.get("missing", "")), found.language),
        "left": len(saved),
        "saved": [] if found.adding else _rows(found, draft.answers, saved),
        "over": kind.no_more.in_(found.language),
    }


def _rows(found: Opened, answers: Mapping[str, Answer], names: list[str]) -> list[dict[str, Any]]:
    """These answers alone, as the list to check shows them; of a colleague's parts, theirs."""
    groups = _changeable(found, all_answers(found, answers, found.examined(Draft(answers, {})), {}))
    return [row for group in groups for row in group["rows"] if row["id"] in names]


@through_link
async def copy(request: web.Request, found: Opened) -> web.StreamResponse:
    """Send a copy of the receipt to a colleague."""
    last = await last_submission(found.duty.id)
    if last is None or (found.answerable and not found.adding) or found.grade not in MAY_READ:
        return see_other(f"{found.base}/")
    email = one_line(dict(await fields(request)).get("email"))
    errors = await copied(found, last, email)
    return await over(request, found, errors=errors, said=email) if errors else see_other(f"{found.base}/done?copied")


async def _entered(found: Opened, last: tables.Submission) -> str:
    """That the company entered it from a sheet, in a sentence; nothing where the party did so itself."""
    entry = await tables.PaperEntry.get_or_none(submission_id=last.id)
    text = (
        "{asker} has entered what you signed and sent, received on {day}. Tell us if anything differs from your copy."
    )
    values = {"asker": found.asker, "day": entry.received_on if entry else ""}
    return Message(text, values).in_(found.language) if entry else ""


def _handed_in(found: Opened, last: tables.Submission) -> list[dict[str, Any]]:
    """The answers as they were frozen, not as a draft may stand by now."""
    answers = thaw_answers(last.answers)
    today = found.present.calendar.day_of(last.submitted_at)
    return all_answers(found, answers, examine(found.questionnaire, answers, today), {})
