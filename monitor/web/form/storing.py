"""What arrived of a section, stored: files, objections, earlier answers that were ticked, and what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.obligations import drafts
from monitor.obligations.holding import NOT_OPEN
from monitor.obligations.reuse import take
from monitor.refusal import Refused
from monitor.web.answers import view
from monitor.web.fields import whole_number
from monitor.web.form.proved import object_to
from monitor.web.form.reuse import TORN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.contradiction import Claims
    from monitor.questionnaire import Section
    from monitor.web.form.arriving import Sent
    from monitor.web.form.filling import Filling
    from monitor.web.form.reuse import Picked

THEIRS = "theirs"  #: of two answers, the one that somebody else has saved


async def store(found: Filling, section: Section, sent: Sent, chosen: Picked, claims: Claims | None) -> drafts.Drafted:
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
    versions = _versions(sent.fields) | _kept(sent.fields)
    meant = {question: answer for question, answer in meant.items() if sent.fields.get(f"{question}_keep") != [THEIRS]}
    typed = {question: answer for question, answer in meant.items() if question not in chosen.names}
    said = {question: (answer, versions.get(question, 0)) for question, answer in typed.items()}
    again = await take(found.duty.id, chosen.offers, versions, found.at, found.actor) if chosen.offers else _NONE
    return _together(await found.store(said), again, chosen)


async def _remove(found: Filling, section: Section, sent: Sent) -> None:
    held = (await found.draft()).answers
    shown = [question.id for question in section.questions if question.id in held]
    files = {file.id: name for name in shown for file in held[name].files}
    for file_id in (one for one in sent.fields["remove"] if one in files):
        try:
            await drafts.withdraw(found.duty.id, file_id, shown, found.at, found.actor)
        except Refused as no:
            _beside(no, files[file_id], sent)


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


def _versions(fields: Mapping[str, list[str]]) -> dict[str, int]:
    said = {name.removesuffix("_version"): values[0] for name, values in fields.items() if name.endswith("_version")}
    return _numbers(said)


def _kept(fields: Mapping[str, list[str]]) -> dict[str, int]:
    """Where somebody else saved another answer and the reader has chosen theirs: the version that they had before them
    when they chose.
    """
    chosen = {name.removesuffix("_keep"): values[0] for name, values in fields.items() if name.endswith("_keep")}
    return _numbers(chosen)


def _numbers(said: Mapping[str, str]) -> dict[str, int]:
    return {name: number for name, text in said.items() if (number := whole_number(text)) is not None}
