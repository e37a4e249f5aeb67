"""CAIQ v4: the Cloud Security Alliance's questionnaire, from the workbook that a provider filled in.

Its text may not be passed on without the Alliance's licence, so none of it is shipped. What is read is the user's own
copy: `Question ID`, `Question`, `CSP CAIQ Answer` with what the provider wrote beside it, and the control's title.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.language import Message
from monitor.questionnaire.answers import Answer
from monitor.questionnaire.importing.tables import (
    LONGEST,
    MOST,
    Imported,
    Names,
    Unread,
    heading,
    lines,
    nothing_found,
    plain,
    same,
    sheets_of,
    storable,
    too_many,
)
from monitor.questionnaire.loading import from_data

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.questionnaire.importing.tables import Line

_COLUMNS: Mapping[str, Sequence[str]] = {
    "id": ("questionid",),
    "answer": ("cspcaiqanswer", "caiqanswer", "consensusassessmentanswers"),
    "control": ("ccmcontrolid", "controlid"),
    "title": ("ccmcontroltitle", "controltitle"),
    "domain": ("ccmdomaintitle", "domaintitle", "controldomain"),
    "owner": ("ssrmcontrolownership",),
    "remark": ("cspimplementationdescription", "implementationdescription"),
    "question": ("question", "consensusassessmentquestion"),
}
_ANSWERS = {
    **dict.fromkeys(("yes", "y", "はい"), "yes"),
    **dict.fromkeys(("no", "n", "いいえ"), "no"),
    **dict.fromkeys(("na", "n/a", "notapplicable", "該当なし"), "na"),
}


def from_caiq(content: bytes, file: str) -> Imported:
    """Raises `InvalidQuestionnaire` where the file holds no such table."""
    unread: list[Unread] = []
    rows = [line for line in _lines(content, file, unread) if _is_question(line, unread)]
    if len(rows) > MOST:
        raise too_many(file)
    names, domains, answers = Names(), dict[str, list[dict[str, Any]]](), dict[str, Answer]()
    domain = "CAIQ"
    for line in rows:
        domain = line.get("domain") or domain
        name = names.give(f"caiq.{line.get('id')}", "caiq.question")
        domains.setdefault(domain, []).append(_question(name, line))
        answer = _answer(line, unread)
        answers |= {name: answer} if answer else {}
    return Imported(from_data(_form(domains), file), answers, tuple(unread))


def _lines(content: bytes, file: str, unread: list[Unread]) -> list[Line]:
    """Of every sheet that has the headings; a workbook of the Alliance also has sheets that explain."""
    found: list[Line] = []
    for sheet in sheets_of(content, file):
        head = heading(sheet, _COLUMNS, frozenset({"id", "question"}))
        if head:
            found += lines(sheet, *head, unread)
        elif sheet.cells:
            unread.append(Unread(sheet.name, Message("the sheet has no questions; it was left out")))
    if not found:
        raise nothing_found(file, "Question ID, Question")
    return found


def _is_question(line: Line, unread: list[Unread]) -> bool:
    text = line.get("question")
    if text and line.get("id") and len(text) <= LONGEST:
        return True
    why = (
        "the question is longer than {limit} characters" if len(text) > LONGEST else "the row has no question or no id"
    )
    unread.append(Unread(line.cell("question"), Message(why, {"limit": LONGEST})))
    return False


def _question(name: str, line: Line) -> dict[str, Any]:
    control = line.get("control") or line.get("id").rpartition(".")[0] or line.get("id")
    return {
        "id": name,
        "type": "yes_no",
        "item": line.get("id"),
        "text": same(line.get("question")),
        "reference": same(" ".join(part for part in ("CSA CCM", control, line.get("title")) if part)),
        "na_allowed": True,
        "finding": {
            "name": {"ja": f"CAIQ {line.get('id')} が実施されていない", "en": f"CAIQ {line.get('id')} is not in place"},
            "severity": "medium",
            "days": 90,
            "advice": {
                "ja": f"管理策 {control} の実施の予定、またはそれに代わる対策と時期をお知らせください。",
                "en": f"Tell us when control {control} will be in place, or what takes its place until then.",
            },
        },
    }


def _answer(line: Line, unread: list[Unread]) -> Answer | None:
    said, remark = line.get("answer"), line.get("remark")
    if not said:
        return None
    value = _ANSWERS.get(plain(said).strip("."))
    if value is None:
        unread.append(Unread(line.cell("answer"), Message("the answer is none of yes, no and not applicable")))
        return None
    owner = f"SSRM: {line.get('owner')}" if line.get("owner") else ""
    words = "\n".join(part for part in (owner, remark) if part)
    given = Answer(not_applicable=True, reason=words) if value == "na" else Answer(value=value, comment=words)
    return storable(given, line, "remark", unread)


def _form(domains: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    names, count = Names(), sum(map(len, domains.values()))
    return {
        "id": "caiq",
        "version": 1,
        "minutes": min(600, max(5, count // 2)),
        "licence": "That of the imported file. The text belongs to the Cloud Security Alliance: not to be passed on",
        "source": "Imported from a CAIQ workbook",
        "title": {"ja": "クラウドサービスの安全管理に関する調査票（CAIQ）", "en": "Security of a cloud service (CAIQ)"},
        "intro": {
            "ja": "クラウドサービスの安全管理について、CAIQの設問に沿ってお伺いします。",
            "en": "This asks about the security of your cloud service, by the questions of the CAIQ.",
        },
        "sections": [
            {"id": names.give(domain, "part"), "title": same(domain), "questions": questions}
            for domain, questions in domains.items()
        ],
    }
