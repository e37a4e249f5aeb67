"""The registers by which the promises are kept: a literal table, and the one page that leads to all of them.

A register is its row here, and its own page at that address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.language import Message
from monitor.web.console.looking import console_page
from monitor.web.console.session import reader
from monitor.web.pages import language_of

if TYPE_CHECKING:
    from aiohttp import web


@dataclass(frozen=True, slots=True)
class Register:
    """`about`: what stands in it, and by which law or promise. `refs`: how the references begin that duties and cases
    carry of its entries (`incident/`), `entry`: the address of one, before what follows in the reference; both empty
    where an entry has no page. `office`: for the privacy office alone.
    """

    title: Message
    about: Message
    path: str
    refs: str = ""
    entry: str = ""
    office: bool = False


REGISTERS: tuple[Register, ...] = (
    Register(
        Message("What was promised"),
        Message("Each published promise, company by company, with the age of the freshest evidence that it is kept."),
        "/promises",
    ),
    Register(
        Message("Works"),
        Message("Every work with its state, its class and what is missing before data may be entrusted (APPI 25)."),
        "/engagements",
    ),
    Register(
        Message("What the records lack"),
        Message("Selection reviews, contract clauses and classes that are not on record, in one list (APPI 25)."),
        "/lacking",
    ),
    Register(
        Message("Looks from outside"),
        Message("What is looked at, how each look ended and when the next one is (APPI 23 and 25)."),
        "/looks",
    ),
    Register(
        Message("Joint use"),
        Message("What companies use jointly, and whether its notice says everything (APPI 27(5)(iii))."),
        "/joint-uses",
    ),
    Register(
        Message("Companies of the group"),
        Message("Who belongs to it; what follows when one leaves, joins, is taken over or renamed."),
        "/membership",
        "company/",
        "/membership/",
        office=True,
    ),
    Register(
        Message("Published texts"),
        Message("The group's policies with their versions, and where they do not agree (APPI 21, 27 and 32)."),
        "/policies",
    ),
    Register(
        Message("External transmission"),
        Message("To whom our pages make browsers talk: published, really used, consents (APPI 31)."),
        "/external-transmissions",
    ),
    Register(
        Message("Incidents"),
        Message("Leaks and losses of which parties have told, the reports due, corrective actions (APPI 26)."),
        "/incidents",
        "incident/",
        "/incident/",
    ),
    Register(
        Message("Who is affected?"),
        Message("All trustees of a purpose asked at once, by the hour, when a leak or a weakness is known (APPI 25)."),
        "/exposures",
        "exposure/",
        "/exposures/",
    ),
    Register(
        Message("Owners' requests"),
        Message("Disclosure, correction, erasure: who holds the data, and what each has done (APPI 32 to 39)."),
        "/owner-requests",
    ),
    Register(
        Message("Corrections of personal data"),
        Message("Data that was found wrong: who holds a copy, and whether each has corrected it (APPI 22)."),
        "/corrections",
    ),
    Register(
        Message("Refusals of mail"),
        Message("Who has acknowledged them, whether it holds, and the proof that readers agreed beforehand."),
        "/opt-outs",
    ),
    Register(
        Message("Sub-entrustment"),
        Message("Who handles data below our trustees, who decided on it, and in which countries (APPI 25 and 32)."),
        "/sub-entrustments",
        "sub-entrustment/",
        "/sub-entrustment/",
    ),
    Register(
        Message("Return and deletion"),
        Message("What each accepted certificate came to, place by place, until nothing is left (APPI 22 and 25)."),
        "/disposals",
        "disposal/",
        "/disposal/",
    ),
    Register(
        Message("Hand-overs"),
        Message("What went to parties run by run and came back, with counts; by when the rest is gone (APPI 22)."),
        "/hand-overs",
        "hand-over/",
        "/hand-over/",
    ),
    Register(
        Message("Instructions"),
        Message("What each party was told in writing about handling the data, and what it must not do (APPI 25)."),
        "/instructions",
    ),
    Register(
        Message("Records of provision and receipt"),
        Message("What third parties were given, or gave, and until when its record is kept by law (APPI 29-31)."),
        "/provisions",
    ),
    Register(
        Message("Disclosures by law or in an emergency"),
        Message("What was given to somebody without the owner's consent, and its review (APPI 27(1))."),
        "/disclosures",
        "disclosure/",
        "/disclosure/",
    ),
    Register(
        Message("Statistics"),
        Message("What is published of statistics, and who confirmed beforehand that nobody can be told from it."),
        "/statistics",
        "statistics/",
        "/statistic/",
    ),
    Register(
        Message("Provision abroad"),
        Message("On what it rests, its yearly check, and what an owner may ask to be told (APPI 28)."),
        "/transfers",
    ),
    Register(
        Message("Complaints"),
        Message("Complaints about parties, and what became of them (APPI 40)."),
        "/complaints",
        "complaint/",
        "/complaint/",
    ),
    Register(
        Message("Corrective actions"),
        Message("What is done against causes, by whom and by when, and whether it has had its effect."),
        "/corrective-actions",
        "corrective-action/",
        "/corrective-action/",
    ),
    Register(
        Message("Yearly summaries"),
        Message("What the books say of a fiscal year, and what the management has decided on it."),
        "/summaries",
        "summary/",
        "/summary/",
    ),
    Register(
        Message("Keeping and erasing"),
        Message("Up to when what proves supervision is kept, what was erased, and erasing a person's data (APPI 22)."),
        "/erasures",
        office=True,
    ),
)


async def registers_page(request: web.Request) -> web.StreamResponse:
    who, language = await reader(request), language_of(request)
    rows = [
        {"title": one.title.in_(language), "about": one.about.in_(language), "href": one.path}
        for one in REGISTERS
        if who.everywhere or not one.office
    ]
    return console_page(request, who, "registers.html", rows=rows)


def place_of(ref: str) -> str:
    """Where the entry stands that a reference names; nowhere, where no page shows it."""
    found = next((one for one in REGISTERS if one.entry and one.refs and ref.startswith(one.refs)), None)
    return f"{found.entry}{ref.removeprefix(found.refs)}" if found else ""
