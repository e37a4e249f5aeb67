"""One section of the form: shown, saved with its files while they stream, with nothing lost whatever goes wrong."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import tables
from monitor.evidence import ALLOWED
from monitor.language import Message
from monitor.obligations import drafts
from monitor.obligations.drafts import Draft
from monitor.obligations.holding import NOT_OPEN
from monitor.obligations.reuse import take
from monitor.offline.conditions import numbers
from monitor.questionnaire import Answer, QuestionState
from monitor.refusal import Refused
from monitor.tables.store import transaction
from monitor.web.answers import view
from monitor.web.answers.groups import Told, visible
from monitor.web.form.arriving import Sent, receive
from monitor.web.form.colleagues import changed_by, last_saved
from monitor.web.form.opening import Opened, form_page, while_asked
from monitor.web.form.proved import OBJECTION, object_to, objections_of, proved, seen_words
from monitor.web.form.reuse import SAME, TORN, Picked, beside, offered, picked
from monitor.web.form.standing import untouched
from monitor.web.pages import see_other
from monitor.web.site import SITE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.contradiction import Claims
    from monitor.questionnaire import Examination, Examined, Question, Section

_TYPED = ("value", "not_applicable")  #: fields of an answer that say what it is; the others go with it
NEW = "_new"  #: ends the anchor of the words that say that questions have opened
THEIRS = "theirs"  #: of two answers, the one that somebody else has saved


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


async def show_section(request: web.Request, found: Opened) -> web.StreamResponse:
    """A section with what was answered so far. `?check` shows what is still missing, `?opened` which questions are new,
    and with `?back` saving leads back to the list to check.
    """
    section = _section(request, found)
    return await _page(request, found, section, await found.draft(), _arrived(request))


async def save_section(request: web.Request, found: Opened) -> web.StreamResponse:
    """Store everything that can be stored, then go on, or come back with what is wrong.

    What was stored can be looked at again, wrong or not, so the answer leads there and the button back works. Only what
    could not be stored stands on the page that answers at once: it is nowhere else.
    """
    section = _section(request, found)
    asked = _asked(section, found.examined(await found.draft()))
    sent = await receive(request, section, Sent(full=await drafts.full(found.duty.id)))
    chosen = await picked(found, section, sent.fields, await found.draft())
    async with transaction():
        outcome = await _store(found, section, sent, chosen, request.app[SITE].claims)
    draft = await found.draft()
    if outcome.conflicts or outcome.refused or sent.refused:
        return await _page(request, found, section, draft, Back(strict=True, wrong=True, sent=sent, outcome=outcome))
    return see_other(_onward(found, Saved(section, asked, sent, draft, _back(request, section))))


def _arrived(request: web.Request) -> Back:
    return Back(strict="check" in request.query, fresh="opened" in request.query)


show, save = while_asked(show_section), while_asked(save_section)


async def _store(found: Opened, section: Section, sent: Sent, chosen: Picked, claims: Claims | None) -> drafts.Drafted:
    """All of it in the caller's transaction. A file that cannot be taken takes nothing else with it: why stands beside
    its question.
    """
    if sent.fields.get("remove"):
        await _remove(found, section, sent)
    for question, stored in sent.stored:
        file = drafts.new_file(stored.name, stored.sha256, stored.size)
        try:
            await drafts.attach(found.duty.id, question, file, stored.media_type, found.at, found.actor)
        except Refused as no:
            _beside(no, question, sent)
    await object_to(found, section, sent.fields, claims)
    meant = view.answers(section.questions, sent.fields, {})
    if all(answer.blank and not answer.comment for answer in meant.values()) and not chosen.names:
        return drafts.Drafted()  # mail gateways press buttons: a form sent back empty changes nothing
    versions = {question: int(values[0]) for question, values in _versions(sent.fields).items()} | _kept(sent.fields)
    meant = {question: answer for question, answer in meant.items() if sent.fields.get(f"{question}_keep") != [THEIRS]}
    typed = {question: answer for question, answer in meant.items() if question not in chosen.names}
    said = {question: (answer, versions.get(question, 0)) for question, answer in typed.items()}
    again = await take(found.duty.id, chosen.offers, versions, found.at, found.actor) if chosen.offers else _NONE
    return _together(await found.store(said), again, chosen)


async def _remove(found: Opened, section: Section, sent: Sent) -> None:
    held = (await found.draft()).answers
    shown = [question.id for question in section.questions if question.id in held]
    for file_id in sent.fields["remove"]:
        try:
            await drafts.withdraw(found.duty.id, file_id, shown, found.at, found.actor)
        except Refused as no:
            _beside(no, next(name for name in shown if any(file.id == file_id for file in held[name].files)), sent)


def _beside(no: Refused, question: str, sent: Sent) -> None:
    if no.reason == NOT_OPEN:
        raise no
    sent.refused[question] = no.message


_NONE = drafts.Drafted()


def _together(typed: drafts.Drafted, again: drafts.Drafted, chosen: Picked) -> drafts.Drafted:
    """What became of what was typed, of what was ticked, and of what was both."""
    return drafts.Drafted(
        (*typed.saved, *again.saved),
        {**typed.conflicts, **again.conflicts},
        {**typed.refused, **again.refused, **dict.fromkeys(chosen.torn, TORN)},
    )


def _versions(fields: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {
        name.removesuffix("_version"): values
        for name, values in fields.items()
        if name.endswith("_version") and _count(values[0])
    }


def _kept(fields: Mapping[str, list[str]]) -> dict[str, int]:
    """Where somebody else saved another answer and the reader has chosen theirs: the version that they had before them
    when they chose.
    """
    chosen = {name.removesuffix("_keep"): values[0] for name, values in fields.items() if name.endswith("_keep")}
    return {name: int(value) for name, value in chosen.items() if _count(value)}


def _count(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) < 10  # noqa: PLR2004 - a count of saves


def _section(request: web.Request, found: Opened) -> Section:
    name = request.match_info["section"]
    section = next((one for one in found.sections if one.id == name), None)
    if section is None:
        raise web.HTTPNotFound
    return section


def _unreadable(found: Opened, section: Section, draft: Draft) -> bool:
    """Whether something that was typed cannot be read. What is only missing keeps nobody from going on."""
    examined = found.examined(draft).questions
    return any(
        examined[question.id].state is QuestionState.INVALID and _typed_wrong(examined[question.id])
        for question in section.questions
    )


def _typed_wrong(examined: Any) -> bool:
    return any(problem.field == "value" for problem in examined.problems)


@dataclass(frozen=True)
class Saved:
    """A section after saving: what it asked before, what was sent, what stands now, and the question to go back to."""

    section: Section
    asked: set[str]
    sent: Sent
    draft: Draft
    back: str

    def at(self, base: str, *flags: str, question: str = "") -> str:
        """This section again, and still with the way back to the list to check."""
        said = "&".join([*flags, f"back={self.back}"] if self.back else flags)
        return f"{base}/s/{self.section.id}" + (f"?{said}" if said else "") + (f"#{question}" if question else "")


def _onward(found: Opened, saved: Saved) -> str:
    """After saving: the same place while something there is wrong or new, or after a file; the list on a pause; else
    where one came from, the next section, or the answers to check.
    """
    sent, examined = saved.sent.fields, found.examined(saved.draft)
    if _unreadable(found, saved.section, saved.draft):
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


def _next(found: Opened, saved: Saved, examined: Examination) -> str:
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
    return _named(request.query.get("back", ""), section)


def _named(name: str, section: Section) -> str:
    return name if any(name == question.id for question in section.questions) else ""


def _opened_before(request: web.Request, section: Section) -> tuple[str, int]:
    """Before which question it is said how many the answers have opened. Whoever types an address gets no number of
    their own making.
    """
    count = request.query.get("opened", "")
    possible = {str(n) for n in range(1, len(section.questions) + 1)}
    return (_named(request.query.get("first", ""), section), int(count)) if count in possible else ("", 0)


async def _page(
    request: web.Request, found: Opened, section: Section, draft: Draft, back: Back | None = None
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


async def _explain(row: dict[str, Any], question: Question, back: Back, found: Opened) -> None:
    """Why something was not stored, beside the question that it concerns."""
    name, language = question.id, found.language
    if name in back.outcome.refused:
        row["error"] = back.outcome.refused[name].message.in_(language)
    if name in back.outcome.conflicts:
        mine = back.kept(name, next(one for one in found.sections if question in one.questions), Draft({}, {}))
        row["conflict"] = await _both(question, back.outcome.conflicts[name], mine, found)
        row["mine"], row["version"] = row["version"], int((back.sent.fields.get(f"{name}_version") or ["0"])[0])
        row["error"] = Message("This answer was saved from elsewhere meanwhile. Choose which one stands.").in_(language)
    if name in back.sent.refused and row["evidence"]:
        row["evidence"]["error"] = back.sent.refused[name].in_(language)


async def _both(question: Question, stands: Answer, mine: Answer | None, found: Opened) -> dict[str, str]:
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


def _words(question: Question, answer: Answer | None, found: Opened) -> str:
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
