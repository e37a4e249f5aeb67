"""The lines of the ledger that a choice is about; the whole chain is verified on the way."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitor import ledger, tables
from monitor.receipt.gathering import SUBMITTED

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from monitor.calendar import Calendar
    from monitor.promises.trustees.choosing import Choice

_SHA256 = re.compile(r"[0-9a-f]{64}")
#: By the beginning of a line's subject: the rows that it is about, with the columns that say whose they are.
SUBJECTS: Mapping[str, tuple[type[Any], str, str]] = {
    "obligation": (tables.Obligation, "id", "party_id"),
    "own-duty": (tables.OwnDuty, "id", "party_id"),
    "case": (tables.Case, "id", "party_id"),
    "remediation": (tables.Remediation, "id", "party_id"),
    "incident": (tables.Incident, "id", "party_id"),
    "disposal": (tables.Disposal, "id", "party_id"),
    "complaint": (tables.Complaint, "id", "party_id"),
    "corrective-action": (tables.CorrectiveAction, "id", "party_id"),
    "disclosure": (tables.Disclosure, "id", "party_id"),
    "hand-over": (tables.HandOver, "id", "party_id"),
    "watch": (tables.Watch, "id", "party_id"),
    "sub-entrustment": (tables.SubEntrustment, "id", "engagement__party_id"),
    "engagement": (tables.Engagement, "key", "party_id"),
    "mail": (tables.Mail, "id", "party_id"),
    "statistics": (tables.StatisticsReview, "id", "party_id"),
    "transfer-check": (tables.TransferCheck, "id", "engagement__party_id"),
    "provision": (tables.ProvisionRecord, "id", "party_id"),
}
#: Of the registers: what no line has as its subject, with what its lines are about instead.
WITHIN: Mapping[type[Any], str] = {
    tables.DisposalPlace: "the certificate of deletion",
    tables.FindingRow: "the endpoint",
    tables.InstructionRecord: "the work",
    tables.LookDay: "the day of all looks",
    tables.MailItem: "the mail",
    tables.PaperEntry: "the request",
    tables.Plea: "the request",
    tables.Suspension: "the work",
}


@dataclass
class Chosen:
    """What belongs to a choice. Of a party: by what the line names, or by what its subject is.

    `submissions`, `received`: what its lines say was handed in, as answers, and as files each with its request. The
    lines decide, for a request may go over to another company later.
    """

    choice: Choice
    calendar: Calendar
    verifier: ledger.Verifier = field(default_factory=ledger.Verifier)
    people: set[int] = field(default_factory=set)
    hashes: set[str] = field(default_factory=set)
    submissions: set[int] = field(default_factory=set)
    received: set[tuple[int, str]] = field(default_factory=set)
    _subjects: set[str] = field(default_factory=set)
    _works: set[str] = field(default_factory=set)

    async def prepare(self) -> None:
        party = self.choice.party
        if party is None:
            return
        self._works = set(map(str, await tables.Engagement.filter(party_id=party).values_list("key", flat=True)))
        for name, (model, key, column) in SUBJECTS.items():
            found = await model.filter(**{column: party}).values_list(key, flat=True)
            self._subjects |= {f"{name}/{one}" for one in found}
        self._subjects.add(f"party/{party}")

    async def lines(self) -> AsyncIterator[dict[str, Any]]:
        """Raises `Broken` where the chain does not hold."""
        async for line in ledger.lines():
            self.verifier.take(line)
            if self._about(line) and self._then(line):
                self._note(line)
                yield line
        self.verifier.finish()

    def _about(self, line: Mapping[str, Any]) -> bool:
        company, party, data = self.choice.company, self.choice.party, line["data"]
        if company and line["company"] not in {company, ""}:
            return False
        if party is None:
            return company is None or line["company"] == company
        named = data.get("party") == party or data.get("engagement") in self._works
        return named or line["subject"] in self._subjects

    def _then(self, line: Mapping[str, Any]) -> bool:
        return self.choice.took_place(self.calendar.day_of(datetime.fromisoformat(line["at"])))

    def _note(self, line: Mapping[str, Any]) -> None:
        kind, _, number = line["actor"].partition("/")
        if kind == "person" and number.isdigit():
            self.people.add(int(number))
        said = (value for name, value in line["data"].items() if name.endswith("sha256") and isinstance(value, str))
        self.hashes |= {value for value in said if _SHA256.fullmatch(value)}
        self._note_answers(line)

    def _note_answers(self, line: Mapping[str, Any]) -> None:
        kind, _, number = line["subject"].partition("/")
        data = line["data"]
        if kind != "obligation" or not number.isdigit():
            return
        # What lacked something went back at once: its one line is that of its return.
        if (line["type"] == SUBMITTED or "lacks" in data) and isinstance(data.get("submission"), int):
            self.submissions.add(data["submission"])
        if isinstance(data.get("sha256"), str):
            self.received.add((int(number), data["sha256"]))
