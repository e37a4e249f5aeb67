"""What one judges a request by: who declared what of which questionnaire, and what the registry says of the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from monitor import tables
from monitor.language import Message, listed, say_day, say_instant
from monitor.letters.words import CERTIFICATES, said
from monitor.obligations.marks import RETURNED, marks_of
from monitor.promises.states import PARTICULAR
from monitor.web.console.history import until_words
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from monitor.calendar import Calendar
    from monitor.questionnaire import Questionnaire
    from monitor.registry.format import Engagement, Party
    from monitor.registry.roster import Roster
    from monitor.tables import Obligation

Fact = tuple[str, str]  #: a term and what it is
DECISIONS = {"accepted": "Accepted by", "returned": "Returned by"}


async def declaration(
    submission: tables.Submission | None, asked: Questionnaire | None, present: Roster, language: str
) -> list[Fact]:
    """Who declared the answers, their hash, the questionnaire, and who has decided. It stays on the page for good."""
    if submission is None:
        return []
    zone = present.calendar.zone
    title = f"（{submission.signer_title}）" if submission.signer_title else ""
    signer = f"{submission.signer_name}{title}" if language == "ja" else _comma(submission)
    found = [
        (Message("Declared by"), _parts(signer, say_instant(submission.submitted_at, zone, language))),
        (Message("Hash (SHA-256)"), submission.sha256),
    ]
    if submission.confirmed_by == "code":
        found.append(
            (
                Message("Signature confirmed"),
                Message("By a code that was mailed to the registered address").in_(language),
            )
        )
    found += await entered(submission, language)
    if submission.signer_email:
        found.append((Message("Own address, as stated"), submission.signer_email))
    if asked:
        edition = Message("{id}, version {version}", {"id": asked.id, "version": asked.version}).in_(language)
        found.append((Message("Questionnaire"), edition))
    if submission.verdict and submission.decided_at:
        reviewer = await tables.Person.get_or_none(id=submission.reviewer_id) if submission.reviewer_id else None
        name = (reviewer.name or reviewer.email) if reviewer else ""
        found.append(
            (Message(DECISIONS[submission.verdict]), _parts(name, say_instant(submission.decided_at, zone, language)))
        )
    return _worded(found, language)


WAYS = {"paper": "on paper", "mail": "by mail", "on-site": "on site"}


async def entered(submission: tables.Submission, language: str) -> list[tuple[Message, str]]:
    """代理入力: which way it came, who entered it, and the hash of the sheet; nothing where the party did so itself."""
    entry = await tables.PaperEntry.get_or_none(submission_id=submission.id).select_related("scan", "entered_by")
    if entry is None:
        return []
    way = {"way": Message(WAYS[entry.channel]).in_(language), "day": entry.received_on}
    came = Message("{way}, received on {day}", way).in_(language)
    name = (entry.entered_by.name or entry.entered_by.email) if entry.entered_by else ""
    return [
        (Message("Came"), _parts(came, entry.place)),
        (Message("Entered for the party by"), name),
        (Message("The sheet, hash (SHA-256)"), entry.scan.sha256),
    ]


def _comma(submission: tables.Submission) -> str:
    return ", ".join(part for part in (submission.signer_name, submission.signer_title) if part)


def _parts(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


async def about(work: Engagement, party: Party, present: Roster, language: str) -> list[Fact]:
    """契約・取扱いの内容: whom it concerns, which data for what, where, until when, and who stands below."""
    purposes = [present.purposes[key] for key in work.purposes if key in present.purposes]
    handled = [Message(text).in_(language) for flag, text in PARTICULAR.items() if getattr(work, flag)]
    ends: date | None = await present.last_day(work.key)
    found: list[tuple[Message, Iterable[str]]] = [
        (Message("Contact"), party.contacts),
        (Message("Items of personal data"), work.items),
        (Message("Purposes of use"), [(one.text_ja if language == "ja" else None) or one.text for one in purposes]),
        (Message("Special handling"), handled),
        (Message("Countries"), work.places),
        (Message("Where the data lies"), [place.name for place in work.place]),
        (Message("Ends on"), [say_day(ends, language)] if ends else []),
        (Message("Sub-trustees below"), await _below(work.key, present, language)),
        (
            Message("Registered certificates"),
            [_certificate(one.kind, one.expires_on, language) for one in party.certificate],
        ),
    ]
    none = Message("not recorded").in_(language)
    return _worded([(term, listed(values, language) or none) for term, values in found], language)


def _certificate(kind: str, expires_on: date, language: str) -> str:
    values = {"name": said(CERTIFICATES, kind, language), "day": expires_on}
    return Message("{name} (valid until {day})", values).in_(language)


async def _below(key: str, present: Roster, language: str) -> list[str]:
    keys: list[Any] = await tables.Engagement.filter(under=key, retired_at=None).values_list("party_id", flat=True)
    parties = await present.parties(keys)
    return [named(parties[party], language) for party in sorted(set(keys))]


def _worded(found: Iterable[tuple[Message, str]], language: str) -> list[Fact]:
    return [(term.in_(language), value) for term, value in found]


def particular(duty: Obligation, calendar: Calendar, language: str) -> list[tuple[str, str]]:
    """Facts that only some requests have."""
    found = [(Message("Asked now").in_(language), duty.asks)] if duty.asks else []
    if duty.unconfirmed_since:
        found.append((Message("Never confirmed since").in_(language), say_day(duty.unconfirmed_since, language)))
    if duty.paused_until:
        found.append((Message("Taken in hand").in_(language), until_words(duty.paused_until, calendar, language)))
    if duty.waived_until:
        waived = until_words(duty.waived_until, calendar, language, duty.reason)
        found.append((Message("Waived").in_(language), waived))
    if duty.state == "returned" and duty.reason:
        found.append((Message("Returned because").in_(language), duty.reason))
    return found


async def commented(duty: Obligation, submission: tables.Submission | None, language: str) -> list[tuple[str, str]]:
    """How many answers were returned with a comment of their own; those stand beside the answers."""
    if submission is None or duty.state != "returned":
        return []
    count = sum(mark.verdict == RETURNED for mark in (await marks_of(submission.id)).values())
    words = Message("Comments on {count} questions", {"count": count}).in_(language)
    link = Markup('<a href="#answers">{}</a>').format(words)
    return [(Message("Returned because").in_(language), link)] if count else []
