"""What stands on a line of the ledger of trustees: a literal table, from which the sheet and its explanations are made.

The order is that in which such a ledger is read: who does what for whom with which data, on what that rests, how it has
been supervised since, and how it ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from checks.contract import Severity
from monitor.language import Message
from monitor.letters.words import named
from monitor.obligations.attestation import Attestation
from monitor.promises.trustees import wording
from monitor.promises.trustees.wording import DAY, NARROW, USUAL, WIDE, WIDEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.promises.trustees.reading import Line

Value = str | int | date | None


@dataclass(frozen=True, slots=True)
class Column:
    """`of`: what stands there, in that language; `means`: how it is to be read, with the rule that asks for it."""

    head: Message
    width: int
    of: Callable[[Line, str], Value]
    means: Message


def _attestation_due(line: Line, _: str) -> Value:
    found = line.next_of(Attestation.name)
    return found.due_on if found else None


def _next(line: Line) -> date | None:
    return min((one.due_on for one in line.owed), default=None)


COLUMNS: tuple[Column, ...] = (
    Column(Message("Key of the work"), USUAL, lambda line, _: line.entry.key, Message("Its key in the registry")),
    Column(
        Message("Responsible company"), USUAL, lambda line, language: named(line.company, language),
        Message("Company of the group that answers for it (APPI 25)"),
    ),
    Column(
        Message("Party"), WIDE, lambda line, language: named(line.party, language),
        Message("Trustee or joint user: the legal entity"),
    ),
    Column(
        Message("Corporate number"), USUAL, lambda line, _: line.party.corporate_no,
        Message("13 digits, kept as text"),
    ),
    Column(Message("Postal address"), WIDE, lambda line, _: line.party.address, Message("Of the party's head office")),
    Column(Message("Representative"), USUAL, lambda line, _: line.party.representative, Message("Who represents it")),
    Column(
        Message("Contact"), WIDE, lambda line, _: ", ".join(line.party.contacts),
        Message("Mailboxes that are asked, in that order"),
    ),
    Column(
        Message("Trustee or joint user"), USUAL, lambda line, language: wording.KINDS[line.entry.kind].in_(language),
        Message("Entrustment (APPI 27(5)(i)) or joint use (27(5)(iii))"),
    ),
    Column(Message("What is done"), WIDE, lambda line, _: line.entry.title, Message("The work that is entrusted")),
    Column(
        Message("State"), USUAL, wording.state,
        Message("Where it stands by its dates on the day of this file; what the register says otherwise stands beside"),
    ),
    Column(
        Message("Hangs below"), USUAL, lambda line, _: line.entry.under,
        Message("Key of the work above it, where this is sub-entrustment"),
    ),
    Column(Message("Purposes of use"), WIDEST, wording.purposes, Message("As the group has published them (APPI 21)")),
    Column(Message("Items of personal data"), WIDE, wording.items, Message("Which items are handled")),
    Column(Message("Whose data it is"), USUAL, wording.subjects, Message("Groups of people whose data it is")),
    Column(
        Message("Number of people"), USUAL, wording.band,
        Message("A band; a leak of more than 1,000 people is to be reported (Enforcement Rules 7(iv))"),
    ),
    Column(
        Message("Particular data"), WIDE, wording.particular,
        Message("Data that needs particular care: special-care-required, My Number, cards, bank accounts, children"),
    ),
    Column(
        Message("Tier"), NARROW, lambda line, _: line.entry.effective_tier,
        Message("S, A, B or C; S is the highest"),
    ),
    Column(
        Message("Class"), USUAL, wording.class_,
        Message("What the other side is to us, decided by a named person; empty as long as nobody has"),
    ),
    Column(
        Message("Reason of the class"), WIDE, wording.class_reason,
        Message("Why, and the clause by which a cloud provider does not handle the data"),
    ),
    Column(
        Message("Class looked at again on"), DAY, lambda line, _: line.entry.class_review_on,
        Message("When it is asked again whether that is still so"),
    ),
    Column(Message("Begins on"), DAY, lambda line, _: line.entry.starts_on, Message("First day of the work")),
    Column(
        Message("Last day"), DAY, lambda line, _: line.ends_on,
        Message("Its own, or an earlier one of the work above; empty: no end is agreed"),
    ),
    Column(
        Message("Selection review accepted on"), DAY, lambda line, _: line.known.accepted_on,
        Message("The choice of the trustee (General Guidelines 3-4-4 (1))"),
    ),
    Column(
        Message("Contract signed on"), DAY, lambda line, _: line.entry.contract.signed_on,
        Message("The contract of entrustment (General Guidelines 3-4-4 (2))"),
    ),
    Column(
        Message("Contract runs until"), DAY, lambda line, _: line.entry.contract.term_end(line.known.today),
        Message("The last day of its present term, where it is on record"),
    ),
    Column(
        Message("Clauses in the contract"), USUAL, wording.clauses,
        Message("Of the eight matters (PrivacyMark J.9.4); letters are those of GDPR 28(3), where it applies"),
    ),
    Column(
        Message("Entrusting further"), USUAL, wording.authorisation,
        Message("What the contract agrees on sub-entrustment"),
    ),
    Column(
        Message("Parties below"), NARROW, lambda line, _: sum(1 for _node in line.node.walk()) - 1,
        Message("How many, over all levels; the sheet of sub-entrusted parties names them"),
    ),
    Column(
        Message("Levels below"), NARROW,
        lambda line, _: max(node.depth for node in line.node.walk()),
        Message("1: sub-trustees; 2: those whom they entrust; and so on"),
    ),
    Column(
        Message("Countries"), USUAL, wording.countries,
        Message("Where the data is handled along the whole chain (APPI 28, 32(1)); ? where nobody knows"),
    ),
    Column(
        Message("Certificates"), WIDE, wording.certificates,
        Message("Certificates of the party with number and last day"),
    ),
    Column(
        Message("Last instruction"), DAY, lambda line, _: line.entry.instruction.recorded_on,
        Message("When the party was last told in writing how to handle the data"),
    ),
    Column(
        Message("Last hand-over"), DAY, lambda line, _: line.handed_on,
        Message("When data was last handed over, where a log is kept of that"),
    ),
    Column(
        Message("Attestation accepted on"), DAY, lambda line, _: line.attested_on,
        Message("The last periodic review of how the data is handled (General Guidelines 3-4-4 (3))"),
    ),
    Column(
        Message("Score"), NARROW, lambda line, _: line.score,
        Message("Of that attestation, out of 100; empty where its answers are not kept here or have no points"),
    ),
    Column(Message("Next attestation due"), DAY, _attestation_due, Message("When the next one is due")),
    Column(
        Message("Need confirmed on"), DAY, lambda line, _: line.entry.necessity_reviewed_on,
        Message("When somebody last confirmed that the data is needed (APPI 22)"),
    ),
    Column(
        Message("Open findings"), NARROW, lambda line, _: sum(line.findings.values()),
        Message("Findings of accepted answers that have not been put right, accepted risks among them"),
    ),
    Column(
        Message("High or critical among them"), NARROW,
        lambda line, _: sum(count for level, count in line.findings.items() if level >= Severity.HIGH),
        Message("Those that cannot wait"),
    ),
    Column(
        Message("Open cases"), NARROW, lambda line, _: line.cases,
        Message("Failing checks and conduct that is not as promised, of this party for this company"),
    ),
    Column(Message("Incidents"), NARROW, lambda line, _: line.incidents, Message("Told under this work (APPI 26)")),
    Column(
        Message("Complaints"), NARROW, lambda line, _: line.complaints,
        Message("About this party at this company (APPI 40)"),
    ),
    Column(
        Message("What is missing"), WIDEST, wording.lacks,
        Message("What the record of the work lacks and nobody has waived"),
    ),
    Column(Message("Waivers"), WIDEST, wording.waivers, Message("What is let be for a while, by whom, up to when")),
    Column(
        Message("Return or deletion"), USUAL, wording.deletion,
        Message("What the last certificate came to, or what is asked for (APPI 22)"),
    ),
    Column(
        Message("Confirmed on"), DAY, wording.deleted_on,
        Message("When the certificate was accepted, or the last of it was gone"),
    ),
    Column(
        Message("Next date"), DAY, lambda line, _: _next(line),
        Message("The earliest day on which anything is due under the work, from the party or from the company"),
    ),
    Column(Message("What is due then"), WIDE, wording.next_word, Message("What that is")),
)  # fmt: skip
