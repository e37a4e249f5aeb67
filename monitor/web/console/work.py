"""One work on its page: its state and the steps from here, what is missing, what the other side is, its corrections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import tables
from monitor.cause import TRIGGERS
from monitor.language import Message, listed, say_day
from monitor.promises import lifecycle
from monitor.promises.classing import CLASSES, QUESTIONS, Classed, classify
from monitor.promises.closing import still_owed
from monitor.promises.disposal import below_reached, order
from monitor.promises.instructing import achieve
from monitor.promises.standing import standing_of
from monitor.promises.states import ELECTIONS, PARTICULAR
from monitor.promises.states import WORK_STATES as STATES
from monitor.promises.words import waived_words
from monitor.refusal import Refused, need
from monitor.registry.format import BEFORE, OWING, TIERS, Engagement, duties_of
from monitor.registry.knowing import known_of
from monitor.registry.lifecycle import ways
from monitor.registry.selection import ALWAYS, before_entrusting, lacking
from monitor.web.console import contract
from monitor.web.console.act import LONGEST, act_of, dayless, typed, typed_day, wrong
from monitor.web.console.history import history
from monitor.web.console.looking import Wrong, console_page
from monitor.web.console.session import Reader, reader
from monitor.web.console.works import LABELS, gaps, waived
from monitor.web.fields import said
from monitor.web.pages import language_of, moment, see_other
from monitor.web.words import named, owed_name

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import date

    from monitor.promises.standing import Standing
    from monitor.registry.selection import Known
    from monitor.web.console.act import Act

SET = ("child_data", "special_care", "my_number", "card", "bank_account")
STEPS = (
    "under_review",
    "approved",
    "rejected",
    "candidate",
    "suspended",
)  #: by a person, beside activating and closing


async def row_of(request: web.Request, who: Reader) -> tables.Engagement:
    """The engagement named in the path, if the reader may see it; to all others it does not exist."""
    row = await tables.Engagement.get_or_none(key=request.match_info["key"], retired_at=None)
    if row is None or not who.sees(row.company_id):
        raise web.HTTPNotFound
    return row


async def work_page(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    return await show(request, who, await row_of(request, who))


async def show(request: web.Request, who: Reader, row: tables.Engagement, fault: Wrong | None = None) -> web.Response:
    fault, language, at = fault or Wrong(), language_of(request), moment()
    entry, present = Engagement.model_validate(row.spec), who.present
    today = present.calendar.day_of(at)
    known = (await known_of([entry], present, today))[entry.key]
    missing = before_entrusting(entry, known) if entry.state in BEFORE else lacking(entry, known)
    stand = await standing_of(entry, present, today)
    open_to = ways(entry.state, stand.ground.last_day, today)
    return console_page(
        request, who, "work.html", status=fault.status, errors=fault.errors, said=fault.said, entry=entry, row=row,
        title=entry.title or entry.key, label=LABELS.get(stand.state, "open"), state=stand.words(language),
        why=stand.why(language), above=stand.stopped_by,
        facts=_said(stand, language) + await _facts(entry, who, known, language),
        gaps=gaps(entry, known, language), waivers=[waived(entry, one.what, known, language) for one in entry.waiver],
        waivable=_options(
            {one.what: waived_words(one.what, known.own).in_(language) for one in missing if one.what != ALWAYS}
        ),
        owed=[owed_name(one, language) for one in await still_owed(entry, at)] if entry.state in OWING else [],
        steps=_options({to: Message(STATES[to]).in_(language) for to in STEPS if to in open_to}),
        free_text="special-care" in known.brings, children="child-data" in known.brings, before=entry.state in BEFORE,
        may_begin="active" in open_to, may_close="closed" in open_to,
        reached=await _reached(entry, who, language) if "closed" in open_to else [],
        triggers=_options(
            {name: words.in_(language) for name, words in TRIGGERS.items()}, fault.said.get("order_trigger", "")
        ),
        classes=_options({name: words.in_(language) for name, words in CLASSES.items()}),
        questions={name: words.in_(language) for name, words in QUESTIONS.items()},
        tiers=_options(dict(zip(TIERS, TIERS, strict=True)), entry.tier),
        clauses=contract.boxes_of(entry, known, language),
        flags=[
            {"value": f"flag_{name}", "text": Message(PARTICULAR[name]).in_(language), "checked": getattr(entry, name)}
            for name in SET
        ],
        history=await history(row, language, present.calendar),
    )  # fmt: skip


def _said(stand: Standing, language: str) -> list[tuple[str, str]]:
    """What the register says, where the page shows another state."""
    if stand.said == stand.state:
        return []
    return [(Message("State in the register").in_(language), Message(STATES[stand.said]).in_(language))]


def _options(words: dict[str, str], chosen: str = "") -> list[dict[str, Any]]:
    return [{"value": value, "text": text, "selected": value == chosen} for value, text in words.items()]


async def _reached(entry: Engagement, who: Reader, language: str) -> list[str]:
    """Who is asked as well, beside the work's own party, where return or deletion is ordered now."""
    below = await below_reached(entry.key, who.present.calendar.day_of(moment()), who.present)
    parties = await who.present.parties({one.party for one in below})
    return list(dict.fromkeys(named(parties[one.party], language) for one in below))


async def _facts(entry: Engagement, who: Reader, known: Known, language: str) -> list[tuple[str, str]]:
    def day(value: date | None) -> str:
        return say_day(value, language) if value else ""

    uses = [who.present.purposes[key] for key in entry.purposes if key in who.present.purposes]
    purposes = [(one.text_ja or one.text) if language == "ja" else one.text for one in uses]
    company = who.present.companies.get(entry.company) or who.present.group
    found = [
        (Message("Party"), named(await who.present.party(entry.party), language)),
        (Message("Responsible company"), named(company, language)),
        (Message("Tier"), entry.effective_tier),
        (Message("Items of personal data"), listed(entry.items, language)),
        (Message("Purposes"), listed(purposes, language)),
        (Message("Begins on"), day(entry.starts_on)),
        (Message("Last day"), day(entry.ends_on)),
        (Message("Purpose achieved on"), day(entry.purpose_achieved_on) or _not_achieved(entry, who, language)),
        (Message("Agreed for the end"), _agreed(entry, language)),
        (Message("Selection review accepted on"), day(known.accepted_on)),
        *contract.facts_of(entry, known, language),
        (Message("Class"), CLASSES[entry.class_].in_(language) if entry.class_ else ""),
        (Message("Reason of the class"), entry.class_reason or ""),
        (Message("Clause by which the data is not handled"), entry.class_clause or ""),
        (Message("Class looked at again on"), day(entry.class_review_on)),
        (Message("Need last confirmed on"), day(entry.necessity_reviewed_on)),
    ]  # fmt: skip
    return [(term.in_(language), value) for term, value in found if value]


def _agreed(entry: Engagement, language: str) -> str:
    wanted = entry.deletion.election
    return ELECTIONS[wanted].in_(language) if wanted else ""


def _not_achieved(entry: Engagement, who: Reader, language: str) -> str:
    """Of a work that serves a purpose which ends before it does, such as a survey, it is said that no day is known."""
    asks = "purpose-achieved" in duties_of(entry.purposes, who.present.purposes)
    return Message("Not entered yet").in_(language) if asks else ""


async def on_work(request: web.Request) -> web.StreamResponse:
    """One act. What is wrong comes back with the page, and nothing that was typed is lost."""
    who, deed = await reader(request), request.match_info["deed"]
    row = await row_of(request, who)
    sent = await said(request, LONGEST)
    try:
        await _DEEDS[deed](row.key, await act_of(who, deed, sent))
    except Refused as refusal:
        return await show(
            request, who, await row_of(request, who), wrong(refusal.every, deed, sent, language_of(request))
        )
    return see_other(f"/engagement/{row.key}")


async def _ask(key: str, act: Act) -> None:
    await lifecycle.ask(key, act.at, act.actor)


async def _activate(key: str, act: Act) -> None:
    await lifecycle.activate(key, act.at, act.actor)


async def _close(key: str, act: Act) -> None:
    await lifecycle.close(key, act.at, act.actor)


async def _step(key: str, act: Act) -> None:
    to = act.said.get("to", "")
    need(to in STEPS, "to-missing", "Choose the step.")
    await lifecycle.step(key, to, act.at, act.actor, act.reason)


async def _waive(key: str, act: Act) -> None:
    need(act.said.get("what"), "what-missing", "Choose what is waived.")
    if act.day is None:
        raise Refused("until-missing", dayless(act.said, "until"))
    leave = lifecycle.Leave(act.said["what"], act.said["by"].strip(), act.reason, act.day)
    await lifecycle.let_be(key, leave, act.at, act.actor)


async def _classify(key: str, act: Act) -> None:
    answers = {name: act.said[name] == "yes" for name in QUESTIONS if act.said.get(name) in {"yes", "no"}}
    if typed(act.said, "review") and not typed_day(act.said, "review"):
        raise Refused("review-missing", dayless(act.said, "review"))
    chosen, clause = act.said.get("class", ""), act.said.get("clause", "")
    await classify(key, Classed(act.reason, chosen, clause, typed_day(act.said, "review"), answers), act.at, act.actor)


async def _achieve(key: str, act: Act) -> None:
    day = typed_day(act.said, "on")
    need(day or not typed(act.said, "on"), "on-missing", "Enter the day.")
    await achieve(key, day, act.at, act.actor)


async def _order(key: str, act: Act) -> None:
    await order(key, act.said.get("trigger", ""), act.reason, act.at, act.actor)


async def _amend(key: str, act: Act) -> None:
    values: dict[str, Any] = {name: act.said.get(f"flag_{name}") == "yes" for name in SET}
    values["tier"] = act.said.get("tier", "")
    need(values["tier"] in TIERS, "tier-missing", "Choose a tier.")
    if act.said.get("free_text") in {"yes", "no"}:
        values["special_care"] |= act.said["free_text"] == "yes"
        values["special_care_decided_on"] = act.who.present.calendar.day_of(act.at).isoformat()
    if act.said.get("children") in {"yes", "no"}:
        values["child_data"] |= act.said["children"] == "yes"
        values["child_data_decided_on"] = act.who.present.calendar.day_of(act.at).isoformat()
    await lifecycle.amend(key, values, act.at, act.actor, office=act.who.everywhere)


_DEEDS: dict[str, Callable[[str, Act], Awaitable[None]]] = {
    "ask": _ask,
    "activate": _activate,
    "close": _close,
    "step": _step,
    "waive": _waive,
    "classify": _classify,
    "contract": contract.enter,
    "amend": _amend,
    "achieve": _achieve,
    "order": _order,
}
