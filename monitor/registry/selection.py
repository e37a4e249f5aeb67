"""What has to stand before a party is entrusted with personal data, and what of it an engagement lacks. Pure.

APPI 25 and General Guidelines 3-4-4 ask for a proper choice of the trustee, a contract, and knowing what it does;
My Number Act 10 for the first entruster's consent. Purposes of use are those that the group has published (APPI 21).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.calendar import add_months
from monitor.registry.clauses import agreed_on, version_on
from monitor.registry.format import GDPR_CLAUSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from monitor.language import Message
    from monitor.registry.format import Engagement
    from monitor.registry.format.clauses import ContractClauses

STALE = "selection-stale"
EXPIRED = "contract-expired"
ALWAYS = "consent"  #: no waiver helps where a law forbids it
_WITHIN = {"clause": ("clauses", "contract"), "gdpr": ("gdpr", "contract"), "contract": ("contract",)}


@dataclass(frozen=True, slots=True)
class Lack:
    """`what`: what is missing, as a waiver names it. `token`: in what way; `item`: which one of several, and `title`:
    what that one is called.
    """

    what: str
    token: str
    item: str = ""
    title: Message | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an engagement beside its entry: the last selection review that was accepted, whenever, and the
    purposes that are published. `months`: for which a review speaks of a party as it is; `own`: what the group wants
    of contracts besides.
    """

    accepted_on: date | None
    published: frozenset[str]
    today: date
    months: int = 12
    brings: frozenset[str] = frozenset()  #: what its purposes want looked after
    own: tuple[ContractClauses, ...] = ()


def entrusted(entry: Engagement) -> bool:
    """Whether the party handles the data for the company, so that choice and contract are owed (APPI 25)."""
    return entry.kind == "trustee" and entry.class_ in {None, "trustee"}


def before_entrusting(entry: Engagement, known: Known) -> list[Lack]:
    """All that stands in the way of personal data being handed over, waived or not."""
    found = [*_class(entry), *_purposes(entry, known)]
    if entrusted(entry):
        found = [*_selection(known), *_contract(entry, known), *found]
    if entry.my_number and not _by(entry.sub_entrustment.first_entruster_consent_on, known):
        found.append(Lack(ALWAYS, "first-entruster-consent-missing"))
    return found


def lacking(entry: Engagement, known: Known) -> list[Lack]:
    """What an engagement lacks in which the data already is: taken over from an old ledger, or left incomplete. A
    review of its time is enough, however old; consent is asked about where a party hangs below another.
    """
    found = [*before_entrusting(entry, known), *_of_purposes(entry, known)]
    return [one for one in found if one.token != STALE and (one.what != ALWAYS or entry.under)]


def unwaived(lacks: Iterable[Lack], entry: Engagement, today: date) -> list[Lack]:
    """What is not let be by somebody up to a last day that has not passed."""
    waived = {one.what for one in entry.waiver if today <= one.until}
    return [one for one in lacks if one.what == ALWAYS or not waived & {one.what, *covering(one.what)}]


def covering(what: str) -> tuple[str, ...]:
    """The wider waivers that cover something too: of all clauses, of the whole contract."""
    return _WITHIN.get(what.partition("-")[0], ())


def reasons(lacks: Sequence[Lack]) -> str:
    """The tokens of all that is missing, with the numbers of clauses and the keys of purposes."""
    tokens = dict.fromkeys(one.token for one in lacks)
    return ", ".join(
        " ".join([token, *(one.item for one in lacks if one.token == token and one.item)]) for token in tokens
    )


def _selection(known: Known) -> Iterator[Lack]:
    if not _by(known.accepted_on, known):
        yield Lack("selection", "selection-missing")
    elif known.accepted_on and add_months(known.accepted_on, known.months) < known.today:
        yield Lack("selection", STALE)


def _contract(entry: Engagement, known: Known) -> Iterator[Lack]:
    """Clauses on record are those of a contract, also where its day is not; a day to come has not signed it. It is held
    to what was wanted of contracts on the day on which it was agreed on last. Where not one is on record, it is the
    record that is missing, and nobody reads all their titles.
    """
    contract = entry.contract
    if not _by(contract.signed_on, known) and (contract.signed_on or not contract.clauses):
        yield Lack("contract", "contract-unsigned")
    last = contract.term_end(known.today)
    if last and last < known.today:
        yield Lack("contract", EXPIRED)
    for number, title in sorted(version_on(known.own, agreed_on(entry, known.today)).clauses.items()):
        if number not in contract.clauses:
            yield Lack(f"clause-{number}", "clauses-missing", str(number), title if contract.clauses else None)
    for letter in GDPR_CLAUSES if contract.gdpr else ():
        if letter not in contract.gdpr_clauses:
            yield Lack(f"gdpr-{letter}", "gdpr-clauses-missing", letter)


def _class(entry: Engagement) -> Iterator[Lack]:
    if not entry.class_decided:
        yield Lack("class", "class-undecided")
    elif entry.class_ in {"trustee", "joint_user"} and entry.class_ != entry.kind:
        yield Lack("class", "class-mismatch")


def _purposes(entry: Engagement, known: Known) -> Iterator[Lack]:
    if not entry.purposes:
        yield Lack("purposes", "purpose-unpublished")
    for key in entry.purposes:
        if key not in known.published:
            yield Lack("purposes", "purpose-unpublished", key)


def _of_purposes(entry: Engagement, known: Known) -> Iterator[Lack]:
    """Whether free text may hold special-care data, and whether children may answer, is decided by somebody; whoever
    analyses data for the company has been told in writing to use it neither for itself nor to train models.
    """
    if "special-care" in known.brings and not entry.special_care and not _by(entry.special_care_decided_on, known):
        yield Lack("special-care", "special-care-undecided")
    if "child-data" in known.brings and not entry.child_data and not _by(entry.child_data_decided_on, known):
        yield Lack("child-data", "child-data-undecided")
    if "instruction-record" in known.brings and entrusted(entry):
        if not _by(entry.instruction.recorded_on, known):
            yield Lack("instruction", "instruction-missing")
        for name in ("own-use", "training"):
            if entry.instruction.recorded_on and name not in entry.instruction.excludes:
                yield Lack("instruction", f"{name}-not-excluded")


def _by(day: date | None, known: Known) -> bool:
    """Whether something has been done by today."""
    return day is not None and day <= known.today
