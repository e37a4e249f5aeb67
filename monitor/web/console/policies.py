"""What the group has published: each text with its versions, where the texts do not agree, and that one was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from monitor import tables
from monitor.language import Message, say_day, say_instant
from monitor.promises.joint_use.daily import gaps_now
from monitor.promises.joint_use.register import joint_uses
from monitor.promises.policies import RULES
from monitor.promises.revising import revised
from monitor.promises.watching import State, standings
from monitor.registry.texts import in_effect, policies
from monitor.web.console.comparing import Change
from monitor.web.console.forms import Field, Form
from monitor.web.console.looking import Wrong, console_page
from monitor.web.console.passing import LINK, page_of, perform
from monitor.web.console.session import Reader, reader
from monitor.web.console.versions import version_words
from monitor.web.pages import language_of, moment, see_other

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from checks.detail import Detail
    from monitor.promises.watching import Standing
    from monitor.registry.format import Policy
    from monitor.web.console.act import Act

STATES: Mapping[State, Message] = {
    State.UNCHANGED: Message("says what it said"),
    State.CHANGED: Message("has changed"),
    State.LOST: Message("cannot be read any more"),
    State.RESTLESS: Message("reads otherwise at every look"),
    State.NOT_ASSESSED: Message("could not be looked at"),
    State.UNSEEN: Message("not looked at yet"),
    State.NOT_WATCHED: Message("not looked at: the registry says so"),
}
_LOOKED = Message("What the pages say")
_DISAGREE = Message("Where they do not agree")
_VERSIONS = Message("All versions")
_GAP_HEADS = (Message("What"), Message("Texts"), Message("In particular"), Message("Version of the rule"))
_ADDRESS = Message("Address")


async def policies_page(request: web.Request) -> web.StreamResponse:
    return await _list(request, await reader(request), Wrong())


async def on_changed(request: web.Request) -> web.StreamResponse:
    """A text was changed: for the group's privacy office, whose texts they are."""
    who = await reader(request)
    if not who.everywhere:
        raise web.HTTPNotFound
    form = await _form()

    async def tell(act: Act, sent: Mapping[str, str]) -> str:
        on = form.day(sent, "on") or who.present.calendar.day_of(act.at)
        await revised(form.texts(sent)["url"], on, act.at, act.actor)
        return "/policies"

    place, wrong = await perform(form, request, who, tell, {"on": "on_year", "no": "url"})
    return see_other(place) if place else await _list(request, who, wrong)


async def policy_text_page(request: web.Request) -> web.StreamResponse:
    """The latest change of a text of the group, decided on or not, as its two states side by side."""
    who, language = await reader(request), language_of(request)
    watch = await tables.Watch.get_or_none(id=int(request.match_info["id"]), party_id=None)
    change = await Change.of(watch.id) if watch else None
    if watch is None or change is None:
        raise web.HTTPNotFound
    texts = [one for one in (await policies()).values() if one.url == watch.url]
    name = _name(max(texts, key=lambda one: one.effective_from), language) if texts else watch.url
    return console_page(
        request, who, "texts.html", url=watch.url, change=change, rows=await change.passages(), back="/policies",
        back_words=Message("Back to the published texts").in_(language), party_name=name,
    )  # fmt: skip


async def _form() -> Form:
    addresses = sorted({one.url for one in (await policies()).values()})
    return Form(
        "changed",
        Message("A text was changed"),
        Message("Ask the companies"),
        (
            Field(
                "url",
                _ADDRESS,
                "choice",
                Message("Choose the text that was changed."),
                options=[{"value": url, "text": url} for url in addresses],
            ),
            Field("on", Message("On which day, if not today?"), "day"),
        ),
        Message("Each company that it speaks for decides within ten business days whether the change is acceptable."),
    )


async def _list(request: web.Request, who: Reader, wrong: Wrong) -> web.Response:
    language, at = language_of(request), moment()
    found = await policies()
    names = {key: _name(one, language) for key, one in found.items()} | {key: key for key in await joint_uses()}
    gaps = [
        (
            RULES[gap.rule].title.in_(language),
            " / ".join(names.get(key, key) for key in gap.about),
            _said(gap.detail, language),
            version_words(RULES[gap.rule].version, RULES[gap.rule].since).in_(language),
        )
        for gap in await gaps_now(who.present, at)
    ]
    told = Message("They agree with each other and with the registry, as far as the registry says what stands in them.")
    return page_of(
        request,
        who,
        wrong,
        title=Message("Published texts").in_(language),
        intro=Message(
            "The group's policies with their versions, and where they do not agree (APPI 21, 27 and 32)."
        ).in_(language),
        tables=[
            _table(_DISAGREE, _GAP_HEADS, gaps, told, language),
            await _looked(names, who, language),
            _versions(found, names, who, language),
        ],
        forms=[(await _form()).shown("/policies", wrong, language)] if found and who.everywhere else [],
    )


async def _looked(names: Mapping[str, str], who: Reader, language: str) -> dict[str, object]:
    found = await standings(who.present.calendar.day_of(moment()))
    rows = [(names[one.text.key], one.text.url, _seen(one, who, language), _saying(one, language)) for one in found]
    heads = (Message("Text"), _ADDRESS, Message("Last seen"), Message("What was seen"))
    return _table(_LOOKED, heads, rows, Message("No text is in effect today."), language)


def _seen(one: Standing, who: Reader, language: str) -> str:
    seen = one.watch.last_at if one.watch else None
    return say_instant(seen, who.present.calendar.zone, language) if seen else ""


def _saying(one: Standing, language: str) -> str:
    """In words, and with the way to the latest change."""
    words = STATES[one.state].in_(language)
    if one.watch is None or one.change is None:
        return words
    shown = Message("See what has changed") if one.state is State.CHANGED else Message("See what had changed last")
    said = Message("{state} ({way})", {"state": words, "way": shown.in_(language)}).in_(language)
    return LINK.format(f"/policies/texts/{one.watch.id}", said)


def _versions(found: Mapping[str, Policy], names: Mapping[str, str], who: Reader, language: str) -> dict[str, object]:
    day = who.present.calendar.day_of(moment())
    holding = {one.key for one in in_effect(found.values(), day)}
    rows = [
        (
            names[one.key],
            one.url,
            say_day(one.effective_from, language),
            _state(one.key in holding, one.effective_from <= day).in_(language),
        )
        for one in sorted(found.values(), key=lambda one: (one.url, one.effective_from))
    ]
    heads = (Message("Text"), _ADDRESS, Message("In effect from"), Message("State"))
    return _table(_VERSIONS, heads, rows, Message("The registry has no [[policy]] table yet."), language)


def _table(
    caption: Message, heads: tuple[Message, ...], rows: Sequence[tuple[str, ...]], none: Message, language: str
) -> dict[str, object]:
    return {
        "caption": caption.in_(language),
        "columns": [head.in_(language) for head in heads],
        "rows": rows,
        "none": none.in_(language),
    }


def _name(one: Policy, language: str) -> str:
    return (one.name_ja if language == "ja" else None) or one.name or one.key


def _state(holds: bool, begun: bool) -> Message:
    if holds:
        return Message("in effect")
    return Message("an earlier version") if begun else Message("to come")


def _said(detail: Detail, language: str) -> str:
    return Message.of(detail.parts).in_(language)
