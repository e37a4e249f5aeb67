"""What a mail server's words mean for a letter. Pure: replies in, a `Receipt` or one of the two errors out.

SMTP's own rule is short: 4xx is "later", 5xx is "never". Taken literally it would burn every waiting letter on the day
somebody changes the relay's password, since that answer is a 5xx too. So a third meaning is told apart, "we are to
blame": what the relay says about *us* (who we are, what we may) and not about this letter or its reader. It is raised
as `Temporary` with `fault` set, for the letter is sound and goes out as soon as the operator has acted.

1. 4xx is "later", at any step. A wish such as "in 300 seconds" (greylisting) is passed on.
2. 5xx before `MAIL` is about the session and never about a letter: we are to blame.
3. 5xx to `MAIL` is about our sender address: we are to blame, unless the size of the letter is the matter.
4. 5xx to `RCPT` or to the content is "never", unless its code or words say that we lack a right: not logged in, not
   allowed to use this sender, not allowed to relay, daily allowance used up. Some relays say so only here.

Rule 4 reads words and can be wrong. It errs towards "later": a letter wrongly kept is tried for days and then reported,
a letter wrongly given up would be gone at once.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from notifiers.contract import Part, Permanent, Receipt, Temporary, TooLarge
from notifiers.email.header import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

DONE = 250
CLOSING = 421
LONGEST_WISH = timedelta(hours=6)  #: a server that wants more than that is asked again all the same
LONGEST_TEXT = 300  #: enough for the sentence, too little for the page of advice that some servers append

_PERMANENT = 500
_LOGIN_CODES = frozenset({530, 534, 535, 538})
_OUR_STATES = {
    *("5.1.7", "5.1.8"),  # the sender's address or domain is unknown
    "5.4.5",  # the day's allowance is used up
    *("5.7.8", "5.7.9", "5.7.10", "5.7.11", "5.7.12", "5.7.13", "5.7.14"),  # login wrong, too weak, expired, blocked
    *("5.7.54", "5.7.57", "5.7.60", "5.2.252"),  # Exchange: no relaying, no login, not a sender of ours (twice)
}
#: Postfix keeps what it thinks of sender and client to itself until `RCPT`, and then says it in these words
_OUR_WORDS = re.compile(r"\b(sender address|client host|helo command) rejected", re.IGNORECASE)
_RELAYING = re.compile(r"\brelay", re.IGNORECASE)
_SIZE_CODE, _SIZE_STATE = 552, "5.3.4"
_FULL_STATE = "5.2.2"  #: a full mailbox, which is a 552 as well: no letter is small enough for it
_STATE = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_ADDRESS = re.compile(r"[^\s<>\"'(:,;=]+@(?=[\w\[])")
_WISH = re.compile(r"\b(?:in|after|for)\s+(\d{1,5})\s*(seconds?|secs?|s|minutes?|mins?|m|hours?|h)\b", re.IGNORECASE)
_CLOCK_WISH = re.compile(r"\b(?:in|after|for)\s+(\d{1,2}):(\d\d):(\d\d)\b", re.IGNORECASE)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}


class Step(enum.StrEnum):
    """How far the conversation had come when the reply was given."""

    SESSION = "greeting"
    LOGIN = "login"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"


class Meaning(enum.Enum):
    YES = enum.auto()
    LATER = enum.auto()
    NEVER = enum.auto()
    OUR_FAULT = enum.auto()


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a mail server, fit to be stored: one line, not long, and nobody's mailbox in it."""

    code: int
    text: str

    @classmethod
    def of(cls, code: int, text: str) -> Reply:
        """Servers like to repeat the address that they refuse; only its domain is kept."""
        return cls(code, _ADDRESS.sub("…@", clean(text))[:LONGEST_TEXT])

    @property
    def state(self) -> str:
        """The enhanced status code of RFC 3463, such as `5.1.1`, if the server gives one."""
        found = _STATE.match(self.text)
        return found[1] if found else ""

    @property
    def wish(self) -> timedelta | None:
        """How long the server asks us to wait, where it says so in the words that greylisting programs use."""
        if found := _CLOCK_WISH.search(self.text):
            hours, minutes, seconds = map(int, found.groups())
            wish = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        elif found := _WISH.search(self.text):
            wish = timedelta(**{_UNITS[found[2][0].lower()]: int(found[1])})
        else:
            return None
        return min(wish, LONGEST_WISH)

    @property
    def too_large(self) -> bool:
        """Whether the length of the letter is the matter."""
        return self.state == _SIZE_STATE or (self.code == _SIZE_CODE and self.state != _FULL_STATE)

    def __str__(self) -> str:
        return f"{self.code} {self.text}".rstrip()


@dataclass(frozen=True, slots=True)
class Outcome:
    """One letter's conversation: how far it came, the last reply, and the replies to the recipients not taken."""

    step: Step
    last: Reply
    denied: Mapping[str, Reply] = field(default_factory=dict)


def meaning(step: Step, reply: Reply) -> Meaning:
    """The four rules above."""
    if reply.code < 400:  # noqa: PLR2004 - the border that SMTP itself draws
        return Meaning.YES
    if reply.code < _PERMANENT:
        return Meaning.LATER
    if step in (Step.SESSION, Step.LOGIN) or _says_that_we_lack_a_right(reply):
        return Meaning.OUR_FAULT
    if step is Step.MAIL:
        too_big = reply.code == _SIZE_CODE or reply.state == _SIZE_STATE
        return Meaning.NEVER if too_big else Meaning.OUR_FAULT
    return Meaning.NEVER


def settle(outcome: Outcome, to: tuple[str, ...]) -> Receipt:
    """The receipt for a letter, or the reason why there is none."""
    if outcome.step is Step.RCPT or (outcome.step is Step.DATA and outcome.last.code == DONE):
        return _settle_each(outcome, to)
    if meaning(outcome.step, outcome.last) is Meaning.NEVER:
        kind = TooLarge if outcome.last.too_large else Permanent
        raise kind(f"the mail server refuses the letter ({outcome.last})")
    raise later(outcome.step, outcome.last)


def later(step: Step, reply: Reply, part: Part | None = None) -> Temporary:
    """The error for a reply that is not about this letter or not for good."""
    if meaning(step, reply) is Meaning.OUR_FAULT:
        return Temporary(f"{_remedy(step, reply)} ({reply})", reply.wish, fault=True, part=part)
    return Temporary(f"the mail server asks us to come back ({step}: {reply})", reply.wish, part=part)


def _settle_each(outcome: Outcome, to: tuple[str, ...]) -> Receipt:
    """For every recipient an answer of their own; one whose time has not come does not hold up the others."""
    never = {who: str(no) for who, no in outcome.denied.items() if meaning(Step.RCPT, no) is Meaning.NEVER}
    left = tuple(who for who in to if who in outcome.denied and who not in never)
    receipt = Receipt(str(outcome.last) if outcome.step is Step.DATA else "", never)
    if left:
        replies = [outcome.denied[who] for who in left]
        loudest = next((no for no in replies if meaning(Step.RCPT, no) is Meaning.OUR_FAULT), replies[0])
        raise later(Step.RCPT, loudest, Part(left, receipt) if len(left) < len(to) else None)
    if len(never) == len(to):
        raise Permanent(f"the mail server refuses every recipient ({outcome.last})", never)
    return receipt


def _says_that_we_lack_a_right(reply: Reply) -> bool:
    """`5.1.x` is about the reader's address, whatever words follow ("unknown in relay recipient table")."""
    if reply.code in _LOGIN_CODES or reply.state in _OUR_STATES or _OUR_WORDS.search(reply.text):
        return True
    return bool(_RELAYING.search(reply.text)) and not reply.state.startswith("5.1.")


def _remedy(step: Step, reply: Reply) -> str:
    if step is Step.LOGIN or reply.code in _LOGIN_CODES:
        return "the mail server does not accept our login: check [mail] username and password_file"
    if step is Step.MAIL:
        return "the mail server does not take our sender address: check [mail] from"
    if step is Step.SESSION:
        return "the mail server does not talk to us: check [mail] host, port and hello, and its list of clients"
    return "the mail server does not let us send this: check [mail] from and our rights there"
