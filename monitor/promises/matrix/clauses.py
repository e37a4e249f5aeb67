"""The promises themselves: the clauses of the group's two published texts, what proves each, and to whom it applies.

A and AC are the basic policy on personal data, B and P (its twelve purposes of use) the page on privacy; AB is what has
to hold between the two. A new source is one more name in a line; a promise is green through nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.conduct import (
    COMPLAINTS_REPEAT,
    DISCLOSURE_INCOMPLETE,
    DISCLOSURE_UNJUSTIFIED,
    DISCLOSURE_UNREPORTED,
    NOT_BEFOREHAND,
    NOT_ERASED,
    NOTICE_INCOMPLETE,
    OPT_OUT_IGNORED,
    PCI_MISSING,
    STATISTICS_UNREVIEWED,
    UNAUTHORISED,
    UNREPORTED,
)
from monitor.language import Message
from monitor.promises.matrix import sources as of
from monitor.promises.policies import COMPANIES, CONTACTS, FIFTH_ITEM, PURPOSES, RELATIONS, SUPERVISED, UNTOLD

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from monitor.promises.matrix.sources import Source
    from monitor.promises.matrix.works import Sort


@dataclass(frozen=True, slots=True)
class Scope:
    """To whom a promise applies, and what is said where it does not. `works`: to companies with such works in force,
    by which its evidence is judged as well. `joint`: to members of a joint use. `occasion`: as soon as there is
    something to show, `linked`: where linked sites are on record. None of these: to everybody. `yearly`: what is needed
    is made of a whole year for the first time, and is not missing before the day on which that is due.
    """

    nothing: Message | None = None
    works: Callable[[Sort], bool] | None = None
    joint: bool = False
    occasion: bool = False
    linked: bool = False
    yearly: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """What has to be there beside all else, one of `sources`: always, or where the purpose brings this `duty`."""

    sources: tuple[Source, ...]
    purpose: str = ""
    duty: str = ""

    def holds(self, brings: Mapping[str, Collection[str]]) -> bool:
        return not self.duty or self.duty in brings.get(self.purpose, ())


@dataclass(frozen=True, slots=True)
class Clause:
    """`evidence`: any of it proves the promise, unless there are `needs` that hold; then each of these has to be met.
    `also`: under which names (`reading.py`) open trouble counts, beside those of its evidence. `shared`: what proves or
    breaks it does so for the whole group.
    """

    code: str
    title: Message
    evidence: tuple[Source, ...]
    scope: Scope = Scope()
    also: tuple[str, ...] = ()
    shared: bool = False
    needs: tuple[Need, ...] = ()

    @property
    def sources(self) -> tuple[Source, ...]:
        """All that is shown of it, what is needed first."""
        return tuple(dict.fromkeys([*(one for need in self.needs for one in need.sources), *self.evidence]))


def _rules(*names: str) -> tuple[str, ...]:
    return tuple(f"rule:{name}" for name in names)


def _texts(*rules: str) -> tuple[str, ...]:
    return tuple(f"text:{rule}" for rule in rules)


def _flag(name: str) -> Scope:
    return Scope(Message("No work of this kind."), lambda sort: name in sort.flags)


def _purpose(key: str) -> Scope:
    return Scope(Message("No work for this purpose."), lambda sort: key in sort.purposes)


def _purposed(
    number: int, title: Message, *evidence: Source, also: tuple[str, ...] = (), needs: tuple[Need, ...] = ()
) -> Clause:
    return Clause(f"P{number:02}", title, evidence, _purpose(f"p{number:02}"), also, needs=needs)


_WORKS = Scope(Message("No work in force."), lambda _: True)
_TRUSTEES = Scope(Message("No trustee at work."), lambda sort: sort.kind == "trustee")
_JOINT = Scope(Message("Not a member of a joint use."), joint=True)
_OCCASION = Scope(Message("Nothing of this kind has come to an end yet."), occasion=True)
_NO_SITE = Message("No site of this company is looked at for cookies.")
_BELOW = _rules(UNAUTHORISED, UNREPORTED)
_DISCLOSED = _rules(DISCLOSURE_INCOMPLETE, DISCLOSURE_UNREPORTED, DISCLOSURE_UNJUSTIFIED)
_LACKING = ("duty:lacking",)
#: That what was for a survey, a dispatch or a bill is gone, or that the day is set from which that is owed.
_OVER = (of.ERASED_LATELY, of.RUN_ERASED, of.ENDS)
_STATISTICS = (Need((of.AGGREGATED,), "p09", "statistics"), Need((of.SIGNED_OFF,), "p09", "statistics"))
_NO_LINKED = Message("No linked site is on record.")

CLAUSES: tuple[Clause, ...] = (
    Clause("A0", Message("Every work belongs to one company of the group"), (of.IN_REGISTRY, of.ROSTER), _WORKS),
    Clause("A1", Message("Law and guidelines are kept"), (of.COMPARED,), also=_texts(FIFTH_ITEM, UNTOLD), shared=True),
    Clause("A2", Message("No use beyond the purposes"), (of.ATTESTED, of.INSTRUCTED), _WORKS),
    Clause(
        "A3",
        Message("Purposes, scope of joint users and contacts are notified"),
        (of.NOTICE_SEEN, of.NOTICE_RENEWED),
        _JOINT,
        (*_rules(NOTICE_INCOMPLETE, NOT_BEFOREHAND), *_texts(FIFTH_ITEM, UNTOLD)),
    ),
    Clause("A4", Message("Special care of children"), (of.ATTESTED,), _flag("child_data"), needs=(Need((of.CARED,)),)),
    Clause(
        "A5a", Message("Data is accurate and up to date"), (of.CORRECTED, of.SPREAD), _OCCASION, ("duty:correction",)
    ),
    Clause("A5b", Message("Security measures of today's standard"), (of.SEEN_SAFE, of.ATTESTED, of.REMEDIED), _WORKS),
    Clause("A6a", Message("No more is entrusted than is needed"), (of.NEEDED, of.SCOPED), _TRUSTEES),
    Clause("A6b", Message("Only the capable are entrusted"), (of.REVIEWED,), _TRUSTEES, _LACKING),
    Clause(
        "A6c",
        Message("Trustees are supervised"),
        (of.ATTESTED, of.REMEDIED, of.SPOT_CHECKED, of.ABROAD),
        _TRUSTEES,
        (*_BELOW, *_rules(NOT_ERASED), *of.LET_IN.keys, *of.ERASED.keys, *of.LATE, *_LACKING),
    ),
    Clause(
        "A7a",
        Message("Nobody gets data but joint users named when it was acquired"),
        (of.NOTICE_SEEN,),
        _JOINT,
        (*_rules(NOT_BEFOREHAND, UNAUTHORISED), *of.SETTLED.keys),
    ),
    Clause("A7b", Message("Nothing is provided without the owner's knowing"), (of.PROVIDED,), _OCCASION),
    Clause("A8a", Message("Disclosure, correction and erasure on request"), (of.ANSWERED,), _OCCASION),
    Clause("A8b", Message("A request reaches whoever answers it"), (of.SERVICES, of.ANSWERED), _WORKS),
    Clause(
        "A9",
        Message("Complaints are dealt with properly and promptly"),
        (of.HEARD, of.TIERED),
        _OCCASION,
        _rules(COMPLAINTS_REPEAT),
    ),
    Clause(
        "A10",
        Message("Continuous improvement"),
        (of.REMEDIED, of.ACTED),
        Scope(yearly=True),
        of.LATE,
        needs=(Need((of.SUMMED_UP,)),),
    ),
    Clause("AC", Message("The published contact exists and takes mail"), (of.SEEN_CONTACTS,), shared=True),
    Clause(
        "AB",
        Message("The published texts agree with each other"),
        (of.COMPARED,),
        also=_texts(RELATIONS, PURPOSES),
        shared=True,
    ),
    _purposed(1, Message("Recognising customers"), of.ATTESTED, needs=(Need((of.IDENTIFIED,), "p01", "identity"),)),
    _purposed(
        2,
        Message("Confirming orders"),
        of.ATTESTED,
        needs=(Need((of.HANDLERS,), "p02", "handler-list"), Need((of.ORDERED,), "p02", "recordings")),
    ),
    _purposed(
        3,
        Message("Delivering products and services"),
        of.ATTESTED,
        of.ERASED_LATELY,
        needs=(Need((of.HANDED_OVER,), "p03", "handover-log"),),
    ),
    _purposed(4, Message("Checking accounts and cards"), of.PCI, also=_rules(PCI_MISSING)),
    _purposed(
        5,
        Message("Invoices and receipts"),
        of.ATTESTED,
        also=_rules(PCI_MISSING),
        needs=(Need((of.HELD, *_OVER), "p05", "tax-hold"),),
    ),
    _purposed(
        6,
        Message("Notices of change, suspension and end"),
        of.ATTESTED,
        needs=(Need((of.NOTIFIED,), "p06", "notice-list"),),
    ),
    _purposed(
        7,
        Message("Surveys"),
        of.ATTESTED,
        needs=(Need(_OVER, "p07", "purpose-achieved"), Need((of.CHILDREN_DECIDED,), "p07", "child-data")),
    ),
    _purposed(
        8,
        Message("Rewards, prizes, documents"),
        of.ATTESTED,
        needs=(Need(_OVER, "p08", "purpose-achieved"),),
    ),
    _purposed(
        9,
        Message("Statistics without individuals"),
        of.ATTESTED,
        also=_rules(STATISTICS_UNREVIEWED),
        needs=_STATISTICS,
    ),
    _purposed(10, Message("Improving and developing products"), of.INSTRUCTED),
    _purposed(11, Message("Opinions and requests"), of.ATTESTED, needs=(Need((of.FREE_TEXT,), "p11", "special-care"),)),
    _purposed(12, Message("Advertisements"), of.CONSENTED, of.REFUSALS, also=_rules(OPT_OUT_IGNORED)),
    Clause("B13", Message("Partners are entrusted, joint users or third parties"), (of.CLASSED,), _WORKS, _LACKING),
    Clause("B14", Message("Provided only with agreement"), (of.PROVIDED_BY_CONSENT,), _OCCASION),
    Clause(
        "B15",
        Message("Provided after statistical processing"),
        (of.ATTESTED,),
        _purpose("p09"),
        _rules(STATISTICS_UNREVIEWED),
        needs=_STATISTICS,
    ),
    Clause(
        "B16", Message("Provided in an emergency"), (of.EMERGENCY,), _OCCASION, ("duty:disclosure-review", *_DISCLOSED)
    ),
    Clause("B17", Message("Provided by law"), (of.BY_LAW,), _OCCASION, ("duty:disclosure-review", *_DISCLOSED)),
    Clause(
        "B18", Message("Access, loss and leaks are guarded against"), (of.SEEN_SAFE, of.SEEN_UP, of.ATTESTED), _WORKS
    ),
    Clause(
        "B19",
        Message("Corrective measures at once"),
        (of.TOLD, of.REPORTED, of.ACTED),
        _OCCASION,
        _rules(NOT_ERASED),
    ),
    Clause("B20", Message("Confirmed, corrected or deleted within a reasonable time"), (of.ANSWERED,), _OCCASION),
    Clause("B21", Message("Contact by division or website"), (of.SERVICES,), _WORKS),
    Clause(
        "B22",
        Message("Cookies, and what is sent to others"),
        (of.SEEN_COOKIES,),
        Scope(_NO_SITE, lambda sort: "p12" in sort.purposes, occasion=True),
    ),
    Clause(
        "B23",
        Message("Mail only to those who agreed; cancelled any time"),
        (of.CONSENTED, of.REFUSALS),
        _flag("sends_mail"),
        _rules(OPT_OUT_IGNORED),
    ),
    Clause(
        "B24", Message("Revisions of the page"), (of.VERSIONS, of.SEEN_POLICY, of.CHANGE_DECIDED, of.NOTICE_RENEWED)
    ),
    Clause(
        "B25",
        Message("Linked sites are out of scope"),
        (of.COMPARED,),
        Scope(_NO_LINKED, linked=True),
        _texts(SUPERVISED),
        shared=True,
    ),
    Clause("B26", Message("Companies come, go and change names"), (of.ROSTER,), also=of.SETTLED.keys, shared=True),
    Clause(
        "B27",
        Message("The list of companies agrees with the registry"),
        (of.COMPARED,),
        also=_texts(COMPANIES),
        shared=True,
    ),
    Clause("B28", Message("The contacts agree with each other"), (of.COMPARED,), also=_texts(CONTACTS), shared=True),
    Clause("B29", Message("Versions and their dates"), (of.VERSIONS,), shared=True),
)
