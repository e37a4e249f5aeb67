"""The register of instructions on a page: what each party was told in writing, and what it was forbidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import tables
from monitor.language import Message, say_day
from monitor.promises.instructing import OWN_USE, TRAINING, Instructed, instruct
from monitor.web.console.entries import works
from monitor.web.console.forms import Field, Form, choices
from monitor.web.console.looking import Wrong
from monitor.web.console.passing import LINK, MOST, company_name, page_of, perform, visible
from monitor.web.console.session import Reader, reader
from monitor.web.pages import language_of, see_other

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

    from monitor.tables import InstructionRecord
    from monitor.web.console.act import Act

FORBIDS = {
    "both": Message("Use for itself, and training of models"),
    OWN_USE: Message("Use for itself"),
    TRAINING: Message("Training of models"),
    "nothing": Message("Neither of them"),
}
_TITLE = Message("Instructions")
_PLACES = {"ref": "ref", "no": "engagement", "on": "on_year", "my": "what"}


async def _form(who: Reader, language: str) -> Form:
    return Form(
        "record",
        Message("Enter an instruction"),
        Message("Enter it"),
        (
            Field(
                "engagement", Message("Work"), "choice", Message("Choose the work."),
                options=await works(who, "", language),
            ),
            Field(
                "ref", Message("Document"), missing=Message("Enter the reference of the document, such as I-2026-001."),
                hint=Message("The number under which you keep its text."),
            ),
            Field("on", Message("Given on"), "day", hint=Message("Today, if nothing is entered.")),
            Field(
                "forbids", Message("What it forbids"), "choice", Message("Choose what it forbids."),
                options=choices(FORBIDS, language),
            ),
            Field("what", Message("What it says, in short"), "area"),
        ),
    )  # fmt: skip


async def instructions_page(request: web.Request) -> web.StreamResponse:
    return await _list(request, await reader(request), Wrong())


async def _list(request: web.Request, who: Reader, wrong: Wrong) -> web.Response:
    language = language_of(request)
    seen = tables.InstructionRecord.all()
    seen = seen if who.everywhere else seen.filter(company_id__in=who.companies)
    found = await seen.order_by("-on", "-id").limit(MOST)
    heads = ("Document", "Work", "Company", "Given on", "What it forbids", "What it says, in short")
    return page_of(
        request,
        who,
        wrong,
        title=_TITLE.in_(language),
        intro=Message(
            "What each party was told in writing about handling the data. A party does that and nothing else with it;"
            " for analysis and new products it has to forbid use for the party itself and the training of models"
            " (APPI 25; General Guidelines 3-4-4)."
        ).in_(language),
        tables=[
            {
                "caption": _TITLE.in_(language),
                "columns": [Message(head).in_(language) for head in heads],
                "rows": [await _row(one, who, language) for one in found],
                "none": Message("No instruction has been entered.").in_(language),
            }
        ],
        forms=[(await _form(who, language)).shown("/instructions", wrong, language)],
    )


async def _row(one: InstructionRecord, who: Reader, language: str) -> list[object]:
    work = await who.present.engagement(one.engagement_id)
    forbids = "both" if len(one.excludes) > 1 else one.excludes[0] if one.excludes else ""
    return [
        one.ref,
        LINK.format(f"/engagement/{work.key}", work.title or work.key),
        company_name(one.company_id, who, language),
        say_day(one.on, language),
        FORBIDS[forbids].in_(language) if forbids else "",
        one.what,
    ]


async def on_instructions(request: web.Request) -> web.StreamResponse:
    who, language = await reader(request), language_of(request)
    form = await _form(who, language)

    async def enter(act: Act, sent: Mapping[str, str]) -> str:
        said = form.texts(sent)
        work = await tables.Engagement.get_or_none(key=said["engagement"])
        visible(who, work.company_id if work else None)
        excludes = {"both": (OWN_USE, TRAINING), "nothing": ()}.get(said["forbids"], (said["forbids"],))
        await instruct(
            Instructed(said["engagement"], said["ref"], form.day(sent, "on"), said["what"], excludes), act.at, act.actor
        )
        return "/instructions"

    place, wrong = await perform(form, request, who, enter, _PLACES)
    return see_other(place) if place else await _list(request, who, wrong)
