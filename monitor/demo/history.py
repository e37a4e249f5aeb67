"""The sample group's past: the real stages over the weeks before today, with vendors and reviewers who do their part.

The registry's dates are written for a reference day; they move so that this day is today. Then the world runs from ten
weeks ago to now, with the true letters handed to the demonstration's mail server, and people act as a script says.
"""

from __future__ import annotations

import asyncio
import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from monitor import plugins, tables
from monitor.asked import frozen
from monitor.assets import EXAMPLES
from monitor.demo.answers import COPY, copy_of_certificate, plausible
from monitor.demo.story import happen, story
from monitor.evidence import EvidenceStore
from monitor.obligations import acts, drafts
from monitor.questionnaire import Answer, examine, freeze_answers, shown
from monitor.refusal import Refused
from monitor.registry.apply import apply, set_fields
from monitor.registry.format import KINDS, Group
from monitor.registry.naming import key_of
from monitor.registry.read import Declaration, Located
from monitor.registry.roster import roster
from monitor.remediation.asking import FIXED
from monitor.simulation.world import World

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from monitor.house import House
    from monitor.outbox.claim import Claimed
    from monitor.outbox.deliver import Writing
    from monitor.questionnaire import Questionnaire
    from monitor.registry.roster import Roster
    from monitor.simulation.event import Event
    from notifiers.contract import Letter, Receipt

REGISTRY = EXAMPLES / "impress-group" / "registry.toml"
WEEKS = timedelta(days=70)
LATE_COMER = "kindai-kagaku-sha/asagao-entry/reader-cards"  #: from an old ledger; taken over only lately
_REFERENCE = re.compile(r"reference day: (\d{4}-\d\d-\d\d)")
_MOVED = {
    "starts_on", "ends_on", "last_accepted_on", "accepted_on", "expires_on", "issued_on", "opens_on", "due_on", "until",
    "signed_on", "recorded_on", "last_checked_on", "class_review_on", "checked_on", "necessity_reviewed_on",
    "listed_on", "special_care_decided_on", "child_data_decided_on", "purpose_achieved_on",
}  # fmt: skip
UNDER_WAY = "現在整備中で、来月末までに完了する予定です。"
LIMIT = 1024 * 1024
MENDED = "担当部署で手順を定め、業務に携わる全員に周知いたしました。"


@dataclass(frozen=True)
class Deed:
    """Somebody does something so many days before today: submit, accept or return. Or a company asks by a campaign,
    whose day is so many days `ahead`, and later by its usual rhythm again (`rhythm`).
    """

    days: int
    engagement: str
    what: str
    kind: str = "attestation"
    words: str = ""
    weak: tuple[str, ...] = ()  #: questions that are answered with "no", so that something is left to put right
    ahead: int = 0


PANEL = "mobile-media-research/kikoeru-survey/mobile-panel"  #: is asked again, with answers of last time
QUIZ = "editorial-engineering/kikoeru-survey/book-quiz"  #: the same party has told a sister company
DESK = "impress/hibari-contact/order-desk"  #: these two say what is asked because of the purposes that they serve
SITE = "thinkit/cobalt-harbor/article-site"
SCRIPT = (
    Deed(68, PANEL, "campaign", ahead=28),
    Deed(66, QUIZ, "campaign", ahead=25),
    Deed(63, DESK, "campaign", ahead=26),
    Deed(62, SITE, "campaign", ahead=28),
    Deed(60, PANEL, "submit", weak=("training",)),
    Deed(57, PANEL, "accept"),
    Deed(55, DESK, "submit", weak=("orders.recording-erased",)),
    Deed(54, SITE, "submit"),
    Deed(53, DESK, "accept"),
    Deed(52, SITE, "accept"),
    Deed(51, DESK, "rhythm"),
    Deed(51, SITE, "rhythm"),
    Deed(50, QUIZ, "submit"),
    Deed(48, QUIZ, "accept"),
    Deed(46, QUIZ, "rhythm"),
    Deed(10, PANEL, "campaign", ahead=31),
    Deed(9, "impress/kotori-pay/card-payment", "submit"),
    Deed(12, "thinkit/fumibako-mail/seminar-mail", "submit"),
    Deed(
        8,
        "thinkit/fumibako-mail/seminar-mail",
        "return",
        words="プライバシーマークの登録証の写しがありません。有効期限の分かる写しを添えてください。",
    ),
    Deed(15, "rittor-music/komorebi-logistics/mail-order", "submit", weak=("rules", "training")),
    Deed(13, "rittor-music/komorebi-logistics/mail-order", "accept"),
    Deed(4, "rittor-music/komorebi-logistics/mail-order", "submit", "remediation"),
    Deed(2, "creators-guild/aikagi-id/member-sign-in", "submit"),
    Deed(3, "impress-communications/kazemachi-press/conference-programme", "submit", "deletion"),
)


@dataclass
class Carrier:
    """The house's own letters and mail server, in the shape that a simulated world wants."""

    house: House

    async def begin(self, claimed: Sequence[Claimed], present: Roster, at: datetime) -> Writing:
        assert self.house.letters is not None  # noqa: S101 - the demonstration always has them
        return await self.house.letters.begin(claimed, present, at)

    async def send(self, letter: Letter) -> Receipt:
        assert self.house.notifier is not None  # noqa: S101 - the demonstration always has one
        return await self.house.notifier.send(letter)

    async def check(self) -> None: ...

    async def aclose(self) -> None: ...

    def told(self, mail: str) -> list[dict[str, Any]]:  # noqa: ARG002 - nobody reads lines here
        return []


async def seed(house: House, now: datetime) -> None:
    """Apply the sample and live through its last ten weeks."""
    declaration, late = _declared(now.date())
    looks, begin = plugins.looks(), now - WEEKS
    await apply(declaration, begin, looks)
    world = World(house.tools, Carrier(house))
    store = await asyncio.to_thread(EvidenceStore, house.settings.evidence_url)
    for at, deed in _steps(now):
        async for _ in world.run(begin, at):
            pass
        await (_do(deed, at, store) if isinstance(deed, Deed) else happen(deed, at))
        begin = at
    async for _ in world.run(begin, now - timedelta(days=1)):
        pass
    await apply(late, now - timedelta(days=1), looks)
    await set_fields("group", "group", {"any_hour": True}, now)
    async for _ in world.run(now - timedelta(days=1), now):
        pass


def _steps(now: datetime) -> list[tuple[datetime, Deed | Event]]:
    """What people do, in the order of time: the script here, and the story of the registers. Nobody acts ahead."""
    steps: list[tuple[datetime, Deed | Event]] = [(_morning(now, deed.days), deed) for deed in SCRIPT]
    steps += [(event.at, event) for event in story(_shift(now.date())) if event.at < now - timedelta(days=1)]
    return sorted(steps, key=lambda step: step[0])


def _morning(now: datetime, days: int) -> datetime:
    return (now - timedelta(days=days)).replace(hour=1, minute=30, second=0, microsecond=0)


def _declared(today: date) -> tuple[Declaration, Declaration]:
    """The sample with its dates moved, and apart from it what is taken over late."""
    values = _moved(tomllib.loads(REGISTRY.read_text(encoding="utf-8")), _shift(today))
    for party in values["party"]:
        for endpoint in party.get("endpoint", ()):
            endpoint["every"] = "1m"
    first, late = Declaration(), Declaration()
    first.group = Located(Group.model_validate(values["group"]), str(REGISTRY))
    for kind, entry in _entries(values):
        key = key_of(kind, entry) or ""
        target = late if key == LATE_COMER else first
        target.entries[kind][key] = Located(KINDS[kind].model_validate(entry), str(REGISTRY))
    return first, late


def _shift(today: date) -> timedelta:
    """By how much the sample's days move, so that its reference day is today."""
    found = _REFERENCE.search(REGISTRY.read_text(encoding="utf-8"))
    return today - date.fromisoformat(found[1]) if found else timedelta()


def _entries(values: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in KINDS:
        yield from ((kind, entry) for entry in values.get(kind, ()))


def _moved(value: Any, shift: timedelta, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _moved(inner, shift, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_moved(inner, shift, name) for inner in value]
    return value + shift if name in _MOVED and isinstance(value, date) else value


async def _do(deed: Deed, at: datetime, store: EvidenceStore) -> None:
    """One deed, if the day's state allows it; the sample must not break because a holiday moved a date."""
    if deed.what in {"campaign", "rhythm"}:
        await _ask_by(deed, at)
        return
    duty = await tables.Obligation.filter(engagement_id=deed.engagement, kind=deed.kind).order_by("-id").first()
    if duty is None or duty.request_id is None:
        return
    present = await roster()
    reviewers = present.audience(duty.company_id, ["reviewer"], present.calendar.day_of(at))
    actor = await acts.person(next(iter(reviewers.values()))[0], at, "回答確認担当")
    try:
        if deed.what == "submit":
            await _answer(duty, present, at, deed.weak, store)
        elif deed.what == "accept":
            await acts.accept(duty.id, at, actor)
        else:
            await acts.return_(duty.id, at, actor, deed.words)
    except Refused:
        return


async def _ask_by(deed: Deed, at: datetime) -> None:
    """A campaign's day stands in the registry instead of a rhythm."""
    row = await tables.Engagement.get(key=deed.engagement)
    known: Any = row.spec.get("attestation", {})
    asks = {name: value for name, value in known.items() if name != "due"}
    if deed.what == "campaign":
        asks["due"] = f"{at + timedelta(days=deed.ahead):%m-%d}"
    await set_fields("engagement", deed.engagement, {"attestation": asks}, at)


async def _answer(
    duty: tables.Obligation, present: Roster, at: datetime, weak: Collection[str], store: EvidenceStore
) -> None:
    """A plausible set of answers, written through the draft as the form would."""
    questionnaire = await frozen(duty.request_id)
    today, party = present.calendar.day_of(at), await present.party(duty.party_id)
    answers: dict[str, Answer] = {}
    for question in questionnaire.questions:
        if question.id in shown(questionnaire, answers):
            said = plausible(question, party, today)
            answers[question.id] = Answer(value="no") if question.id in weak else said
    if COPY in answers:
        answers[COPY] = await copy_of_certificate(party, store, LIMIT)
        for file in answers[COPY].files:
            await drafts.attach(duty.id, COPY, file, "text/plain", at, "vendor")
    answers = _completed(questionnaire, answers, today)
    await drafts.save(duty.id, {name: (answer, 0) for name, answer in answers.items()}, at, "vendor")
    handed_in = freeze_answers(questionnaire, answers)
    declared = acts.Declaration(handed_in.text, handed_in.sha256, "情報管理責任者", "管理部")
    await acts.submit(duty.id, at, declared)


def _completed(questionnaire: Questionnaire, answers: dict[str, Answer], today: date) -> dict[str, Answer]:
    """Mend what the examination still holds against an answer: a comment wanted, a date that must lie ahead."""
    examined = examine(questionnaire, answers, today)
    for name in examined.blocking:
        answer = answers.get(name, Answer())
        problems = {problem.field for problem in examined.questions[name].problems}
        if "comment" in problems:
            done = answer.value == FIXED
            answers[name] = answer.model_copy(update={"comment": MENDED if done else UNDER_WAY})
        elif "value" in problems:
            answers[name] = Answer(value=(today + timedelta(days=30)).isoformat())
    return answers
