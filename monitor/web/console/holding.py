"""What is entered about data that several hold: a request of an owner, or a correction of the company's own accord."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor.language import Message
from monitor.web.console.act import LONGEST
from monitor.web.console.entries import companies, day_of, purposes, serves, services, unsaid
from monitor.web.fields import fields

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from monitor.web.console.entries import Mistake
    from monitor.web.console.session import Reader

DEED = "record"  #: the form by which one is entered
_NO_COMPANY = Message("Choose the company.")


@dataclass(frozen=True, slots=True)
class Said:
    """What the form says, and what is wrong with it. `on`: the day that it asks for, where it can be read."""

    sent: Mapping[str, str]
    mistakes: list[Mistake]
    on: date | None

    @property
    def company(self) -> str:
        return self.sent.get(f"{DEED}_company", "")

    @property
    def service(self) -> str:
        return self.sent.get(f"{DEED}_service", "")

    @property
    def purposes(self) -> list[str]:
        return self.sent["purposes"].split()


async def chosen(who: Reader, said: Mapping[str, str], language: str) -> dict[str, Any]:
    """For the template: what says whose data it is, with what was chosen."""
    return {
        "purposes": purposes(who, said.get("purposes", "").split(), language),
        "firms": companies(who, said.get(f"{DEED}_company", ""), language),
        "services": await services(who, said.get(f"{DEED}_service", "")),
    }


async def said_by(request: web.Request, who: Reader, texts: Mapping[str, Message], day: str, no_day: Message) -> Said:
    """`texts` must not be empty, and `day` has to be one. What the reader does not see is not there."""
    pairs = await fields(request)
    sent = {name: value[:LONGEST] for name, value in pairs}
    sent["purposes"] = " ".join(value for name, value in pairs if name == f"{DEED}_purposes")
    said = Said(sent, unsaid(DEED, sent, texts, {day: no_day}), day_of(DEED, day, sent))
    if not said.company and not said.service:
        said.mistakes.append(("company", _NO_COMPANY))
    if (said.company and not who.sees(said.company)) or not await serves(said.service, who):
        raise web.HTTPNotFound
    return said
