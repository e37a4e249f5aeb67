"""The register of joint use: each with what its notice lacks, who uses what, what was seen of it, and its changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import tables
from monitor.conduct import NOT_BEFOREHAND, NOTICE_INCOMPLETE, rule_of
from monitor.language import Message, listed, say_day
from monitor.own_duties import JOINT_USE_NOTICE, MEMBER_DELETION, own_kind
from monitor.promises.joint_use.changes import Handing, notice_seen, representative_changed, responsible_changed
from monitor.promises.joint_use.register import ITEMS, item_name, joint_uses, lacking
from monitor.refusal import Refused
from monitor.web.console.act import LONGEST, act_of
from monitor.web.console.entries import companies, course_of, day_of, refused, shown, unsaid
from monitor.web.console.looking import Wrong, console_page
from monitor.web.console.matters import label
from monitor.web.console.session import Reader, reader
from monitor.web.fields import fields, one_line
from monitor.web.pages import language_of, moment, see_other
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import date

    from monitor.registry.format import JointUse
    from monitor.web.console.act import Act

SEEN = 14  #: days of which is shown what the notice said
BASES: Mapping[str, Message] = {
    "original": Message("stands in the notice"),
    "consent": Message("agreed beforehand"),
    "rename": Message("renamed"),
    "succession": Message("took over the business"),
}
_WORDS: Mapping[str, Message] = {
    "joint-use.refused": Message("A company joins; earlier data stays closed to it"),
    "joint-use.joined": Message("A company joins, with a basis for earlier data"),
    "joint-use.left": Message("A company leaves"),
    "joint-use.representative-changes": Message("The responsible company has another representative"),
    "joint-use.responsible-changes": Message("Another responsible party was entered"),
    "joint-use.responsible-announced": Message("Another responsible party, announced beforehand"),
}
_PLACES = {"company": "company", "day": "on_year", "on": "on_year"}
_DAY, _COMPANY = Message("Name a day."), Message("Choose a company.")
_NAME = Message("Enter the name of the representative.")


def _use_name(use: JointUse, language: str) -> str:
    return (use.name_ja if language == "ja" else None) or use.name or use.key


async def joint_uses_page(request: web.Request) -> web.StreamResponse:
    who, language, at = await reader(request), language_of(request), moment()
    day = who.present.calendar.day_of(at)
    rows = []
    for use in (await joint_uses()).values():
        owner = who.present.companies.get(use.responsible_on(day) or "")
        missing = [item_name(name, language) for name in lacking(use, who.present.companies, day)]
        rows.append({
            "key": use.key, "name": _use_name(use, language), "count": len(use.members_on(day)), "missing": missing,
            "responsible": named(owner, language) if owner else "",
        })  # fmt: skip
    return console_page(request, who, "joint-uses.html", rows=rows)


async def joint_use_page(request: web.Request) -> web.StreamResponse:
    who = await reader(request)
    return await _show(request, who, await _use_of(request))


async def _use_of(request: web.Request) -> JointUse:
    use = (await joint_uses()).get(request.match_info["key"])
    if use is None:
        raise web.HTTPNotFound
    return use


async def _show(request: web.Request, who: Reader, use: JointUse, wrong: Wrong | None = None) -> web.Response:
    wrong, language = wrong or Wrong(), language_of(request)
    calendar = who.present.calendar
    day = calendar.day_of(moment())
    seen = await tables.NoticeSeen.filter(joint_use=use.key).order_by("-on").limit(SEEN)
    duties = tables.OwnDuty.filter(ref=use.key, kind__in=(JOINT_USE_NOTICE, MEMBER_DELETION)).order_by("-id")
    cases = tables.Case.filter(ref=use.key, rule__in=(NOTICE_INCOMPLETE, NOT_BEFOREHAND), closed_at=None)
    return console_page(
        request, who, "joint-use-entry.html", status=wrong.status, errors=wrong.errors, said=wrong.said, use=use,
        name=_use_name(use, language), facts=_facts(use, who, day, language),
        missing=[item_name(one, language) for one in lacking(use, who.present.companies, day)],
        members=await _members(use, who, day, language), data=_data(use, who, day, language),
        forms=[(one.url, one.notice, _span(one.begins, one.until, language)) for one in use.form],
        notices=[(one.version, say_day(one.effective_from, language)) for one in use.notice],
        seen=[_seen_on(one, language) for one in seen],
        duties=[_duty(duty, who, language) for duty in await duties if who.sees(duty.company_id)],
        cases=[{"id": case.id, "title": rule_of(case.rule).title.in_(language)}
               for case in await cases if who.sees(case.company_id)],
        items=[{"value": token, "text": words.in_(language), "checked": token in wrong.said.get("missing", "").split()}
               for token, words in ITEMS.items()],
        choices=companies(who, wrong.said.get("responsible_company", ""), language),
        may=_may(use, who, day), history=await course_of(f"joint-use/{use.key}", _WORDS, calendar, language),
    )  # fmt: skip


def _may(use: JointUse, who: Reader, day: date) -> bool:
    """The privacy office, and the people of the company that is responsible, change what the notice rests on."""
    return who.everywhere or (use.responsible_on(day) or "") in who.roles


def _facts(use: JointUse, who: Reader, day: date, language: str) -> list[tuple[str, str]]:
    owner = who.present.companies.get(use.responsible_on(day) or "")
    items = (use.items_ja if language == "ja" else ()) or use.items
    purposes = [who.present.purposes[key] for key in use.purposes if key in who.present.purposes]
    found = [
        (Message("Items of personal data that are used jointly"), listed(items, language)),
        (Message("Scope of the joint users"), (use.scope_ja if language == "ja" else None) or use.scope or ""),
        (
            Message("Purposes of use of the joint users"),
            listed(((one.text_ja if language == "ja" else None) or one.text for one in purposes), language),
        ),
        (Message("Party responsible for the management"), named(owner, language) if owner else ""),
        (Message("Its address"), (owner.address if owner else None) or ""),
        (Message("Its representative"), (owner.representative if owner else None) or ""),
    ]
    following = use.next_responsible
    if following and following.begins > day and following.company in who.present.companies:
        text = Message("{name}, from {day} on").text
        words = {"name": named(who.present.companies[following.company], language)}
        found.append((
            Message("Responsible next"),
            Message(text, words | {"day": say_day(following.begins, language)}).in_(language),
        ))  # fmt: skip
    return [(term.in_(language), value) for term, value in found if value]


async def _members(use: JointUse, who: Reader, day: date, language: str) -> list[dict[str, Any]]:
    parties = await who.present.parties(one.party for one in use.members if one.party)
    found = []
    for one in use.members:
        entity = who.present.companies.get(one.company or "") or parties.get(one.party or "")
        found.append({
            "name": named(entity, language) if entity else one.who, "span": _span(one.begins, one.until, language),
            "basis": BASES[one.basis].in_(language), "now": one.on(day),
        })  # fmt: skip
    return found


def _span(first: date | None, last: date | None, language: str) -> str:
    if first is None and last is None:
        return Message("from the first").in_(language)
    begin, end = (say_day(first, language) if first else ""), (say_day(last, language) if last else "")
    return f"{begin}〜{end}" if language == "ja" else f"{begin} – {end}".strip()


def _data(use: JointUse, who: Reader, day: date, language: str) -> list[dict[str, Any]]:
    """Which of the present members may use which data."""
    found = []
    for data in use.data_set:
        closed = [one.who for one in use.members_on(day) if not use.may_use(one.who, data, day)]
        names = [named(who.present.companies[key], language) if key in who.present.companies else key for key in closed]
        found.append({"name": data.name, "notice": data.notice, "closed": listed(names, language)})
    return found


def _seen_on(one: tables.NoticeSeen, language: str) -> tuple[str, str, str]:
    missing = (item_name(name, language) for name in one.missing)
    return say_day(one.on, language), one.sha256, listed(missing, language)


def _duty(duty: tables.OwnDuty, who: Reader, language: str) -> dict[str, Any]:
    late = duty.state == "open" and moment() >= who.present.calendar.end_of(duty.due_on)
    what, due = own_kind(duty.kind).title.in_(language), say_day(duty.due_on, language)
    return {"id": duty.id, "what": what, "due": due, "label": label(duty, language, late=late)}


async def on_joint_use(request: web.Request) -> web.StreamResponse:
    """One act on a joint use; all that is wrong comes back with the page, and nothing typed is lost."""
    who, deed, language = await reader(request), request.match_info["deed"], language_of(request)
    use = await _use_of(request)
    if not _may(use, who, who.present.calendar.day_of(moment())):
        raise web.HTTPNotFound
    pairs = await fields(request)
    sent = {name: value[:LONGEST] for name, value in pairs}
    sent["missing"] = " ".join(value for name, value in pairs if name == "seen_missing")
    mistakes = unsaid(deed, sent, *_NEEDS[deed])
    if mistakes:
        return await _show(request, who, use, shown(mistakes, deed, sent, language))
    try:
        await _DEEDS[deed](use, await act_of(who, deed, sent), sent)
    except Refused as no:
        return await _show(request, who, use, refused(no, deed, sent, language, _PLACES))
    return see_other(f"/joint-uses/{use.key}")


async def _representative(use: JointUse, act: Act, sent: Mapping[str, str]) -> None:
    today = act.who.present.calendar.day_of(act.at)
    on = day_of("representative", "on", sent) or today
    company = use.responsible_on(today)
    name = one_line(act.said.get("name"))
    await representative_changed(company or "", on, act.at, act.actor, name if on <= today else None)


async def _responsible(use: JointUse, act: Act, sent: Mapping[str, str]) -> None:
    """The page says it from this act on, so that is the day on which it is shown, if it was not shown before."""
    on = day_of("responsible", "on", sent) or act.who.present.calendar.day_of(act.at)
    shown_on = day_of("responsible", "shown", sent) or act.who.present.calendar.day_of(act.at)
    await responsible_changed(use.key, Handing(on, shown_on, act.said.get("company")), act.at, act.actor)


async def _seen(use: JointUse, act: Act, sent: Mapping[str, str]) -> None:
    on = day_of("seen", "on", sent) or act.who.present.calendar.day_of(act.at)
    missing = [token for token in sent["missing"].split() if token in ITEMS]
    await notice_seen(use.key, on, missing, act.at, act.actor)


_NEEDS: Mapping[str, tuple[Mapping[str, Message], Mapping[str, Message]]] = {
    "representative": ({"name": _NAME}, {"on": _DAY}),
    "responsible": ({"company": _COMPANY}, {"on": _DAY}),
    "seen": ({}, {}),
}
_DEEDS: Mapping[str, Callable[[JointUse, Act, Mapping[str, str]], Awaitable[None]]] = {
    "representative": _representative,
    "responsible": _responsible,
    "seen": _seen,
}
