"""What is known of works, some at a time: as many questions to the database for two hundred of them as for one."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from monitor import tables
from monitor.asked import frozen
from monitor.hearing.chain.tree import trees
from monitor.obligations.attestation import Attestation
from monitor.obligations.booking import REPLACED
from monitor.obligations.deletion import Deletion
from monitor.promises.standing import standings_of
from monitor.questionnaire import score, thaw_answers
from monitor.registry.knowing import known_of
from monitor.remediation.rules import HELD
from monitor.tables.duty import LIVE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import date

    from monitor.hearing.chain.tree import Node
    from monitor.promises.standing import Standing
    from monitor.registry.format import Company, Engagement, Group, Party
    from monitor.registry.roster import Roster
    from monitor.registry.selection import Known

BATCH = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that is owed under a work. `own`: by the company itself."""

    due_on: date
    kind: str
    state: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One work with what its supervision has come to. `findings` by severity; `confirmed`: state and day of the last
    accepted certificate of return or deletion; `below`: where the works of the registry below it stand, by key.
    """

    entry: Engagement
    party: Party
    company: Company | Group
    known: Known
    node: Node
    standing: Standing
    purposes: Sequence[Any]
    attested_on: date | None = None
    score: int | None = None
    owed: Sequence[Asked] = ()
    findings: Mapping[int, int] = field(default_factory=dict)
    cases: int = 0
    incidents: int = 0
    complaints: int = 0
    handed_on: date | None = None
    confirmed: tuple[str, date] | None = None
    below: Mapping[str, Standing] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.known.today

    @property
    def ends_on(self) -> date | None:
        """Its last day, or an earlier one from above."""
        return self.standing.ground.last_day

    def next_of(self, kind: str) -> Asked | None:
        """What is owed of that kind, the earliest."""
        found = [one for one in self.owed if one.kind == kind and not one.own]
        return min(found, key=lambda one: one.due_on, default=None)


async def batches(keys: Sequence[str], present: Roster, today: date) -> AsyncIterator[list[Line]]:
    """In the order of the keys."""
    for begun in range(0, len(keys), BATCH):
        yield await _read(keys[begun : begun + BATCH], present, today)


async def _read(keys: Sequence[str], present: Roster, today: date) -> list[Line]:
    entries = await present.engagements(keys)
    parties = await present.parties({entry.party for entry in entries.values()})
    known, nodes = await known_of(entries.values(), present, today), await trees(keys, present)
    whole = {node.entry.key: node.entry for top in nodes.values() for node in top.walk() if node.entry}
    stand = await standings_of(whole.values(), present, today)
    attested, owed = await _attested(keys), await _owed(keys)
    findings, counts = await _findings(keys), await _counts(entries.values())
    handed, confirmed = await _handed(keys), await _confirmed(keys)
    return [
        Line(
            entry=(entry := entries[key]),
            party=parties[entry.party],
            company=present.companies.get(entry.company) or present.group,
            known=known[key],
            node=nodes[key],
            standing=stand[key],
            purposes=[present.purposes[one] for one in entry.purposes if one in present.purposes],
            attested_on=_later(attested.get(key, (None, None))[0], entry.attestation.last_accepted_on),
            score=attested.get(key, (None, None))[1],
            owed=owed.get(key, ()),
            findings=findings.get(key, {}),
            cases=counts[0][entry.company, entry.party],
            incidents=counts[1][key],
            complaints=counts[2][entry.company, entry.party],
            handed_on=handed.get(key),
            confirmed=confirmed.get(key),
            below=stand,
        )
        for key in keys
    ]


def _later(one: date | None, other: date | None) -> date | None:
    return max((day for day in (one, other) if day), default=None)


async def _attested(keys: Sequence[str]) -> dict[str, tuple[date | None, int | None]]:
    """The last attestation that was accepted: its day, and its score as long as its answers are kept."""
    accepted = tables.Obligation.filter(engagement_id__in=keys, kind=Attestation.name, accepted_on__not_isnull=True)
    rows = await accepted.order_by("accepted_on", "id").values_list("engagement_id", "accepted_on", "id", "request_id")
    last = {str(key): (day, number, request) for key, day, number, request in rows}
    numbers = [number for _, number, _ in last.values()]
    handed = tables.Submission.filter(obligation_id__in=numbers).order_by("id")
    answers = dict(await handed.values_list("obligation_id", "answers"))
    return {
        key: (day, await _score(request, answers[number]) if request and number in answers else None)
        for key, (day, number, request) in last.items()
    }


async def _score(request: str, answers: str) -> int | None:
    return score(await frozen(request), thaw_answers(answers)).percent


async def _owed(keys: Sequence[str]) -> dict[str, list[Asked]]:
    found: defaultdict[str, list[Asked]] = defaultdict(list)
    asked = tables.Obligation.filter(engagement_id__in=keys, state__in=LIVE).order_by("due_on", "id")
    for key, due_on, kind, state in await asked.values_list("engagement_id", "due_on", "kind", "state"):
        found[str(key)].append(Asked(due_on, kind, state))
    own = tables.OwnDuty.filter(engagement_id__in=keys, state="open").order_by("due_on", "id")
    for key, due_on, kind, state in await own.values_list("engagement_id", "due_on", "kind", "state"):
        found[str(key)].append(Asked(due_on, kind, state, own=True))
    return found


async def _findings(keys: Sequence[str]) -> dict[str, Counter[int]]:
    found: defaultdict[str, Counter[int]] = defaultdict(Counter)
    rows = tables.Remediation.filter(engagement_id__in=keys, state__in=HELD)
    for key, severity in await rows.values_list("engagement_id", "severity"):
        found[str(key)][int(severity)] += 1
    return found


async def _counts(entries: Any) -> tuple[Counter[Any], Counter[Any], Counter[Any]]:
    """Open cases and complaints, of company and party; incidents, of the work."""
    entries = list(entries)
    who = {"company_id__in": {one.company for one in entries}, "party_id__in": {one.party for one in entries}}
    cases = await tables.Case.filter(closed_at=None, **who).values_list("company_id", "party_id")
    complaints = await tables.Complaint.filter(**who).values_list("company_id", "party_id")
    incidents = tables.Incident.filter(engagement_id__in=[one.key for one in entries])
    told = await incidents.values_list("engagement_id", flat=True)
    return Counter(map(tuple, cases)), Counter(map(str, told)), Counter(map(tuple, complaints))


async def _handed(keys: Sequence[str]) -> dict[str, date]:
    rows = tables.HandOver.filter(engagement_id__in=keys, direction="out").order_by("on")
    return dict(await rows.values_list("engagement_id", "on"))


async def _confirmed(keys: Sequence[str]) -> dict[str, tuple[str, date]]:
    """What the last certificate came to, place by place; of one that no places were booked of, that it was accepted."""
    plain = tables.Obligation.filter(engagement_id__in=keys, kind=Deletion.name, accepted_on__not_isnull=True)
    rows = await plain.order_by("accepted_on").values_list("engagement_id", "accepted_on")
    found = {str(key): ("", day) for key, day in rows}
    booked = tables.Disposal.filter(engagement_id__in=keys).exclude(state=REPLACED).order_by("id")
    for key, state, accepted, over in await booked.values_list("engagement_id", "state", "accepted_on", "over_on"):
        found[str(key)] = (state, over or accepted)
    return found
