"""The review of an answer: marks question by question, saved together, and the decision on the whole, on one page.

It is one form, so that whoever presses any of its buttons loses nothing of what they typed: marks are saved first, and
then the whole is decided on, if that was the button.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import reviewing, tables
from monitor.asked import frozen, last_submission
from monitor.language import Message
from monitor.letters.words import duty_reference
from monitor.obligations import KINDS
from monitor.obligations.acts import WHY_RETURNED, person
from monitor.obligations.marks import ACCEPTED, RETURNED
from monitor.refusal import Refused, need, together
from monitor.reviewing import Decided, Marked, Said, Seen
from monitor.reviewing.decide import LONGEST, Wrong, wrong
from monitor.web.console.doubt import Tongue, against, trust
from monitor.web.console.facts import declaration
from monitor.web.console.looking import console_page, duty_of
from monitor.web.console.pairing import waiting
from monitor.web.console.pleas import objected, objections
from monitor.web.console.remedies import of_duty
from monitor.web.console.session import reader
from monitor.web.console.steps import next_steps
from monitor.web.console.weighing import Case, counts, groups, sums
from monitor.web.fields import fields, one_line, whole_number
from monitor.web.pages import language_of, moment, see_other
from monitor.web.site import SITE
from monitor.web.words import named, topic_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.tables import Obligation
    from monitor.web.console.session import Reader

PLACES = {"reason-missing": "review_reason", "by-untreated": "review_form", "by-marked-returned": "review_form"}


@dataclass
class Sent:
    """What came with the form, each text cut to what is kept of it."""

    fields: dict[str, str] = field(default_factory=dict)

    def said(self, name: str) -> str:
        return self.fields.get(name, "").strip()[:LONGEST]

    def number(self, name: str) -> int | None:
        return whole_number(self.said(name))

    @property
    def versions(self) -> dict[str, int]:
        """By question, the version of the mark that the page showed."""
        pairs = (part.rpartition("=") for part in self.fields.get("review_versions", "").split())
        return {name: count for name, _, text in pairs if (count := whole_number(text)) is not None}

    def marks(self, questions: Sequence[str]) -> dict[str, Said]:
        """What was said of each of these questions."""
        versions = self.versions
        return {name: self._mark(name, versions.get(name, 0)) for name in questions}

    def _mark(self, name: str, version: int) -> Said:
        verdict, comment = self.said(f"{name}_verdict"), self.said(f"{name}_comment")
        return Said(
            verdict, comment, bool(self.said(f"{name}_looked")), self.said(f"{name}_treatment"),
            self.said(f"{name}_note"), version,
        )  # fmt: skip


@dataclass(frozen=True)
class Back:
    """How the page comes back: what was sent, and what of it could not be taken."""

    sent: Sent = field(default_factory=Sent)
    errors: Sequence[Mapping[str, str]] = ()
    marked: Marked = field(default_factory=Marked)


async def review_page(request: web.Request) -> web.StreamResponse:
    """All answers of a submission, as they are judged."""
    who = await reader(request)
    duty = await duty_of(request, who)
    return await _show(request, who, duty, Back())


async def on_review(request: web.Request) -> web.StreamResponse:
    """Save the marks, then decide if that was the button. What is wrong comes back with all that was typed."""
    who = await reader(request)
    duty = await duty_of(request, who)
    sent = Sent(dict(await fields(request)))
    last = await last_submission(duty.id)
    if last is None or duty.request_id is None:
        raise web.HTTPNotFound
    try:
        return await _save(request, who, duty, sent)
    except Refused as refusal:
        fresh = await tables.Obligation.get(id=duty.id)
        places = [(no.message.in_(language_of(request)), PLACES.get(no.reason, "review_by")) for no in refusal.every]
        errors = [{"text": text, "href": f"#{place}"} for text, place in places]
        return await _show(request, who, fresh, Back(sent, errors, Marked(wrong=await _faults(duty, sent))))


async def _save(request: web.Request, who: Reader, duty: Obligation, sent: Sent) -> web.StreamResponse:
    said = sent.marks(await _questions(duty))
    together(lambda: _named(sent), lambda: _reasoned(sent, said))
    actor, at = await _signed(who, sent), moment()
    seen, count = sent.number("review_read"), sent.number("review_marks")
    marked = await reviewing.mark(duty.id, said, at, actor, Seen(seen))
    if marked.conflicts or marked.wrong:
        return await _show(request, who, duty, Back(sent, marked=marked))
    decision = sent.said("decide")
    if not decision:
        return see_other(f"/duty/{duty.id}/review?saved=1#{_anchor(sent, said)}")
    whole = Seen(seen, None if count is None else count + len(marked.saved))
    return see_other(await _decided(request, duty, decision, Act(actor, at, sent.said("review_reason"), whole)))


@dataclass(frozen=True)
class Act:
    """A decision: by whom, when, why, and on what."""

    actor: str
    at: Any
    reason: str
    seen: Seen


async def _decided(request: web.Request, duty: Obligation, decision: str, act: Act) -> str:
    """Decide on the whole; where to look then."""
    if decision == "return":
        await reviewing.return_(duty.id, act.at, act.actor, act.reason, act.seen)
    elif decision == "take-back":
        await reviewing.take_back(duty.id, act.at, act.actor, act.seen)
        return f"/duty/{duty.id}/review"
    elif decision == "accept":
        done = await reviewing.accept(duty.id, act.at, act.actor, request.app[SITE].review, act.seen)
        if done is Decided.PROPOSED:
            return f"/duty/{duty.id}/review"
    return f"/duty/{duty.id}"


async def _signed(who: Reader, sent: Sent) -> str:
    """Whoever reviews says their name: a mailbox may be shared, a judgement never is."""
    name = _named(sent)
    await who.sign(name)
    return await person(who.person.email, moment(), name)


def _named(sent: Sent) -> str:
    name = one_line(sent.said("review_by"))
    need(name, "by-missing", "Enter your name: the review is recorded under it.")
    return name


def _reasoned(sent: Sent, said: Mapping[str, Said]) -> None:
    """What goes back as a whole goes back with a word; a mark that goes back has its own."""
    marked = any(one.verdict == RETURNED for one in said.values())
    if sent.said("decide") == "return" and not marked:
        need(sent.said("review_reason"), "reason-missing", WHY_RETURNED)


async def _questions(duty: Obligation) -> list[str]:
    asked = await frozen(duty.request_id)
    return [question.id for question in asked.questions]


async def _faults(duty: Obligation, sent: Sent) -> dict[str, Wrong]:
    """What is wrong with single marks: told together with what is wrong with the whole."""
    marks = sent.marks(await _questions(duty))
    return {question: fault for question, said in marks.items() if (fault := wrong(said))}


def _anchor(sent: Sent, known: Mapping[str, Said]) -> str:
    """The question whose button was pressed. Only one of ours goes into an address."""
    return sent.said("save") if sent.said("save") in known else "review_form"


async def _show(request: web.Request, who: Reader, duty: Obligation, back: Back) -> web.StreamResponse:
    last = await last_submission(duty.id)
    if last is None or duty.state != "submitted":
        return see_other(f"/duty/{duty.id}")
    language, at, site = language_of(request), moment(), request.app[SITE]
    tongue = Tongue(language, who.present.calendar, site.rules)
    sure = await trust(last, duty.party_id, site.claims, tongue, at)
    case = await Case.of(duty, last, sure, site.review)
    shown = groups(case, who.present, language)
    said = await objections(duty.id, who.present.calendar, language)
    for group in shown:
        group["rows"] = [objected(row, said) for row in group["rows"]]
    errors = [*back.errors, *_kept(shown, back, case, language)]
    engagement = await who.present.engagement(duty.engagement_id)
    party = await who.present.party(duty.party_id)
    return console_page(
        request, who, "review.html", status=422 if errors else 200, errors=errors, case=case, duty=duty, groups=shown,
        counts=counts(shown), sums=sums(case, language), by=back.sent.said("review_by") or who.name,
        reason=back.sent.said("review_reason"), saved="saved" in request.query, ref=duty_reference(duty.id),
        engagement=engagement, party_name=named(party, language), what=topic_name(duty.kind, language),
        declared=await declaration(last, case.asked, who.present, language),
        doubts=await against(sure, case.asked, duty.company_id), steps=next_steps(duty, who.present, at, language),
        two=site.review.needs_second(engagement.effective_tier), proposed=await waiting(duty, last, who, at, language),
        asks_findings=KINDS[duty.kind].about_findings,
        remedies=await of_duty(duty, last, who, language, at) if KINDS[duty.kind].about_findings else [],
    )  # fmt: skip


def _kept(shown: list[dict[str, Any]], back: Back, case: Case, language: str) -> list[dict[str, str]]:
    """What was typed, back in its place; and what was wrong with it, each leading to its field."""
    if not back.sent.fields:
        return []
    errors = []
    rows = {row["id"]: row for group in shown for row in group["rows"]}
    for name, said in back.sent.marks(list(rows)).items():
        row = rows[name]
        row["said"] = said
        if name in back.marked.wrong:
            fault = back.marked.wrong[name]
            row["errors"][fault.field] = text = fault.message.in_(language)
            errors.append({"text": f"{row['question']}: {text}", "href": f"#{name}_{fault.field}"})
        if name in back.marked.conflicts:
            row["errors"]["verdict"] = text = _conflict(case, name, row["by"], language)
            errors.append({"text": f"{row['question']}: {text}", "href": f"#{name}_verdict"})
        row["open"] = row["open"] or bool(row["errors"])
    return errors


_VERDICTS = {ACCEPTED: "Accepted", RETURNED: "Returned", "": "No verdict yet"}


def _conflict(case: Case, name: str, who: str, language: str) -> str:
    stands = case.marks.get(name)
    verdict = Message(_VERDICTS[stands.verdict if stands else ""]).in_(language)
    said = " – ".join(filter(None, (verdict, stands.comment if stands else "")))
    text = "A colleague marked this meanwhile ({who}): “{said}”. To put yours in its place, save again."
    return Message(text, {"who": who, "said": said}).in_(language)
