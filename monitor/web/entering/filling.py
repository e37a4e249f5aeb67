"""The form as somebody of the company fills it in from a sheet, and hands it in or gives it up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web
from tortoise.expressions import Q

from monitor import tables
from monitor.asked import frozen
from monitor.language import Message, say_day
from monitor.obligations import acts, paper
from monitor.obligations.drafts import Draft, Drafted, read, save
from monitor.questionnaire import QuestionState, freeze_answers
from monitor.refusal import Refused, need
from monitor.tables.duty import ASKED
from monitor.web.answers import view
from monitor.web.console.looking import Wrong, console_page
from monitor.web.entering.beginning import CHANNELS, LONGEST, begun
from monitor.web.fields import one_line, said
from monitor.web.form.answering import save_section, show_section
from monitor.web.form.ending import all_answers
from monitor.web.form.filling import Filling
from monitor.web.pages import language_of, moment, see_other
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.questionnaire import Answer, Examination
    from monitor.tables import PaperEntry
    from monitor.web.console.session import Reader


@dataclass(frozen=True, kw_only=True)
class Entered(Filling):
    """The form as somebody of the company fills it in for the party: it shows what was entered, and nothing else of the
    party's draft. Paper says what it says: nothing of before is offered to whoever types it in.
    """

    entry: PaperEntry
    who: str

    @property
    def base(self) -> str:
        return f"/duty/{self.duty.id}/entry/{self.language}"

    @property
    def actor(self) -> str:
        return self.who

    @property
    def behalf(self) -> str:
        words = {
            "party": named(self.party, self.language),
            "signer": self.entry.signer_name,
            "day": say_day(self.entry.received_on, self.language),
        }
        return Message("You enter what {signer} of {party} signed; received on {day}.", words).in_(self.language)

    async def draft(self) -> Draft:
        """What was entered, with the files that came with it."""
        whole, mine = await read(self.duty.id), set(self.entry.questions)
        return Draft(
            {name: answer for name, answer in whole.answers.items() if name in mine},
            {name: version for name, version in whole.versions.items() if name in mine},
        )

    async def store(self, said: Mapping[str, tuple[Answer, int]]) -> Drafted:
        """Saved like any other answer. Where the party has another one, both are shown from now on."""
        outcome = await save(self.duty.id, said, self.at, self.actor)
        whole = await read(self.duty.id)
        same = {
            name for name, (answer, _) in said.items() if not answer.blank and _same(whole.answers.get(name), answer)
        }
        await paper.note(self.entry, {*outcome.saved, *outcome.conflicts, *same}, self.actor)
        return outcome


def _same(stands: Answer | None, answer: Answer) -> bool:
    return stands is not None and stands.model_copy(update={"files": ()}) == answer


async def _opened(request: web.Request) -> tuple[Reader, Entered]:
    """The form of what is being entered. Whoever goes on with it acts under the name of their session."""
    who, duty, entry = await begun(request)
    if entry is None or duty.state not in ASKED:
        raise web.HTTPSeeOther(f"/duty/{duty.id}")
    at, present = moment(), who.present
    actor = await acts.person(who.person.email, at, who.name)
    return who, Entered(
        duty=duty,
        engagement=await present.engagement(duty.engagement_id),
        company=present.companies.get(duty.company_id),
        party=await present.party(duty.party_id),
        present=present,
        language=request.match_info["language"],
        at=at,
        questionnaire=await frozen(duty.request_id),
        entry=entry,
        who=actor,
    )


async def section(request: web.Request) -> web.StreamResponse:
    _, found = await _opened(request)
    return await show_section(request, found)


async def save_entered(request: web.Request) -> web.StreamResponse:
    """Save a section, and remember which questions the sheet has answered, by words or by a file."""
    _, found = await _opened(request)
    response = await save_section(request, found)
    moved = tables.Evidence.filter(Q(stored_at=found.at) | Q(withdrawn_at=found.at), obligation_id=found.duty.id)
    names: list[Any] = await moved.values_list("question", flat=True)
    await paper.note(found.entry, names, found.actor)
    return response


async def check(request: web.Request) -> web.StreamResponse:
    """All that was entered beside the sheet, what is missing, and the way to hand it in."""
    who, found = await _opened(request)
    return await _check(request, who, found, Wrong())


async def _check(request: web.Request, who: Reader, found: Entered, wrong: Wrong) -> web.Response:
    draft, language = await found.draft(), found.language
    examined = found.examined(draft)
    scan = await tables.OfflineFile.get(id=found.entry.scan_id)
    return console_page(
        request, who, "entered.html", status=wrong.status, errors=wrong.errors, said=wrong.said, found=found,
        duty=found.duty, base=found.base, entry=found.entry, party_name=named(found.party, language), scan=scan,
        groups=_changeable(found, draft, examined), missing=len(examined.blocking), ready=examined.complete,
        seen=freeze_answers(found.questionnaire, draft.answers).sha256,
        channel=Message(CHANNELS[found.entry.channel]).in_(language_of(request)), size=view.size(scan.size),
    )  # fmt: skip


def _changeable(found: Entered, draft: Draft, examined: Examination) -> list[dict[str, Any]]:
    groups = all_answers(found, draft.answers, examined, {})
    for group in groups:
        for row in group["rows"]:
            row["href"] = f"{found.base}/s/{group['id']}?check=1&back={row['id']}#{row['id']}"
            row["anchor"] = row["id"]
            missing = examined.questions[row["id"]].state is QuestionState.UNANSWERED
            row["problem"] = row["problem"] if not missing or examined.questions[row["id"]].problems else ""
    return groups


async def conclude(request: web.Request) -> web.StreamResponse:
    """Hand in what was entered, or give it up."""
    who, found = await _opened(request)
    deed, sent = request.match_info["deed"], await said(request, LONGEST)
    name, at = one_line(sent.get(f"{deed}_by")), moment()
    try:
        need(name, "by-missing", "Enter your name: the act is recorded under it.")
        await who.sign(name)
        actor = await acts.person(who.person.email, at, name)
        await (_submit(found, sent.get("seen", ""), at, actor) if deed == "submit" else _drop(found, at, actor))
    except Refused as no:
        error = {"text": no.message.in_(language_of(request)), "href": f"#{deed}_by"}
        return await _check(request, who, found, Wrong([error], sent))
    return see_other(f"/duty/{found.duty.id}")


async def _submit(found: Entered, seen: str, at: Any, actor: str) -> None:
    """Hand in the answers that were listed beside the sheet, by the hash that the list carries, and no others."""
    draft = await found.draft()
    if not found.examined(draft).complete:
        text = "Something is still missing. What the sheet does not answer, the party has to: ask it to complete it."
        raise Refused("incomplete", Message(text))
    answers = freeze_answers(found.questionnaire, draft.answers)
    need(
        answers.sha256 == seen,
        "answers-changed",
        "Since they were confirmed, the answers were changed. Check them once more and submit them again.",
    )
    await paper.submit(found.entry, answers.text, answers.sha256, at, actor)


async def _drop(found: Entered, at: Any, actor: str) -> None:
    await paper.drop(found.entry, at, actor)
