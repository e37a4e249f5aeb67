"""One section of the form: shown, saved with its files while they stream, and the way on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor.obligations import drafts
from monitor.questionnaire import QuestionState, shown
from monitor.tables.store import transaction
from monitor.web.answers.groups import visible
from monitor.web.form.arriving import Sent, receive
from monitor.web.form.opening import while_asked
from monitor.web.form.reuse import picked
from monitor.web.form.showing import Back, one_of, section_page
from monitor.web.form.standing import untouched
from monitor.web.form.storing import store
from monitor.web.pages import see_other
from monitor.web.site import SITE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.obligations.drafts import Draft
    from monitor.questionnaire import Examination, Section
    from monitor.web.form.filling import Filling

NEW = "_new"  #: ends the anchor of the words that say that questions have opened


async def show_section(request: web.Request, found: Filling) -> web.StreamResponse:
    """A section with what was answered so far. `?check` shows what is still missing, `?opened` which questions are new,
    and with `?back` saving leads back to the list to check.
    """
    section = _section(request, found)
    return await section_page(request, found, section, await found.draft(), _arrived(request))


async def save_section(request: web.Request, found: Filling) -> web.StreamResponse:
    """Store everything that can be stored, then go on, or come back with what is wrong.

    What was stored can be looked at again, wrong or not, so the answer leads there and the button back works. Only what
    could not be stored stands on the page that answers at once: it is nowhere else. What is only missing is told there
    no sooner than elsewhere, or the one file that was refused would be lost among questions not yet come to.
    """
    section = _section(request, found)
    sent = await receive(request, section, Sent(full=await drafts.full(found.duty.id)))
    before = await found.draft()
    asked = shown(found.questionnaire, before.answers)
    chosen = await picked(found, section, sent.fields, before)
    async with transaction():
        outcome = await store(found, section, sent, chosen, request.app[SITE].claims)
    draft = await found.draft()
    if outcome.conflicts or outcome.refused or sent.refused:
        back = Back(strict="check" in request.query, wrong=True, sent=sent, outcome=outcome)
        return await section_page(request, found, section, draft, back)
    return see_other(_onward(found, Saved(section, asked, sent, draft, _back(request, section))))


def _arrived(request: web.Request) -> Back:
    return Back(strict="check" in request.query, fresh="opened" in request.query)


show, save = while_asked(show_section), while_asked(save_section)


def _section(request: web.Request, found: Filling) -> Section:
    name = request.match_info["section"]
    section = next((one for one in found.sections if one.id == name), None)
    if section is None:
        raise web.HTTPNotFound
    return section


def _unreadable(section: Section, examined: Examination) -> bool:
    """Whether something that was typed cannot be read. What is only missing keeps nobody from going on."""
    return any(
        examined.questions[question.id].state is QuestionState.INVALID and _typed_wrong(examined.questions[question.id])
        for question in section.questions
    )


def _typed_wrong(examined: Any) -> bool:
    return any(problem.field == "value" for problem in examined.problems)


@dataclass(frozen=True)
class Saved:
    """A section after saving: what was asked before, what was sent, what stands now, and the question to go back to."""

    section: Section
    asked: frozenset[str]
    sent: Sent
    draft: Draft
    back: str

    def at(self, base: str, *flags: str, question: str = "") -> str:
        """This section again, and still with the way back to the list to check."""
        said = "&".join([*flags, f"back={self.back}"] if self.back else flags)
        return f"{base}/s/{self.section.id}" + (f"?{said}" if said else "") + (f"#{question}" if question else "")


def _onward(found: Filling, saved: Saved) -> str:
    """After saving: the same place while something there is wrong or new, or after a file; the list on a pause; else
    where one came from, the next section, or the answers to check.
    """
    sent, examined = saved.sent.fields, found.examined(saved.draft)
    if _unreadable(saved.section, examined):
        return saved.at(found.base, "check=1")
    if sent.get("remove") or sent.get("upload"):
        return saved.at(found.base, question=_file_of(saved.section, sent))
    if sent.get("pause"):
        return f"{found.base}/tasks?saved=1"
    opened = _opened(saved, examined)
    if opened:
        return saved.at(found.base, f"opened={len(opened)}", f"first={opened[0]}", question=f"{opened[0]}{NEW}")
    return f"{found.base}/check#{saved.back}" if saved.back else _next(found, saved, examined)


def _file_of(section: Section, sent: Mapping[str, list[str]]) -> str:
    """The field whose file was handed in just now. Only one of ours goes into an address."""
    names = [name for question in section.questions for name in (question.id, f"{question.id}_file")]
    return next((name for name in names if name in sent.get("upload", ())), "")


def _next(found: Filling, saved: Saved, examined: Examination) -> str:
    """The part after this one; of an answer that came back, the next one in which something is left to do."""
    asked, section = [one for one in found.sections if visible(one, examined)], saved.section
    after = asked[asked.index(section) + 1 :] if section in asked else asked
    if found.back.points:
        left = untouched(found, saved.draft.answers) | set(examined.blocking)
        after = [one for one in after if any(question.id in left for question in one.questions)]
    return f"{found.base}/s/{after[0].id}" if after else f"{found.base}/check"


def _asked(section: Section, examined: Examination) -> set[str]:
    states = examined.questions
    return {question.id for question in section.questions if states[question.id].state is not QuestionState.HIDDEN}


def _opened(saved: Saved, examined: Examination) -> list[str]:
    """The questions that these answers made visible here. One that was answered before it was hidden asks nothing."""
    new = _asked(saved.section, examined) - saved.asked
    return [
        question.id
        for question in saved.section.questions
        if question.id in new and examined.questions[question.id].state is QuestionState.UNANSWERED
    ]


def _back(request: web.Request, section: Section) -> str:
    """The answer in the list to check from which one came here to change it."""
    return one_of(section, request.query.get("back", ""))
