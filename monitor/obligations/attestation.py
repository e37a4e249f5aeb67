"""The periodic attestation of a party's security control measures, the heart of its supervision."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from monitor import tables
from monitor.calendar import Roll, add_months
from monitor.hearing.chain.forms import named_in
from monitor.obligations.contract import NOT_SUPERVISED, Facts, Idle, Kind, Owed, shelved
from monitor.questionnaire import attestation_questionnaire, extended, worded
from monitor.questionnaire.defaults import BY_DUTY, CHILDREN, STATISTICS
from monitor.registry.format import OWING
from monitor.tables.duty import LIVE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from monitor.calendar import Calendar
    from monitor.questionnaire import Answer, Questionnaire
    from monitor.registry.format import Campaign
    from monitor.tables import Obligation, Submission

NOTICE_DAYS = 30
FIRST_SEEN_LEFT = 14  #: days left, below which what its rhythm asks for is first seen late
LONGEST = 12  #: months after which it is asked for again, whoever agreed to wait
WORTH_ASKING_AFTER = 6  #: months since the last acceptance, beyond which an engagement that ends is asked once more


def anchor(facts: Facts) -> date:
    """The day from which the next attestation is counted: the last acceptance, or the beginning."""
    accepted = [duty.accepted_on for duty in facts.accepted("attestation") if duty.accepted_on]
    declared = facts.entry.attestation.last_accepted_on
    return max([*accepted, *([declared] if declared else [])], default=facts.entry.starts_on)


def nominal(facts: Facts) -> date:
    """The next due date by rhythm, or by the campaign's day but never more than 12 months after the last acceptance."""
    since = anchor(facts)
    if facts.entry.attestation.due is None:
        return add_months(since, _every(facts))
    return min(_campaign(facts, since), add_months(since, min(_every(facts), 12) if facts.children_every else 12))


def _every(facts: Facts) -> int:
    """Months from one attestation to the next: where data of children is handled, at most as many as are set for it."""
    if facts.children_every is None or not facts.entry.child_data:
        return facts.entry.every
    return min(facts.entry.every, facts.children_every)


def _campaign(facts: Facts, since: date) -> date:
    """The first day of the campaign that the last acceptance has not answered already.

    An acceptance answers the campaign for which it was given, and one taken over from an old ledger answers a campaign
    day that was near enough to have been asked for.
    """
    answered = max((duty.nominal_on for duty in facts.accepted("attestation")), default=since)
    if facts.entry.attestation.last_accepted_on == since:
        answered = max(answered, since + timedelta(days=NOTICE_DAYS - 1))
    month, day = map(int, str(facts.entry.attestation.due).split("-"))
    after = max(since, answered)
    return next(found for year in (after.year, after.year + 1) if (found := _in_year(year, month, day)) > after)


def _in_year(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:  # 29 February
        return date(year, month, day - 1)


def campaign_of(facts: Facts) -> Campaign | None:
    """The round that the party has not answered yet. What was accepted shortly before it opens answers it, as that
    would have been asked for already. One that is over goes on being asked for only where it was.
    """
    asked = {
        duty.cause.get("campaign") for duty in facts.history if duty.kind == Attestation.name and duty.state in LIVE
    }
    for campaign in sorted(facts.campaigns, key=lambda one: one.due_on):
        answered = anchor(facts) >= campaign.opens_on - timedelta(days=NOTICE_DAYS)
        if not answered and (facts.today <= campaign.due_on or campaign.key in asked):
            return campaign
    return None


def _hastened(facts: Facts, due: date) -> date | None:
    """The day by which the party confirms anew, where its rhythm would ask for that later, or has done so in vain."""
    by = facts.hastened_on
    if by is None or (due < by and (due - facts.today).days >= FIRST_SEEN_LEFT):
        return None
    return by


def _sooner(facts: Facts, due: date) -> Owed | None:
    """What is asked for before the rhythm asks for it: because of what has come to be known, or in a round."""
    by = _hastened(facts, due)
    if by is not None:
        return Owed(by, NOTICE_DAYS, roll=Roll.PRECEDING, hastened=True)
    found = [one for one in (_round(facts), _lapsed(facts)) if one is not None and one.nominal_on < due]
    return min(found, key=lambda one: one.nominal_on, default=None)


def _round(facts: Facts) -> Owed | None:
    campaign = campaign_of(facts)
    if campaign is None:
        return None
    days = (campaign.due_on - campaign.opens_on).days
    return Owed(campaign.due_on, days, campaign.opens_on, forgiving=True, campaign=campaign.key)


def _lapsed(facts: Facts) -> Owed | None:
    """The full form, from the day after the certificate ran out on which the last answer rested."""
    ended = resting_until(facts)
    if ended is None or facts.today <= ended or not _answered_by(facts, ended):
        return None
    return Owed(ended + timedelta(days=1 + NOTICE_DAYS), NOTICE_DAYS, ended + timedelta(days=1), forgiving=True)


def _answered_by(facts: Facts, day: date) -> bool:
    """Whether the last answer is of that day or before. Where there is none yet, nothing rests on anything."""
    declared = facts.entry.attestation.last_accepted_on
    return bool(declared or facts.accepted("attestation")) and anchor(facts) <= day


def _besides(facts: Facts, shelf: Mapping[str, Questionnaire]) -> Iterator[Questionnaire]:
    if facts.entry.child_data:
        yield worded(shelved(shelf, CHILDREN), {"age": facts.child_age})
    for duty, name in BY_DUTY.items():
        if duty in facts.brings or (name == STATISTICS and facts.entry.statistics):
            yield shelved(shelf, name)


def resting_until(facts: Facts) -> date | None:
    """The last day on which the short form may rest on a certificate; none where it rests on nothing."""
    kind = facts.entry.attestation.rests_on
    return facts.party.certified_until(kind) if kind else None


def _of_nobody(facts: Facts) -> str:
    """Why none is asked at all; empty where it is."""
    if facts.entry.state not in OWING:
        return "not-in-force"
    if facts.last_day is not None and facts.today > facts.last_day:
        return "engagement-ended"
    return "" if facts.entry.supervised_on(facts.today) else NOT_SUPERVISED


class Attestation(Kind):
    """定期評価: the party attests, item by item, what it does (APPI 25, guideline 3-4-4)."""

    name = "attestation"
    version = 2
    lasting = True
    shared = True
    longest_wait = LONGEST

    def owed(self, facts: Facts) -> Owed | Idle:
        nobody = _of_nobody(facts)
        if nobody:
            return Idle(nobody, void=True)
        last_day, due = facts.last_day, nominal(facts)
        sooner = _sooner(facts, due)
        if sooner is not None and (last_day is None or sooner.nominal_on <= last_day):
            return sooner
        if last_day is None or due <= last_day:
            return Owed(due, NOTICE_DAYS, forgiving=True)
        if add_months(anchor(facts), WORTH_ASKING_AFTER) < last_day:
            return Owed(last_day - timedelta(days=NOTICE_DAYS), NOTICE_DAYS, forgiving=True)
        return Idle("ends-soon", void=False)

    async def told(self, duty: Obligation, answers: Mapping[str, Answer], at: datetime, actor: str) -> None:
        """Whoever is named as working below has to be known."""
        await named_in(duty, answers, at, actor)

    def questions(self, facts: Facts, shelf: Mapping[str, Questionnaire]) -> Questionnaire:
        """The usual form, and at its end what is asked besides because of the data that is handled, and what for."""
        return extended(self._usual(facts, shelf), _besides(facts, shelf))

    def _usual(self, facts: Facts, shelf: Mapping[str, Questionnaire]) -> Questionnaire:
        """What a round asks with; else the short form for whoever rests on a valid certificate, else what the registry
        names, else by kind and tier.
        """
        wanted, campaign = facts.entry.attestation, campaign_of(facts)
        if campaign is not None and campaign.questionnaire and campaign.opens_on <= facts.today:
            return shelved(shelf, campaign.questionnaire)
        certified = bool(wanted.rests_on) and facts.party.certified(wanted.rests_on, facts.today)
        usual = attestation_questionnaire(facts.entry.kind, facts.entry.effective_tier, certified=certified)
        return shelved(shelf, usual if certified else wanted.questionnaire or usual)

    async def accepted(
        self, duty: Obligation, answer: Submission | None, calendar: Calendar, at: datetime, actor: str
    ) -> None:
        """What was hastened is confirmed by it; the usual rhythm goes on."""
        await super().accepted(duty, answer, calendar, at, actor)
        await tables.Engagement.filter(key=duty.engagement_id).update(hastened_on=None)
