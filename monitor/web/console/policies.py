"""What the group has published: each text with its versions, and where the texts do not agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.language import Message, say_day
from monitor.promises.joint_use.daily import gaps_now
from monitor.promises.joint_use.register import joint_uses, policies
from monitor.promises.policies import in_effect
from monitor.web.console.looking import console_page
from monitor.web.console.session import reader
from monitor.web.pages import language_of, moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

    from checks.detail import Detail
    from monitor.registry.format import Policy

RULES: Mapping[str, Message] = {
    "contacts-differ": Message("Different contacts"),
    "relations-disagree": Message("A case in which data goes to others is allowed here and excluded there"),
    "fifth-item-missing": Message("The party responsible for joint use is not named in full"),
    "companies-differ": Message("Another list of companies"),
    "purposes-differ": Message("Different purposes of use"),
    "linked-site-supervised": Message("Out of scope, and yet registered as a trustee's"),
    "joint-use-untold": Message("A joint use that no text tells of"),
}


async def policies_page(request: web.Request) -> web.StreamResponse:
    who, language, at = await reader(request), language_of(request), moment()
    day = who.present.calendar.day_of(at)
    found = await policies()
    names = {key: _name(one, language) for key, one in found.items()} | {key: key for key in await joint_uses()}
    holding = {one.key for one in in_effect(found.values(), day)}
    rows = [
        (
            names[one.key],
            one.url,
            say_day(one.effective_from, language),
            _state(one.key in holding, one.effective_from <= day),
        )
        for one in sorted(found.values(), key=lambda one: (one.url, one.effective_from))
    ]
    gaps = [
        (
            RULES[gap.rule].in_(language),
            " / ".join(names.get(key, key) for key in gap.about),
            _said(gap.detail, language),
        )
        for gap in await gaps_now(who.present, at)
    ]
    return console_page(
        request, who, "policies.html", rows=[(*row[:3], row[3].in_(language)) for row in rows], gaps=gaps
    )


def _name(one: Policy, language: str) -> str:
    return (one.name_ja if language == "ja" else None) or one.name or one.key


def _state(holds: bool, begun: bool) -> Message:
    if holds:
        return Message("in effect")
    return Message("an earlier version") if begun else Message("to come")


def _said(detail: Detail, language: str) -> str:
    return Message.of(detail.parts).in_(language)
