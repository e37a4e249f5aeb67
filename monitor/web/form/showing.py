"""One section of the form as a page, with what is wrong beside each question, and nothing lost of what was typed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.evidence import ALLOWED
from monitor.language import Message
from monitor.obligations import drafts
from monitor.obligations.drafts import Draft
from monitor.offline.conditions import numbers
from monitor.questionnaire import Answer, QuestionState
from monitor.web.answers import view
from monitor.web.answers.groups import Told, visible
from monitor.web.fields import whole_number
from monitor.web.form.arriving import Sent
from monitor.web.form.colleagues import changed_by, last_saved
from monitor.web.form.opening import form_page
from monitor.web.form.proved import OBJECTION, objections_of, proved, seen_words
from monitor.web.form.reuse import SAME, beside, offered
from monitor.web.site import SITE

if TYPE_CHECKING:
    from aiohttp import web

    from monitor.questionnaire import Examined, Question, Section
    from monitor.web.form.filling import Filling

_TYPED = ("value", "not_applicable")  #: fields of an answer that say what it is; the others go with it


@dataclass(frozen=True)
class Back:
    """How a page comes back: showing all that is missing (`strict`), or what of a form could not be taken."""

    strict: bool = False
    fresh: bool = False  #: questions have just opened: what is only missing is not held against anybody yet
    wrong: bool = False
    sent: Sent = field(default_factory=Sent)
    outcome: drafts.Drafted = field(default_factory=drafts.Drafted)

    def typed(self, name: str) -> str:
        """One field as it came."""
        return (self.sent.fields.get(name) or [""])[0]

    def held(self, state: Examined) -> Examined:
        """What of an answer's problems is shown now."""
        if self.strict or not self.fresh:
            return state
        return replace(state, problems=tuple(one for one in state.problems if one.field in _TYPED))

    def kept(self, question: str, section: Section, draft: Draft) -> Answer | None:
        """What was typed and could not be stored, so that it is not lost; files that are there stay there."""
        if question not in self.outcome.conflicts and question not in self.outcome.refused:
            return None
        return view.answers(section.questions, self.sent.fields, draft.answers)[question]


async def section_page(
    request: web.Request, found: Filling, section: Section, draft: Draft, back: Back | None = None
) -> web.Response:
    """A section; after a form that could not be taken whole (`back`), with what is wrong beside it."""
    language, examined, back = found.language, found.examined(draft), back or Back()
    rows: list[dict[str, Any]] = []
    number = numbers(found.questionnaire)
    seen = await proved(found, section.questions, request.app[SITE].claims)
    told = Told({}, {}, view.said_words(language), language, findings=False)
    earlier, objected = await offered(found, section, examined), await objections_of(found)
    for question in section.questions:
        state = examined.questions[question.id]
        if state.state is not QuestionState.HIDDEN:
            answer = back.kept(question.id, section, draft) or draft.answers.get(question.id, Answer())
            row = view.field(question, answer, back.held(state), language, strict=back.strict)
            row |= {"version": draft.versions.get(question.id, 0), "number": number[question.id], "conflict": None}
            row["seen"] = seen_words(seen[question.id], found) if question.id in seen else ""
            row["agrees"] = (
                question.id in seen and row["value"] in {"", seen[question.id].answer} and not answer.comment
            )
            row["objected"], row["objection"] = objected.get(question.id, ""), back.typed(f"{question.id}{OBJECTION}")
            ticked = back.sent.fields.get(f"{question.id}{SAME}", ())
            stands = draft.answers.get(question.id, Answer())
            row["earlier"] = beside(question, earlier.get(question.id, ()), stands, ticked, found)
            row["came_back"] = found.back.points.get(question.id, "")
            if row["came_back"]:  # whoever leaves it as it is has a place to say why, whatever kind of question it is
                row["comment"] = view.explanation(answer, state, language)
            row["stands"] = question.id in found.back.settled and told.row(question, answer, state)
            await _explain(row, question, back, found)
            rows.append(row)
    asked = [one for one in found.sections if visible(one, examined)]
    return form_page(
        request,
        found,
        "section.html",
        status=422 if back.wrong else 200,
        rows=[row for row in rows if not row["stands"]],
        settled=[row["stands"] | {"number": row["number"], "change": "stands"} for row in rows if row["stands"]],
        draft=draft,
        errors=_summary(rows, language),
        title=section.title.in_(language),
        last_saved=await last_saved(draft, found),
        intro=section.intro.in_(language) if section.intro else "",
        number=asked.index(section) + 1 if section in asked else 1,
        of=len(asked),
        limit_words=_limits(request, language),
        accept=ACCEPT,
        uploads=any(row["evidence"] and not row["stands"] for row in rows),
        opened=("", 0) if back.wrong else _opened_before(request, section),
    )


ACCEPT = ",".join(f".{ending}" for ending in sorted(ALLOWED))


def _limits(request: web.Request, language: str) -> str:
    text = "PDF, Excel, Word, PowerPoint, PNG, JPEG, CSV, text or mail; {each} MB each. No password, please."
    return Message(text, {"each": request.app[SITE].file_limit // view.MB}).in_(language)


async def _explain(row: dict[str, Any], question: Question, back: Back, found: Filling) -> None:
    """Why something was not stored, beside the question that it concerns."""
    name, language = question.id, found.language
    if name in back.outcome.refused:
        row["error"] = back.outcome.refused[name].message.in_(language)
    if name in back.outcome.conflicts:
        mine = back.kept(name, next(one for one in found.sections if question in one.questions), Draft({}, {}))
        row["conflict"] = await _both(question, back.outcome.conflicts[name], mine, found)
        row["mine"], row["version"] = row["version"], _version(name, back)
        row["error"] = Message("This answer was saved from elsewhere meanwhile. Choose which one stands.").in_(language)
    if name in back.sent.refused and row["evidence"]:
        row["evidence"]["error"] = back.sent.refused[name].in_(language)


async def _both(question: Question, stands: Answer, mine: Answer | None, found: Filling) -> dict[str, str]:
    """Of two people's answers to one question: what each said, and through whose link the other came."""
    row = await tables.Answer.get_or_none(obligation_id=found.duty.id, question=question.id)
    who = await changed_by(row.changed_by if row else "", found)
    text = (
        "Since you opened this page, “{said}” was saved from elsewhere ({who})."
        if who
        else ("Since you opened this page, “{said}” was saved from elsewhere.")
    )
    theirs, own = _words(question, stands, found), _words(question, mine, found)
    return {"text": Message(text, {"said": theirs, "who": who}).in_(found.language), "theirs": theirs, "mine": own}


def _words(question: Question, answer: Answer | None, found: Filling) -> str:
    """An answer with its comment, in one line."""
    said = view.said(question, answer, found.language, view.said_words(found.language))
    return " – ".join(filter(None, (said, answer.comment if answer else "")))


def _summary(rows: list[dict[str, Any]], language: str) -> list[dict[str, str]]:
    """All errors of a page, each leading to its field."""
    found = []
    for row in rows:
        file = "" if row["kind"] == "file" else "_file"
        parts = [("", row), ("_reason", row["na"]), ("_comment", row["comment"]), (file, row["evidence"])]
        for tail, part in parts:
            if part and part.get("error"):
                found.append({"text": view.about(row["label"], part["error"], language), "href": f"#{row['id']}{tail}"})
    return found


def _version(name: str, back: Back) -> int:
    """The version that the reader had before them; the first where none can be read."""
    return whole_number((back.sent.fields.get(f"{name}_version") or [""])[0]) or 0


def _opened_before(request: web.Request, section: Section) -> tuple[str, int]:
    """Before which question it is said how many the answers have opened. Whoever types an address gets no number of
    their own making.
    """
    count = request.query.get("opened", "")
    possible = {str(n) for n in range(1, len(section.questions) + 1)}
    return (one_of(section, request.query.get("first", "")), int(count)) if count in possible else ("", 0)


def one_of(section: Section, name: str) -> str:
    """The name of a question, if it is one of the section's: only one of ours goes into an address."""
    return name if any(name == question.id for question in section.questions) else ""
