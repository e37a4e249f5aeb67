"""Claimed letters -> words: subject, text and HTML, with the headers that keep each thread together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from checks.contract import Severity
from monitor import links
from monitor.ladder import OPENING
from monitor.language import translate
from monitor.letters.appointment import FILE_NAME, MEDIA_TYPE, calendar, numbers, of_duty
from monitor.letters.background import Background
from monitor.letters.details import Desk, details
from monitor.letters.issuing import SECRETS, Issued, Recorded, link_of
from monitor.letters.layout import one_line
from monitor.letters.promises import promises
from monitor.letters.sheet import Sheet
from monitor.letters.texts import subject
from monitor.letters.topic import gather
from monitor.letters.words import duty_reference, named
from monitor.notices import VENDOR
from monitor.return_address import BOUNCE, REPLY
from monitor.shortcodes import grouped
from monitor.tables.duty import ASKED
from notifiers.contract import Attachment, Letter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from monitor.letters.basics import Values
    from monitor.letters.issuing import Issuing
    from monitor.letters.topic import Topic
    from monitor.outbox.claim import Claimed
    from monitor.registry.roster import Roster
    from monitor.return_address import ReturnAddresses
    from monitor.tables import Mail, Notice


@dataclass(frozen=True)
class Letters:
    """Writes letters. It issues the parties' links, so it is called outside every transaction."""

    base_url: str  #: of our pages, without a slash at its end
    keyring: links.Keyring
    message_domain: str  #: the right-hand side of our Message-IDs
    returns: ReturnAddresses | None = None  #: where letters come back to, if somebody listens there
    issues: Issuing | None = None  #: where links and codes come from, if not in earnest

    async def begin(self, claimed: Sequence[Claimed], present: Roster, at: datetime) -> Together:
        topics = [(one.mail, await _topics(one, present)) for one in claimed]
        every = [topic for _, theirs in topics for topic in theirs]
        return Together(
            self,
            Desk("", present, at, await Background.of(every, present)),
            {mail.id: theirs for mail, theirs in topics},
            await Issued.of(topics, self.issues or Recorded(self.keyring), at),
            await numbers([topic.duty for topic in every if topic.duty and dated(topic)]),
        )

    async def write(self, claimed: Claimed, present: Roster, at: datetime) -> Letter:
        """One letter by itself."""
        return await (await self.begin([claimed], present, at)).write(claimed)


async def _topics(claimed: Claimed, present: Roster) -> list[Topic]:
    return _said_once(sorted(await gather(claimed, present), key=lambda topic: topic.urgency()))


@dataclass(frozen=True)
class Together:
    """Letters that are written together: what all of them need was read and issued at once, which costs a tenth of
    doing so for each.
    """

    office: Letters
    shared: Desk  #: without a language: each letter has its own
    topics: Mapping[str, Sequence[Topic]]  #: by letter
    issued: Issued
    numbers: Mapping[int, int]  #: of the duties whose dates go into a calendar (monitor/letters/appointment.py)

    async def write(self, claimed: Claimed) -> Letter:
        mail, topics = claimed.mail, self.topics[claimed.mail.id]
        desk, office = replace(self.shared, language=mail.language), self.office
        said = subject(topics, mail.language, desk.present, desk.at)
        sheet = Sheet(mail, topics, self._values(topics, desk, mail), said)
        return Letter(
            message_id=f"<{mail.id}@{office.message_domain}>",
            to=tuple(mail.to),
            subject=said,
            text=sheet.text(),
            html=sheet.html(),
            language=mail.language,
            sender_name=_sender(sheet.values[0], mail.language),
            reply_to=_reply_to(mail, desk),
            replies_kept=self._kept_at(mail),
            returns_to=office.returns.spell(BOUNCE, mail.id) if office.returns else "",
            references=tuple(f"<{root}@{office.message_domain}>" for root in _roots(topics)),
            headers=self._headers(sheet),
            attachments=self._calendar(topics, desk, mail),
            written_at=mail.made_at,
        )

    def _calendar(self, topics: Sequence[Topic], desk: Desk, mail: Mail) -> tuple[Attachment, ...]:
        """The due dates that a letter names for the first time or anew, for the reader's calendar."""
        asker = _sender_of(topics[0], desk)
        found = [of_duty(topic.duty, self.numbers, asker) for topic in topics if topic.duty and dated(topic)]
        if not found:
            return ()
        host = urlsplit(self.office.base_url).hostname or self.office.message_domain
        text = calendar(found, desk.language, host, mail.made_at)
        return (Attachment(FILE_NAME, MEDIA_TYPE, text, {"method": "PUBLISH"}),)

    def _values(self, topics: Sequence[Topic], desk: Desk, mail: Mail) -> list[Values]:
        """What each topic says; what several of them would say in the same words, the first one says for all."""
        quoted: set[str] = set()
        found: list[Values] = []
        for topic in topics:
            values = details(topic, desk) | promises(topic, desk.language, desk.present, quoted)
            values |= self._links(topic, mail) | self._verification(mail) | {"dated": dated(topic)}
            values["helped"] = any(before["link"] for before in found)
            values["asked_in"] = _asked_in(topic, topics, desk)
            found.append(values)
        return found

    def _links(self, topic: Topic, mail: Mail) -> Values:
        """The party's letter holds the link to its form, and no other does; companies get the address of a page, and
        a party that is told of a failing check gets that of the page about our looks.
        """
        notice = topic.notice
        if notice.kind in SECRETS:
            return self._secret(notice)
        if notice.kind == "mailbox":
            return {}
        if notice.side != VENDOR or topic.case or topic.certificate:
            return self._page(topic)
        wanted = link_of(topic, mail.id)
        return {"link": f"{self.office.base_url}/f/{self.issued.links[wanted.key]}"} if wanted else {}

    def _page(self, topic: Topic) -> Values:
        if topic.certificate or (topic.case and topic.case.rule and topic.notice.side == VENDOR):
            return {}
        return {"page": self.office.base_url + ("/about-monitoring" if topic.notice.side == VENDOR else _page(topic))}

    def _verification(self, mail: Mail) -> Values:
        """By what anybody can find out that the letter is ours."""
        return {"verify_code": grouped(self.issued.codes[mail.id]), "verify_url": f"{self.office.base_url}/verify"}

    def _secret(self, notice: Notice) -> Values:
        """What only the reader of one mailbox may have: the link to sign in, or the code of a signature and whose it
        is to be. Neither is kept anywhere.
        """
        if notice.kind != "code":
            token = links.spell(self.office.keyring, bytes.fromhex(str(notice.data["sign_in"])), links.SIGN_IN)
            return {"link": f"{self.office.base_url}/sign-in/{token}"}
        digits, signer = self.issued.signatures[str(notice.data["code"])]
        return {"code": digits, "signer": one_line(signer)}

    def _kept_at(self, mail: Mail) -> str:
        """Where a party's replies are kept, beside the desk that they go to: so a reply reaches a person even where we
        are away, and is on record even where that person is.
        """
        returns = self.office.returns
        return returns.spell(REPLY, mail.id) if returns and mail.side == VENDOR else ""

    def _headers(self, sheet: Sheet) -> dict[str, str]:
        """What filters go by. The tokens are ours, so nothing that a stranger wrote can reach a header."""
        first = sheet.topics[0]
        company = _label(first.notice.company_id or "group")
        found = {
            "List-Id": f"<{_list(first)}.{company}.{self.office.message_domain}>",
            "X-Itaku-Reason": ", ".join(dict.fromkeys(values["stage"] for values in sheet.values)),
            "X-Itaku-Ref": ", ".join(dict.fromkeys(topic.ref for topic in sheet.topics if topic.ref)),
            "X-Itaku-Severity": _worst(sheet.topics),
        }
        return {name: value for name, value in found.items() if value}


def dated(topic: Topic) -> bool:
    """Whether a party hears of a due date for the first time, or of another one."""
    if topic.notice.side != VENDOR or topic.duty is None or topic.duty.state not in ASKED:
        return False
    return topic.notice.kind == "due-moved" or (topic.notice.kind == "rung" and topic.notice.rung == OPENING)


def _asked_in(topic: Topic, topics: Sequence[Topic], desk: Desk) -> Values:
    """Where a party is asked about what its accepted answer left to be put right: here, in a mail of its own, or not
    yet (nothing).
    """
    row = desk.background.remedied.get(topic.duty.id) if topic.duty else None
    if row is None:
        return {}
    above = next((number for number, one in enumerate(topics, 1) if one.duty and one.duty.id == row.id), 0)
    words = translate("%(number)s of %(count)s", desk.language) % {"number": above, "count": len(topics)}
    return {"above": words if above else "", "ref": duty_reference(row.id), "due": row.due_on}


def _sender_of(topic: Topic, desk: Desk) -> str:
    return named(topic.company or desk.present.group, desk.language)


def _said_once(topics: Sequence[Topic]) -> list[Topic]:
    """Without the reminders of answers that the same letter returns: thanks for an answer and its absence in one
    letter would contradict each other.
    """
    returned = {topic.duty.id for topic in topics if topic.duty and topic.notice.kind == "returned"}
    return [
        topic
        for topic in topics
        if not (
            topic.duty and topic.duty.id in returned and topic.notice.kind == "rung" and topic.notice.side == VENDOR
        )
    ]


def _page(topic: Topic) -> str:
    if topic.duty:
        return f"/duty/{topic.duty.id}"
    if topic.own:
        return f"/own-duty/{topic.own.id}"
    return f"/case/{topic.case.id}" if topic.case else "/"


def _roots(topics: Sequence[Topic]) -> list[str]:
    return list(dict.fromkeys(topic.thread for topic in topics if topic.thread))


def _list(topic: Topic) -> str:
    kind = "certificate" if topic.certificate else topic.notice.kind
    return "duty" if topic.duty or topic.own else "case" if topic.case else kind


def _label(key: str) -> str:
    """A registry key as part of a List-Id, where a slash has no place."""
    return key.replace("/", "-").strip(".-")


def _worst(topics: Sequence[Topic]) -> str:
    found = [topic.case.severity for topic in topics if topic.case]
    return Severity(max(found)).word if found else ""


def _sender(values: Values, language: str) -> str:
    return translate("%(name)s, supervision of trustees", language) % {"name": values["sender"]}


def _reply_to(mail: Mail, desk: Desk) -> str:
    """A person's desk: the company's first manager, or the group's privacy office for a company that has left.

    A reply that would only come back to its writer goes to the privacy office as well.
    """
    managers = desk.present.audience(mail.company_id, ["managers"], desk.today)
    desks = [*(address for people in managers.values() for address in people[:1]), *desk.present.group.privacy_office]
    others = [address for address in desks if list(mail.to) != [address]]
    return next(iter([*others, *desks]), "")
