"""One section of the form: shown, saved with its files while they stream, with nothing lost whatever goes wrong."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import tables
from monitor.evidence import ALLOWED, EvidenceAway, RefusedFile
from monitor.language import Message
from monitor.obligations import drafts
from monitor.obligations.drafts import Draft
from monitor.questionnaire import Answer, QuestionState
from monitor.questionnaire.entry import tidy
from monitor.web.fields import chunk, fields, parts
from monitor.web.form import view
from monitor.web.form.colleagues import changed_by
from monitor.web.form.ending import Told
from monitor.web.form.opening import Opened, form_page, visible, while_asked
from monitor.web.form.proved import proved, seen_words
from monitor.web.pages import see_other
from monitor.web.site import SITE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from aiohttp import BodyPartReader

    from monitor.questionnaire import Examination, Question, Section

log = logging.getLogger(__name__)
FULL = (
    "This request already holds as many files as it may ({files} files or {mb} MB). The file was not taken; your "
    "answers are kept. If it is needed, write to whoever asks you."
)
TEXT_LIMIT = 64 * 1024  #: octets of one field
FIELDS = 1000
CHUNK = 64 * 1024
THEIRS = "theirs"  #: of two answers, the one that somebody else has saved
MB = 1024 * 1024


@dataclass
class Sent:
    """What came with a form: fields, and files by question, some of them refused with a reason."""

    fields: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    stored: list[tuple[str, Any]] = field(default_factory=list)
    refused: dict[str, Message] = field(default_factory=dict)
    octets: int = 0
    full: bool = False  #: the request holds as many files as it may


@dataclass(frozen=True)
class Back:
    """How a page comes back: showing all that is missing (`strict`), or what of a form could not be taken."""

    strict: bool = False
    wrong: bool = False
    sent: Sent = field(default_factory=Sent)
    outcome: drafts.Drafted = field(default_factory=drafts.Drafted)

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
    return await _page(request, found, section, await found.draft(), Back(strict="check" in request.query))


async def save_section(request: web.Request, found: Opened) -> web.StreamResponse:
    """Store everything that can be stored, then go on, or come back with what is wrong.

    What was stored can be looked at again, wrong or not, so the answer leads there and the button back works. Only what
    could not be stored stands on the page that answers at once: it is nowhere else.
    """
    section = _section(request, found)
    asked = _asked(section, found.examined(await found.draft()))
    sent = await _receive(request, section, Sent(full=await drafts.full(found.duty.id)))
    outcome = await _store(found, section, sent)
    draft = await found.draft()
    if outcome.conflicts or outcome.refused or sent.refused:
        return await _page(request, found, section, draft, Back(strict=True, wrong=True, sent=sent, outcome=outcome))
    return see_other(_onward(found, Saved(section, asked, sent, draft, _back(request, section))))


show, save = while_asked(show_section), while_asked(save_section)


async def _store(found: Opened, section: Section, sent: Sent) -> drafts.Drafted:
    for file_id in sent.fields.get("remove", ()):
        await drafts.withdraw(found.duty.id, file_id, found.at, found.actor)
    for question, stored in sent.stored:
        file = drafts.new_file(stored.name, stored.sha256, stored.size)
        await drafts.attach(found.duty.id, question, file, stored.media_type, found.at, found.actor)
    meant = view.answers(section.questions, sent.fields, {})
    if all(answer.blank and not answer.comment for answer in meant.values()):
        return drafts.Drafted()  # mail gateways press buttons: a form sent back empty changes nothing
    versions = {question: int(values[0]) for question, values in _versions(sent.fields).items()} | _kept(sent.fields)
    meant = {question: answer for question, answer in meant.items() if sent.fields.get(f"{question}_keep") != [THEIRS]}
    said = {question: (answer, versions.get(question, 0)) for question, answer in meant.items()}
    return await found.store(said)


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


async def _receive(request: web.Request, section: Section, sent: Sent) -> Sent:
    """Read a form, files straight into the store, counted while they stream."""
    if not request.content_type.startswith("multipart/"):
        for name, value in await fields(request):
            sent.fields[name].append(value)
        return sent
    asked = {question.id for question in section.questions}
    async for part in parts(request):
        if part.filename:
            if not await _receive_file(request, part, sent, asked):
                break
        elif not await _receive_text(request, part, sent):
            break
    return sent


async def _receive_text(request: web.Request, part: BodyPartReader, sent: Sent) -> bool:
    """Take one field. False: as below, for a field without end is no better than a file without end."""
    taken = bytearray()
    while not part.at_eof() and len(taken) <= TEXT_LIMIT:
        taken += await chunk(part, CHUNK)
    sent.octets += len(taken)
    if part.name and part.filename is None and len(sent.fields) < FIELDS:
        sent.fields[part.name].append(tidy(bytes(taken[:TEXT_LIMIT]).decode("utf-8", "replace")))
    return await _discard(part, sent, request.app[SITE].form_limit)


async def _receive_file(request: web.Request, part: BodyPartReader, sent: Sent, asked: set[str]) -> bool:
    """Take one file. False: the rest of the form is not worth reading, because it is larger than any form may be."""
    site, question = request.app[SITE], str(part.name).removesuffix("_file")
    if question not in asked:
        return await _discard(part, sent, site.form_limit)
    if sent.full:
        sent.refused[question] = Message(FULL, {"files": drafts.FILES, "mb": drafts.OCTETS // MB})
        return await _discard(part, sent, site.form_limit)
    room = min(site.file_limit, max(0, site.form_limit - sent.octets))
    try:
        stored = await site.evidence.take(_chunks(part, sent), str(part.filename), room)
    except RefusedFile as refusal:
        sent.refused[question] = refusal.message
        return await _discard(part, sent, site.form_limit)
    except EvidenceAway:
        log.exception("evidence cannot be stored")
        sent.refused[question] = Message(AWAY)
        return await _discard(part, sent, site.form_limit)
    sent.stored.append((question, stored))
    return True


async def _chunks(part: BodyPartReader, sent: Sent) -> AsyncIterator[bytes]:
    while not part.at_eof():
        taken = await chunk(part, CHUNK)
        sent.octets += len(taken)
        if taken:
            yield taken


async def _discard(part: BodyPartReader, sent: Sent, limit: int) -> bool:
    """Read over the rest of a file that was refused, so that the fields behind it are not lost; within reason."""
    while not part.at_eof():
        if sent.octets > limit:
            return False
        sent.octets += len(await chunk(part, CHUNK))
    return True


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
        return saved.at(found.base, f"opened={len(opened)}", f"first={opened[0]}", question=opened[0])
    return f"{found.base}/check#{saved.back}" if saved.back else _next(found, saved.section, examined)


def _file_of(section: Section, sent: Mapping[str, list[str]]) -> str:
    """The field whose file was handed in just now. Only one of ours goes into an address."""
    names = [name for question in section.questions for name in (question.id, f"{question.id}_file")]
    return next((name for name in names if name in sent.get("upload", ())), "")


def _next(found: Opened, section: Section, examined: Examination) -> str:
    asked = [one for one in found.sections if visible(one, examined)]
    after = asked[asked.index(section) + 1 :] if section in asked else asked
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
    seen = await proved(found, section.questions, request.app[SITE].claims)
    told = Told({}, {}, view.said_words(language), language, findings=False)
    for question in section.questions:
        state = examined.questions[question.id]
        if state.state is not QuestionState.HIDDEN:
            answer = back.kept(question.id, section, draft) or draft.answers.get(question.id, Answer())
            row = view.field(question, answer, state, language, strict=back.strict)
            row |= {"version": draft.versions.get(question.id, 0), "number": str(len(rows) + 1), "conflict": None}
            row["seen"] = seen_words(seen[question.id], found) if question.id in seen else ""
            row["agrees"] = (
                question.id in seen and row["value"] in {"", seen[question.id].answer} and not answer.comment
            )
            row["came_back"] = found.back.points.get(question.id, "")
            row["stands"] = question.id in found.back.settled and told.row(question, answer, state)
            await _explain(row, question, back, found)
            rows.append(row)
    asked = [one for one in found.sections if visible(one, examined)]
    return form_page(
        request,
        found,
        "section.html",
        status=422 if back.wrong else 200,
        rows=rows,
        errors=_summary(rows, language),
        title=section.title.in_(language),
        intro=section.intro.in_(language) if section.intro else "",
        number=asked.index(section) + 1 if section in asked else 1,
        of=len(asked),
        limit_words=_limits(request, language),
        accept=ACCEPT,
        uploads=any(row["evidence"] and not row["stands"] for row in rows),
        opened=("", 0) if back.wrong else _opened_before(request, section),
    )


ACCEPT = ",".join(f".{ending}" for ending in sorted(ALLOWED))
AWAY = "Files cannot be taken right now. Your answers are kept; please hand in the file again in some minutes."


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
